//! Leaving: at once where nothing runs, else what becomes of running work is asked first.

use std::time::Duration;

use crate::tui::model::{Ending, Leaving, Model};
use crate::tui::msg::Effect;

/// The user wants to leave; who insists leaves faster.
pub(super) fn leave(model: &mut Model, now: Duration) -> Vec<Effect> {
    match model.ending {
        Ending::Not if model.work.running.is_empty() || model.ended.is_some() => {
            choose(model, Leaving::GiveBack, now)
        }
        Ending::Not => {
            model.ending = Ending::Asked(0);
            model.arrange();
            Vec::new()
        }
        Ending::Asked(_) | Ending::Finishing => choose(model, Leaving::GiveBack, now),
        Ending::GivingBack | Ending::Now => {
            model.ending = Ending::Now;
            vec![Effect::Leave]
        }
    }
}

/// Carries a choice out.
pub(super) fn choose(model: &mut Model, how: Leaving, now: Duration) -> Vec<Effect> {
    let has_ended = model.ended.is_some();
    let (ending, effect) = match how {
        Leaving::Finish => (Ending::Finishing, Effect::Stop),
        Leaving::GiveBack => (Ending::GivingBack, Effect::Abort),
    };
    model.ending = if has_ended { Ending::Now } else { ending };
    if how == Leaving::Finish {
        model.say("finishing what runs; quit again gives it back", now);
    }
    model.arrange();
    let mut effects = vec![effect];
    if has_ended {
        effects.push(Effect::Leave);
    }
    effects
}

/// A row of the question, from 0.
pub(super) fn answer(model: &mut Model, row: usize, now: Duration) -> Vec<Effect> {
    match row {
        0 => choose(model, Leaving::Finish, now),
        1 => choose(model, Leaving::GiveBack, now),
        _ => {
            model.ending = Ending::Not;
            model.arrange();
            Vec::new()
        }
    }
}
