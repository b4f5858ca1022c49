//! The wire format: which facts the model is asked for, and the grammar of its answer for one page.

use serde_json::{Map, Value, json};

/// One key of the model's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Ask {
    Title,
    Company,
    Location,
    Salary,
    Posted,
    Deadline,
    JobId,
    Years,
    Education,
    JobType,
    Remote,
    Level,
    Skills,
    Requirements,
    Responsibilities,
    Benefits,
    Description,
}

/// What an answer to one key looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `[line, "words of that line"]` or `null`; at most so many characters.
    Quote(usize),
    /// `[line, "member"]` or `"not_stated"`.
    Enum(&'static [&'static str]),
    /// Strings that stand on the page; at most so many.
    Words(usize),
    /// Lines or `[first, last]` ranges; at most so many.
    Lines(usize),
}

impl Ask {
    /// Every key in wire order: what anchors the page first, enums after the text that decides them, long fields last.
    pub const ALL: [Self; 17] = [
        Self::Title,
        Self::Company,
        Self::Location,
        Self::Salary,
        Self::Posted,
        Self::Deadline,
        Self::JobId,
        Self::Years,
        Self::Education,
        Self::JobType,
        Self::Remote,
        Self::Level,
        Self::Skills,
        Self::Requirements,
        Self::Responsibilities,
        Self::Benefits,
        Self::Description,
    ];

    /// The key on the wire; short words cost one token, as shorter ones would.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Company => "company",
            Self::Location => "location",
            Self::Salary => "salary",
            Self::Posted => "posted",
            Self::Deadline => "deadline",
            Self::JobId => "job_id",
            Self::Years => "years",
            Self::Education => "education",
            Self::JobType => "job_type",
            Self::Remote => "remote",
            Self::Level => "level",
            Self::Skills => "skills",
            Self::Requirements => "requirements",
            Self::Responsibilities => "responsibilities",
            Self::Benefits => "benefits",
            Self::Description => "description",
        }
    }

    /// The form of the answer.
    #[must_use]
    pub fn shape(self) -> Shape {
        match self {
            Self::Title | Self::Location => Shape::Quote(200),
            Self::Company | Self::Education | Self::JobId => Shape::Quote(100),
            Self::Salary | Self::Years => Shape::Quote(120),
            Self::Posted | Self::Deadline => Shape::Quote(60),
            Self::JobType => Shape::Enum(&[
                "full_time",
                "part_time",
                "contract",
                "internship",
                "freelance",
            ]),
            Self::Remote => Shape::Enum(&["remote", "hybrid", "onsite"]),
            Self::Level => Shape::Enum(&["entry", "mid", "senior", "lead", "executive"]),
            Self::Skills => Shape::Words(20),
            Self::Requirements | Self::Responsibilities | Self::Benefits | Self::Description => {
                Shape::Lines(10)
            }
        }
    }
}

/// The answer's JSON Schema for blocks `first..=last`: an id outside the page cannot be written at all.
///
/// `x-guidance` is llguidance's: one fixed spelling of white space, as Qwen3 writes it, and no escapes but those that
/// JSON cannot do without (lines hold no control characters), so that quotes compare byte by byte and nothing can run on.
#[must_use]
pub fn grammar(asks: &[Ask], first: u32, last: u32) -> Value {
    let mut properties = Map::new();
    for ask in asks {
        properties.insert(ask.key().to_owned(), schema(ask.shape()));
    }
    let required: Vec<&str> = asks.iter().map(|ask| ask.key()).collect();
    json!({
        "x-guidance": {
            "whitespace_flexible": false, "item_separator": ", ", "key_separator": ": ",
            "json_allowed_escapes": "\\\"",
        },
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "$defs": {
            "line": {"type": "integer", "minimum": first, "maximum": last},
            "lines": {"anyOf": [{"$ref": "#/$defs/line"}, pair(&json!({"$ref": "#/$defs/line"}))]},
        },
    })
}

/// Bytes of the longest answer that [`grammar`] admits, which is more than it can have tokens.
#[must_use]
pub fn longest(asks: &[Ask], last: u32) -> usize {
    let line = last.to_string().len();
    let keys = asks.iter().map(|ask| {
        let value = match ask.shape() {
            // `[line, "words"]`
            Shape::Quote(most) => line + most * CHAR_BYTES + 6,
            Shape::Enum(members) => {
                let longest = members.iter().map(|member| member.len()).max();
                (line + longest.unwrap_or_default() + 6).max(NOT_STATED.len() + 2)
            }
            // `["words", "words"]`
            Shape::Words(most) => 2 + most * (WORD_CHARS * CHAR_BYTES + 4),
            // `[[line, line], [line, line]]`
            Shape::Lines(most) => 2 + most * (2 * line + 6),
        };
        // `"key": value, `
        ask.key().len() + 6 + value
    });
    keys.sum::<usize>() + 2
}

/// What an enum's key says when the posting does not state it.
pub const NOT_STATED: &str = "not_stated";
/// Most characters of one of [`Shape::Words`].
const WORD_CHARS: usize = 40;
/// Most bytes of a character, in UTF-8 or as an escape.
const CHAR_BYTES: usize = 4;

fn pair(second: &Value) -> Value {
    json!({
        "type": "array", "prefixItems": [{"$ref": "#/$defs/line"}, second], "items": false, "minItems": 2, "maxItems": 2,
    })
}

fn schema(shape: Shape) -> Value {
    match shape {
        Shape::Quote(most) => {
            json!({"anyOf": [pair(&json!({"type": "string", "minLength": 1, "maxLength": most})), {"type": "null"}]})
        }
        Shape::Enum(members) => {
            json!({"anyOf": [pair(&json!({"enum": members})), {"const": NOT_STATED}]})
        }
        Shape::Words(most) => {
            json!({"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": WORD_CHARS}, "maxItems": most})
        }
        Shape::Lines(most) => {
            json!({"type": "array", "items": {"$ref": "#/$defs/lines"}, "maxItems": most})
        }
    }
}
