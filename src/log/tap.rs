//! The tap: lines of the log for whoever listens, as the console's log pane does.

use std::fmt::{self, Write};
use std::sync::{Arc, OnceLock};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The time of day in UTC, `HH:MM:SS`.
    pub at: String,
    /// How grave it is.
    pub level: Level,
    /// Which part of the program says it.
    pub target: String,
    /// What it says, with its fields behind it.
    pub text: String,
}

type Listener = Box<dyn Fn(Line) + Send + Sync>;

/// Hands lines to its one listener; without one it costs nothing. Clones share it.
#[derive(Clone, Default)]
pub struct Tap(Arc<OnceLock<Listener>>);

impl Tap {
    /// Lines go to `listener` from now on, which must take them at once. A second listener is not heard.
    pub fn listen(&self, listener: impl Fn(Line) + Send + Sync + 'static) {
        self.0.set(Box::new(listener)).ok();
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tap")
    }
}

impl<S: Subscriber> Layer<S> for Tap {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Some(listener) = self.0.get() else {
            return;
        };
        let mut text = Text::default();
        event.record(&mut text);
        listener(Line {
            at: jiff::Timestamp::now().strftime("%H:%M:%S").to_string(),
            level: *event.metadata().level(),
            target: event.metadata().target().to_owned(),
            text: text.message + &text.fields,
        });
    }
}

#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            write!(self.message, "{value:?}").ok();
        } else {
            write!(self.fields, " {}={value:?}", field.name()).ok();
        }
    }
}
