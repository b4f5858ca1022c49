//! The card's power: what a key tells its keeper. What comes of it, or why nothing does, the keeper tells.

use crate::keymap::Action;
use crate::power::keeper::Command;
use crate::power::profile::Profiles;
use crate::tui::model::Model;
use crate::tui::model::boxes::Over;
use crate::tui::msg::Effect;

/// Watts of one step.
const STEP_W: f64 = 5.0;

/// Carries an action out; `None` when it is about something else.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    let kept = model.hardware.now.as_ref().map(|now| &now.kept);
    let command = match action {
        Action::Profile1 => return Some(profile(0)),
        Action::Profile2 => return Some(profile(1)),
        Action::Profile3 => return Some(profile(2)),
        Action::Profile4 => return Some(profile(3)),
        Action::PowerMenu => {
            let current = kept.and_then(|kept| kept.profile.as_deref());
            model.over = Some(Over::profiles(current, model.keymap()));
            return Some(Vec::new());
        }
        Action::LessPower => Command::Step(-STEP_W),
        Action::MorePower => Command::Step(STEP_W),
        Action::Automatic => Command::Automatic(kept.is_none_or(|kept| kept.mode != "automatic")),
        Action::EmergencyStop => Command::Emergency,
        Action::KeepSetting => Command::Confirm,
        Action::Acknowledge => Command::Acknowledge,
        _ => return None,
    };
    Some(vec![Effect::Power(command)])
}

/// The profile of that place.
pub(super) fn profile(at: usize) -> Vec<Effect> {
    let profiles = Profiles::default();
    let chosen = profiles.iter().nth(at);
    let command = chosen.map(|profile| Command::Profile(profile.name.clone()));
    command.map(Effect::Power).into_iter().collect()
}
