//! The result: values as they are written or as they were kept, and beside them the words of the page they come from.

mod page;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::event::EngineState;
use crate::extract::answer::Given;
use crate::extract::reading::Source;
use crate::extract::record::{Decision, Record, Reviewed};
use crate::theme::Role;
use crate::tui::layout::halves;
use crate::tui::look::{Look, cut, duration, select};
use crate::tui::model::Model;
use crate::tui::model::result::{Row, Shown};
use crate::tui::model::work::Running;
use crate::tui::pane::Pane;

/// Columns behind a value: who read it, and how sure it is.
const GROUNDS: u16 = 14;
/// Characters at the end of a path that are kept.
const END: usize = 4;
/// Columns from which they are shown.
const WITH_GROUNDS: u16 = 40;
/// Columns of how sure it is alone, and from which that is shown.
const SURE: u16 = 6;
const WITH_SURE: u16 = 28;

/// What stands above it.
#[must_use]
pub fn title(model: &Model) -> String {
    let Some(job) = model.result.job else {
        return "Result".to_owned();
    };
    let shown = &model.result;
    let name = match (shown.record(), model.queue.row_of(job)) {
        (Some(record), _) => record.source.label(),
        (None, Some(row)) => row.label.rsplit('/').next().unwrap_or_default().to_owned(),
        (None, None) => String::new(),
    };
    let evidence = shown.selected().filter(|_| shown.is_page);
    match evidence {
        Some(row) if row.is_stated => format!("Page, for {}  {name}", row.path),
        Some(row) => format!("Page, for {} (not stated)  {name}", row.path),
        None if shown.is_page => format!("Page  {name}"),
        None if shown.is_raw => format!("Result JSON  {name}"),
        None => format!("Result  {name}"),
    }
}

/// Draws it.
pub fn draw(model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let shown = &model.result;
    let running = shown.job.and_then(|job| model.work.running.get(&job));
    if let Some(running) = running {
        growing(model, running, look, area, out);
        return;
    }
    let has_text = !shown.text().is_empty();
    let (values, text) = halves(area, shown.is_page && has_text);
    let values_area = if has_text { values } else { Some(area) };
    if let Some(area) = values_area {
        if shown.is_raw {
            raw(model, look, area, out);
        } else {
            kept(model, look, area, out);
        }
    }
    if let Some(area) = text.filter(|_| has_text) {
        page::draw(shown, model.focus == Pane::Result, look, area, out);
    }
}

/// An answer that is being written: a row a key, and the cursor where it grows.
fn growing(model: &Model, running: &Running, look: Look, area: Rect, out: &mut Buffer) {
    let mut lines = Vec::new();
    let since = duration(look.now.saturating_sub(running.since));
    let state = match (running.question, running.has_gap) {
        (0, _) if model.work.engine == EngineState::Loading => {
            format!("waits until the model is loaded, {since}")
        }
        (0, _) => format!("reading the page, {since}"),
        (question, _) if running.waits() => {
            format!("question {question} waits for the model, {since}")
        }
        (question, false) => format!("question {question}, {} tokens, {since}", running.tokens),
        (question, true) => format!("question {question}: pieces of the answer were missed"),
    };
    lines.push(Line::from(look.span(Role::Muted, state)));
    let cursor = look.theme.glyphs().cursor;
    for row in running.known() {
        let mut spans = vec![look.span(Role::Muted, format!("{:<16} = ", row.ask.key()))];
        let room = area.width.saturating_sub(21);
        match &row.given {
            None if row.is_open => {}
            None | Some(Given::NotStated) => spans.push(look.span(Role::Muted, "not stated")),
            Some(given) => {
                let said = said(given, row.is_open);
                let said = if row.is_open {
                    cut_front(&said, room, look)
                } else {
                    cut(&said, room, look)
                };
                spans.push(look.span(Role::Text, said));
            }
        }
        if row.is_open {
            spans.push(look.span(Role::Running, cursor));
        }
        lines.push(Line::from(spans));
    }
    // What grows is at the end.
    let skip = lines.len().saturating_sub(usize::from(area.height));
    for (line, row) in lines.into_iter().skip(skip).zip(area.rows()) {
        line.render(row, out);
    }
}

/// What an answer to one key says, for a person.
fn said(given: &Given, is_open: bool) -> String {
    let end = if is_open { "" } else { "\"" };
    match given {
        Given::NotStated => String::new(),
        Given::Quote(_, text) => format!("\"{text}{end}"),
        Given::Words(words) if words.is_empty() && !is_open => "none".to_owned(),
        Given::Words(words) => words.join(", "),
        Given::Lines(ranges) if ranges.is_empty() && !is_open => "none".to_owned(),
        Given::Lines(ranges) if ranges.is_empty() => String::new(),
        Given::Lines(ranges) => {
            let each = ranges.iter().map(|(first, last)| {
                if first == last {
                    format!("{first}")
                } else {
                    format!("{first} to {last}")
                }
            });
            let each: Vec<String> = each.collect();
            format!("lines {}", each.join(", "))
        }
    }
}

/// The end of a text that grows, at most so many columns; what was cut off is marked.
fn cut_front(text: &str, columns: u16, look: Look) -> String {
    let columns = usize::from(columns);
    let wide = |text: &str| Span::raw(text).width();
    if wide(text) <= columns {
        return text.to_owned();
    }
    let mark = look.theme.glyphs().ellipsis;
    let mut end = text;
    while wide(end) + wide(mark) > columns && !end.is_empty() {
        let next = end.chars().next().map_or(1, char::len_utf8);
        end = &end[next..];
    }
    format!("{mark}{end}")
}

fn raw(model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let lines = model.result.raw.iter().skip(model.result.at);
    for (line, row) in lines.zip(area.rows()) {
        look.span(Role::Text, cut(line, row.width, look))
            .render(row, out);
    }
}

fn kept(model: &Model, look: Look, area: Rect, out: &mut Buffer) {
    let shown = &model.result;
    let Some(record) = shown.record() else {
        let line = match shown.job {
            None => "Nothing is selected.",
            Some(_) if shown.is_read => "There is no record yet.",
            Some(_) => "The record is being fetched.",
        };
        look.span(Role::Muted, cut(line, area.width, look))
            .render(area, out);
        return;
    };
    for ((role, line), row) in heads(record).into_iter().zip(area.rows()) {
        look.span(role, cut(&line, row.width, look))
            .render(row, out);
    }
    let (area, first) = list(shown, record, area);
    let wanted = shown.rows.iter().map(|row| row.path.len()).max();
    let name = wanted.unwrap_or(0).min(usize::from(area.width) / 3);
    for ((index, value), row) in shown.rows.iter().enumerate().skip(first).zip(area.rows()) {
        value_line(shown, value, name, row.width, look).render(row, out);
        if index == shown.at && model.focus == Pane::Result {
            let role = if shown.is_page {
                Role::SelectionIdle
            } else {
                Role::Selection
            };
            select(row, role, look, out);
        }
    }
}

/// What is to be known of a record as a whole.
fn heads(record: &Record) -> Vec<(Role, String)> {
    let mut heads = Vec::new();
    if let Some(review) = &record.review {
        heads.push((Role::Human, verdict(review)));
    }
    if let Some(error) = &record.error {
        heads.push((Role::Error, format!("{}: {}", error.kind, error.message)));
    }
    if !record.flags.is_empty() {
        heads.push((Role::Warn, record.flags.join(" ")));
    }
    heads
}

/// Where the values are, below what is said of the record, and which one is drawn first.
fn list(shown: &Shown, record: &Record, area: Rect) -> (Rect, usize) {
    let heads = u16::try_from(heads(record).len()).unwrap_or(u16::MAX);
    let above = heads.min(area.height);
    let list = Rect {
        y: area.y + above,
        height: area.height - above,
        ..area
    };
    let height = usize::from(list.height).max(1);
    (list, (shown.at + 1).saturating_sub(height))
}

/// Which value is drawn at a place inside the pane.
#[must_use]
pub fn value_at(shown: &Shown, inside: Rect, at: Position) -> Option<usize> {
    let record = shown.record().filter(|_| !shown.is_raw)?;
    let has_text = !shown.text().is_empty();
    let (values, _) = halves(inside, shown.is_page && has_text);
    let values = if has_text { values? } else { inside };
    let (area, first) = list(shown, record, values);
    let row = first + usize::from(at.y.checked_sub(area.y)?);
    (area.contains(at) && row < shown.rows.len()).then_some(row)
}

/// A path in so many columns. A short end is kept, which tells `min` from `max` and an item of a list from the next.
fn cut_path(path: &str, columns: u16, look: Look) -> String {
    let (start, end) = path.split_at(path.rfind(['[', '_']).unwrap_or(path.len()));
    match u16::try_from(end.len()) {
        Ok(wide) if end.len() <= END && path.len() > columns.into() && 2 * wide < columns => {
            format!("{}{end}", cut(start, columns - wide, look))
        }
        _ => cut(path, columns, look),
    }
}

/// A value with its grounds; `name` columns are for its path.
fn value_line<'a>(shown: &Shown, value: &Row, name: usize, width: u16, look: Look) -> Line<'a> {
    let path = cut_path(&value.path, u16::try_from(name).unwrap_or(0), look);
    let path = look.span(Role::Muted, format!("{path:<name$} = "));
    if !value.is_stated {
        return Line::from(vec![path, look.span(Role::Muted, "not stated")]);
    }
    let with_source = width >= WITH_GROUNDS;
    let grounds = match width {
        ..WITH_SURE => 0,
        WITH_SURE..WITH_GROUNDS => SURE,
        WITH_GROUNDS.. => GROUNDS,
    };
    let room = width.saturating_sub(u16::try_from(name + 3).unwrap_or(0) + grounds);
    let text = cut(&value.value, room, look);
    let gap = usize::from(room).saturating_sub(Span::raw(&text).width());
    let mut spans = vec![path, Span::raw(format!("{text}{}", " ".repeat(gap)))];
    let (source, sure) = shown.grounds(value.field);
    if with_source {
        let role = if source == Some(Source::Human) {
            Role::Human
        } else {
            Role::Muted
        };
        let word = source.map_or("", word);
        spans.push(look.span(role, format!(" {word:<7}")));
    }
    if grounds > 0 {
        let (role, sure) = sureness(sure);
        spans.push(look.span(role, format!("{sure:>6}")));
    }
    Line::from(spans)
}

/// Who decided what.
fn verdict(review: &Reviewed) -> String {
    let decision = match (review.decision, review.seen) {
        (Some(Decision::Approved), true) => "approved",
        (Some(Decision::Approved), false) => "approved unseen",
        (Some(Decision::Rejected), _) => "rejected",
        (None, _) => "changed",
    };
    let day = review.at.get(..10).unwrap_or(&review.at);
    let mut line = format!("{decision} by {} on {day}", review.by);
    if !review.fields.is_empty() {
        let fields: Vec<&str> = review.fields.iter().map(|field| field.key()).collect();
        line = format!("{line}, by hand: {}", fields.join(", "));
    }
    if review.outdated > 0 {
        line = format!("{line}, {} said before no longer counts", review.outdated);
    }
    line
}

fn word(source: Source) -> &'static str {
    match source {
        Source::JsonLd => "json-ld",
        Source::Microdata => "micro",
        Source::Rule => "rule",
        Source::Model => "model",
        Source::Input => "input",
        Source::Human => "human",
    }
}

fn sureness(sure: Option<f64>) -> (Role, String) {
    match sure {
        None => (Role::Muted, String::new()),
        Some(sure) => {
            let role = if sure < 0.5 {
                Role::Bad
            } else if sure < 0.8 {
                Role::Warn
            } else {
                Role::Good
            };
            (role, format!("{:.0} %", sure * 100.0))
        }
    }
}
