//! Who leaves with whom, and when.

#![allow(clippy::unwrap_used)]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;

const WIDE: Limits = Limits {
    width: 4,
    tokens: 16_000,
    context: 4_000,
    at_once: usize::MAX,
};

fn sizes(prompts: &[usize]) -> Vec<Size> {
    let size = |prompt: &usize| Size {
        prompt: *prompt,
        answer: 100,
        lead: 0,
    };
    prompts.iter().map(size).collect()
}

#[test]
fn the_oldest_leaves_with_those_nearest_in_length() {
    let chosen = choose(&sizes(&[1000, 1900, 950, 1040, 500, 1010]), WIDE);
    assert_eq!(chosen, [0, 2, 3, 5]);
}

/// A question with a short answer.
fn short(prompt: usize) -> Size {
    Size {
        prompt,
        answer: 10,
        lead: 0,
    }
}

#[test]
fn only_those_with_the_same_beginning_leave_together() {
    let mut waiting = sizes(&[1000, 1001, 1002, 1003]);
    waiting[1].lead = 7;
    waiting[2].lead = 7;
    assert_eq!(choose(&waiting, WIDE), [0, 3]);
    assert_eq!(choose(&waiting[1..], WIDE), [0, 1]);
}

#[test]
fn a_page_is_not_padded_to_more_than_twice_its_length() {
    assert_eq!(choose(&sizes(&[1000, 2001, 499]), WIDE), [0]);
    assert_eq!(choose(&sizes(&[1000, 2000, 500]), WIDE), [0, 2]);
}

#[test]
fn the_cache_holds_all_of_them() {
    let tight = Limits {
        tokens: 2_300,
        ..WIDE
    };
    assert_eq!(choose(&sizes(&[1000, 1001, 1002]), tight), [0, 1]);
}

proptest! {
    #[test]
    fn a_cohort_keeps_its_limits(
        prompts in prop::collection::vec((1usize..4000, 1usize..500), 1..40),
        width in 1usize..9,
        tokens in 500usize..40_000,
    ) {
        let waiting: Vec<Size> = prompts.iter().map(|&(prompt, answer)| Size { prompt, answer, lead: 0 }).collect();
        let limits = Limits { width, tokens, ..WIDE };
        let chosen = choose(&waiting, limits);
        prop_assert_eq!(chosen.first(), Some(&0));
        prop_assert!(chosen.len() <= width && chosen.windows(2).all(|pair| pair[0] < pair[1]));
        let longest = chosen.iter().map(|index| waiting[*index].answer).max().unwrap();
        let length = chosen.iter().map(|index| waiting[*index].prompt).max().unwrap();
        // Alone a question may be as long as it is: whether it fits at all is not the room's to say.
        if chosen.len() > 1 {
            prop_assert!(chosen.len() * (length + longest) <= tokens && length + longest <= 4_000);
        }
    }
}

/// A guest with a prompt of so many tokens, whose departure is told.
struct Told<F>(usize, F);

impl<F: FnOnce(usize, Turn) + Send> Guest for Told<F> {
    fn ready(&mut self) -> usize {
        self.0
    }

    fn depart(self: Box<Self>, length: usize, turn: Turn) {
        (self.1)(length, turn);
    }
}

/// Has a short question enter.
fn ask(room: &Room, prompt: usize, depart: impl FnOnce(usize, Turn) + Send + 'static) -> Seat<'_> {
    let guest = Box::new(Told(prompt, depart));
    room.enter(room.announce(), short(prompt), guest)
}

/// A cohort's number, and a guest of it.
type Departure = (usize, usize);

/// A room whose departures are told, each with the number of its cohort.
fn room(width: usize) -> (Arc<Room>, Sender<Departure>, Receiver<Departure>) {
    let (sender, receiver) = channel();
    let limits = Limits { width, ..WIDE };
    let room = Room::new(limits, Box::new(|burst| burst()));
    (Arc::new(room), sender, receiver)
}

#[test]
fn a_full_room_leaves_at_once_and_the_next_when_all_are_back() {
    let (room, told, departures) = room(2);
    let answered = Arc::new(Mutex::new(Vec::<Receiver<()>>::new()));
    let mut ends = Vec::new();
    std::thread::scope(|scope| {
        for prompt in [100, 110, 120] {
            let (end, ended) = channel::<()>();
            ends.push(end);
            answered.lock().unwrap().push(ended);
            let (room, told, answered) = (Arc::clone(&room), told.clone(), Arc::clone(&answered));
            scope.spawn(move || {
                let seat = ask(&room, prompt, move |length, _| {
                    told.send((prompt, length)).unwrap();
                });
                let ended = answered.lock().unwrap().pop().unwrap();
                assert!(ended.recv().is_err());
                drop(seat);
            });
        }
        let mut first = [departures.recv().unwrap(), departures.recv().unwrap()];
        first.sort_unstable();
        assert_eq!(first[0].1, first[1].1);
        assert!(departures.recv_timeout(2 * GATHER).is_err());
        ends.clear();
        let third = departures.recv().unwrap();
        assert_eq!(third.0, third.1);
    });
}

/// What a room holds when somebody came at each of these moments.
fn holding(came: &[Instant], travelling: usize, free_since: Instant) -> Inside {
    let guest = |since: &Instant| Waiting {
        id: 0,
        size: short(100),
        since: *since,
        guest: Box::new(Told(100, |_, _| {})),
    };
    Inside {
        next: 0,
        coming: 0,
        waiting: came.iter().map(guest).collect(),
        travelling,
        free_since,
    }
}

#[test]
fn one_alone_does_not_wait_for_long() {
    let (room, ..) = room(8);
    let ms = Duration::from_millis;
    let (free, came) = (Instant::now(), Instant::now() + ms(1000));
    let alone = holding(&[came], 0, free);
    assert_eq!(room.due_in(&alone, came), Some(ms(25)));
    assert_eq!(room.due_in(&alone, came + ms(20)), Some(ms(5)));
    assert_eq!(room.due_in(&alone, came + ms(25)), Some(Duration::ZERO));
    // Who comes later does not make the first wait longer.
    let two = holding(&[came, came + ms(20)], 0, free);
    assert_eq!(room.due_in(&two, came + ms(20)), Some(ms(5)));
    // Those who ask again when the last cohort ends are met, however long somebody has waited for that end.
    let met = holding(&[came], 0, came + ms(500));
    assert_eq!(room.due_in(&met, came + ms(500)), Some(ms(25)));
    assert_eq!(room.due_in(&holding(&[came], 1, free), came), None);
    // While others are on their way it waits for them, but not for ever.
    let mut others = holding(&[came], 0, free);
    others.coming = 1;
    assert_eq!(room.due_in(&others, came + ms(25)), Some(ms(975)));
    assert_eq!(room.due_in(&holding(&[], 0, free), came), None);
}

proptest! {
    /// A question that leaves is read when its turn is dropped, which the engine does in any order, and at once where it
    /// refuses one.
    #[test]
    fn of_a_cohort_no_more_are_unread_than_can_be_read_at_once_and_none_is_left(
        refused in prop::collection::vec(any::<bool>(), 1..9),
        at_once in 0usize..10,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 9),
    ) {
        let (came, unread) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let guest = |(row, is_refused): (usize, bool)| -> Box<dyn Guest> {
            let (came, unread) = (Arc::clone(&came), Arc::clone(&unread));
            Box::new(Told(100 - row, move |length, turn| {
                came.lock().unwrap().push((row, length));
                if !is_refused {
                    unread.lock().unwrap().push(turn);
                }
            }))
        };
        let cohort = refused.iter().copied().enumerate().map(guest).collect();
        Relay::of(cohort, 100 * at_once).start();
        for pick in picks {
            let waiting = unread.lock().unwrap().len();
            prop_assert!(waiting <= at_once.max(1));
            if waiting > 0 {
                let read = unread.lock().unwrap().swap_remove(pick.index(waiting));
                drop(read);
            }
        }
        let all: Vec<_> = (0..refused.len()).map(|row| (row, 100)).collect();
        prop_assert_eq!(&*came.lock().unwrap(), &all);
    }
}

#[test]
fn a_room_puts_no_more_prompts_to_the_engine_than_it_reads_at_once() {
    let limits = Limits {
        width: 3,
        at_once: 250,
        ..WIDE
    };
    let room = Room::new(limits, Box::new(|burst| burst()));
    let (told, departures) = channel();
    std::thread::scope(|scope| {
        for prompt in [100, 110, 120] {
            let (room, told) = (&room, told.clone());
            scope.spawn(move || {
                drop(ask(room, prompt, move |length, turn| {
                    told.send((length, turn)).unwrap();
                }));
            });
        }
        let first = [departures.recv().unwrap(), departures.recv().unwrap()];
        assert!(departures.try_recv().is_err());
        drop(first);
        let (length, _turn) = departures.recv().unwrap();
        assert_eq!(length, 120);
    });
}

#[test]
fn a_question_waits_for_one_that_was_announced_and_leaves_with_it() {
    let (room, told, departures) = room(4);
    let coming = room.announce();
    std::thread::scope(|scope| {
        let (first, told_first) = (Arc::clone(&room), told.clone());
        scope.spawn(move || {
            drop(ask(&first, 100, move |length, _| {
                told_first.send((100, length)).unwrap();
            }));
        });
        assert!(departures.recv_timeout(3 * GATHER).is_err());
        let guest = Told(120, move |length, _| told.send((120, length)).unwrap());
        drop(room.enter(coming, short(120), Box::new(guest)));
        assert_eq!(departures.recv(), Ok((100, 120)));
        assert_eq!(departures.recv(), Ok((120, 120)));
    });
}

/// Enters from a thread of its own; tells when it has left and its seat is free again, and whether its question was put.
fn enter(room: &Arc<Room>, prompt: usize) -> Receiver<bool> {
    let (left, has_left) = channel();
    let room = Arc::clone(room);
    std::thread::spawn(move || {
        let (put, was_put) = channel();
        let seat = ask(&room, prompt, move |_, _| {
            assert!(prompt != BAD, "this one cannot be put to the engine");
            put.send(()).unwrap();
        });
        drop(seat);
        left.send(was_put.recv().is_ok()).unwrap();
    });
    has_left
}

/// The length of a question whose departure panics.
const BAD: usize = 110;
/// Long enough for any machine; only a defect takes it.
const HANGS: Duration = Duration::from_secs(20);

#[test]
fn a_departure_that_panics_holds_up_neither_its_cohort_nor_those_who_wait() {
    for prompts in [[BAD, 100, 120], [100, BAD, 120], [100, 120, BAD]] {
        let (room, ..) = room(3);
        let left = prompts.map(|prompt| enter(&room, prompt));
        for (prompt, left) in prompts.iter().zip(left) {
            assert_eq!(left.recv_timeout(HANGS), Ok(*prompt != BAD));
        }
        assert_eq!(enter(&room, 100).recv_timeout(HANGS), Ok(true));
    }
}

#[test]
fn an_engine_that_cannot_be_held_answers_nobody_and_holds_nobody() {
    let limits = Limits { width: 2, ..WIDE };
    let room = Arc::new(Room::new(limits, Box::new(|_| panic!("it is gone"))));
    for left in [enter(&room, 100), enter(&room, 120), enter(&room, 100)] {
        assert_eq!(left.recv_timeout(HANGS), Ok(false));
    }
}
