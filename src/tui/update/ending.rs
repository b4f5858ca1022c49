//! Leaving: at once where nothing runs, else what becomes of running work is asked first.

use std::time::Duration;

use crate::keymap::Action;
use crate::tui::model::boxes::{Leaving, Over};
use crate::tui::model::{Ending, Model};
use crate::tui::msg::Effect;

/// The user wants to leave; who insists leaves faster.
pub(super) fn leave(model: &mut Model, now: Duration) -> Vec<Effect> {
    let is_asked = matches!(model.over, Some(Over::Leaving(_)));
    match model.ending {
        Ending::Not if is_asked || model.work.running.is_empty() || model.ended.is_some() => {
            choose(model, Leaving::GiveBack, now)
        }
        Ending::Not => {
            let running = model.work.running.len();
            model.over = Some(Over::leaving(running, model.keymap()));
            Vec::new()
        }
        Ending::Finishing => choose(model, Leaving::GiveBack, now),
        Ending::GivingBack | Ending::Now => {
            model.ending = Ending::Now;
            vec![Effect::Leave]
        }
    }
}

/// The question what becomes of running work goes when none is left, and tells how much is meanwhile.
pub(super) fn look_again(model: &mut Model, now: Duration) {
    let running = model.work.running.len();
    match &mut model.over {
        Some(over @ Over::Leaving(_)) if running > 0 => over.still_running(running),
        Some(Over::Leaving(_)) => {
            model.over = None;
            let quit = model.keymap().key(model.below(), Action::Quit);
            let quit = quit.unwrap_or_default();
            model.say(
                format!("nothing is being read any more: {quit} leaves"),
                now,
            );
        }
        _ => {}
    }
}

/// Carries a choice out.
pub(super) fn choose(model: &mut Model, how: Leaving, now: Duration) -> Vec<Effect> {
    model.over = None;
    let has_ended = model.ended.is_some();
    let (ending, effect) = match how {
        Leaving::Stay => return Vec::new(),
        Leaving::Finish => (Ending::Finishing, Effect::Stop),
        Leaving::GiveBack => (Ending::GivingBack, Effect::Abort),
    };
    if has_ended {
        model.ending = Ending::Now;
        return vec![Effect::Leave];
    }
    model.ending = ending;
    if how == Leaving::Finish {
        model.say("finishing what runs; quit again gives it back", now);
    }
    vec![effect]
}
