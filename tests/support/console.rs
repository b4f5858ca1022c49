//! A console without a terminal: a model that has heard of some work, and the screen it draws.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};
use smelt::event::{EngineState, Event, GpuNow, Kept};
use smelt::keymap::Keymap;
use smelt::review::Case;
use smelt::store::{Counts, JobRow, State, StoredRecord};
use smelt::theme::{Depth, GlyphTier, Theme};
use smelt::tui::model::Model;
use smelt::tui::msg::{Effect, Msg, Rows, Shown, Window};
use smelt::tui::painter::Painter;
use smelt::tui::update::update;
use smelt::tui::view::view;

pub const NOW: Duration = Duration::from_secs(100);

pub fn model(width: u16, height: u16) -> Model {
    Model::new(Keymap::defaults().unwrap(), (width, height))
}

pub fn key(code: KeyCode) -> Msg {
    Msg::Input(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

pub fn press(model: &mut Model, letters: &str) -> Vec<Effect> {
    let keys = letters.chars();
    keys.flat_map(|letter| update(model, key(KeyCode::Char(letter)), NOW))
        .collect()
}

pub fn tell(model: &mut Model, event: Event) -> Vec<Effect> {
    update(model, Msg::Event(event), NOW)
}

pub fn row(job: i64) -> JobRow {
    let state = State::ALL[usize::try_from(job).unwrap() % State::ALL.len()];
    JobRow {
        job_id: job,
        posting_id: format!("{job:016x}"),
        label: format!("pages/posting-{job:03}.html"),
        state,
        attempts: 1,
        error: (state == State::Failed).then(|| "no answer within 600 s".to_owned()),
        queued_at: 0,
        not_before: 0,
        priority: 0,
        certainty: (state != State::Waiting).then_some(u8::try_from(job * 7 % 101).unwrap()),
        title: (state == State::Done).then(|| "Night Nurse, Café Ward (m/w/d)".to_owned()),
    }
}

pub fn counts(all: u64) -> Counts {
    Counts {
        waiting: all - 38,
        running: 1,
        retrying: 2,
        done: 20,
        to_review: 5,
        approved: 3,
        rejected: 2,
        failed: 5,
    }
}

pub fn rows(window: Window, all: u64) -> Msg {
    let last = (window.offset + window.limit as u64).min(all);
    Msg::Rows(Box::new(Rows {
        window,
        rows: (window.offset..last)
            .map(|place| row(place.cast_signed() + 1))
            .collect(),
        counts: counts(all),
        length: all,
        place: window.anchor.map(|job| (job - 1).cast_unsigned()),
    }))
}

/// Answers what the model asks the store for, until it asks no more.
pub fn serve(model: &mut Model, mut effects: Vec<Effect>, all: u64) {
    while let Some(effect) = effects.pop() {
        let msg = match effect {
            Effect::Rows(window) => rows(window, all),
            Effect::Record(job) => record(job),
            _ => continue,
        };
        effects.extend(update(model, msg, NOW));
    }
}

pub const TEXT: &str = "Night Nurse, Café Ward\nSt. Example Hospital\nWe look for a night nurse.\nPay: $41.50 to $52.00 an hour\n";

pub fn record(job: i64) -> Msg {
    let json = serde_json::json!({
        "v": 1, "kind": "record", "id": "a1", "source": {"path": "pages/posting.html", "url": null, "line": null, "sha256": null},
        "status": "needs_review",
        "posting": {
            "title": "Night Nurse, Café Ward", "company": "St. Example Hospital", "location": null, "job_type": null,
            "remote_type": null, "experience_level": null,
            "salary": {"min": 41.5, "max": 52.0, "currency": "USD", "period": "hourly"},
            "skills": ["triage", "wound care"], "experience_years_min": null, "experience_years_max": null,
            "education": null, "description": null, "requirements": [], "responsibilities": [], "benefits": [],
            "url": null, "posted_date": null, "deadline": null, "job_id": null,
        },
        "evidence": {
            "title": [{"block": 1, "start": 0, "end": 23}], "salary": [{"block": 4, "start": 72, "end": 96}],
        },
        "provenance": {"title": "rule", "company": "model", "salary": "rule", "skills": "model"},
        "confidence": {"title": 0.98, "company": 0.71, "salary": 0.9, "skills": 0.42},
        "flags": ["conflict:company"],
        "usage": {"prompt_tokens": 900, "cached_tokens": 0, "completion_tokens": 120, "chunks": 1},
        "timing": {"queued_ms": 1, "page_ms": 1, "prefill_ms": 1, "decode_ms": 1}, "energy_j": null,
        "model": {"id": "tiny", "quant": null, "engine": "scripted"}, "error": null,
    });
    let stored = StoredRecord {
        seq: 1,
        job_id: job,
        posting_id: "a1".to_owned(),
        idem_key: String::new(),
        status: "needs_review".to_owned(),
        json: json.to_string(),
        text: Some(TEXT.to_owned()),
        log: Vec::new(),
    };
    Msg::Record(Box::new(Shown {
        job,
        case: Some(Arc::new(Case::of(stored).unwrap())),
    }))
}

/// Reads the card once a second.
pub fn watch(model: &mut Model, seconds: std::ops::Range<u32>) {
    for second in seconds {
        let now = Duration::from_secs(u64::from(second));
        let effects = update(model, Msg::Event(gpu(second)), now);
        serve(model, effects, 412);
    }
}

pub fn gpu(second: u32) -> Event {
    let wave = f64::from(second % 23);
    Event::Gpu(Box::new(GpuNow {
        name: "Example RTX".to_owned(),
        state: "healthy".to_owned(),
        temp_c: Some(66.0 + wave),
        power_w: Some(90.0 + wave * 2.0),
        requested_w: Some(if second % 23 < 17 { 140.0 } else { 125.0 }),
        enforced_w: Some(if second % 23 < 17 { 140.0 } else { 125.0 }),
        busy_percent: Some(97),
        sm_mhz: Some(1980),
        memory_used_mib: Some(11_820),
        memory_total_mib: Some(16_376),
        energy_j: Some(f64::from(second) * 110.0),
        throttle: vec!["sw_power_cap".to_owned()],
        kept: Kept {
            mode: "automatic".to_owned(),
            profile: Some("performance".to_owned()),
            ceiling_w: Some(140.0),
            held_by: Some("power limit (direct)".to_owned()),
            why: Some("predicted 79.0 C, limit 79.0".to_owned()),
            guard: "steady".to_owned(),
            is_open: true,
            pace: 1.0,
            pending: None,
        },
        ..GpuNow::default()
    }))
}

/// A console in the middle of its work: 412 jobs, one being read, the card warm.
pub fn busy(width: u16, height: u16) -> Model {
    let mut model = model(width, height);
    let mut effects = tell(
        &mut model,
        Event::Resumed {
            jobs: 0,
            given_back: 0,
        },
    );
    effects.extend(tell(
        &mut model,
        Event::Engine(EngineState::Ready {
            model: "qwen3-tiny".to_owned(),
        }),
    ));
    serve(&mut model, effects, 412);
    watch(&mut model, 40..100);
    model
}

/// One of its jobs is being answered.
pub fn streaming(model: &mut Model) {
    for event in [
        Event::Claimed {
            job: 1,
            id: "0000000000000001".to_owned(),
            label: "posting-001.html".to_owned(),
            attempt: 1,
        },
        Event::Asked {
            job: 1,
            question: 1,
        },
        Event::Text {
            job: 1,
            question: 1,
            at: 0,
            text: r#"{"title": [3, "Night Nurse"], "company": null, "location": [4, "Bos"#
                .to_owned(),
            pieces: 20,
        },
    ] {
        let effects = tell(model, event);
        serve(model, effects, 412);
    }
}

pub fn theme(name: &str, tier: GlyphTier) -> Theme {
    let depth = if name == "mono" {
        Depth::Never
    } else {
        Depth::Sixteen
    };
    Theme::load(name, depth, tier).unwrap()
}

pub fn draw(model: &Model, theme: &Theme) -> Buffer {
    let backend = TestBackend::new(model.size.0, model.size.1);
    let mut terminal = Terminal::new(backend).unwrap();
    terminal
        .draw(|frame| view(model, theme, NOW, frame))
        .unwrap();
    terminal.backend().buffer().clone()
}

pub fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let line: String = (0..buffer.area.width)
            .map(|x| buffer[(x, y)].symbol())
            .collect();
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    text
}

/// The letters, below them a letter for each cell's style, and below those what the letters mean.
pub fn styled(buffer: &Buffer) -> String {
    let mut legend: HashMap<(Color, Color, u16), char> = HashMap::new();
    let mut seen = Vec::new();
    let mut grid = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let style = (cell.fg, cell.bg, cell.modifier.bits());
            let next = char::from(b'a' + u8::try_from(legend.len()).unwrap());
            let letter = *legend.entry(style).or_insert_with(|| {
                seen.push((next, style));
                next
            });
            line.push(letter);
        }
        writeln!(grid, "{line}").unwrap();
    }
    for (letter, (fg, bg, modifier)) in seen {
        let modifier = Modifier::from_bits_truncate(modifier);
        writeln!(grid, "{letter} = {fg} on {bg} {modifier:?}").unwrap();
    }
    format!("{}\n{grid}", text(buffer))
}

/// A screen whose bytes are counted.
pub struct Meter {
    screen: Terminal<Painter>,
}

impl Meter {
    pub fn new(model: &Model) -> Self {
        let (width, height) = model.size;
        let painter = Painter::new(Size::new(width, height));
        Self {
            screen: Terminal::new(painter).unwrap(),
        }
    }

    /// Bytes of the next frame.
    pub fn frame(&mut self, model: &Model, theme: &Theme, now: Duration) -> usize {
        self.screen
            .draw(|frame| view(model, theme, now, frame))
            .unwrap();
        self.screen.backend_mut().take().len()
    }
}
