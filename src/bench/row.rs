//! What passes over the same work say together: one row of a table.

use std::time::Duration;

use serde::Serialize;

use super::pass::{Done, Pass};
use super::spread::Spread;
use crate::engine::busy::covered;

/// Of one way to do the work.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Row {
    /// Which way.
    pub(super) mode: String,
    /// Pages that were read, all runs together.
    pub(super) pages: usize,
    /// Seconds of a run.
    pub(super) wall_s: Spread,
    /// Of each run.
    pub(super) pages_min: Spread,
    /// Seconds of a page from its first byte to its posting, waiting for the engine included.
    pub(super) page_s: Spread,
    /// Seconds from a page's first byte until the first key of an answer was complete.
    pub(super) first_field_s: Option<Spread>,
    /// Of a page, all its questions together.
    pub(super) prompt_tokens_page: f64,
    /// Of a page, all its answers together.
    pub(super) output_tokens_page: f64,
    /// Part of the prompts that was not computed again.
    pub(super) cache_share: f64,
    /// Prompt tokens that were computed, by the time in which any prompt was being read.
    pub(super) prefill_tokens_s: Option<f64>,
    /// Tokens after the first of each answer, by the time in which answers were being written and no prompt read.
    pub(super) decode_tokens_s: Option<f64>,
    /// Questions the engine had, on average over the wall time.
    pub(super) in_flight: f64,
    /// Part of the pages' time in which they did not wait for an answer: reading, prompt, checks, merge.
    pub(super) own_share: f64,
    /// Part of the wall time in which the engine had no question.
    pub(super) idle_share: f64,
    /// Joules of the card for a page.
    pub(super) joules_page: Option<f64>,
}

/// Sums over the passes.
#[derive(Default)]
struct Sums {
    wall: Duration,
    /// Any question is with the engine.
    busy: Duration,
    /// Any prompt is being read.
    reading: Duration,
    /// Any answer is being written, and no prompt read.
    writing: Duration,
    /// Of all questions, each by itself.
    waiting: Duration,
    pages: Duration,
    questions: usize,
    prompt: usize,
    cached: usize,
    output: usize,
}

impl Sums {
    fn add(&mut self, pass: &Pass) {
        let asked = || pass.done.iter().flat_map(|done| &done.asked);
        self.wall += pass.wall;
        self.busy += covered(asked().map(|asked| (asked.from, asked.to)).collect());
        let reading = covered(asked().map(|asked| (asked.begun, asked.first)).collect());
        let both = covered(asked().map(|asked| (asked.begun, asked.to)).collect());
        self.reading += reading;
        self.writing += both.saturating_sub(reading);
        self.waiting += asked().map(|asked| asked.to - asked.from).sum::<Duration>();
        self.questions += asked().count();
        for done in &pass.done {
            self.pages += done.time;
            self.prompt += done.reading.usage.prompt_tokens;
            self.cached += done.reading.usage.cached_tokens;
            self.output += done.reading.usage.completion_tokens;
        }
    }
}

impl Row {
    pub(super) fn of(mode: &str, passes: &[Pass]) -> Self {
        let mut sums = Sums::default();
        for pass in passes {
            sums.add(pass);
        }
        let done = || passes.iter().flat_map(|pass| &pass.done);
        let seconds = |of: fn(&Done) -> Option<Duration>| -> Vec<f64> {
            let times = done().filter_map(of);
            times.map(|time| time.as_secs_f64()).collect()
        };
        let first = seconds(|done| done.first_field);
        let pages = done().count();
        let joules: Option<f64> = passes.iter().map(|pass| pass.joules).sum();
        Self {
            mode: mode.to_owned(),
            pages,
            wall_s: Spread::of(passes.iter().map(|pass| pass.wall.as_secs_f64()).collect()),
            pages_min: Spread::of(passes.iter().filter_map(pages_min).collect()),
            page_s: Spread::of(seconds(|done| Some(done.time))),
            first_field_s: (!first.is_empty()).then(|| Spread::of(first)),
            prompt_tokens_page: share(sums.prompt, pages),
            output_tokens_page: share(sums.output, pages),
            cache_share: share(sums.cached, sums.prompt),
            prefill_tokens_s: rate(sums.prompt.saturating_sub(sums.cached), sums.reading),
            decode_tokens_s: rate(sums.output.saturating_sub(sums.questions), sums.writing),
            in_flight: ratio(sums.waiting, sums.wall),
            own_share: ratio(sums.pages.saturating_sub(sums.waiting), sums.pages),
            idle_share: ratio(sums.wall.saturating_sub(sums.busy), sums.wall),
            joules_page: joules
                .filter(|_| pages > 0)
                .map(|joules| joules / number(pages)),
        }
    }
}

fn pages_min(pass: &Pass) -> Option<f64> {
    rate(pass.done.len(), pass.wall).map(|rate| rate * 60.0)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "tokens and pages of one measurement"
)]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    number(part) / number(whole)
}

fn ratio(part: Duration, whole: Duration) -> f64 {
    if whole.is_zero() {
        return 0.0;
    }
    part.as_secs_f64() / whole.as_secs_f64()
}

/// A second; `None` of nothing or in no time.
pub(super) fn rate(count: usize, time: Duration) -> Option<f64> {
    (count > 0 && !time.is_zero()).then(|| number(count) / time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::pass::Reading;
    use super::super::timed::Asked;
    use super::*;
    use crate::extract::record::RecordUsage;

    /// Two prompts are read one after the other, from 0 to 1 s and to 2 s, and both answers written together for 4 s.
    #[test]
    fn an_answer_that_waits_for_another_prompt_is_not_being_written() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let done = |task: usize, begun, first| Done {
            task,
            reading: Reading {
                usage: RecordUsage {
                    prompt_tokens: 1000,
                    cached_tokens: 400,
                    completion_tokens: 101,
                    chunks: 1,
                },
                ..Reading::default()
            },
            time: Duration::from_secs(6),
            asked: vec![Asked {
                from: at(0),
                begun: at(begun),
                first: at(first),
                to: at(6),
            }],
            first_field: None,
        };
        let pass = Pass {
            done: vec![done(0, 0, 1), done(1, 1, 2)],
            wall: Duration::from_secs(6),
            ..Pass::default()
        };
        let row = Row::of("", &[pass]);
        assert_eq!(row.prefill_tokens_s, Some(2.0 * 600.0 / 2.0));
        assert_eq!(row.decode_tokens_s, Some(2.0 * 100.0 / 4.0));
        assert!((row.cache_share - 0.4).abs() < 1e-9);
    }
}
