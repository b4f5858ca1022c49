//! Finding: which jobs the queue shows and in which order, which lines the log shows, and what is looked for in a record.

use std::time::Duration;

use super::height;
use crate::keymap::Action;
use crate::store::States;
use crate::tui::model::Model;
use crate::tui::model::boxes::Over;
use crate::tui::model::sieve::{Sieve, kinds};
use crate::tui::overlay::{Filter, FilterLine, Found};
use crate::tui::pane::Pane;

/// Carries an action out; false when it is about something else.
pub(super) fn act(model: &mut Model, action: Action, now: Duration) -> bool {
    match action {
        Action::Filter => open(model, now),
        Action::NextMatch => go(model, true),
        Action::PreviousMatch => go(model, false),
        Action::ShowStates => {
            let queue = &model.queue;
            let states = Over::states(queue.sieve(), &queue.counts, model.keymap());
            model.over = Some(states);
        }
        Action::Sort => {
            let sorted = model.queue.sieve().sorted();
            model.say(format!("the queue {}", sorted.order_in_words()), now);
            model.queue.sift(sorted);
        }
        _ => return false,
    }
    true
}

fn open(model: &mut Model, now: Duration) {
    let filter = match model.focus {
        Pane::Queue => Filter::new(&model.queue.sieve().text),
        Pane::Result => model.result.find.clone(),
        Pane::Log => model.log.filter().clone(),
        Pane::Hardware => {
            model.say("there is nothing to look for in this pane", now);
            return;
        }
    };
    model.over = Some(Over::Find(model.focus, FilterLine::new(&filter)));
    count(model);
}

/// Lets what is being typed hold already.
pub(super) fn apply(model: &mut Model) {
    if let Some(Over::Find(pane, line)) = &model.over {
        let (pane, filter) = (*pane, line.filter());
        set(model, pane, filter);
        count(model);
    }
}

/// The line was left: without a filter.
pub(super) fn closed(model: &mut Model, over: &Over) {
    if let Over::Find(pane, _) = over {
        set(model, *pane, Filter::default());
    }
}

/// Lets a text hold in a pane.
pub(super) fn set(model: &mut Model, pane: Pane, filter: Filter) {
    match pane {
        Pane::Queue => {
            let sieve = Sieve {
                text: filter.text().to_owned(),
                ..model.queue.sieve().clone()
            };
            model.queue.sift(sieve);
        }
        Pane::Result if model.result.find != filter => model.result.look_for(filter),
        Pane::Log if *model.log.filter() != filter => model.log.sift(filter),
        Pane::Result | Pane::Log | Pane::Hardware => {}
    }
}

/// Shows the states of that place.
pub(super) fn show(model: &mut Model, at: usize) {
    if let Some((.., states)) = kinds().get(at) {
        let sieve = Sieve {
            states: *states,
            ..model.queue.sieve().clone()
        };
        model.queue.sift(sieve);
    }
}

/// Takes a filter of the pane away, the text first; false when there is none.
pub(super) fn clear(model: &mut Model) -> bool {
    match model.focus {
        Pane::Queue => {
            let sieve = model.queue.sieve().clone();
            let wider = if sieve.text.is_empty() {
                Sieve {
                    states: States::ALL,
                    ..sieve.clone()
                }
            } else {
                Sieve {
                    text: String::new(),
                    ..sieve.clone()
                }
            };
            let is_wider = wider != sieve;
            model.queue.sift(wider);
            is_wider
        }
        Pane::Result => !std::mem::take(&mut model.result.find).is_empty(),
        Pane::Log => {
            let had_one = !model.log.filter().is_empty();
            if had_one {
                model.log.sift(Filter::default());
            }
            had_one
        }
        Pane::Hardware => false,
    }
}

fn go(model: &mut Model, is_forward: bool) {
    match model.focus {
        Pane::Queue => {
            let rows = height(model, Pane::Queue);
            model.queue.cycle(is_forward, rows);
        }
        Pane::Result => model.result.go_to_match(is_forward),
        // The newest line is the first match.
        Pane::Log => {
            let rows = height(model, Pane::Log);
            model.log.scroll(if is_forward { 1 } else { -1 }, rows);
        }
        Pane::Hardware => {}
    }
}

/// Says in the line how much is found.
pub(super) fn count(model: &mut Model) {
    let Some(Over::Find(pane, _)) = &model.over else {
        return;
    };
    let all = |of: usize| Some(Found { at: 0, of });
    let found = match pane {
        Pane::Queue if model.queue.sieve().text.is_empty() => None,
        Pane::Queue => all(usize::try_from(model.queue.len()).unwrap_or(usize::MAX)),
        Pane::Result => model.result.found(),
        Pane::Log if model.log.filter().is_empty() => None,
        Pane::Log => all(model.log.shown().count()),
        Pane::Hardware => None,
    };
    if let Some(Over::Find(_, line)) = &mut model.over {
        line.found(found);
    }
}
