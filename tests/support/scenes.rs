//! Scenes of the console: real pages read into a real store, a simulated laptop under its governor, and the views of both.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::unchecked_time_subtraction,
    clippy::type_complexity
)]

#[path = "svg.rs"]
mod svg;

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use clap::Parser;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use smelt::cli::Cli;
use smelt::event::{EngineState, Event, Finished, GpuNow, Kept};
use smelt::extract::Readers;
use smelt::gpu::Source;
use smelt::gpu::simulated::Simulated;
use smelt::gpu::simulated::plant::{Parameters, Plant};
use smelt::gpu::simulated::workload::Workload;
use smelt::keymap::Keymap;
use smelt::log::Line;
use smelt::power::governor::{Governor, Hold, Observation, Settings};
use smelt::review::Case;
use smelt::run::enqueue::{Inputs, enqueue};
use smelt::run::{self, Run};
use smelt::store::{Order, States, Store};
use smelt::theme::{Depth, GlyphTier, Theme};
use smelt::tui::model::Model;
use smelt::tui::msg::{Effect, Msg, Rows, Shown, Window};
use smelt::tui::update::update;
use smelt::tui::view::view;

/// When the picture is taken.
const NOW: Duration = Duration::from_secs(150);

const PAGES: [(&str, &str); 5] = [
    (
        "18f-cloud-platform-lead.html",
        include_str!("../fixtures/pages/18f-cloud-platform-lead.html"),
    ),
    (
        "18f-contract-specialist.html",
        include_str!("../fixtures/pages/18f-contract-specialist.html"),
    ),
    (
        "18f-login-director.html",
        include_str!("../fixtures/pages/18f-login-director.html"),
    ),
    (
        "18f-recruiter.html",
        include_str!("../fixtures/pages/18f-recruiter.html"),
    ),
    (
        "18f-tts-engineer.html",
        include_str!("../fixtures/pages/18f-tts-engineer.html"),
    ),
];

/// Postings that wait.
const TRADES: [&str; 32] = [
    "harbour-crane-operator",
    "night-nurse",
    "tram-driver",
    "bookbinder",
    "glazier",
    "sound-engineer",
    "court-clerk",
    "beekeeper",
    "ship-chandler",
    "piano-tuner",
    "signal-electrician",
    "cheese-affineur",
    "map-editor",
    "dental-hygienist",
    "lift-mechanic",
    "seed-analyst",
    "stage-manager",
    "water-chemist",
    "locksmith",
    "paper-conservator",
    "ferry-mate",
    "orchard-lead",
    "lens-grinder",
    "press-operator",
    "school-cook",
    "data-steward",
    "roofer",
    "tide-surveyor",
    "weaver",
    "wind-technician",
    "youth-worker",
    "zoo-keeper",
];

/// An answer that is being written.
const ANSWER: &str = r#"{"title": [1, "Harbour Crane Operator"], "company": [2, "Noordkaai Terminals"], "location": [3, "Vlissingen"], "salary": [5, "EUR 3,400 to 3,900 a month"], "posted": [7, "20 November"], "deadline": null, "job_id": [7, "NT-1187"], "years": [9, "3 years on a gantry cr"#;

/// A store in which pages were read, two are being read, and others wait.
pub struct Scene {
    _place: tempfile::TempDir,
    store: Store,
}

/// The pictures: name, what is seen, and the picture itself.
pub fn pictures() -> Vec<(&'static str, &'static str, String)> {
    let scene = Scene::new();
    let dark = Theme::load("terminal", Depth::Sixteen, GlyphTier::Unicode).unwrap();
    let light = Theme::load("light", Depth::Truecolor, GlyphTier::Unicode).unwrap();
    let shots: [(&str, &str, (u16, u16), &Theme, &str); 5] = [
        (
            "main",
            "The console at 120x40 while a page is read",
            (120, 40),
            &dark,
            "",
        ),
        (
            "evidence",
            "A record, and the words of the page that a value comes from",
            (120, 40),
            &dark,
            "gjRz",
        ),
        (
            "hardware",
            "The card under load, held by the governor",
            (120, 40),
            &dark,
            "Hz",
        ),
        ("small", "The console at 80x24", (80, 24), &dark, ""),
        (
            "light",
            "The console in the light theme",
            (120, 40),
            &light,
            "gR",
        ),
    ];
    shots
        .into_iter()
        .map(|(name, about, size, theme, keys)| {
            let mut model = scene.model(size);
            scene.press(&mut model, keys);
            if keys.contains('R') {
                scene.find(&mut model, "salary.max");
            }
            (name, about, draw(&model, theme, about))
        })
        .collect()
}

fn draw(model: &Model, theme: &Theme, about: &str) -> String {
    let (width, height) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| view(model, theme, NOW, frame))
        .unwrap();
    svg::picture(terminal.backend().buffer(), about)
}

impl Scene {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name).display().to_string();
        for (name, html) in PAGES {
            std::fs::write(path(name), html).unwrap();
        }
        let store = path("smelt.db");
        let arguments = ["smelt", "--engine", "none", "--store", &store];
        let arguments = Cli::parse_from(arguments).run;
        let run = Run::open(&arguments.engine, &arguments.store, Readers::All, false).unwrap();
        let queue = |names: &[String]| {
            let mut store = run::open_store(&arguments.store).unwrap();
            let inputs = Inputs {
                names,
                allow_fetch: false,
                fresh: false,
            };
            enqueue(&mut store, &inputs, &run.selected, &mut |_| {}).unwrap();
            run.take_up().unwrap();
        };
        let mut pages: Vec<String> = PAGES.iter().map(|(name, _)| path(name)).collect();
        pages.push(path("archive-2024.html"));
        queue(&pages);
        run::work(&run, 1, &channel().0).unwrap();
        let texts: Vec<String> = TRADES
            .iter()
            .map(|trade| {
                let file = path(&format!("{trade}.txt"));
                std::fs::write(&file, format!("We look for a {trade}.\n")).unwrap();
                file
            })
            .collect();
        queue(&texts);
        let mut store = Store::open(std::path::Path::new(&store)).unwrap();
        store.select_unfinished().unwrap();
        for _ in 0..2 {
            store.claim("a process", i64::MAX / 2, 0).unwrap().unwrap();
        }
        Self {
            _place: place,
            store,
        }
    }

    /// The console after it has heard of everything.
    fn model(&self, size: (u16, u16)) -> Model {
        let mut model = Model::new(Keymap::defaults().unwrap(), size);
        let ready = EngineState::Ready {
            model: "smelt-demo".to_owned(),
        };
        self.tell(&mut model, Event::Engine(ready), Duration::ZERO);
        self.warm(&mut model);
        for (second, job) in [(121, 1), (128, 2), (136, 3), (141, 4), (147, 5)] {
            let finished = Finished {
                job,
                id: String::new(),
                status: "done".to_owned(),
                error: None,
                took_ms: 6200,
                tokens: 210,
            };
            self.tell(
                &mut model,
                Event::Finished(finished),
                Duration::from_secs(second),
            );
        }
        self.answer(&mut model);
        for (at, level, text) in [
            (
                "14:02:11",
                tracing::Level::INFO,
                "took over from a process that has ended",
            ),
            (
                "14:03:38",
                tracing::Level::WARN,
                "mistralrs_core: no room for the whole prompt in one step",
            ),
        ] {
            let line = Line {
                at: at.to_owned(),
                level,
                target: "smelt::engine".to_owned(),
                text: text.to_owned(),
            };
            let effects = update(&mut model, Msg::Log(line), NOW);
            self.serve(&mut model, effects);
        }
        model
    }

    /// Two jobs run: one is being answered, the other waits.
    fn answer(&self, model: &mut Model) {
        let rows = self.store.rows(States::ALL, Order::Queued, 0, 100).unwrap();
        let running = rows
            .iter()
            .filter(|row| row.state == smelt::store::State::Running);
        for (wait, row) in running.enumerate() {
            let job = row.job_id;
            let at = NOW - Duration::from_secs(9 - 4 * wait as u64);
            let claimed = Event::Claimed {
                job,
                id: row.posting_id.clone(),
                label: row.label.clone(),
                attempt: 1,
            };
            self.tell(model, claimed, at);
            self.tell(model, Event::Asked { job, question: 1 }, at);
            if wait == 0 {
                let text = Event::Text {
                    job,
                    question: 1,
                    at: 0,
                    text: ANSWER.to_owned(),
                    pieces: 66,
                };
                self.tell(model, text, NOW - Duration::from_secs(1));
            }
        }
    }

    /// A simulated laptop works under its governor.
    fn warm(&self, model: &mut Model) {
        let plant = Plant::new(Parameters::NOMINAL, 1);
        let mut laptop = Simulated::new(plant, Workload::Constant);
        let mut governor = Governor::new(Settings::default());
        let mut why = None;
        for second in 0..=NOW.as_secs() {
            let now = Duration::from_secs(second);
            let sample = laptop.sample(now);
            let decision = governor.step(Observation {
                now,
                ..Observation::new(&sample, Hold::Watts)
            });
            laptop.plant.limit_w = decision.cap_w;
            why = decision.why.map(|why| why.to_string()).or(why);
            let throttle = sample.throttle.last().unwrap_or_default();
            let gpu = GpuNow {
                name: laptop.identity().name,
                state: "healthy".to_owned(),
                temp_c: sample.temp_c.last(),
                power_w: sample.power_w.last(),
                requested_w: Some(decision.cap_w),
                enforced_w: Some(decision.cap_w),
                busy_percent: sample.busy_percent.last(),
                sm_mhz: sample.sm_mhz.last(),
                memory_used_mib: sample.memory_used_mib.last(),
                memory_total_mib: sample.memory_total_mib.last(),
                energy_j: sample.energy_j.last(),
                throttle: throttle.words().map(str::to_owned).collect(),
                kept: Kept {
                    mode: "automatic".to_owned(),
                    profile: Some("performance".to_owned()),
                    ceiling_w: Some(140.0),
                    held_by: Some("power limit (direct)".to_owned()),
                    why: why.clone(),
                    guard: decision.stage.name().to_owned(),
                    is_open: true,
                    pace: 1.0,
                    pending: None,
                },
                ..GpuNow::default()
            };
            self.tell(model, Event::Gpu(Box::new(gpu)), now);
        }
    }

    fn tell(&self, model: &mut Model, event: Event, now: Duration) {
        let effects = update(model, Msg::Event(event), now);
        self.serve(model, effects);
    }

    fn press(&self, model: &mut Model, keys: &str) {
        for letter in keys.chars() {
            let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
            let effects = update(model, Msg::Input(Input::Key(key)), NOW);
            self.serve(model, effects);
        }
    }

    /// Goes down to a value.
    fn find(&self, model: &mut Model, path: &str) {
        for _ in 0..model.result.len() {
            if model.result.selected().is_some_and(|row| row.path == path) {
                return;
            }
            self.press(model, "j");
        }
    }

    /// Answers what the model asks the store for.
    fn serve(&self, model: &mut Model, mut effects: Vec<Effect>) {
        while let Some(effect) = effects.pop() {
            let msg = match effect {
                Effect::Rows(window) => self.rows(window),
                Effect::Record(job) => self.record(job),
                _ => continue,
            };
            effects.extend(update(model, msg, NOW));
        }
    }

    fn rows(&self, window: Window) -> Msg {
        let (states, order) = (States::ALL, Order::Queued);
        let place = |job| self.store.position(job, states, order).unwrap();
        let counts = self.store.counts().unwrap();
        Msg::Rows(Box::new(Rows {
            window,
            rows: self
                .store
                .rows(states, order, window.offset, window.limit)
                .unwrap(),
            counts,
            length: counts.of(states),
            place: window.anchor.and_then(place),
        }))
    }

    fn record(&self, job: i64) -> Msg {
        let record = self.store.record_of(job).unwrap();
        let case = record.map(|record| Arc::new(Case::of(record).unwrap()));
        Msg::Record(Box::new(Shown { job, case }))
    }
}
