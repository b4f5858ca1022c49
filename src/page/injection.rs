//! Text addressed to a model: phrases are counted, chat-control strings are counted and broken up.

use std::borrow::Cow;

use regex::Captures;

use super::{HiddenReport, scrub};
use crate::pattern::Pattern;

/// Strings that chat templates use between turns. The inner part keeps its letters when they are broken up.
static CONTROL: Pattern = Pattern::new(concat!(
    r"(?i)<(?P<angle>[|｜][^|｜<>\[\]]{1,40}[|｜]|/?(?:",
    r"think|thinking|tool_call|tool_calls|tool_response|tools|start_of_turn|end_of_turn|bos|eos|s|unk|pad",
    r"))>|\[(?P<square>/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS))\]",
    r"|<<(?P<double>/?SYS)>>",
));

/// What prompts that were planted in pages have in common. Each alternative needs more than one telling word, for
/// postings do speak of models, prompts, systems and instructions. Word borders are those of ASCII: Unicode's make
/// the search many times slower on text with curly quotes.
static PHRASES: Pattern = Pattern::new(concat!(
    // "ignore all previous instructions", "disregard the above and ..."
    r"(?i-u)\b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|every|everything|each|of|the|your|my|these|those|other)\s+){0,4}",
    r"(?:previous|prior|preceding|earlier|existing|system|original|above)\s+(?:\w+\s+){0,2}?(?:instruction|prompt|rule|direction|guideline|context|message|command|text|constraint)s?\b",
    r"|\b(?:ignore|disregard|forget)\s+(?:all\s+|everything\s+)?(?:of\s+)?(?:the\s+|your\s+)?(?:instructions|prompts?|text|rules|context)\s+(?:above|before|so far|you were given|you have been given)",
    r"|\b(?:ignore|disregard|forget)\s+(?:all\s+(?:of\s+)?)?your\s+(?:instructions|prompt|rules|guidelines|training|programming)\b",
    r"|\b(?:ignore|disregard|forget)\s+(?:everything|all)\s+(?:above|before|previous|prior)\b",
    r"|\b(?:reveal|print|repeat|output|show|leak|expose)\s+(?:me\s+)?(?:your|the)\s+(?:(?:hidden|initial|original|full|entire|secret)\s+)*(?:system|developer)\s+(?:prompt|message|instructions?)\b",
    r"|\b(?:new|updated|real|actual|override)\s+(?:system\s+)?(?:instructions?|prompt)\s*(?:to|for)\s+(?:the\s+|an?\s+|any\s+)?(?:ai|llm|model|assistant|chatbot|language model)s?\b",
    r"|\b(?:note|message|instructions?|attention)\s*(?:to|for)?\s*:?\s+(?:the\s+|any\s+|all\s+)?(?:ai|llm|language)\s+(?:models?|assistants?|agents?|screeners?|parsers?)\b\s*[:,]",
    r"|\byou\s+are\s+(?:now\s+)?(?:chatgpt|dan|(?:an?\s+)?(?:(?:ai|artificial intelligence|helpful|large)\s+)+(?:assistant|language model|chatbot|llm))\b",
    r"|\bif\s+you\s+are\s+(?:an?\s+)?(?:llm|large language model|language model|chatbot|chatgpt|ai\s+(?:assistant|model|agent|language model|bot|system|tool))\b",
    r"|\bas\s+an?\s+(?:ai|large)\s+language\s+model\b",
    r"|\b(?:rank|rate|score|mark)\s+this\s+(?:candidate|applicant|job|posting|resume|position)\s+(?:as\s+)?(?:the\s+)?(?:first|highest|top|best|number one|10/10|100)",
    // The same in German, French and Spanish.
    r"|\b(?:ignoriere?n?|missachten?|vergiss|vergessen)\s+(?:sie\s+)?(?:bitte\s+)?(?:alle\s+|die\s+|deine\s+|ihre\s+|sämtliche\s+){1,3}(?:vorherigen|bisherigen|vorigen|obigen|früheren|vorangegangenen)?\s*(?:anweisung|instruktion|vorgabe|befehl)",
    r"|\b(?:ignore[zr]?|oublie[zr]?)\s+(?:toutes\s+)?(?:les|vos|tes)\s+(?:instructions|consignes|règles)\s+(?:précédentes|antérieures|ci-dessus)",
    r"|\b(?:ignora|ignore|olvida|olvide)\s+(?:todas\s+)?(?:las|tus|sus)\s+(?:instrucciones|indicaciones|reglas)\s+(?:anteriores|previas)",
));

/// Names of elements that are no HTML: written as markup, such a string shows nothing but is one all the same.
#[must_use]
pub fn is_control_element(name: &str) -> bool {
    matches!(
        name,
        "think"
            | "thinking"
            | "tool_call"
            | "tool_calls"
            | "tool_response"
            | "tools"
            | "start_of_turn"
            | "end_of_turn"
            | "bos"
            | "eos"
            | "unk"
            | "pad"
    )
}

/// Breaks up chat-control strings with spaces, so that no tokenizer sees a control token.
#[must_use]
pub fn neutralise<'a>(text: &'a str, report: &mut HiddenReport) -> Cow<'a, str> {
    if !text.contains(['<', '[']) {
        return Cow::Borrowed(text);
    }
    CONTROL.replace_all(text, |found: &Captures| {
        report.chat_control += 1;
        let inner = |name| found.name(name).map(|inner| inner.as_str());
        match (inner("angle"), inner("square"), inner("double")) {
            (Some(inner), ..) => format!("< {inner} >"),
            (_, Some(inner), _) => format!("[ {inner} ]"),
            (.., inner) => format!("< < {} > >", inner.unwrap_or_default()),
        }
    })
}

/// How many phrases speak to a model instead of a reader.
#[must_use]
pub fn phrases(text: &str) -> usize {
    PHRASES.find_iter(text).count()
}

/// Counts what text that no reader sees holds for a model; whether it held any instruction.
pub fn inspect(hidden: &str, report: &mut HiddenReport) -> bool {
    let text = scrub::clean(hidden, report);
    let before = report.chat_control;
    let _ = neutralise(&text, report);
    let found = phrases(&text);
    report.suspicious += found;
    found > 0 || report.chat_control > before
}
