//! Control over time, with hands that stop taking anything.

use super::*;
use crate::gpu::{Choice, Source};
use crate::power::governor::Admission;
use crate::power::keeper::hands::Hands;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_raise_nobody_confirmed_is_not_tried_again_though_the_way_back_is_refused() {
    let choice: Choice = "simulated".parse().unwrap();
    let mut laptop = choice.laptop().unwrap();
    let hands = Hands::loose(Some(laptop.clone()), None);
    let status = Status::new(laptop.sample(Duration::ZERO), false);
    let mut control = Control::new(hands, status, Pace::default(), false);
    for second in 0..=50 {
        if second == 10 {
            // From now on nothing takes any watts.
            control.hands = Hands::loose(None, None);
        } else if second == 20 {
            let told = control.status.last.clone().unwrap();
            assert!(told.id == 0 && told.result.is_err(), "{told:?}");
            assert!((control.status.plan.ceiling_w - 120.0).abs() < 0.1);
            control.hands = Hands::loose(Some(laptop.clone()), None);
        }
        let now = seconds(second);
        control.tick(laptop.sample(now), laptop.identity(), now);
        if second == 0 {
            for watts in [120.0, 150.0] {
                let told = control.obey(1, &Command::Watts(watts), now);
                assert_eq!(told.result.unwrap().requested_w, Some(watts));
            }
        }
    }
    // What is tried again later is the lower one.
    assert_eq!(control.status.requested_w, Some(120.0));
}

#[test]
fn without_a_card_the_emergency_stop_ends_work_all_the_same_and_outlives_a_card_that_comes() {
    let choice: Choice = "simulated".parse().unwrap();
    let mut laptop = choice.laptop().unwrap();
    let none = |now| Sample::unknown(now, State::Absent("no driver".to_owned()));
    let status = Status::new(none(Duration::ZERO), false);
    let mut control = Control::new(Hands::loose(None, None), status, Pace::default(), false);
    let stop = |control: &mut Control, second: u64| {
        control.tick(none(seconds(second)), Identity::default(), seconds(second));
        let told = control.obey(1, &Command::Emergency, seconds(second));
        assert!(told.result.is_ok(), "{told:?}");
        control.tick(
            none(seconds(second + 1)),
            Identity::default(),
            seconds(second + 1),
        );
        assert!(control.status.emergency && control.status.admission == Admission::Paused);
    };
    stop(&mut control, 0);
    let told = control.obey(2, &Command::Acknowledge, seconds(2));
    assert_eq!(told.result.unwrap().text, "goes on");
    control.tick(none(seconds(3)), Identity::default(), seconds(3));
    assert!(!control.status.emergency && control.status.admission == Admission::Open);
    stop(&mut control, 4);
    control.tick(laptop.sample(seconds(6)), laptop.identity(), seconds(6));
    assert!(
        control.status.emergency,
        "nobody has said that it may go on"
    );
}
