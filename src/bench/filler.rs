//! Questions and answers of filler text with exactly so many tokens under the model's tokenizer.

use serde_json::Value;

use crate::cli::FillerArgs;
use crate::engine::{Engine, EngineError, Request};

/// Words that are one token with the space before them, in every large vocabulary of English.
const WORDS: [&str; 16] = [
    "the", "and", "for", "job", "new", "man", "day", "pay", "all", "one", "two", "now", "out",
    "get", "see", "way",
];
/// Times a text is counted and set right.
const ROUNDS: usize = 16;
const SYSTEM: &str = "Read the words and go on.";

/// A question and its answer.
pub(super) struct Filler {
    pub(super) request: Request,
    pub(super) answer: String,
}

/// So many questions that are different and of one length.
///
/// # Errors
/// When they do not fit the context, or the engine does not answer.
pub(super) fn fillers(
    engine: &dyn Engine,
    wanted: FillerArgs,
    count: usize,
) -> Result<Vec<Filler>, EngineError> {
    let (prompt, out) = (wanted.prompt_tokens as usize, wanted.out as usize);
    let context = engine.info()?.context_tokens;
    if prompt + out > context {
        return Err(EngineError::Unavailable(format!(
            "{prompt} tokens in and {out} out do not fit the context of {context}; --context N gives more"
        )));
    }
    let answer = texts(engine, 1, out)?.pop().unwrap_or_default();
    let ask = |user| Request {
        system: SYSTEM.to_owned(),
        user,
        grammar: Value::Null,
        max_tokens: out,
        replay: Some(answer.clone()),
        thinking: false,
    };
    // What template and system text add is known once a question was asked.
    let short = texts(engine, 1, 16)?.pop().unwrap_or_default();
    let asked = engine.generate(&ask(short), &mut |_| {})?;
    let added = asked.usage.prompt_tokens.saturating_sub(16);
    let users = texts(engine, count, prompt.saturating_sub(added).max(1))?;
    let fillers = users.into_iter().map(|user| Filler {
        request: ask(user),
        answer: answer.clone(),
    });
    Ok(fillers.collect())
}

/// Texts of so many tokens each.
fn texts(engine: &dyn Engine, count: usize, tokens: usize) -> Result<Vec<String>, EngineError> {
    let mut seed = 1;
    let mut word = move || {
        // Knuth's constants; only the high bits are random.
        seed = u64::wrapping_add(u64::wrapping_mul(seed, 6_364_136_223_846_793_005), 1);
        WORDS[usize::try_from(seed >> 60).unwrap_or_default()]
    };
    let mut all: Vec<Vec<&str>> = (0..count)
        .map(|_| (0..tokens).map(|_| word()).collect())
        .collect();
    for _ in 0..ROUNDS {
        let texts: Vec<String> = all.iter().map(|words| words.join(" ")).collect();
        let counted = engine.count_tokens(&texts)?;
        if counted.iter().all(|counted| *counted == tokens) {
            return Ok(texts);
        }
        for (words, counted) in all.iter_mut().zip(counted) {
            words.truncate(words.len().saturating_sub(counted.saturating_sub(tokens)));
            words.extend((counted..tokens).map(|_| word()));
        }
    }
    Err(EngineError::Refused(format!(
        "the model's tokenizer makes no filler of exactly {tokens} tokens; try another number"
    )))
}
