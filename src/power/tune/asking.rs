//! A meter on a real engine: questions one after the other while the keeper holds a cap, and the card's joules meanwhile.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Meter, Reading};
use crate::engine::{Engine, Request, Usage};
use crate::gpu::Sample;
use crate::power::governor::Stage;
use crate::power::keeper::{Command, Keeper};
use crate::power::{confirm, range};

/// Watts between which caps are tried where the card names none.
const USUAL_W: (f64, f64) = (80.0, 140.0);
/// Caps lie so far apart, or farther where there would be too many.
const STEP_W: f64 = 5.0;
const MOST_STEPS: f64 = 14.0;
/// Lines of the long prompt: about as many tokens as a posting.
const LINES: usize = 80;
/// Items of the long answer, each two tokens or more.
const ITEMS: usize = 150;
/// The long answer never needs more.
const MOST_TOKENS: usize = 640;

/// What is tuned for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reading the prompt.
    Prefill,
    /// Writing the answer.
    Decode,
    /// Postings one after the other.
    Both,
}

impl Phase {
    /// As on the command line; decode where it is none.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "prefill" => Self::Prefill,
            "both" => Self::Both,
            _ => Self::Decode,
        }
    }

    /// A question that is nearly all of this phase. The grammar fixes the answer's length, whatever the model is worth.
    fn question(self) -> Request {
        let lines = if self == Self::Decode { 1 } else { LINES };
        let items = if self == Self::Prefill { 1 } else { ITEMS };
        let line = |number| {
            format!(
                "{number} The person we look for keeps machines in order and writes down what was done.\n"
            )
        };
        Request {
            system: "Answer in JSON.".to_owned(),
            user: (1..=lines).map(line).collect(),
            grammar: json!({
                "x-guidance": {"whitespace_flexible": false, "item_separator": ", ", "key_separator": ": "},
                "type": "array", "items": {"type": "boolean"}, "minItems": items, "maxItems": items,
            }),
            max_tokens: MOST_TOKENS,
            thinking: false,
            replay: None,
        }
    }

    fn tokens(self, usage: Usage) -> usize {
        match self {
            Self::Prefill => usage.prompt_tokens,
            Self::Decode => usage.completion_tokens,
            Self::Both => usage.prompt_tokens + usage.completion_tokens,
        }
    }
}

/// The caps that are tried on this card: ascending, up to the watts that nobody is asked about.
#[must_use]
pub fn caps(sample: &Sample) -> Vec<f64> {
    let (least, most) = range::of(sample).unwrap_or(USUAL_W);
    let top = confirm::usual(sample.default_w.last()).clamp(least, most);
    let step = STEP_W * ((top - least) / MOST_STEPS / STEP_W).ceil().max(1.0);
    let mut caps: Vec<f64> = std::iter::successors(Some(top), |cap| Some(cap - step))
        .take_while(|cap| *cap >= least)
        .collect();
    caps.reverse();
    caps
}

/// See the module.
pub struct Asking<'a> {
    /// Who answers.
    pub engine: &'a dyn Engine,
    /// Who holds the card.
    pub keeper: &'a Keeper,
    /// What is tuned for.
    pub phase: Phase,
    /// How long is measured at each cap, and before that how long it settles.
    pub length: Duration,
    /// Whether to give up.
    pub is_over: &'a dyn Fn() -> bool,
}

impl Asking<'_> {
    /// Asks for so long, at least once; tokens and seconds.
    fn ask(&self) -> Result<(f64, f64), String> {
        let question = self.phase.question();
        let began = Instant::now();
        let mut tokens = 0;
        loop {
            let answer = self.engine.generate(&question, &mut |_| {});
            let answer = answer.map_err(|error| error.to_string())?;
            tokens += self.phase.tokens(answer.usage);
            if (self.is_over)() {
                return Err("it was ended before it was done".to_owned());
            }
            let stage = self.keeper.status().stage;
            if stage != Stage::Steady {
                return Err(format!(
                    "the GPU cannot be measured while a guard holds it ({}); let it cool down",
                    stage.name()
                ));
            }
            if began.elapsed() >= self.length {
                let tokens = u32::try_from(tokens).map_or(f64::from(u32::MAX), f64::from);
                return Ok((tokens, began.elapsed().as_secs_f64()));
            }
        }
    }
}

impl Meter for Asking<'_> {
    fn measure(&mut self, watts: f64) -> Result<Reading, String> {
        let (_, told) = self.keeper.tell(Command::Watts(watts));
        let told = told.recv();
        told.map_err(|_| "the GPU is not held any more".to_owned())?
            .result?;
        self.ask()?;
        let watch = self.keeper.watch();
        let joules = || {
            let none = "nothing on this GPU tells energy or power, so joules cannot be measured";
            watch.joules().ok_or(none)
        };
        let before = joules()?;
        let (tokens, seconds) = self.ask()?;
        Ok(Reading {
            joules_per_token: (joules()? - before) / tokens,
            tokens_per_s: tokens / seconds,
        })
    }
}
