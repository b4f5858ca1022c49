//! An answer read while it is written: however it is cut, the same; and at its end, what the whole answer says.
#![allow(missing_docs, clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};
use smelt::extract::answer::{Given, parse};
use smelt::extract::stream::Stream;
use smelt::extract::wire::{Ask, NOT_STATED, Shape};

fn read<'a>(pieces: impl IntoIterator<Item = &'a str>) -> Stream {
    let mut stream = Stream::default();
    for piece in pieces {
        stream.push(piece);
    }
    stream
}

/// A text cut at such places.
fn cut<'a>(text: &'a str, places: &[prop::sample::Index]) -> Vec<&'a str> {
    let mut cuts: Vec<usize> = places
        .iter()
        .map(|place| text.floor_char_boundary(place.index(text.len() + 1)))
        .collect();
    cuts.push(0);
    cuts.push(text.len());
    cuts.sort_unstable();
    cuts.windows(2)
        .map(|pair| &text[pair[0]..pair[1]])
        .collect()
}

fn line() -> impl Strategy<Value = Value> {
    (1..400u32).prop_map(Value::from)
}

fn value(ask: Ask) -> BoxedStrategy<Value> {
    let words = "[^\\x00-\\x1f]{1,20}";
    match ask.shape() {
        Shape::Quote(_) => prop_oneof![
            Just(Value::Null),
            (line(), words).prop_map(|(line, words)| json!([line, words])),
        ]
        .boxed(),
        Shape::Enum(members) => prop_oneof![
            Just(Value::from(NOT_STATED)),
            (line(), prop::sample::select(members))
                .prop_map(|(line, member)| json!([line, member])),
        ]
        .boxed(),
        Shape::Words(_) => prop::collection::vec(words, 0..5)
            .prop_map(Value::from)
            .boxed(),
        Shape::Lines(_) => prop::collection::vec(
            prop_oneof![
                line(),
                (line(), line()).prop_map(|(first, last)| json!([first, last]))
            ],
            0..5,
        )
        .prop_map(Value::from)
        .boxed(),
    }
}

fn answer() -> impl Strategy<Value = String> {
    let all = prop::sample::subsequence(Ask::ALL.to_vec(), 1..=Ask::ALL.len());
    all.prop_flat_map(|asks| {
        let values: Vec<_> = asks.iter().map(|ask| value(*ask)).collect();
        (Just(asks), values)
    })
    .prop_map(|(asks, values)| {
        let pairs: serde_json::Map<String, Value> = asks
            .iter()
            .map(|ask| ask.key().to_owned())
            .zip(values)
            .collect();
        Value::Object(pairs).to_string()
    })
}

proptest! {
    #[test]
    fn however_an_answer_is_cut_it_reads_the_same(
        text in answer(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let whole = read([text.as_str()]);
        prop_assert_eq!(&read(cut(&text, &places)), &whole);
        let parsed = parse(&text, &Ask::ALL);
        for row in whole.rows() {
            prop_assert!(!row.is_open);
            prop_assert_eq!(row.given.as_ref(), parsed.get(&row.ask));
        }
        prop_assert_eq!(whole.rows().len(), parsed.len());
    }

    #[test]
    fn what_has_come_only_grows(text in answer()) {
        let mut stream = Stream::default();
        let mut before = 0;
        for next in text.chars() {
            stream.push(next.encode_utf8(&mut [0; 4]));
            prop_assert!(stream.rows().len() >= before);
            before = stream.rows().len();
            let open = stream.rows().iter().filter(|row| row.is_open).count();
            prop_assert!(open <= 1);
        }
    }

    #[test]
    fn no_text_at_all_is_too_strange(text in "[\\[\\]{}\":,\\\\u0-9a-e \\PC]{0,200}",
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        prop_assert_eq!(read(cut(&text, &places)), read([text.as_str()]));
    }
}

#[test]
fn a_value_is_seen_while_it_grows() {
    let stream = read([r#"{"title": [3, "Night N"#]);
    let row = &stream.rows()[0];
    assert_eq!(row.ask, Ask::Title);
    assert_eq!(row.given, Some(Given::Quote(3, "Night N".to_owned())));
    assert!(row.is_open);
}

#[test]
fn escapes_are_read_wherever_they_are_cut() {
    let stream = read([
        r#"{"title": [1, "a\"#,
        r#""b\u00"#,
        r"e9 \ud83d",
        r#"\ude00"]}"#,
    ]);
    assert_eq!(
        stream.rows()[0].given,
        Some(Given::Quote(1, "a\"b\u{e9} \u{1f600}".to_owned()))
    );
}
