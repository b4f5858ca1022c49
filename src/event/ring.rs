//! The ring: events that wait for a slow reader, so many at most; the newest win, and pieces of one answer are joined.

use std::collections::VecDeque;

use super::Event;

/// Bytes of one answer that may wait joined; no answer inside the grammar is longer.
const MOST_TEXT: usize = 64 << 10;

/// A bounded queue that never refuses.
#[derive(Debug)]
pub struct Ring {
    queue: VecDeque<Event>,
    most: usize,
}

impl Ring {
    /// Holds so many events.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            most: most.max(1),
        }
    }

    /// Takes one in; the oldest goes if there is no room.
    pub fn push(&mut self, event: Event) {
        let Some(event) = self.join(event) else {
            return;
        };
        if self.queue.len() == self.most {
            self.queue.pop_front();
        }
        self.queue.push_back(event);
    }

    /// Appends a piece to the one before it, if that is the newest and of the same answer.
    fn join(&mut self, event: Event) -> Option<Event> {
        if let (
            Event::Text {
                job,
                question,
                at,
                text,
                pieces,
            },
            Some(Event::Text {
                job: last_job,
                question: last_question,
                at: start,
                text: waiting,
                pieces: count,
            }),
        ) = (&event, self.queue.back_mut())
            && (job, question) == (last_job, last_question)
            && *start + waiting.len() == *at
            && waiting.len() + text.len() <= MOST_TEXT
        {
            waiting.push_str(text);
            *count += pieces;
            return None;
        }
        Some(event)
    }

    /// Takes the oldest out.
    pub fn pop(&mut self) -> Option<Event> {
        self.queue.pop_front()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }
}
