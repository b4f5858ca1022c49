//! The head of a page: its titles, its address, the name of its site.

use super::dom::Dom;
use super::walk::Line;
use super::{BlockKind, HiddenReport, Page, scrub};

/// The titles; address and site name go to the page.
pub fn read(dom: &Dom, report: &mut HiddenReport, page: &mut Page) -> Vec<Line> {
    let (mut title, mut og_title, mut og_url) = (None, None, None);
    let mut at = 0;
    while at < dom.nodes.len() {
        let attribute = |key| dom.attribute(at, key);
        match dom.name(at) {
            // An icon has a title too.
            "svg" => {
                at = dom.end(at);
                continue;
            }
            "title" if title.is_none() => title = Some(dom.text(at)),
            "meta" => {
                let content = || attribute("content").map(str::to_owned);
                match attribute("property")
                    .or_else(|| attribute("name"))
                    .unwrap_or_default()
                {
                    "og:title" if og_title.is_none() => og_title = content(),
                    "og:url" if og_url.is_none() => og_url = content(),
                    "og:site_name" if page.site_name.is_none() => {
                        let name = content().map(|name| scrub::clean(&name, report));
                        page.site_name = name.filter(|name| !name.is_empty());
                    }
                    _ => {}
                }
            }
            "link" if page.canonical_url.is_none() && attribute("rel") == Some("canonical") => {
                page.canonical_url = attribute("href").and_then(address);
            }
            _ => {}
        }
        at += 1;
    }
    let og_url = og_url.and_then(|url| address(&url));
    page.canonical_url = page.canonical_url.take().or(og_url);
    lines(title, og_title, report)
}

/// The shorter of two titles that hold one another goes unsaid.
fn lines(title: Option<String>, og_title: Option<String>, report: &mut HiddenReport) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for text in title.into_iter().chain(og_title) {
        let text = scrub::clean(&text, report);
        if text.chars().any(char::is_alphanumeric)
            && !lines.iter().any(|line| line.text.contains(&text))
        {
            lines.push(Line {
                text,
                kind: BlockKind::Title,
                is_label: false,
            });
        }
    }
    lines
}

/// An http(s) address of a named host; a build machine's own address is nobody's.
fn address(url: &str) -> Option<String> {
    let url = url.trim();
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', ':', '?', '#']).next()?;
    let (_, top) = host.rsplit_once('.')?;
    let sound = top.starts_with(|letter: char| letter.is_alphabetic())
        && !url.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    sound.then(|| url.to_owned())
}
