//! When the console draws, and what it keeps of what it hears while it cannot.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use smelt::event::Event;
use smelt::event::ring::Ring;
use smelt::tui::frame::{FrameClock, Urgency};
use smelt::tui::inbox::Inbox;
use smelt::tui::msg::Msg;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn piece(at: usize, text: &str) -> Event {
    Event::Text {
        job: 1,
        question: 1,
        at,
        text: text.to_owned(),
        pieces: 1,
    }
}

#[test]
fn nothing_is_drawn_that_nobody_asked_for() {
    assert_eq!(FrameClock::default().due(), None);
    let mut clock = FrameClock::default();
    clock.request(Urgency::Input, ms(5));
    clock.drawn(ms(5), ms(1));
    assert_eq!(clock.due(), None);
}

#[test]
fn keys_come_at_once_streams_ten_times_and_gauges_once_a_second() {
    let mut clock = FrameClock::default();
    clock.drawn(ms(1000), ms(1));
    clock.request(Urgency::Gauge, ms(1010));
    assert_eq!(clock.due(), Some(ms(2000)));
    clock.request(Urgency::Stream, ms(1010));
    assert_eq!(clock.due(), Some(ms(1100)));
    clock.request(Urgency::Input, ms(1020));
    assert_eq!(clock.due(), Some(ms(1020)));
}

#[test]
fn an_unwatched_terminal_gets_a_frame_a_second_at_most() {
    let mut clock = FrameClock::default();
    clock.drawn(ms(1000), ms(1));
    clock.watch(false);
    clock.request(Urgency::Stream, ms(1010));
    assert_eq!(clock.due(), Some(ms(2000)));
}

#[test]
fn a_slow_line_gets_fewer_frames_and_recovers() {
    let mut clock = FrameClock::default();
    for _ in 0..10 {
        clock.drawn(ms(0), ms(200));
    }
    clock.request(Urgency::Stream, ms(0));
    assert_eq!(clock.due(), Some(ms(1600)));
    for _ in 0..10 {
        clock.drawn(ms(0), ms(1));
    }
    clock.request(Urgency::Stream, ms(0));
    assert_eq!(clock.due(), Some(ms(100)));
}

#[test]
fn pieces_of_an_answer_wait_as_one_and_a_gap_stays_one() {
    let mut ring = Ring::new(8);
    ring.push(piece(0, "ab"));
    ring.push(piece(2, "cd"));
    ring.push(piece(9, "x"));
    assert_eq!(ring.len(), 2);
    let Some(Event::Text { text, pieces, .. }) = ring.pop() else {
        unreachable!("a piece");
    };
    assert_eq!((text.as_str(), pieces), ("abcd", 2));
}

#[test]
fn keys_are_heard_before_a_thousand_events() {
    let inbox = Inbox::default();
    for job in 0..5000 {
        inbox.event(Event::Asked { job, question: 1 });
    }
    inbox.put(Msg::Continued);
    let heard = inbox.wait(None);
    assert!(matches!(heard.first(), Some(Msg::Continued)));
    assert_eq!(heard.len(), 1025);
    let newest = Event::Asked {
        job: 4999,
        question: 1,
    };
    assert!(matches!(heard.last(), Some(Msg::Event(event)) if *event == newest));
    assert!(inbox.wait(Some(Instant::now())).is_empty());
}

proptest! {
    #[test]
    fn the_ring_never_holds_more_and_keeps_the_newest(jobs in prop::collection::vec(0..50i64, 0..200), most in 1..20usize) {
        let mut ring = Ring::new(most);
        for job in &jobs {
            ring.push(Event::Asked { job: *job, question: 1 });
        }
        let mut kept = Vec::new();
        while let Some(Event::Asked { job, .. }) = ring.pop() {
            kept.push(job);
        }
        prop_assert_eq!(&kept[..], &jobs[jobs.len() - jobs.len().min(most)..]);
    }

    #[test]
    fn a_frame_never_waits_longer_than_it_must(
        steps in prop::collection::vec((0..3u8, 0..3000u64, 0..300u64), 1..60),
    ) {
        let mut clock = FrameClock::default();
        let mut now = ms(0);
        for (urgency, wait, took) in steps {
            now += ms(wait);
            clock.request([Urgency::Gauge, Urgency::Stream, Urgency::Input][usize::from(urgency)], now);
            let due = clock.due().unwrap();
            prop_assert!(due <= now + ms(1600));
            if due <= now {
                clock.drawn(now, ms(took));
            }
        }
    }
}
