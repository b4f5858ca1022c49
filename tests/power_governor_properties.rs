//! The governor under readings of every kind: what it never does.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/governor.rs"]
mod governor;

use std::time::Duration;

use governor::{Bench, MAX};
use proptest::prelude::*;
use smelt::gpu::{Metric, Throttle};
use smelt::power::governor::{Admission, Hold, Settings};

/// What a second may bring: mostly a plausible reading, sometimes anything.
fn reading(plausible: std::ops::Range<f64>) -> impl Strategy<Value = Metric<f64>> {
    prop_oneof![
        8 => plausible.prop_map(Metric::Value),
        1 => any::<f64>().prop_map(Metric::Value),
        1 => Just(Metric::Value(f64::NAN)),
        1 => Just(Metric::Unsupported),
        1 => Just(Metric::Denied),
        1 => Just(Metric::Error(999)),
        1 => (0.0..120.0).prop_map(|value| Metric::Stale(value, Duration::from_secs(1))),
    ]
}

/// Some seconds of the same, as weather comes in spells; and perhaps another profile before.
#[derive(Debug, Clone)]
struct Spell {
    seconds: u64,
    temp_c: Metric<f64>,
    margin_c: Metric<f64>,
    power_w: Metric<f64>,
    throttle: u64,
    hold: Hold,
    ceiling_w: Option<f64>,
    acknowledges: bool,
}

fn spell() -> impl Strategy<Value = Spell> {
    let hold = prop_oneof![
        Just(Hold::Watts),
        (210_u32..2200).prop_map(Hold::Clocks),
        any::<bool>().prop_map(Hold::Pacing),
    ];
    let ceiling = prop_oneof![8 => Just(None), 1 => any::<f64>().prop_map(Some), 3 => (50.0..200.0).prop_map(Some)];
    let throttle = prop_oneof![6 => Just(0), 1 => any::<u64>()];
    (
        (1_u64..90, reading(55.0..97.0), reading(-4.0..30.0)),
        (reading(60.0..160.0), throttle, hold),
        (ceiling, any::<bool>()),
    )
        .prop_map(
            |(
                (seconds, temp_c, margin_c),
                (power_w, throttle, hold),
                (ceiling_w, acknowledges),
            )| {
                Spell {
                    seconds,
                    temp_c,
                    margin_c,
                    power_w,
                    throttle,
                    hold,
                    ceiling_w,
                    acknowledges,
                }
            },
        )
}

fn is_plausible(temp: Metric<f64>) -> bool {
    temp.fresh()
        .is_some_and(|temp| (-20.0..=130.0).contains(&temp))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_read_the_cap_keeps_its_promises(spells in proptest::collection::vec(spell(), 1..40)) {
        let mut bench = Bench::new(MAX);
        let mut ceiling = MAX.ceiling_w;
        let (mut fell, mut heard) = (None::<u64>, 0);
        for spell in spells {
            if let Some(watts) = spell.ceiling_w {
                bench.governor.set_ceiling(watts);
                if watts.is_finite() && watts > 0.0 {
                    ceiling = watts.max(MAX.floor_w);
                }
            }
            if spell.acknowledges {
                bench.governor.acknowledge();
            }
            for _ in 0..spell.seconds {
                let second = bench.second;
                let before = bench.cap_w();
                let mut seen = bench.seen(0.0);
                seen.temp_c = spell.temp_c;
                seen.margin_c = spell.margin_c;
                seen.power_w = spell.power_w;
                seen.throttle = Metric::Value(Throttle(spell.throttle));
                seen.hold = spell.hold;
                let decision = bench.step(seen);

                prop_assert!(decision.cap_w >= MAX.floor_w && decision.cap_w <= ceiling);
                prop_assert!(decision.pacing > 0.0 && decision.pacing <= 1.0);
                if decision.cap_w > before && second > 0 {
                    prop_assert!(is_plausible(spell.temp_c), "raised by {:?}", spell.temp_c);
                    prop_assert!(fell.is_none_or(|fell| second - fell >= 30), "fell {:?}, rose {}", fell, second);
                }
                if decision.cap_w < before {
                    fell = Some(second);
                }
                if is_plausible(spell.temp_c) {
                    heard = second;
                    if spell.temp_c.fresh() >= Some(95.0) {
                        prop_assert!(decision.emergency && decision.admission == Admission::Paused);
                    }
                } else if second - heard >= 3 {
                    prop_assert_eq!(decision.admission, Admission::Paused);
                    prop_assert!(decision.cap_w <= MAX.floor_w);
                }
            }
        }
    }

    #[test]
    fn without_a_known_power_a_limit_is_never_raised(temps in proptest::collection::vec(40.0..86.0, 1..40), power in reading(600.0..900.0)) {
        prop_assume!(!matches!(power, Metric::Value(watts) if (0.0..=300.0).contains(&watts)));
        let mut bench = Bench::new(Settings { ceiling_w: 140.0, ..MAX });
        for temp in temps {
            for _ in 0..40 {
                let mut seen = bench.seen(temp);
                seen.power_w = power;
                let decision = bench.step(seen);
                prop_assert!(decision.cap_w <= decision.from_w);
            }
        }
    }
}
