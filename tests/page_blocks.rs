//! What of a page becomes blocks, and how labels find their values.
#![allow(missing_docs, clippy::unwrap_used)]

use smelt::page::BlockKind::{Heading, Item, Paragraph, Row, Title};
use smelt::page::{Block, BlockKind, Format, HiddenReport, Limits, Page, read};

fn page(html: &str) -> Page {
    read(html.as_bytes(), Format::Html, &Limits::default()).unwrap()
}

fn lines(html: &str) -> Vec<String> {
    page(html).text.lines().map(str::to_owned).collect()
}

fn label<'a>(page: &'a Page, block: &Block) -> Option<(&'a str, &'a str)> {
    let label = block.label.as_ref()?;
    Some((
        &page.text[label.name.clone()],
        &page.text[label.value.clone()],
    ))
}

#[test]
fn labels_and_values_share_a_line_however_they_are_marked_up() {
    for html in [
        "<dl><dt>Location</dt><dd>Berlin</dd></dl>",
        "<dl><dt>Location:</dt><dd><p>Berlin</p></dd></dl>",
        "<table><tr><th>Location</th><td>Berlin</td></tr></table>",
        "<table><tr><td>Location:</td><td>Berlin</td></tr></table>",
        "<p><strong>Location:</strong> Berlin</p>",
        "<p><strong>Location</strong> Berlin</p>",
        "<p><b>Location:</b><br>Berlin</p>",
        "<div><span class='field-label'>Location</span><span>Berlin</span></div>",
        "<div><div class='fact__label'>Location</div><div class='fact__value'>Berlin</div></div>",
        "<div><div class='fact__head'>Location</div><div class='fact__value'>Berlin</div></div>",
        "<h3>Location</h3><p>Berlin</p>",
        "<div>Location</div><div>Berlin</div>",
        "<ul><li>Location: Berlin</li></ul>",
    ] {
        let page = page(&format!("<h1>Cook</h1>{html}<p>We cook.</p>"));
        let found: Vec<_> = page
            .blocks
            .iter()
            .filter_map(|block| label(&page, block))
            .collect();
        assert_eq!(found, [("Location", "Berlin")], "{html}");
        assert_eq!(page.text, "Cook\nLocation: Berlin\nWe cook.", "{html}");
    }
}

#[test]
fn what_only_looks_like_a_label_is_none() {
    for html in [
        "<p>8:45 to 17:45</p>",
        "<p>https://example.org/jobs</p>",
        "<p>The firm (NASDAQ: COOK) cooks</p>",
        "<p>We cook. Really: we do</p>",
        "<h2>Requirements</h2><p>Knives</p>",
        "<span class='label label-info'>Full-time</span> Berlin",
    ] {
        let page = page(html);
        assert!(
            page.blocks.iter().all(|block| block.label.is_none()),
            "{}",
            page.text
        );
    }
    let list = "<table><tr><td><a href=/1>Cook</a></td><td>Rome</td></tr><tr><td><a href=/2>Waiter</a></td><td>Bonn</td></tr></table>";
    assert_eq!(lines(list), ["Cook | Rome", "Waiter | Bonn"]);
}

#[test]
fn an_empty_value_leaves_the_next_line_alone() {
    assert_eq!(
        lines("<dl><dt>Salary grade</dt><dd></dd></dl><p>We cook.</p>"),
        ["Salary grade", "We cook."]
    );
}

#[test]
fn kinds_follow_the_markup() {
    let page = page(
        "<title>Jobs</title><h1>Cook</h1><h3>Tasks</h3><ul><li>Cut</ul><p>• Stir<br>Serve</p><table><tr><td>a<td>b<td>c</table>",
    );
    let kinds: Vec<_> = page
        .blocks
        .iter()
        .map(|block| (block.kind, page.text_of(block)))
        .collect();
    let wanted = [
        (Title, "Jobs"),
        (Heading(1), "Cook"),
        (Heading(3), "Tasks"),
        (Item, "Cut"),
        (Item, "Stir"),
        (Paragraph, "Serve"),
        (Row, "a | b | c"),
    ];
    assert_eq!(kinds, wanted);
}

#[test]
fn a_time_element_shows_its_day() {
    assert_eq!(
        lines("<p>Posted <time datetime='2026-03-09T10:00'>two days ago</time></p>"),
        ["Posted two days ago (2026-03-09)"]
    );
}

#[test]
fn preformatted_text_keeps_its_lines() {
    assert_eq!(
        lines("<pre>Cook\nCity: Rome\n\n- Cut</pre>"),
        ["Cook", "City: Rome", "- Cut"]
    );
}

/// A page with everything around the posting that sites put there.
const BUSY: &str = "<html><head><title>Cook | Mercy</title><meta property=og:url content='https://jobs.example.org/7'>
<meta property=og:site_name content=Mercy></head><body>
<a href='#main'>Skip to content</a>
<section class='site-banner'><p>An official website of nobody</p></section>
<header><nav><ul><li><a href=/>Home</a><li><a href=/jobs>Jobs</a></ul></nav></header>
<div class='cookie-consent'><p>We use cookies.</p><button>Accept</button></div>
<ol class=breadcrumb><li><a href=/>Home</a></ol>
<main id=main><div class=job-header><svg><title>Lock</title></svg><h1>Cook</h1><p>Rome</p></div>
<aside class=sidebar><h4>Salary</h4><p>30 EUR</p><h4>Closing date</h4><p>1 May 2026</p><a class=button href=/apply>Apply now</a></aside>
<article><p>You will cook for two hundred guests a day, in a kitchen of eight, and you will like it.</p>
<footer>Posted: 1 April 2026</footer></article>
<div class=share><span>Share</span><a href=/x>Facebook</a></div>
<section><h2>Similar jobs</h2><div><h3><a href=/8>Waiter</a></h3><p>Bonn</p></div></section>
</main><footer><p>&copy; Mercy</p></footer><div class=legal><p>Privacy</p></div></body></html>";

#[test]
fn furniture_is_gone_and_the_side_panel_is_not() {
    let page = page(BUSY);
    assert_eq!(
        page.text.lines().collect::<Vec<_>>(),
        [
            "Cook | Mercy",
            "Cook",
            "Rome",
            "Salary: 30 EUR",
            "Closing date: 1 May 2026",
            "You will cook for two hundred guests a day, in a kitchen of eight, and you will like it.",
            "Posted: 1 April 2026",
        ]
    );
    assert_eq!(
        page.canonical_url.as_deref(),
        Some("https://jobs.example.org/7")
    );
    assert_eq!(page.site_name.as_deref(), Some("Mercy"));
    assert_eq!(page.hidden, HiddenReport::default());
}

#[test]
fn a_wrapper_with_a_furniture_word_in_its_class_is_not_furniture() {
    let html = "<div class='page has-cookie-banner'><h1>Cook</h1><p>Rome</p></div>";
    assert_eq!(lines(html), ["Cook", "Rome"]);
}

#[test]
fn sloppy_markup_loses_nothing() {
    assert_eq!(
        lines("<head><title>Jobs</title><h1>Cook</h1><p>Rome<p>Pay: 30"),
        ["Jobs", "Cook", "Rome", "Pay: 30"]
    );
    assert_eq!(
        lines("<ul><li>Cut<li>Stir</ul></b></div><p>Serve"),
        ["Cut", "Stir", "Serve"]
    );
}

#[test]
fn government_pages_show_their_facts_and_no_furniture() {
    for name in [
        "18f-login-director",
        "18f-recruiter",
        "18f-tts-engineer",
        "18f-contract-specialist",
        "18f-cloud-platform-lead",
    ] {
        let path = format!(
            "{}/tests/fixtures/pages/{name}.html",
            env!("CARGO_MANIFEST_DIR")
        );
        let page = read(
            &std::fs::read(path).unwrap(),
            Format::Html,
            &Limits::default(),
        )
        .unwrap();
        let names: Vec<&str> = page
            .blocks
            .iter()
            .filter_map(|block| label(&page, block))
            .map(|(name, _)| name)
            .collect();
        for wanted in ["Location", "Salary Range"] {
            assert!(names.contains(&wanted), "{name}: {wanted}");
        }
        for gone in [
            "official website",
            "Skip to",
            "USA.gov",
            "FOIA",
            "Back to all jobs",
            "Lock",
        ] {
            assert!(!page.text.contains(gone), "{name}: {gone}");
        }
        assert_eq!(page.hidden, HiddenReport::default(), "{name}");
        assert!(
            page.blocks
                .iter()
                .any(|block| block.kind == BlockKind::Heading(1)),
            "{name}"
        );
    }
}
