//! What a frame and a message cost the console, with a million jobs in the queue.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../tests/support/console.rs"]
mod console;

use std::hint::black_box;

use console::{NOW, busy, model, press, serve, streaming, tell, theme, watch};
use criterion::{Criterion, criterion_group, criterion_main};
use ratatui::Terminal;
use ratatui::layout::Size;
use smelt::event::Event;
use smelt::theme::GlyphTier;
use smelt::tui::painter::Painter;
use smelt::tui::view::view;

const MILLION: u64 = 1_000_000;

fn frames(c: &mut Criterion) {
    let look = theme("terminal", GlyphTier::Unicode);
    for (width, height) in [(80, 24), (120, 40), (160, 45)] {
        let mut model = model(width, height);
        let effects = tell(
            &mut model,
            Event::Resumed {
                jobs: 0,
                given_back: 0,
            },
        );
        serve(&mut model, effects, MILLION);
        watch(&mut model, 0..200);
        let painter = Painter::new(Size::new(width, height));
        let mut screen = Terminal::new(painter).unwrap();
        c.bench_function(&format!("view {width}x{height}, a million jobs"), |b| {
            b.iter(|| {
                screen
                    .draw(|frame| view(black_box(&model), &look, NOW, frame))
                    .unwrap();
                screen.backend_mut().take()
            });
        });
    }
}

fn messages(c: &mut Criterion) {
    let mut stream = busy(120, 40);
    streaming(&mut stream);
    let mut at = r#"{"title": [3, "Night Nurse"], "company": null, "location": [4, "Bos"#.len();
    c.bench_function("update, a token", |b| {
        b.iter(|| {
            let text = " and".to_owned();
            at += text.len();
            tell(
                &mut stream,
                Event::Text {
                    job: 1,
                    question: 1,
                    at: at - 4,
                    text,
                    pieces: 1,
                },
            )
        });
    });
    let mut keys = model(120, 40);
    let effects = tell(
        &mut keys,
        Event::Resumed {
            jobs: 0,
            given_back: 0,
        },
    );
    serve(&mut keys, effects, MILLION);
    c.bench_function("update, a key", |b| {
        b.iter(|| press(&mut keys, black_box("jk")));
    });
}

criterion_group!(benches, frames, messages);
criterion_main!(benches);
