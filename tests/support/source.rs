//! Source files as the architecture test sees them: code without comments, literals and tests, and its functions.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

pub struct Source {
    pub path: String,
    pub text: String,
    /// The text without comments, literals and what is only compiled for tests; the lines stay where they are.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: without_tests(&without_literals(text)),
        }
    }

    /// `extract` for `src/extract.rs` and all in `src/extract/`.
    pub fn room(&self) -> &str {
        let inside = self.path.trim_start_matches("src/").split('/').next();
        inside.unwrap_or_default().trim_end_matches(".rs")
    }

    /// How many times `super::` leads from this file's items to the root of the crate.
    pub fn depth(&self) -> usize {
        self.path.matches('/').count()
    }
}

/// Every source file but the test modules that have files of their own.
pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    let mut directories = vec![root.join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                paths.push(name.replace('\\', "/"));
            }
        }
    }
    paths.sort();
    paths.retain(|path| !path.ends_with("/tests.rs") && !path.contains("/tests/"));
    paths
        .iter()
        .map(|path| Source::new(path, &fs::read_to_string(root.join(path)).unwrap()))
        .collect()
}

/// Blanks comments, strings and characters. Knows raw strings, nested comments and lifetimes.
fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let in_word = code
            .chars()
            .next_back()
            .is_some_and(|before| before.is_alphanumeric() || before == '_');
        let length = literal(rest, in_word);
        let (skipped, after) = rest.split_at(length.unwrap_or(letter.len_utf8()));
        match length {
            Some(_) => code.extend(skipped.chars().map(|c| if c == '\n' { c } else { ' ' })),
            None => code.push(letter),
        }
        rest = after;
    }
    code
}

/// Bytes of the comment or literal at the start of a text, if there is one.
fn literal(text: &str, in_word: bool) -> Option<usize> {
    let to_end = text.len();
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(to_end));
    }
    if text.starts_with("/*") {
        return Some(comment(text));
    }
    let raw = text.strip_prefix('b').unwrap_or(text);
    if !in_word && let Some(raw) = raw.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        if let Some(body) = raw.get(hashes..).and_then(|body| body.strip_prefix('"')) {
            let before = to_end - body.len();
            return Some(body.find(&end).map_or(to_end, |at| before + at + end.len()));
        }
    }
    match text.chars().next()? {
        '"' => Some(quoted(text, '"')),
        '\'' => {
            let mut letters = text.chars().skip(1);
            let is_escape = letters.next() == Some('\\');
            (is_escape || letters.next() == Some('\'')).then(|| quoted(text, '\''))
        }
        _ => None,
    }
}

/// Bytes of a block comment, those inside it included.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        match text.as_bytes().get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn quoted(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        if !escaped && letter == mark {
            return at + letter.len_utf8();
        }
        escaped = !escaped && letter == '\\';
    }
    text.len()
}

/// Blanks every item behind `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    const TEST: &str = "#[cfg(test)]";
    let mut kept = String::new();
    let mut rest = code;
    while let Some(at) = rest.find(TEST) {
        let (before, item) = rest.split_at(at);
        kept.push_str(before);
        let (skipped, after) = item.split_at(item_end(item));
        kept.extend(skipped.chars().filter(|letter| *letter == '\n'));
        rest = after;
    }
    kept + rest
}

/// Where an item ends: at its semicolon, or at the brace that closes its first one.
fn item_end(item: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in item.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

fn ident(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    &text[..end.unwrap_or(text.len())]
}

/// Names that stand behind a path: one, or those of its braces.
pub fn names(path: &str) -> Vec<&str> {
    let Some(list) = path.strip_prefix('{') else {
        return vec![ident(path)];
    };
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (at, letter) in list.char_indices() {
        let ends = depth == 0 && matches!(letter, ',' | '}');
        if ends {
            names.push(ident(list[start..at].trim_start()));
            start = at + 1;
        }
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

/// First line, name and number of lines of every function with a body, in code as rustfmt lays it out: the brace that
/// closes a function stands under the line that opens it.
pub fn functions(code: &str) -> Vec<(usize, &str, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let opened = line.trim_start();
        let indent = &line[..line.len() - opened.len()];
        let Some(name) = function_name(opened) else {
            continue;
        };
        let ends = |other: &&str| {
            let text = other.strip_prefix(indent).unwrap_or_default();
            text.starts_with('}') || (text.starts_with([')', 'w']) && text.ends_with(';'))
        };
        if opened.ends_with(';') || opened.ends_with('}') {
            continue;
        }
        let length = lines[start + 1..].iter().position(ends);
        found.push((
            start + 1,
            name,
            length.map_or(lines.len() - start, |more| more + 2),
        ));
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_head = before.split_whitespace().all(|word| {
        word.starts_with("pub")
            || matches!(word, "async" | "const" | "unsafe" | "extern" | "in")
            || word.ends_with(')')
    });
    let name = ident(after);
    (is_head && !name.is_empty()).then_some(name)
}
