//! Asking the model about one page: chunk by chunk, and once more for what failed its checks.

use super::answer;
use super::expand::{Expansion, expand};
use super::normalise::Normaliser;
use super::reading::Reading;
use super::wire::{self, Ask};
use super::{Extraction, chunk, combine, prompt};
use crate::engine::{Engine, EngineError, Finish, Request};
use crate::page::{Block, BlockKind, Page};

/// Tokens a chat template adds around two messages, and room for miscounts at line ends.
const TEMPLATE_TOKENS: usize = 64;
/// Fewer tokens of page than this are not worth a question.
const LEAST_BUDGET: usize = 64;
/// Characters of a page's head that are repeated for its later chunks.
const DIGEST_CHARS: usize = 300;

/// Asks for `asks` on every chunk of the page and combines the answers.
pub fn ask(
    page: &Page,
    asks: &[Ask],
    engine: &dyn Engine,
    normaliser: &Normaliser,
    max_output: usize,
    extraction: &mut Extraction,
) -> Result<Reading, EngineError> {
    let info = engine.info()?;
    let max_output = max_output.min(info.context_tokens / 3);
    let digest = digest(page);
    let mut texts: Vec<String> = page
        .blocks
        .iter()
        .map(|block| prompt::line(page, block))
        .collect();
    texts.push(format!("{}{digest}", prompt::SYSTEM));
    let mut tokens = engine.count_tokens(&texts)?;
    let fixed = tokens.pop().unwrap_or_default() + max_output + TEMPLATE_TOKENS;
    let budget = info.context_tokens.saturating_sub(fixed);
    if budget < LEAST_BUDGET {
        return Err(EngineError::Unavailable(format!(
            "a context of {} tokens leaves no room for a page: give the model at least {}",
            info.context_tokens,
            fixed + LEAST_BUDGET
        )));
    }
    let chunks = chunk::plan(&tokens, budget);
    extraction.usage.chunks = chunks.len();
    let mut readings = Vec::new();
    for (index, range) in chunks.into_iter().enumerate() {
        let blocks = page.blocks.get(range).unwrap_or_default();
        let question = Question {
            page,
            blocks,
            digest: (index > 0).then_some(digest.as_str()),
            max_output,
        };
        readings.push(question.read(asks, engine, normaliser, extraction)?);
    }
    Ok(combine::combine(page, readings))
}

/// One chunk of a page.
struct Question<'a> {
    page: &'a Page,
    blocks: &'a [Block],
    digest: Option<&'a str>,
    max_output: usize,
}

impl Question<'_> {
    fn read(
        &self,
        asks: &[Ask],
        engine: &dyn Engine,
        normaliser: &Normaliser,
        extraction: &mut Extraction,
    ) -> Result<Reading, EngineError> {
        let first = self.once(asks, None, engine, normaliser, extraction)?;
        let mut reading = first.reading;
        if first.failed.is_empty() {
            return Ok(reading);
        }
        let remark =
            "An earlier answer was not in the posting's own words. Copy exactly, or write null.";
        let again = self.once(&first.failed, Some(remark), engine, normaliser, extraction)?;
        for (field, candidate) in again.reading.values {
            reading.put(field, candidate);
        }
        reading.flags.extend(again.reading.flags);
        reading.flags.extend(
            again
                .failed
                .iter()
                .map(|ask| format!("unsupported:{}", combine::field(*ask))),
        );
        Ok(reading)
    }

    fn once(
        &self,
        asks: &[Ask],
        remark: Option<&str>,
        engine: &dyn Engine,
        normaliser: &Normaliser,
        extraction: &mut Extraction,
    ) -> Result<Expansion, EngineError> {
        let (Some(first), Some(last)) = (self.blocks.first(), self.blocks.last()) else {
            return Ok(Expansion::default());
        };
        let request = Request {
            system: prompt::SYSTEM.to_owned(),
            user: prompt::user(self.page, self.blocks, self.digest, asks, remark),
            grammar: wire::grammar(asks, first.id, last.id),
            max_tokens: self.max_output,
        };
        let completion = engine.generate(&request, &mut |_| {})?;
        extraction.usage.prompt_tokens += completion.usage.prompt_tokens;
        extraction.usage.cached_tokens += completion.usage.cached_tokens;
        extraction.usage.completion_tokens += completion.usage.completion_tokens;
        extraction.prefill_ms += completion.prefill_ms;
        extraction.decode_ms += completion.decode_ms;
        let mut expansion = expand(
            self.page,
            &answer::parse(&completion.text, asks),
            asks,
            normaliser,
        );
        if completion.finish == Finish::Length {
            expansion.reading.flags.push("answer_cut".to_owned());
        }
        Ok(expansion)
    }
}

/// The head of the page, for chunks that do not hold it.
fn digest(page: &Page) -> String {
    let head = page
        .blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Title | BlockKind::Heading(1)));
    let text: Vec<&str> = head
        .take(2)
        .chain(page.blocks.iter().take(3))
        .map(|block| page.text_of(block))
        .collect();
    text.join(" / ").chars().take(DIGEST_CHARS).collect()
}
