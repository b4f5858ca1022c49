//! Control over time, with hands that stop taking anything.

use super::*;
use crate::gpu::{Choice, Source};
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
