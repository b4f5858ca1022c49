//! Events: what the run tells whoever watches it. Nothing waits for them, and no result depends on their arrival.

pub mod outlet;
pub mod ring;

use serde::{Deserialize, Serialize};

pub use self::outlet::Outlet;

/// Something that happened, or how something now stands. One JSON object an event, tagged by `event`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Inputs went into the queue.
    Queued {
        /// Postings, those the store held already included.
        jobs: usize,
        /// Of them, those whose record exists.
        already: usize,
        /// Inputs that could not be read, and are failed records.
        unreadable: usize,
    },
    /// Jobs that waited from an earlier time are taken up.
    Resumed {
        /// How many.
        jobs: usize,
        /// Of them, those that a process held which has ended without giving them back.
        given_back: usize,
    },
    /// A worker took a job.
    Claimed {
        /// The job.
        job: i64,
        /// Its posting's id.
        id: String,
        /// Where its page came from, for a person.
        label: String,
        /// From 1.
        attempt: u32,
    },
    /// The model was asked about a job's page.
    Asked {
        /// The job.
        job: i64,
        /// Which of the job's questions, from 1.
        question: u32,
    },
    /// A piece of an answer. One that does not begin where the last ended tells of a loss in between.
    Text {
        /// The job.
        job: i64,
        /// Which of the job's questions, from 1.
        question: u32,
        /// Bytes of this answer before the piece.
        at: usize,
        /// The piece.
        text: String,
        /// How many of the engine's own pieces it holds, each about a token.
        pieces: u32,
    },
    /// A job has its record.
    Finished(Finished),
    /// A job went back into the queue.
    GivenBack {
        /// The job.
        job: i64,
        /// Its posting's id.
        id: String,
        /// Why, unless it was asked for.
        why: Option<String>,
        /// Milliseconds until it may be claimed again.
        wait_ms: i64,
    },
    /// How the engine stands.
    Engine(EngineState),
    /// How the card stands.
    Gpu(Box<GpuNow>),
    /// Something the user should read, one line.
    Notice {
        /// The line.
        line: String,
    },
}

/// A job with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// The job.
    pub job: i64,
    /// Its posting's id.
    pub id: String,
    /// `done`, `needs_review` or `failed`.
    pub status: String,
    /// Why it failed.
    pub error: Option<String>,
    /// Milliseconds since it was claimed.
    pub took_ms: u64,
    /// Tokens the model wrote for it.
    pub tokens: usize,
}

/// How the engine stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EngineState {
    /// Structured data and rules only.
    None,
    /// A model is chosen; it loads with the first question.
    Chosen {
        /// The model's name.
        model: String,
    },
    /// The model is being loaded.
    Loading,
    /// It answers.
    Ready {
        /// The model's name.
        model: String,
    },
    /// It does not.
    Failed {
        /// One line.
        why: String,
    },
}

/// The card at one moment; what is not known is `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GpuNow {
    /// As the driver names it.
    pub name: String,
    /// `healthy`, `degraded`, `lost`, `asleep` or `absent`.
    pub state: String,
    /// Why there is no card.
    pub why: Option<String>,
    /// Seconds since the readings were true, when they are old.
    pub stale_s: Option<u64>,
    /// Degrees Celsius.
    pub temp_c: Option<f64>,
    /// Watts drawn.
    pub power_w: Option<f64>,
    /// Watts asked for.
    pub requested_w: Option<f64>,
    /// Watts in force.
    pub enforced_w: Option<f64>,
    /// Percent of the time in which something ran.
    pub busy_percent: Option<u32>,
    /// MHz of the multiprocessors.
    pub sm_mhz: Option<u32>,
    /// MiB in use.
    pub memory_used_mib: Option<u64>,
    /// MiB there are.
    pub memory_total_mib: Option<u64>,
    /// Joules since the driver was loaded.
    pub energy_j: Option<f64>,
    /// Percent.
    pub fan_percent: Option<u32>,
    /// Why clocks are held down.
    pub throttle: Vec<String>,
    /// What is done about it.
    pub kept: Kept,
}

/// What is done about the card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// `off`, `manual` or `automatic`: who decides the watts.
    pub mode: String,
    /// The profile, if the watts are one's.
    pub profile: Option<String>,
    /// The most watts there may be, while somebody decides them.
    pub ceiling_w: Option<f64>,
    /// Actuators with their ways; `null` where nothing holds the card.
    pub held_by: Option<String>,
    /// Why the watts or the guard last changed.
    pub why: Option<String>,
    /// Which guard stands.
    pub guard: String,
    /// Whether new work may begin.
    pub is_open: bool,
    /// The part of the time our own steps may fill, 0.05 to 1.
    pub pace: f64,
    /// Watts of a raise that waits to be confirmed, and the seconds that are left for it.
    pub pending: Option<(f64, u64)>,
}
