//! Country: which dollar a page's bare `$` is, and whether 04/11/14 has the month first.

use crate::page::Page;
use crate::pattern::Pattern;

/// A country that writes its money with a bare `$`.
struct Country {
    /// ISO 4217.
    currency: &'static str,
    /// Whether its dates have the day before the month; `None` where both are usual.
    day_first: Option<bool>,
    /// Ends of its hosts' names.
    hosts: &'static [&'static str],
    /// The country itself, its parts, its postal codes, and what only its employers write.
    words: Pattern,
}

static COUNTRIES: [Country; 4] = [
    Country {
        currency: "USD",
        day_first: Some(false),
        hosts: &[".gov", ".us"],
        words: Pattern::new(
            r"(?x)\b(?: United\ States | U\.S\.A?\b | USA | USD | 401\(k\) | Fair\ Chance | EEO | E-Verify
            | Alabama | Alaska | Arizona | Arkansas | California | Colorado | Connecticut | Delaware | Florida | Hawaii
            | Idaho | Illinois | Indiana | Iowa | Kansas | Kentucky | Louisiana | Maine | Maryland | Massachusetts
            | Michigan | Minnesota | Mississippi | Missouri | Montana | Nebraska | New\ (?:Hampshire|Jersey|Mexico|York)
            | Nevada | North\ Carolina | North\ Dakota | Ohio | Oklahoma | Oregon | Pennsylvania | Rhode\ Island
            | South\ Carolina | South\ Dakota | Tennessee | Texas | Utah | Vermont | Virginia | Washington | Wisconsin
            | Wyoming | Los\ Angeles | San\ Francisco | [A-Z][a-z]+\ County | [A-Z]{2}\ \d{5}
            | [A-Z][a-z]+,\ (?:AL|AK|AZ|CA|CT|FL|GA|HI|IL|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK
              |OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY)\b )",
        ),
    },
    Country {
        currency: "CAD",
        day_first: None,
        hosts: &[".ca"],
        words: Pattern::new(
            r"(?x)\b(?: Canada | Canadian | CAD | Ontario | Qu[eé]bec | Alberta | British\ Columbia | Manitoba
            | Saskatchewan | Nova\ Scotia | New\ Brunswick | Newfoundland | Toronto | Vancouver | Montr[eé]al
            | [A-Z][a-z]+,\ (?:AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT) | [A-Z]\d[A-Z]\ ?\d[A-Z]\d )\b",
        ),
    },
    Country {
        currency: "AUD",
        day_first: Some(true),
        hosts: &[".au"],
        words: Pattern::new(
            r"\b(?:Australian?|AUD|Sydney|Melbourne|Brisbane|Queensland|Canberra|[A-Z][a-z]+,? (?:NSW|VIC|QLD|TAS))\b",
        ),
    },
    Country {
        currency: "NZD",
        day_first: Some(true),
        hosts: &[".nz"],
        words: Pattern::new(r"\b(?:New Zealand|NZD|Auckland|Christchurch)\b"),
    },
];

/// Further countries of dollars and pesos.
static OTHER: Pattern = Pattern::new(
    r"\b(?:Singapore|SGD|Hong Kong|HKD|Mexico City|MXN|Brazil|Chile|Argentina|Colombia|Taiwan)\b",
);

/// What a page's country settles; nothing where it names none, or several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Customs {
    /// ISO 4217 currency of a bare `$`.
    pub currency: Option<&'static str>,
    /// Whether the day stands before the month in 04/11/14.
    pub day_first: Option<bool>,
}

/// The customs of the one country that a page, or the host it came from, names.
#[must_use]
pub fn customs(page: &Page, url: Option<&str>) -> Customs {
    let host = url.and_then(host).unwrap_or_default();
    let is_named = |country: &&Country| {
        country.hosts.iter().any(|end| host.ends_with(end)) || country.words.is_match(&page.text)
    };
    let mut named = COUNTRIES.iter().filter(is_named);
    match (named.next(), named.next()) {
        (Some(country), None) if !OTHER.is_match(&page.text) => Customs {
            currency: Some(country.currency),
            day_first: country.day_first,
        },
        _ => Customs::default(),
    }
}

fn host(url: &str) -> Option<&str> {
    let (_, behind) = url.split_once("://")?;
    behind.split(['/', ':', '?', '#']).next()
}
