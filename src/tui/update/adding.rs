//! Adding: files that are named and postings that are typed go into the queue.

use std::time::Duration;

use crate::keymap::Action;
use crate::tui::model::Model;
use crate::tui::model::boxes::{Over, Typing, names as split};
use crate::tui::msg::Effect;

/// Carries an action out; false when it is about something else.
pub(super) fn act(model: &mut Model, action: Action, now: Duration) -> bool {
    match action {
        Action::AddFiles => {
            model.over = Some(Over::Typing(Box::new(Typing::add(model.keymap()))));
        }
        Action::Compose => compose(model, "", now),
        _ => return false,
    }
    true
}

/// Lets a posting be typed, beginning with what was pasted into a pane.
pub(super) fn compose(model: &mut Model, text: &str, now: Duration) {
    if model.is_readonly {
        model.say("nothing is queued: smelt was started with --readonly", now);
        return;
    }
    let typing = Typing::compose(text, model.keymap());
    model.over = Some(Over::Typing(Box::new(typing)));
}

/// Queues what a line names.
pub(super) fn names(typed: &str) -> Vec<Effect> {
    let names = split(typed).ok();
    names.map(Effect::Add).into_iter().collect()
}
