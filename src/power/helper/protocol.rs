//! The helper's protocol: one JSON object a line each way, versioned; see the table of operations in docs/POWER.md.

use serde::{Deserialize, Serialize};

use crate::power::wish::Wish;
use crate::power::writer::{Code, Limits, Part, Profiles, Refusal};

/// Spoken by this program.
pub const VERSION: u32 = 1;
/// A longer line is nobody's request.
pub const MOST_BYTES: usize = 4096;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Version of the protocol.
    pub v: u32,
    /// Comes back with the reply.
    pub id: u64,
    /// What to do.
    #[serde(flatten)]
    pub op: Op,
}

/// What can be asked. Those that set something take the lease first; so does a heartbeat keep it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    /// Which card is served, what is set and by whom.
    Status,
    /// The board's limits.
    Limits,
    /// The clocks that can be locked.
    Clocks,
    /// The platform's profiles.
    Profiles,
    /// Whether a part can be set: sets it to what it is.
    Probe {
        /// Which.
        part: Part,
    },
    /// Limits the board.
    SetPower {
        /// Brought into what the helper allows.
        watts: f64,
    },
    /// Holds the multiprocessors' clock down.
    SetClocks {
        /// Brought into what the helper allows.
        mhz: u32,
    },
    /// Chooses a platform profile.
    SetProfile {
        /// One of the choices.
        profile: String,
    },
    /// Puts one part back, or all.
    Reset {
        /// Which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Part>,
    },
    /// Notes what is set, for those who ask for the status.
    Tell {
        /// As users are shown it.
        wish: Wish,
    },
    /// Leaves what is set in force when the connection ends.
    Keep,
    /// The client is there.
    Heartbeat,
}

/// What the helper says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Of the request; `null` where none could be read.
    pub id: Option<u64>,
    /// Whether it was done.
    pub ok: bool,
    /// What it came to.
    #[serde(flatten)]
    pub answer: Answer,
}

/// The parts of a reply; each operation fills its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// Watts or MHz that were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested: Option<f64>,
    /// Watts read back, or MHz that were set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective: Option<f64>,
    /// The platform profile now in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// To `limits`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// To `clocks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clocks: Option<Vec<u32>>,
    /// To `profiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiles: Option<Profiles>,
    /// To `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msg: Option<String>,
}

/// What the helper holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The card it serves, by place or UUID.
    pub gpu: String,
    /// Least and most watts it sets.
    pub range: (f64, f64),
    /// Who holds the lease.
    pub holder: Option<String>,
    /// The parts that are set.
    pub set: Vec<Part>,
    /// Whether they stay when the holder goes.
    pub kept: bool,
    /// What was asked for, as its holder told it.
    pub wish: Option<Wish>,
}

impl From<Result<Answer, Refusal>> for Reply {
    fn from(result: Result<Answer, Refusal>) -> Self {
        match result {
            Ok(answer) => Self {
                id: None,
                ok: true,
                answer,
            },
            Err(refusal) => Self {
                id: None,
                ok: false,
                answer: Answer {
                    code: Some(refusal.code),
                    msg: Some(refusal.text),
                    ..Answer::default()
                },
            },
        }
    }
}

/// Reads a request.
///
/// # Errors
/// When the line is none, or is of another version.
pub fn parse(line: &[u8]) -> Result<Request, (Option<u64>, Refusal)> {
    let bad = |id, why: String| Err((id, Refusal::new(Code::BadRequest, why)));
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) else {
        return bad(None, "a request is one JSON object on one line".to_owned());
    };
    let id = value.get("id").and_then(serde_json::Value::as_u64);
    match value.get("v").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        _ => {
            let why = format!("this helper speaks version {VERSION} (\"v\":{VERSION})");
            return bad(id, why);
        }
    }
    match serde_json::from_value(value) {
        Ok(request) => Ok(request),
        Err(error) => bad(id, format!("not a request: {error}")),
    }
}
