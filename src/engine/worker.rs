//! The engine worker: the child process that holds the model and answers over its standard input and output.

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::protocol::{self, Ask, Say};
use super::{Engine, EngineError, Request};
use crate::pace::Pace;

/// Status of a worker whose engine broke: the supervisor starts a fresh one.
const BROKEN: i32 = 70;

/// Answers until standard input closes, which also ends it when smelt itself is killed. `pace` is what the engine pauses
/// by, and is set as the asker says.
///
/// # Errors
/// When standard input cannot be read.
pub fn serve(engine: Result<Arc<dyn Engine>, EngineError>, pace: &Pace) -> std::io::Result<()> {
    let engine = match engine.and_then(|engine| engine.info().map(|info| (engine, info))) {
        Ok((engine, info)) => {
            say(&Say::Ready(info));
            engine
        }
        Err(error) => {
            say(&Say::Failed(error));
            return Ok(());
        }
    };
    let running = Arc::new(AtomicUsize::new(0));
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let Some(ask) = protocol::parse::<Ask>(&line) else {
            tracing::warn!(bytes = line.len(), "a line that is no question");
            continue;
        };
        let answer: Answer = match ask {
            // Here and not in a thread, so that the last one stands.
            Ask::Pace { share } => {
                pace.set(share);
                continue;
            }
            Ask::Count { id, texts } => Box::new(move |engine| count(engine, id, &texts)),
            Ask::Generate { id, request } => Box::new(move |engine| generate(engine, id, &request)),
        };
        let engine = Arc::clone(&engine);
        let running = Arc::clone(&running);
        running.fetch_add(1, Ordering::SeqCst);
        std::thread::spawn(move || {
            // A panic costs this process, never the console: the supervisor sees the pipe close.
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                reply(&answer(engine.as_ref()));
            }))
            .is_err()
            {
                std::process::exit(BROKEN);
            }
            running.fetch_sub(1, Ordering::SeqCst);
        });
    }
    // The asker is gone, so nobody waits for what is still running, and the engine's threads would outlive us.
    if running.load(Ordering::SeqCst) > 0 {
        std::process::exit(0);
    }
    Ok(())
}

/// What comes of one question.
type Answer = Box<dyn FnOnce(&dyn Engine) -> Say + Send>;

fn count(engine: &dyn Engine, id: u64, texts: &[String]) -> Say {
    match engine.count_tokens(texts) {
        Ok(tokens) => Say::Counted { id, tokens },
        Err(error) => Say::Error { id, error },
    }
}

fn generate(engine: &dyn Engine, id: u64, request: &Request) -> Say {
    let answered = engine.generate(request, &mut |text| {
        say(&Say::Text {
            id,
            text: text.to_owned(),
        });
    });
    match answered {
        Ok(completion) => Say::Done { id, completion },
        Err(error) => Say::Error { id, error },
    }
}

fn reply(reply: &Say) {
    say(reply);
    if let Say::Error {
        error: EngineError::Crashed(_) | EngineError::OutOfMemory(_),
        ..
    } = reply
    {
        std::process::exit(BROKEN);
    }
}

fn say(message: &Say) {
    let mut out = std::io::stdout().lock();
    if protocol::write(&mut out, message)
        .and_then(|()| out.flush())
        .is_err()
    {
        // Nobody reads any more.
        std::process::exit(0);
    }
}
