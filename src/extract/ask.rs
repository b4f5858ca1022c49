//! Asking the model about one page: chunk by chunk, and once more for what failed its checks.

use super::expand::{Expansion, Shown, expand};
use super::normalise::{self, Normaliser};
use super::reading::Reading;
use super::wire::{self, Ask};
use super::{Extraction, answer, chunk, combine, plausible, prompt};
use crate::engine::{Completion, Engine, EngineError, Finish, Request};
use crate::page::Page;

/// Tokens a chat template adds around two messages, and room for miscounts at line ends.
const TEMPLATE_TOKENS: usize = 64;
/// Fewer tokens of page than this are not worth a question.
const LEAST_BUDGET: usize = 64;

/// Whom to ask, and how to read the answers.
pub struct Reader<'a> {
    /// The page.
    pub page: &'a Page,
    /// The model.
    pub engine: &'a dyn Engine,
    /// For quotes.
    pub normaliser: &'a Normaliser,
    /// Most tokens of one answer.
    pub max_output: usize,
    /// Whether what failed twice is asked a third time, after the model has thought about it.
    pub second_look: bool,
}

impl Reader<'_> {
    /// Asks for `asks` on every chunk of the page and combines the answers. `known` is what others read.
    pub fn read(
        &self,
        asks: &[Ask],
        known: &[Reading],
        extraction: &mut Extraction,
    ) -> Result<Reading, EngineError> {
        let info = self.engine.info()?;
        let last = self.page.blocks.last().map_or(0, |block| block.id);
        let max_output = self
            .max_output
            .min(info.context_tokens / 3)
            .min(wire::longest(asks, last));
        let head = chunk::head(self.page);
        let digest = chunk::digest(self.page, &head);
        let chunks = self.chunks(info.context_tokens, max_output, &digest)?;
        extraction.usage.chunks = chunks.len();
        let mut readings = Vec::new();
        let planned = info.context_tokens;
        for (index, range) in chunks.into_iter().enumerate() {
            let is_later = index > 0;
            let question = Question {
                reader: self,
                shown: Shown {
                    page: self.page,
                    blocks: self.page.blocks.get(range).unwrap_or_default(),
                    head: if is_later { &head } else { &[] },
                },
                digest: is_later.then_some(digest.as_str()),
                max_output,
            };
            let read = question.read(asks, extraction);
            readings.push(read.map_err(|error| self.unless_shrunk(planned, error))?);
        }
        Ok(combine::combine(self.page, readings, known))
    }

    /// A question that was planned for a longer context than there is now, since memory ran out meanwhile, is no fault of the
    /// page's.
    fn unless_shrunk(&self, planned: usize, error: EngineError) -> EngineError {
        let EngineError::Refused(why) = error else {
            return error;
        };
        match self.engine.info() {
            Ok(now) if now.context_tokens < planned => EngineError::OutOfMemory(why),
            Ok(_) => EngineError::Refused(why),
            Err(error) => error,
        }
    }

    /// Ranges of blocks that fit the context beside the longest question and answer.
    fn chunks(
        &self,
        context: usize,
        max_output: usize,
        digest: &str,
    ) -> Result<Vec<std::ops::Range<usize>>, EngineError> {
        let lines = self.page.blocks.iter();
        let mut texts: Vec<String> = lines.map(|block| prompt::line(self.page, block)).collect();
        let longest = prompt::head(Some(&Ask::ALL), Some(prompt::REMARK), Some(digest));
        texts.push(format!("{}{longest}", prompt::SYSTEM));
        let mut tokens = self.engine.count_tokens(&texts)?;
        let fixed = tokens.pop().unwrap_or_default() + max_output + TEMPLATE_TOKENS;
        let budget = context.saturating_sub(fixed);
        if budget < LEAST_BUDGET {
            return Err(EngineError::Unavailable(format!(
                "a context of {context} tokens leaves no room for a page: give the model at least {}",
                fixed + LEAST_BUDGET
            )));
        }
        let longest = tokens.iter().max().copied().unwrap_or_default();
        if longest > budget {
            return Err(EngineError::Refused(format!(
                "a line of the page has {longest} tokens, and a context of {context} leaves room for {budget}"
            )));
        }
        Ok(chunk::plan(&tokens, budget))
    }
}

/// One chunk of a page.
#[derive(Clone, Copy)]
struct Question<'a> {
    reader: &'a Reader<'a>,
    shown: Shown<'a>,
    digest: Option<&'a str>,
    max_output: usize,
}

impl Question<'_> {
    fn read(&self, asks: &[Ask], extraction: &mut Extraction) -> Result<Reading, EngineError> {
        let mut first = self.once(asks, None, extraction)?;
        let mut reading = first.reading;
        if first.failed.is_empty() {
            return Ok(reading);
        }
        let shown = self.shown;
        let lines = plausible::lines(shown.page, shown.blocks, &mut first.failed);
        if first.failed.is_empty() {
            return Ok(reading);
        }
        let second = Question {
            shown: Shown {
                blocks: &lines,
                ..shown
            },
            ..*self
        };
        let mut again = second.once(&first.failed, Some(prompt::REMARK), extraction)?;
        tracing::debug!(
            "asked again for {:?} on {} of {} lines, still without: {:?}",
            first.failed,
            lines.len(),
            shown.blocks.len(),
            again.failed
        );
        reading.absorb(again.reading);
        if self.reader.second_look && !again.failed.is_empty() {
            let third = second.after_thought(&again.failed, extraction)?;
            reading.absorb(third.reading);
            again.misplaced.extend(third.misplaced);
            again.failed = third.failed;
        }
        for ask in again.failed {
            let field = normalise::field(ask);
            let misplaced = again.misplaced.remove(&ask);
            match misplaced.or_else(|| first.misplaced.remove(&ask)) {
                Some(found) => {
                    reading.absorb(found);
                    reading.flags.push(format!("other_line:{field}"));
                }
                None => reading.flags.push(format!("unsupported:{field}")),
            }
        }
        Ok(reading)
    }

    /// Lets the model think and write freely about a few keys, then asks for them once more with what it wrote at hand.
    fn after_thought(
        &self,
        asks: &[Ask],
        extraction: &mut Extraction,
    ) -> Result<Expansion, EngineError> {
        // The notes take their room from the answer's, which is a short one.
        let max_output = self.max_output.saturating_sub(prompt::NOTES_TOKENS);
        if max_output < prompt::NOTES_TOKENS {
            return Ok(Expansion {
                failed: asks.to_vec(),
                ..Expansion::default()
            });
        }
        let head = prompt::head(Some(asks), Some(prompt::DRAFT), self.digest);
        let draft = Request {
            system: prompt::SYSTEM.to_owned(),
            user: prompt::user(self.shown.page, self.shown.blocks, &head),
            grammar: serde_json::Value::Null,
            max_tokens: self.max_output,
            thinking: true,
            replay: None,
        };
        let notes = prompt::notes(&self.ask(&draft, extraction)?.text);
        let question = Question {
            max_output,
            ..*self
        };
        question.once(
            asks,
            Some(&format!("{}{notes}", prompt::REMARK)),
            extraction,
        )
    }

    fn ask(
        &self,
        request: &Request,
        extraction: &mut Extraction,
    ) -> Result<Completion, EngineError> {
        let completion = self.reader.engine.generate(request, &mut |_| {})?;
        extraction.usage.prompt_tokens += completion.usage.prompt_tokens;
        extraction.usage.cached_tokens += completion.usage.cached_tokens;
        extraction.usage.completion_tokens += completion.usage.completion_tokens;
        extraction.prefill_ms += completion.prefill_ms;
        extraction.decode_ms += completion.decode_ms;
        Ok(completion)
    }

    fn once(
        &self,
        asks: &[Ask],
        remark: Option<&str>,
        extraction: &mut Extraction,
    ) -> Result<Expansion, EngineError> {
        let blocks = self.shown.blocks;
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else {
            return Ok(Expansion::default());
        };
        let only = (asks.len() < Ask::ALL.len()).then_some(asks);
        let head = prompt::head(only, remark, self.digest);
        let request = Request {
            system: prompt::SYSTEM.to_owned(),
            user: prompt::user(self.shown.page, blocks, &head),
            grammar: wire::grammar(asks, first.id, last.id),
            max_tokens: self.max_output,
            thinking: false,
            replay: None,
        };
        let completion = self.ask(&request, extraction)?;
        let answer = answer::parse(&completion.text, asks);
        let mut expansion = expand(self.shown, &answer, asks, self.reader.normaliser);
        if completion.finish == Finish::Length {
            expansion.reading.flags.push("answer_cut".to_owned());
        }
        Ok(expansion)
    }
}
