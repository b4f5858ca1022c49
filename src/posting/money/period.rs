//! Periods in a quote: per hour to per year, in the languages job pages are written in.

use std::ops::Range;

use super::{Pattern, Period, amount};

/// What a quote says about the time that an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// One of the periods of a record.
    Is(Period),
    /// A period that a record has no word for, such as two weeks.
    Unsupported,
}

/// A mention and the byte offset where it starts.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    start: usize,
    mention: Mention,
}

static PERIOD: Pattern = Pattern::built(|| {
    let per = r"(?:\b(?:per|an?|each|pro|je|im|in\ der|die|par|por|al|a\ la|la|op)\s+|\b(?:de\ |à\ |all)?l?['’]|/\s*)";
    format!(
        r"(?ix)
        (?P<skipped> \bannual\s(?:leave|bonus|review|performance|target|budget) )
        | (?P<unsupported> \b(?: bi-?weekly | fortnight\w* | (?:semi|bi)-?monthly | every\s(?:two|2|other)\sweeks?
            | twice\s(?:a|per)\smonth | quarterly | per\squarter | pay\speriod )\b )
        | (?P<hourly> {per}(?: hour | hr | h | std | stunde | heure | hora | ora | uur | timme )\b
            | \b(?: hourly | stündlich | stundenlohn | stundensatz | ph )\b )
        | (?P<daily> {per}(?: day | tag | jour | d[ií]a | giorno | dag )\b
            | \b(?: daily | täglich | tagessatz | day\srate | per\sdiem )\b )
        | (?P<weekly> {per}(?: week | wk | woche | semaine | semana | settimana )\b
            | \b(?: weekly | wöchentlich | pw )\b )
        | (?P<monthly> {per}(?: month | mth | mo | monat | mois | mes | mese | maand | mês | månad | måned )\b
            | \b(?: monthly | monatlich\w* | monats\w+ | mensuel\w* | mensual\w* | mensil\w+ | pcm )\b )
        | (?P<yearly> {per}(?: year | yr | annum | jahr | année | año | ano | anno | jaar | år )\b
            | (?:\bpar\s | /\s? | \bl['’])an\b | \bp\.\s?a\b\.? | (?-i:\bpa\b)
            | \b(?: annual(?:ly|i[sz]ed)? | yearly | per\sannum | jährlich\w* | jahres\w+ | annuel\w* | anual\w*
                | annu[oa] )\b | lpa\b )",
    )
});

/// A unit right behind the amounts, without "per": "$41,073.14 YEAR".
static UNIT: Pattern = Pattern::new(
    r"(?i)^\s?(?:brutto |gross |brut )?(?:(hour|hr|stunde)|(day|tag)|(week|woche)|(month|monat)|(year|yr|jahr))\b",
);

const PERIODS: [(&str, Period); 5] = [
    ("hourly", Period::Hourly),
    ("daily", Period::Daily),
    ("weekly", Period::Weekly),
    ("monthly", Period::Monthly),
    ("yearly", Period::Yearly),
];

/// Every mention of a period in a masked text, in order.
pub fn mentions(text: &str) -> Vec<Found> {
    PERIOD
        .captures_iter(text)
        .filter_map(|parts| {
            let start = parts.get(0)?.start();
            let mention = if parts.name("unsupported").is_some() {
                Mention::Unsupported
            } else {
                let (_, period) = PERIODS
                    .iter()
                    .find(|(name, _)| parts.name(name).is_some())?;
                Mention::Is(*period)
            };
            Some(Found { start, mention })
        })
        .collect()
}

/// The text without its mentions of periods.
pub fn strip(text: &str) -> String {
    PERIOD.replace_all(text, "").into_owned()
}

/// Whether a period stands right behind this offset.
pub fn follows(mentions: &[Found], end: usize) -> bool {
    mentions
        .iter()
        .any(|found| (end..=end + 2).contains(&found.start))
}

/// The period of an offer of that size which stands there: the first one behind its start, unless an amount of another magnitude comes first; then the
/// last one before it.
pub fn of(text: &str, place: &Range<usize>, size: f64, mentions: &[Found]) -> Option<Mention> {
    if let Some(period) = unit_behind(text, place.end) {
        return Some(Mention::Is(period));
    }
    let border = amount::scan(text)
        .iter()
        .find(|next| next.start >= place.end && !(size / 4.0..=size * 4.0).contains(&next.value()))
        .map_or(text.len(), |next| next.start);
    let behind = mentions
        .iter()
        .find(|found| (place.start..border).contains(&found.start));
    let before = mentions
        .iter()
        .rev()
        .find(|found| found.start < place.start);
    behind.or(before).map(|found| found.mention)
}

fn unit_behind(text: &str, end: usize) -> Option<Period> {
    let parts = UNIT.captures(text.get(end..)?)?;
    let group = (1..=PERIODS.len()).find(|group| parts.get(*group).is_some())?;
    PERIODS.get(group - 1).map(|(_, period)| *period)
}
