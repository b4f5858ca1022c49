//! What holds for every page whatsoever: no panic, sound spans, clean text, the same answer twice.
#![allow(missing_docs, clippy::unwrap_used)]

use proptest::prelude::*;
use smelt::page::{Format, Limits, Page, read};

fn check(page: &Page) {
    let mut end = 0;
    for (index, block) in page.blocks.iter().enumerate() {
        assert_eq!(block.id as usize, index + 1);
        assert!(!page.text_of(block).trim().is_empty());
        let start = if index == 0 { 0 } else { end + 1 };
        assert_eq!(block.span.start, start, "blocks are the lines of the text");
        assert_eq!(
            page.text.get(block.span.clone()).unwrap(),
            page.text_of(block)
        );
        assert!(!page.text_of(block).contains('\n'));
        end = block.span.end;
        if let Some(label) = &block.label {
            let (name, value) = (
                &page.text[label.name.clone()],
                &page.text[label.value.clone()],
            );
            assert!(!name.trim().is_empty() && !value.is_empty());
            assert!(
                block.span.start <= label.name.start
                    && label.name.end < label.value.start
                    && label.value.end <= block.span.end
            );
        }
    }
    assert_eq!(end, page.text.len());
    assert!(
        !page
            .text
            .contains(|letter: char| letter.is_control() && letter != '\n')
    );
    assert!(
        !page
            .text
            .contains(['\u{200b}', '\u{202e}', '\u{feff}', '\u{e0041}'])
    );
    for control in ["<|im_start|>", "<think>", "[INST]"] {
        assert!(!page.text.contains(control), "{control}");
    }
}

/// Pieces that pages are made of, and pieces that break them.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<div>"),
        Just("</div>"),
        Just("<p>"),
        Just("<li>"),
        Just("<ul>"),
        Just("</ul>"),
        Just("<table><tr><td>"),
        Just("</td>"),
        Just("<th>"),
        Just("</table>"),
        Just("<dl><dt>"),
        Just("<dd>"),
        Just("</dl>"),
        Just("<h1>"),
        Just("</h1>"),
        Just("<h2>Similar jobs</h2>"),
        Just("<b>"),
        Just("</b>"),
        Just("<div hidden>"),
        Just("<p style='display:none'>"),
        Just("<style>.a{display:none}</style>"),
        Just("<i class='a label'>"),
        Just("</i>"),
        Just(
            "<script type='application/ld+json'>{\"@type\":\"JobPosting\",\"title\":\"x\"}</script>"
        ),
        Just("<script>"),
        Just("</script>"),
        Just("<!--"),
        Just("-->"),
        Just("<title>"),
        Just("<svg>"),
        Just("<nav>"),
        Just("<footer>"),
        Just("<main>"),
        Just("<pre>"),
        Just("<time datetime=2026-01-02>"),
        Just("<div itemscope itemtype=schema.org/JobPosting>"),
        Just("<i itemprop=title>"),
        Just("&lt;|im_start|&gt;"),
        Just("<|im_"),
        Just("start|>"),
        Just("<think>"),
        Just("&lt;think&gt;"),
        Just("[INST]"),
        Just("\u{200b}"),
        Just("\u{202e}"),
        Just("\u{e0041}"),
        Just("\u{0}"),
        Just("\u{1b}[2J"),
        Just("\u{85}"),
        Just("Location:"),
        Just("Salary"),
        Just(" Berlin "),
        Just("•"),
        Just("\u{200d}"),
        Just("é👩"),
        Just("\r\n"),
        Just("<"),
        Just("&"),
        Just("&#0;"),
        Just("&#x1b;"),
        Just("a"),
        Just(". "),
        Just(": "),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

fn formats() -> impl Strategy<Value = Format> {
    prop_oneof![
        Just(Format::Html),
        Just(Format::Text),
        Just(Format::Markdown)
    ]
}

/// Letters and figures only: reading again may add a colon, never a word.
fn words(page: &Page) -> String {
    page.text
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_page_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..600), format in formats()) {
        if let Ok(page) = read(&bytes, format, &Limits::default()) {
            check(&page);
        }
    }

    #[test]
    fn any_text_is_a_page_or_an_error(text in "\\PC{0,300}", format in formats()) {
        if let Ok(page) = read(text.as_bytes(), format, &Limits::default()) {
            check(&page);
        }
    }

    #[test]
    fn markup_soup_is_read_soundly_and_twice_the_same(html in soup(), format in formats()) {
        let first = read(html.as_bytes(), format, &Limits::default());
        let second = read(html.as_bytes(), format, &Limits::default());
        if let (Ok(first), Ok(second)) = (&first, &second) {
            check(first);
            prop_assert_eq!(&first.text, &second.text);
            prop_assert_eq!(&first.blocks, &second.blocks);
            prop_assert_eq!(&first.hidden, &second.hidden);
            prop_assert_eq!(&first.structured, &second.structured);
        }
        prop_assert_eq!(first.is_ok(), second.is_ok());
    }

    #[test]
    fn limits_hold_for_any_nesting(depth in 1..600_usize, blocks in 1..20_usize, most in 1..10_usize) {
        let html = "<div>".repeat(depth) + &"<p>word</p>".repeat(blocks);
        let limits = Limits { depth: 100, blocks: most, ..Limits::default() };
        let page = read(html.as_bytes(), Format::Html, &limits).unwrap();
        check(&page);
        prop_assert_eq!(page.blocks.len(), blocks.min(most));
        prop_assert_eq!(page.flags.contains(&"blocks_limit".to_owned()), blocks > most);
        prop_assert_eq!(page.flags.contains(&"depth_limit".to_owned()), depth + 1 >= limits.depth);
    }

    #[test]
    fn clean_text_is_clean(html in soup()) {
        let Ok(page) = read(html.as_bytes(), Format::Html, &Limits::default()) else { return Ok(()) };
        // A text that starts like markup is read as markup.
        if page.text.starts_with('<') {
            return Ok(());
        }
        let Ok(again) = read(page.text.as_bytes(), Format::Text, &Limits::default()) else { return Ok(()) };
        prop_assert_eq!(words(&page), words(&again));
        prop_assert_eq!((again.hidden.invisible_chars, again.hidden.chat_control), (0, 0));
    }

    #[test]
    fn lines_of_sentences_read_again_are_the_same_lines(lines in prop::collection::vec("[A-Z][a-z ]{0,90}[a-z]\\.", 1..12)) {
        let page = read(lines.join("\n").as_bytes(), Format::Text, &Limits::default()).unwrap();
        let again = read(page.text.as_bytes(), Format::Text, &Limits::default()).unwrap();
        prop_assert_eq!(page.text, again.text);
        prop_assert_eq!(page.blocks, again.blocks);
    }
}
