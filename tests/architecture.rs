//! The house rules, kept by a test: which room may use which, and how its files look. Each complaint names file and rule.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "support/source.rs"]
mod source;

use std::collections::{BTreeMap, BTreeSet};

use source::{Source, functions, names, sources};

/// What each room may use. A new room needs a row, and a row that makes a cycle is refused.
const MAY_USE: &[(&str, &[&str])] = &[
    ("cli", &[]),
    ("config", &[]),
    ("keymap", &["cli", "config"]),
    ("theme", &["cli", "config"]),
    ("event", &[]),
    ("log", &[]),
    ("process", &[]),
    ("signals", &["process"]),
    ("pattern", &[]),
    ("posting", &["pattern"]),
    ("store", &[]),
    ("pace", &[]),
    ("engine", &["cli", "config", "gpu", "log", "pace"]),
    ("models", &["cli", "engine", "signals"]),
    ("page", &["pattern", "posting"]),
    ("gpu", &[]),
    ("monitor", &["cli", "gpu", "signals"]),
    (
        "power",
        &["cli", "engine", "gpu", "pace", "process", "signals"],
    ),
    ("extract", &["engine", "page", "pattern", "posting"]),
    ("review", &["extract", "page", "posting", "store"]),
    ("triage", &["cli", "posting", "review", "run", "store"]),
    (
        "run",
        &[
            "cli", "engine", "event", "extract", "gpu", "log", "page", "posting", "power",
            "process", "review", "signals", "store",
        ],
    ),
    (
        "tui",
        &[
            "cli", "config", "event", "extract", "gpu", "keymap", "log", "posting", "power",
            "review", "run", "signals", "store", "theme",
        ],
    ),
    (
        "headless",
        &[
            "cli", "engine", "extract", "power", "review", "run", "store",
        ],
    ),
    (
        "bench",
        &["cli", "engine", "extract", "gpu", "page", "posting", "run"],
    ),
    // Programs beside smelt.
    ("bin", &["cli", "engine", "log"]),
    (
        "eval",
        &[
            "cli", "extract", "headless", "page", "posting", "power", "run", "store",
        ],
    ),
];

/// Crates that one file names, or one file and its folder.
const ONE_PLACE: [(&str, &str); 3] = [
    ("mistralrs", "src/engine/mistral"),
    ("nvml_wrapper", "src/gpu/nvml"),
    ("nvml_wrapper_sys", "src/gpu/nvml/shims"),
];
/// What may end a thread or the program on purpose: a script asks for it, to test what is around a worker.
const MAY_PANIC: [(&str, &str); 1] = [("src/engine/scripted.rs", "panic!")];
const PANICS: [&str; 6] = [
    ".unwrap()",
    ".expect(",
    "panic!",
    "todo!",
    "unimplemented!",
    "dbg!",
];
/// Files that may hold `unsafe` code.
const MAY_BE_UNSAFE: [&str; 1] = ["src/gpu/nvml/shims.rs"];
const MOST_LINES: usize = 450;
const MOST_MEDIAN_LINES: usize = 150;
const MOST_FUNCTION_LINES: usize = 60;
/// What stands behind every path from the root of the crate.
fn from_root(source: &Source) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices("crate::") {
        let is_macro = source.code[..at].ends_with('$');
        if !is_macro {
            found.extend(names(&source.code[at + "crate::".len()..]));
        }
    }
    let up = "super::".repeat(source.depth());
    for (at, _) in source.code.match_indices(&up) {
        let path = &source.code[at + up.len()..];
        if !source.code[..at].ends_with("super::") && !path.starts_with("super::") {
            found.extend(names(path));
        }
    }
    found
}

fn is_entry(source: &Source) -> bool {
    matches!(source.path.as_str(), "src/lib.rs" | "src/main.rs")
}

/// Who uses whom, and where.
fn edges(sources: &[Source]) -> BTreeMap<(&str, &str), &str> {
    let rooms: BTreeSet<&str> = sources.iter().map(Source::room).collect();
    let mut edges = BTreeMap::new();
    for source in sources.iter().filter(|source| !is_entry(source)) {
        for name in from_root(source) {
            if rooms.contains(name) && name != source.room() {
                edges
                    .entry((source.room(), name))
                    .or_insert(source.path.as_str());
            }
        }
    }
    edges
}

fn wrong_edges(sources: &[Source], may_use: &[(&str, &[&str])]) -> Vec<String> {
    let allowed = |room: &str| may_use.iter().find(|(name, _)| *name == room);
    let mut wrong: Vec<String> = Vec::new();
    for source in sources.iter().filter(|source| !is_entry(source)) {
        if allowed(source.room()).is_none() {
            let room = source.room();
            wrong.push(format!(
                "{}: room `{room}` has no row in MAY_USE",
                source.path
            ));
        }
    }
    for ((from, to), path) in edges(sources) {
        if allowed(from).is_some_and(|(_, rooms)| !rooms.contains(&to)) {
            wrong.push(format!("{path}: room `{from}` may not use room `{to}`"));
        }
    }
    wrong
}

/// Rooms that lead back to themselves.
fn cycles<'a>(edges: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut left: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in edges {
        left.entry(from).or_default().insert(to);
    }
    loop {
        let rooms: BTreeSet<&str> = left.keys().copied().collect();
        let before = left.len();
        left.retain(|_, uses| uses.iter().any(|room| rooms.contains(room)));
        if left.len() == before {
            return left
                .keys()
                .map(|room| format!("room `{room}` is on a cycle"))
                .collect();
        }
    }
}

fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).filter_map(move |(at, _)| {
        let (before, after) = (&code[..at], &code[at + word.len()..]);
        let joined = (word.starts_with(of_word) && before.ends_with(of_word))
            || (word.ends_with(of_word) && after.starts_with(of_word));
        (!joined).then(|| before.matches('\n').count() + 1)
    })
}

fn forbidden(
    source: &Source,
    word: &str,
    rule: &str,
    is_allowed: impl Fn(&str) -> bool,
) -> Vec<String> {
    if is_allowed(&source.path) {
        return Vec::new();
    }
    words(&source.code, word)
        .map(|line| format!("{}:{line}: {rule}", source.path))
        .collect()
}

fn wrong_words(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, place) in ONE_PLACE {
        let rule = format!("only {place} may name `{name}`");
        let (file, folder) = (format!("{place}.rs"), format!("{place}/"));
        wrong.extend(forbidden(source, name, &rule, |path| {
            path == file || path.starts_with(&folder)
        }));
    }
    let rule = "`unsafe` is allowed nowhere but in MAY_BE_UNSAFE";
    wrong.extend(forbidden(source, "unsafe", rule, |path| {
        MAY_BE_UNSAFE.contains(&path)
    }));
    for word in PANICS {
        let rule = format!("`{word}` outside tests");
        wrong.extend(forbidden(source, word, &rule, |path| {
            MAY_PANIC.contains(&(path, word))
        }));
    }
    wrong
}

fn wrong_shape(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    let first = source.text.lines().next().unwrap_or_default();
    if !first.starts_with("//! ") {
        wrong.push(format!(
            "{}:1: the first line must be a `//!` line that says the file's one job",
            source.path
        ));
    }
    let lines = source.text.lines().count();
    if lines > MOST_LINES {
        wrong.push(format!("{}: {lines} lines, over {MOST_LINES}", source.path));
    }
    for (line, name, length) in functions(&source.code) {
        if length > MOST_FUNCTION_LINES {
            wrong.push(format!(
                "{}:{line}: function `{name}` has {length} lines, over {MOST_FUNCTION_LINES}",
                source.path
            ));
        }
    }
    wrong
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    report(&wrong_edges(&sources(), MAY_USE));
}

#[test]
fn rooms_make_no_cycle() {
    let sources = sources();
    report(&cycles(edges(&sources).into_keys()));
    let rows = MAY_USE.iter();
    report(&cycles(
        rows.flat_map(|(from, rooms)| rooms.iter().map(|to| (*from, *to))),
    ));
}

#[test]
fn words_that_are_kept_out_stay_out() {
    let wrong: Vec<String> = sources().iter().flat_map(wrong_words).collect();
    report(&wrong);
}

#[test]
fn files_say_their_job_and_stay_short() {
    let sources = sources();
    let mut wrong: Vec<String> = sources.iter().flat_map(wrong_shape).collect();
    let mut lengths: Vec<usize> = sources
        .iter()
        .map(|source| source.text.lines().count())
        .collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    if median > MOST_MEDIAN_LINES {
        wrong.push(format!(
            "src: the median file has {median} lines, over {MOST_MEDIAN_LINES}"
        ));
    }
    report(&wrong);
}

mod can_fail {
    use super::*;

    const RULES: [(&str, &[&str]); 2] = [("low", &[]), ("high", &["low"])];

    fn edges_of(low: &str) -> Vec<String> {
        let sources = [
            Source::new("src/low/inner.rs", low),
            Source::new("src/high.rs", "//! Uses it.\nuse crate::low::inner;"),
        ];
        wrong_edges(&sources, &RULES)
    }

    #[test]
    fn a_use_in_the_wrong_direction_is_seen_in_every_spelling() {
        for low in [
            "use crate::high;",
            "use crate::{high, low};",
            "use crate::{low::{a, b}, high::c};",
            "fn f() { crate::high::g() }",
            "use super::super::high;",
            "use crate::{\n    low,\n    high,\n};",
        ] {
            let rule = "src/low/inner.rs: room `low` may not use room `high`";
            assert_eq!(edges_of(low), [rule], "{low}");
        }
        for low in [
            "// use crate::high;",
            "const A: &str = \"crate::high\";",
            "use super::high;",
            "#[cfg(test)]\nmod tests { use crate::high; }",
            "use crate::highest;",
        ] {
            assert_eq!(edges_of(low), Vec::<String>::new(), "{low}");
        }
    }

    #[test]
    fn a_room_without_a_row_and_a_cycle_are_seen() {
        let source = [Source::new("src/new.rs", "")];
        let rule = "src/new.rs: room `new` has no row in MAY_USE";
        assert_eq!(wrong_edges(&source, &RULES), [rule]);
        let edges = [("a", "b"), ("b", "c"), ("c", "b"), ("d", "e")];
        assert_eq!(cycles(edges).len(), 3, "a leads into the cycle of b and c");
        assert_eq!(cycles([("a", "b"), ("b", "c"), ("a", "c")]).len(), 0);
    }

    #[test]
    fn forbidden_words_are_seen_in_code_and_only_there() {
        for code in [
            "fn f() { g().unwrap() }",
            "fn f() { g().expect(\"x\") }",
            "fn f<'a>(x: &'a str) { panic!(\"{x}\") }",
            "fn f() { let a = '\"'; todo!() }",
            "fn f() { let a = r#\"\"\"#; dbg!(a) }",
            "use mistralrs::Model;",
            "use nvml_wrapper::Nvml;",
            "unsafe fn f() {}",
            "#[cfg(test)]\nmod tests { fn f() { g().unwrap() } }\nfn h() { unimplemented!() }",
        ] {
            let wrong = wrong_words(&Source::new("src/low.rs", code));
            assert_eq!(wrong.len(), 1, "{code}: {wrong:?}");
            assert!(wrong[0].starts_with("src/low.rs:"));
        }
        for code in [
            "// a.unwrap() /* panic!",
            "/* /* panic! */ todo! */ fn f() {}",
            "const A: &str = \"\\\"panic!\";",
            "const A: char = '\\''; const B: &str = \" dbg!(x) \";",
            "const A: &str = br##\"a\"# mistralrs\"##;",
            "#![deny(unsafe_code)]",
            "fn f() { g().unwrap_or(1) }",
            "#[cfg(test)]\nmod tests { fn f() { g().unwrap() } }",
            "#[cfg(feature = \"mistralrs\")]\nmod a;",
        ] {
            let wrong = wrong_words(&Source::new("src/low.rs", code));
            assert_eq!(wrong, Vec::<String>::new(), "{code}");
        }
    }

    #[test]
    fn shapeless_and_long_files_and_functions_are_seen() {
        let body = |lines: usize| "    let x = \"}\";\n".repeat(lines);
        let function = |lines| {
            format!(
                "//! Job.\nimpl A {{\n    pub(crate) fn f(\n    ) {{\n    {}    }}\n}}\n",
                body(lines)
            )
        };
        let wrong = |text: &str| wrong_shape(&Source::new("src/low.rs", text));
        assert_eq!(wrong(&function(57)), Vec::<String>::new());
        assert_eq!(
            wrong(&function(58)),
            ["src/low.rs:3: function `f` has 61 lines, over 60"]
        );
        assert_eq!(
            wrong(&"//! Job.\n".repeat(451)),
            ["src/low.rs: 451 lines, over 450"]
        );
        assert_eq!(wrong("use a;").len(), 1);
        let signatures = format!(
            "//! Job.\ntrait A {{\n    fn f(\n        a: u8,\n    ) -> u8;\n    fn g(&self);\n{}}}\n",
            body(80)
        );
        assert_eq!(wrong(&signatures), Vec::<String>::new());
    }
}
