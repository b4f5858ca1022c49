//! How many questions a worker has at a time, and who has it alone.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::engine::lock;

/// The questions that are with the worker.
#[derive(Debug, Default)]
pub(super) struct Slots {
    taken: Mutex<Taken>,
    free: Condvar,
}

#[derive(Debug, Default)]
struct Taken {
    count: usize,
    /// One has the worker to itself.
    is_alone: bool,
    /// So many wait for that; nobody else begins meanwhile.
    waiting: usize,
}

impl Slots {
    /// Waits until fewer than `most` are taken, or to be alone until none is.
    pub(super) fn take(&self, most: usize, is_alone: bool) -> Slot<'_> {
        let mut taken = lock(&self.taken);
        taken.waiting += usize::from(is_alone);
        let must_wait = |taken: &mut Taken| {
            if is_alone {
                taken.count > 0
            } else {
                taken.count >= most.max(1) || taken.is_alone || taken.waiting > 0
            }
        };
        let mut taken = self
            .free
            .wait_while(taken, must_wait)
            .unwrap_or_else(PoisonError::into_inner);
        taken.waiting -= usize::from(is_alone);
        taken.is_alone = is_alone;
        taken.count += 1;
        Slot(self)
    }
}

/// One of them.
pub(super) struct Slot<'a>(&'a Slots);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut taken = lock(&self.0.taken);
        taken.count -= 1;
        taken.is_alone = false;
        drop(taken);
        // Those who wait wait for different things.
        self.0.free.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    #[test]
    fn who_must_be_alone_waits_for_all_and_is_waited_for() {
        let slots = Slots::default();
        let first = slots.take(2, false);
        thread::scope(|scope| {
            let (sender, began) = channel();
            let slots = &slots;
            scope.spawn({
                let sender = sender.clone();
                move || {
                    let slot = slots.take(2, true);
                    sender.send("alone").unwrap();
                    // Who asked later has not begun beside it.
                    assert_eq!(lock(&slots.taken).count, 1);
                    drop(slot);
                }
            });
            while lock(&slots.taken).waiting == 0 {
                thread::yield_now();
            }
            scope.spawn(move || {
                let _slot = slots.take(2, false);
                sender.send("later").unwrap();
            });
            assert!(began.try_recv().is_err());
            drop(first);
            assert_eq!(began.iter().collect::<Vec<_>>(), ["alone", "later"]);
        });
        assert_eq!(lock(&slots.taken).count, 0);
    }
}
