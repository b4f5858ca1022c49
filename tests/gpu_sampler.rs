//! The sampler: nobody waits for the card, an old sample is known to be old, and history stays bounded and true.
#![allow(clippy::unwrap_used)]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use smelt::gpu::history::History;
use smelt::gpu::sample::State;
use smelt::gpu::sampler::{STALE, Sampler};
use smelt::gpu::{Identity, Metric, Sample, Source};

/// Answers once for each permission it is given, and hangs without, as a wedged driver does.
struct Wedged {
    permissions: Receiver<()>,
    asked: Sender<()>,
}

impl Source for Wedged {
    fn sample(&mut self, now: Duration) -> Sample {
        self.asked.send(()).ok();
        // Without a sender there will be no permission: it hangs for good.
        if self.permissions.recv().is_err() {
            loop {
                thread::park();
            }
        }
        warm(now, 61.0)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: "wedged".to_owned(),
            ..Identity::default()
        }
    }
}

fn warm(at: Duration, degrees: f64) -> Sample {
    Sample {
        temp_c: Metric::Value(degrees),
        power_w: Metric::Value(degrees + 30.0),
        ..Sample::unknown(at, State::Healthy)
    }
}

fn wedged() -> (Sampler, Sender<()>, Receiver<()>) {
    let (permit, permissions) = channel();
    let (asked, asks) = channel();
    let source = move || -> Box<dyn Source> { Box::new(Wedged { permissions, asked }) };
    let sampler = Sampler::start(Duration::from_millis(1), source).unwrap();
    (sampler, permit, asks)
}

#[test]
fn a_hung_driver_hangs_nobody_and_its_last_sample_grows_old() {
    let (sampler, permit, asks) = wedged();
    assert!(
        matches!(sampler.latest().state, State::Absent(_)),
        "no answer yet"
    );
    permit.send(()).unwrap();
    assert!(sampler.wait_for_first(Duration::from_mins(1)));
    // Now it hangs in the second question.
    asks.recv().unwrap();
    asks.recv().unwrap();
    assert_eq!(sampler.latest().temp_c, Metric::Value(61.0));
    assert_eq!(sampler.identity().name, "wedged");
    let old = loop {
        match sampler.latest().temp_c {
            Metric::Stale(degrees, age) => break (Metric::Value(degrees), age),
            fresh => assert_eq!(fresh, Metric::Value(61.0)),
        }
        thread::yield_now();
    };
    assert_eq!(old.0, Metric::Value(61.0));
    assert!(old.1 >= STALE);
    // An answer makes it young again.
    permit.send(()).unwrap();
    asks.recv().unwrap();
    assert_eq!(sampler.latest().temp_c, Metric::Value(61.0));
    drop(permit);
    // A hung driver is left behind, or this would never end.
    drop(sampler);
}

/// Tells when it is asked, and shows a card of this load and heat.
struct Asked {
    when: Sender<Duration>,
    busy: u32,
    degrees: f64,
}

impl Source for Asked {
    fn sample(&mut self, now: Duration) -> Sample {
        self.when.send(now).ok();
        Sample {
            busy_percent: Metric::Value(self.busy),
            ..warm(now, self.degrees)
        }
    }

    fn identity(&self) -> Identity {
        Identity::default()
    }
}

/// The shortest time between two of the first eight rounds; the longest may be the machine's doing.
fn shortest(every: Duration, busy: u32, degrees: f64) -> Duration {
    let (when, asked) = channel();
    let source = Asked {
        when,
        busy,
        degrees,
    };
    // Ten times as fast as the clock on the wall: what a busy machine wakes late by stays small beside it.
    let _sampler = Sampler::start_at(10.0, every, move || Box::new(source)).unwrap();
    let times: Vec<Duration> = asked.iter().take(8).collect();
    let pairs = times.windows(2);
    pairs
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .min()
        .unwrap()
}

#[test]
fn a_cool_card_that_does_nothing_is_asked_once_a_second_and_never_so_seldom_that_it_grows_stale() {
    let (quarter, second) = (Duration::from_millis(250), Duration::from_secs(1));
    let soon = Duration::from_millis(900);
    assert!(shortest(quarter, 97, 50.0) < soon);
    assert!(shortest(quarter, 0, 80.0) < soon, "it cools down");
    assert!(shortest(quarter, 0, 50.0) >= soon);
    // Whoever asks once a second anyway is not asked every fourth.
    assert!(shortest(second, 0, 50.0) < STALE);
}

#[test]
fn samples_go_into_the_history() {
    let (sampler, permit, asks) = wedged();
    for _ in 0..5 {
        permit.send(()).unwrap();
        asks.recv().unwrap();
    }
    // The sixth question comes after the fifth answer was stored.
    asks.recv().unwrap();
    let history = sampler.history(60);
    let newest = history.into_iter().flatten().last().unwrap();
    assert_eq!((newest.temp_c, newest.power_w), (Some(61.0), Some(91.0)));
}

#[test]
fn a_second_without_an_answer_is_a_gap() {
    let mut history = History::new(10);
    for second in [0, 1, 4] {
        history.add(&warm(Duration::from_secs(second), 50.0));
    }
    history.add(&Sample::unknown(Duration::from_secs(5), State::Lost));
    let temperatures: Vec<Option<f64>> = history
        .last(Duration::from_secs(5), 6)
        .into_iter()
        .map(|bucket| bucket.and_then(|bucket| bucket.temp_c))
        .collect();
    let warm = Some(50.0);
    assert_eq!(temperatures, [warm, warm, None, None, warm, None]);
}

proptest! {
    #[test]
    fn history_is_bounded_and_its_figures_lie_within_the_samples(
        gaps in prop::collection::vec(0_u64..4000, 1..400),
        degrees in prop::collection::vec(20.0_f64..100.0, 400),
        most in 1_usize..50,
    ) {
        let mut history = History::new(most);
        let mut at = Duration::ZERO;
        for (gap, degrees) in gaps.iter().zip(&degrees) {
            at += Duration::from_millis(*gap);
            history.add(&warm(at, *degrees));
            prop_assert!(history.len() <= most);
        }
        let low = degrees.iter().copied().fold(f64::INFINITY, f64::min);
        let high = degrees.iter().copied().fold(0.0, f64::max);
        let shown = history.last(at, most);
        prop_assert!(shown.len() <= most);
        for bucket in shown.into_iter().flatten() {
            let temp = bucket.temp_c.unwrap();
            let power = bucket.power_w.unwrap();
            prop_assert!((low..=high).contains(&temp));
            prop_assert!((low + 29.999..=high + 30.001).contains(&power));
            // The highest temperature of a second is at least its mean.
            prop_assert!(power - 30.0 <= temp + 0.001);
        }
    }
}
