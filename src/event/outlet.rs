//! The outlet: where events leave the run, if somebody watches.

use std::fmt;
use std::sync::Arc;

use super::Event;

/// Hands events on. What stands behind it must take them at once: the engine's own thread is the caller.
#[derive(Clone, Default)]
pub struct Outlet(Option<Arc<dyn Fn(Event) + Send + Sync>>);

impl Outlet {
    /// An outlet into `take`, which must not wait.
    pub fn new(take: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(take)))
    }

    /// Tells an event, which is only made when somebody watches.
    pub fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(take) = &self.0 {
            take(event());
        }
    }
}

impl fmt::Debug for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.0.is_some() {
            "watched"
        } else {
            "unwatched"
        };
        write!(f, "Outlet({word})")
    }
}
