//! Bent JSON: what sites add to it is taken out, and what ends an object is found.

use serde_json::Value;

/// Values tried in one script.
const MOST_VALUES: usize = 32;

/// Strict first; then without what sites add: comment and CDATA marks, raw line breaks, trailing commas, entities.
pub fn values(text: &str) -> Vec<Value> {
    let text = text.trim();
    if let Ok(value) = serde_json::from_str(text) {
        return vec![value];
    }
    let (mut found, mut rest) = (Vec::new(), text);
    for _ in 0..MOST_VALUES {
        let Some(at) = rest.find(['{', '[']) else {
            break;
        };
        let here = &rest[at..];
        // The mark of a CDATA section is a bracket too.
        if let Some(inside) = here.strip_prefix("[CDATA[") {
            rest = inside;
            continue;
        }
        let json = balanced(here).unwrap_or(here);
        rest = &here[json.len()..];
        found.extend(parse(json));
    }
    found
}

fn parse(json: &str) -> Option<Value> {
    let strict = serde_json::from_str(json).ok();
    strict
        .or_else(|| serde_json::from_str(&mend(json)).ok())
        .or_else(|| {
            let decoded = json
                .replace("&quot;", "\"")
                .replace("&#34;", "\"")
                .replace("&amp;", "&");
            serde_json::from_str(&mend(&decoded)).ok()
        })
}

/// The object or list that a text starts with, up to its closing bracket.
pub fn balanced(text: &str) -> Option<&str> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return text.get(..=at);
                }
            }
            _ => {}
        }
    }
    None
}

fn mend(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut letters = json.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                out.push(letter);
            }
            '\\' if quoted => match letters.next() {
                Some(next @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) => {
                    out.push('\\');
                    out.push(next);
                }
                next => out.extend(next),
            },
            _ if quoted && letter.is_control() => out.push(' '),
            '/' if !quoted && letters.peek() == Some(&'*') => skip_comment(&mut letters),
            '/' if !quoted && letters.peek() == Some(&'/') => {
                while letters.next_if(|letter| *letter != '\n').is_some() {}
            }
            '}' | ']' if !quoted => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

fn skip_comment(letters: &mut std::iter::Peekable<std::str::Chars>) {
    let mut before = ' ';
    for letter in letters.by_ref().skip(1) {
        if before == '*' && letter == '/' {
            return;
        }
        before = letter;
    }
}
