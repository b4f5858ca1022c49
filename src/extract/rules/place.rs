//! The place of work, a line near the top of a page that is nothing but places, and the employer above it.

use crate::extract::normalise::Normaliser;
use crate::extract::reading::{Reading, Source, Span};
use crate::extract::wire::Ask;
use crate::page::{Block, BlockKind, Page};

/// How far a line of places is trusted.
const PLACES: f64 = 0.75;
/// How far the line before it is trusted to name the employer.
const BETWEEN: f64 = 0.6;
/// Blocks at the top of a page that may hold its facts.
const TOP: usize = 14;
/// Characters of the longest such line.
const LONGEST: usize = 160;

/// What the last part of a place may be: countries as job pages write them, states and provinces of countries whose
/// pages leave the country out.
const REGIONS: [&str; 148] = [
    "argentina",
    "australia",
    "austria",
    "belgium",
    "brazil",
    "bulgaria",
    "canada",
    "chile",
    "china",
    "colombia",
    "costa rica",
    "croatia",
    "czech republic",
    "czechia",
    "denmark",
    "egypt",
    "estonia",
    "finland",
    "france",
    "germany",
    "deutschland",
    "greece",
    "hong kong",
    "hungary",
    "india",
    "indonesia",
    "ireland",
    "israel",
    "italy",
    "japan",
    "kenya",
    "latvia",
    "lithuania",
    "luxembourg",
    "malaysia",
    "mexico",
    "morocco",
    "netherlands",
    "the netherlands",
    "new zealand",
    "nigeria",
    "norway",
    "pakistan",
    "panama",
    "peru",
    "philippines",
    "poland",
    "portugal",
    "qatar",
    "romania",
    "saudi arabia",
    "serbia",
    "singapore",
    "slovakia",
    "slovenia",
    "south africa",
    "south korea",
    "korea",
    "spain",
    "sri lanka",
    "sweden",
    "switzerland",
    "schweiz",
    "österreich",
    "taiwan",
    "thailand",
    "turkey",
    "türkiye",
    "ukraine",
    "united arab emirates",
    "uae",
    "united kingdom",
    "uk",
    "england",
    "scotland",
    "wales",
    "united states",
    "usa",
    "us",
    "u.s.",
    "uruguay",
    "vietnam",
    "alabama",
    "alaska",
    "arizona",
    "arkansas",
    "california",
    "colorado",
    "connecticut",
    "delaware",
    "florida",
    "georgia",
    "hawaii",
    "idaho",
    "illinois",
    "indiana",
    "iowa",
    "kansas",
    "kentucky",
    "louisiana",
    "maine",
    "maryland",
    "massachusetts",
    "michigan",
    "minnesota",
    "mississippi",
    "missouri",
    "montana",
    "nebraska",
    "nevada",
    "new hampshire",
    "new jersey",
    "new mexico",
    "new york",
    "north carolina",
    "north dakota",
    "ohio",
    "oklahoma",
    "oregon",
    "pennsylvania",
    "rhode island",
    "south carolina",
    "south dakota",
    "tennessee",
    "texas",
    "utah",
    "vermont",
    "virginia",
    "washington",
    "west virginia",
    "wisconsin",
    "wyoming",
    "district of columbia",
    "ontario",
    "quebec",
    "québec",
    "british columbia",
    "alberta",
    "manitoba",
    "saskatchewan",
    "nova scotia",
    "new brunswick",
    "new south wales",
    "victoria",
    "queensland",
    "bavaria",
    "bayern",
    "hessen",
];

/// Reads the first line of places, unless a label has named the place, and the employer's name where it stands between
/// the title and the places.
pub(super) fn read(page: &Page, normaliser: &Normaliser, reading: &mut Reading) {
    let top = page.blocks.get(..TOP.min(page.blocks.len()));
    let top = top.unwrap_or_default();
    let Some(index) = top
        .iter()
        .position(|block| are_places(value(page, block).0))
    else {
        return;
    };
    let mut put = |ask: Ask, block: &Block, support: f64| {
        let (text, span) = value(page, block);
        normaliser.put(reading, ask, text, span, Source::Rule, support);
    };
    if let Some(block) = top.get(index) {
        put(Ask::Location, block, PLACES);
    }
    // The first line is the title.
    let before = index.checked_sub(1).filter(|before| *before > 0);
    if let Some(block) = before
        .and_then(|before| top.get(before))
        .filter(|block| is_name(page, block))
    {
        put(Ask::Company, block, BETWEEN);
    }
}

/// A line without its label, if it has one.
fn value<'a>(page: &'a Page, block: &Block) -> (&'a str, Span) {
    match &block.label {
        Some(label) => (
            page.text.get(label.value.clone()).unwrap_or_default(),
            Span::within(block, label.value.clone()),
        ),
        None => (page.text_of(block), Span::of(block)),
    }
}

/// A few words that are no heading and no sentence.
fn is_name(page: &Page, block: &Block) -> bool {
    let text = page.text_of(block);
    block.kind == BlockKind::Paragraph
        && block.label.is_none()
        && text.split_whitespace().count() <= 5
        && text.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit())
        && !text.ends_with(['.', ':', '!', '?', ','])
}

/// "Berlin, Germany", "Austin, TX | New York, NY", "Singapore".
fn are_places(text: &str) -> bool {
    text.len() <= LONGEST
        && !text.ends_with('.')
        && text
            .split(['|', ';', '/', '•', '·'])
            .all(|part| is_place(part.trim()))
}

fn is_place(text: &str) -> bool {
    let (town, region) = text.rsplit_once(',').unwrap_or(("", text));
    let (town, region) = (town.trim(), region.trim());
    let named = REGIONS.contains(&region.to_lowercase().as_str());
    // Two capitals alone are anything; behind a town they are a state.
    let is_code = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase());
    let words = town.split_whitespace();
    let is_name = words.clone().count() <= 6
        && words
            .clone()
            .all(|word| !word.starts_with(|c: char| c.is_lowercase()) || word.len() <= 3);
    is_name && (named || is_code && !town.is_empty())
}
