//! Relative dates: "today", "3 days ago", "vor 2 Wochen", counted from the day the page was fetched.

use jiff::{ToSpan, civil::Date};
use regex::Captures;

use super::{Found, ParsedDate, RELATIVE_DATE};
use crate::pattern::Pattern;

static RELATIVE: Pattern = Pattern::built(|| {
    let count = r"(?:(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven)(?P<more>\s?\+)?)";
    let unit = r"(?:
        (?P<hours> minutes? | mins? | hours? | hrs? | h | minuten | stunden? | heures? | horas? | ore )
        | (?P<days> days? | d | tag(?:en?)? | jours? | d[ií]as? | giorn[io] | dag(?:en)? )
        | (?P<weeks> weeks? | wks? | w | wochen? | semaines? | semanas? | settiman[ae] | weken | week )
        | (?P<months> months? | mos? | monat(?:en?)? | mois | mes(?:es)? | mes[ei] | maand(?:en)? ) )";
    let ending = |names: &str| unit.replace("?P<", &format!("?P<{names}_"));
    format!(
        r"(?xi) (?P<today> \b(?: today | just\s(?:posted|now) | heute | aujourd['’]hui | hoy | oggi | hoje | vandaag )\b )
        | (?P<yesterday> \b(?: yesterday | gestern | ayer | ieri | ontem | gisteren )\b )
        | (?P<tomorrow> \b(?: tomorrow | morgen | demain | mañana | domani | amanhã )\b )
        | \b {count} \s? {behind} \s (?: ago | fa | geleden | atrás )\b
        | \b (?: vor | il\sy\sa | hace | há ) \s (?P<m>\d{{1,3}}) (?P<mmore>\s?\+)? \s? {before} \b",
        behind = ending("a"),
        before = ending("b"),
    )
});

/// The relative dates of a quote, counted from the day of fetching.
pub fn find_all(raw: &str, fetched: Option<Date>) -> Vec<Found> {
    RELATIVE
        .captures_iter(raw)
        .filter_map(|parts| {
            let date = fetched
                .zip(distance(&parts))
                .and_then(|(day, days)| day.checked_add(days.days()).ok());
            let parsed = date.map_or(ParsedDate::unknown(RELATIVE_DATE), ParsedDate::day);
            Some((parts.get(0)?.range(), parsed))
        })
        .collect()
}

/// Days from the day of fetching; `None` if the quote is only rough ("30+ days ago", "2 months ago").
fn distance(parts: &Captures) -> Option<i64> {
    let has = |name: &str| parts.name(name).is_some();
    let unit = |name: &str| has(&format!("a_{name}")) || has(&format!("b_{name}"));
    let number = parts.name("n").or(parts.name("m"));
    let count = number.and_then(|word| count(word.as_str()));
    if has("more") || has("mmore") {
        None
    } else if has("today") || unit("hours") {
        Some(0)
    } else if has("yesterday") {
        Some(-1)
    } else if has("tomorrow") {
        Some(1)
    } else if unit("days") {
        count.map(|days| -days)
    } else if unit("weeks") {
        count.map(|weeks| -7 * weeks)
    } else {
        None
    }
}

fn count(word: &str) -> Option<i64> {
    const WORDS: [&str; 8] = ["a", "one", "two", "three", "four", "five", "six", "seven"];
    let word = word.to_lowercase();
    word.parse().ok().or_else(|| match word.as_str() {
        "a" | "an" => Some(1),
        _ => (0..)
            .zip(WORDS)
            .find(|(_, name)| *name == word)
            .map(|(number, _)| number),
    })
}
