//! Which jobs the queue shows, and in which order.

use crate::store::{Order, State, States};

/// What a job must be to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sieve {
    /// Its id, file, address or title holds this text.
    pub text: String,
    /// It is in one of these states.
    pub states: States,
    /// Which one comes first.
    pub order: Order,
}

impl Default for Sieve {
    fn default() -> Self {
        Self {
            text: String::new(),
            states: States::ALL,
            order: Order::Queued,
        }
    }
}

/// Sets of states that can be chosen: the key in the menu, the words, the set.
#[must_use]
pub fn kinds() -> [(char, &'static str, States); 8] {
    let of = |states: &[State]| States::of(states);
    [
        ('a', "all", States::ALL),
        ('w', "waiting", of(&[State::Waiting, State::Retrying])),
        ('r', "running", of(&[State::Running])),
        ('v', "to review", of(&[State::ToReview])),
        ('d', "done", of(&[State::Done])),
        ('f', "failed", of(&[State::Failed])),
        ('o', "approved", of(&[State::Approved])),
        ('x', "rejected", of(&[State::Rejected])),
    ]
}

impl Sieve {
    /// Whether it holds anything back.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.text.is_empty() && self.states == States::ALL
    }

    /// The place of its states among [`kinds`].
    #[must_use]
    pub fn kind(&self) -> usize {
        let kinds = kinds();
        let at = kinds.iter().position(|(.., set)| *set == self.states);
        at.unwrap_or_default()
    }

    /// The next order.
    #[must_use]
    pub fn sorted(&self) -> Self {
        let order = match self.order {
            Order::Queued => Order::Newest,
            Order::Newest => Order::Doubt,
            Order::Doubt => Order::Queued,
        };
        Self {
            order,
            ..self.clone()
        }
    }

    /// How it is ordered, in words.
    #[must_use]
    pub fn order_in_words(&self) -> &'static str {
        match self.order {
            Order::Queued => "as queued",
            Order::Newest => "newest first",
            Order::Doubt => "least certain first",
        }
    }

    /// What is out of the ordinary about it, for a title; empty where nothing is.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        if self.states != States::ALL {
            words.push_str("  ");
            words.push_str(kinds()[self.kind()].1);
        }
        if !self.text.is_empty() {
            words.push_str("  /");
            words.push_str(&self.text);
        }
        if self.order != Order::Queued {
            words.push_str("  ");
            words.push_str(self.order_in_words());
        }
        words
    }
}
