//! Amounts in a quote: where they stand, how much they are, and in what currency.

use regex::Captures;

use super::currency::{self, CODE_PATTERN, Candidates, SIGN_PATTERN};
use super::{LIMIT, Pattern};

/// One amount as written.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// Byte offset of the sign or first digit in the masked text.
    pub start: usize,
    /// Byte offset behind the last digit, multiplier or sign.
    pub end: usize,
    /// The number before its multiplier.
    pub number: f64,
    /// 1,000 for "k" and so on; `None` where no multiplier is written.
    pub factor: Option<f64>,
    /// What the sign or code beside it may stand for.
    pub currency: Candidates,
    /// Whether the digits are set in groups, as in "45,000".
    pub grouped: bool,
}

impl Amount {
    /// The amount in units of its currency, to the cent.
    pub fn value(&self) -> f64 {
        (self.number * self.factor.unwrap_or(1.0) * 100.0).round() / 100.0
    }

    /// Whether nothing but the digits tells that this is money.
    pub fn is_plain(&self) -> bool {
        self.currency.is_empty() && self.factor.is_none() && !self.grouped
    }
}

static AMOUNT: Pattern = Pattern::built(|| {
    format!(
        r"(?x)
        (?: \b (?P<code_before>{code}) [\s:]{{0,2}} )?
        (?: (?P<sign_before>{sign}) \s? )?
        (?P<number> \d{{1,3}}\.\d{{4,6}}
            | \d{{1,3}} (?: [,.'’\s] \d{{3}} )+ (?: [.,]\d{{1,2}} )?
            | \d{{1,2}} (?: ,\d{{2}} )+ ,\d{{3}}
            | \d+ (?: [.,]\d{{1,2}} )? )
        (?: [,.][-–—]{{1,2}} )?
        (?: \s? (?P<factor> (?i: k | m | thousand | tsd | million | mio | lakhs? | lacs? | lpa | crores? ) ) \b \.? )?
        (?: \s? (?: (?P<sign_after>{sign}) | \(? (?P<code_after>{code}) \b \)? ) )?",
        code = *CODE_PATTERN,
        sign = SIGN_PATTERN,
    )
});

/// Numbers that are never pay: retirement plans, telephone numbers, dates, times, percentages, addresses.
static NOISE: Pattern = Pattern::new(
    r"(?ix) \b401\s?\(?k\b\)? | \b4(?:03|57)\s?\(?b\b\)?
        | (?:\+\d{1,3}[\s.-])?\(?\b\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b
        | \+\d{1,3}(?:[\s./-]?\(?\d{2,5}\)?){2,5}
        | \b\d{1,4}/\d{1,2}/\d{2,4}\b | \b\d{4}-\d{1,2}-\d{1,2}\b | \b\d{1,2}-\d{1,2}-\d{4}\b
        | \b\d{1,2}\.\d{1,2}\.\d{4}\b
        | \b\d{1,2}:\d{2}\b | \b24/7\b
        | \b\d+(?:[.,]\d+)?\s?(?:%|percent\b|prozent\b|pour\scent\b)
        | https?://\S+",
);

/// A count of hours, days or years ("35 to 40 hours per week"); with a currency before it, pay ("$22 hr").
static DURATION: Pattern = Pattern::new(
    r"(?ix) \b\d+(?:[.,]\d+)? (?:\s?(?:-|–|to|bis|à)\s?\d+(?:[.,]\d+)?)? \+? [\s-]?
        (?: hours? | hrs? | h | stunden | std\.? | heures | horas | ore | uur | days? | tagen? | jours | weeks? | wochen
          | months? | monaten? | mois | years? | yrs? | jahren? | ans | años | anni | jaar )\b
        (?: \s? (?: / | per\b | an?\b | pro\b | par\b | in\ der\b | die\b | por\b ) \s?
          (?: week | wk | day | month | year | woche | tag | monat | semaine | jour | semana )\b )?",
);

static CURRENCY_BEFORE: Pattern =
    Pattern::built(|| format!(r"(?:{SIGN_PATTERN}|\b{})\s?$", *CODE_PATTERN));

/// Words before a small number that make it a grade.
static GRADE_BEFORE: Pattern = Pattern::new(
    r"(?i)\b(?:grades?|levels?|steps?|bands?|groups?|class|range|scale|tier|schedule|gruppe|\w*stufe|entgeltgruppe|eg)\W{0,3}$",
);

/// A period glued to its amount: "£40,000pa".
static GLUED_PERIOD: Pattern = Pattern::new(r"(?P<amount>[\dk])(?P<period>p\.?a|pcm|ph|pw)\b");

/// Bytes of a quote that are read; what a hostile page sets behind them costs no time.
const LONGEST: usize = 10_000;

/// The text to read amounts from: numbers that cannot be pay are blanked out and glued periods set apart.
pub fn mask(raw: &str) -> String {
    let read = (0..=raw.len().min(LONGEST)).rfind(|end| raw.is_char_boundary(*end));
    let raw = raw.get(..read.unwrap_or_default()).unwrap_or_default();
    let raw = &GLUED_PERIOD.replace_all(raw, "$amount $period");
    let mut bytes = raw.as_bytes().to_vec();
    let mut blank = |from: usize, to: usize| {
        if let Some(span) = bytes.get_mut(from..to) {
            span.fill(b'\x01');
        }
    };
    for found in NOISE.find_iter(raw).chain(DURATION.find_iter(raw)) {
        let before = just_before(raw, found.start());
        let part_of_amount = before.ends_with(['.', ',', '\'', '’', '-', '–']);
        if !part_of_amount && !CURRENCY_BEFORE.is_match(before) {
            blank(found.start(), found.end());
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// The few words before a byte offset: no more, so that a line of very many amounts is read in linear time.
pub fn just_before(text: &str, at: usize) -> &str {
    const WINDOW: usize = 100;
    let from = (at.saturating_sub(WINDOW)..=at).find(|from| text.is_char_boundary(*from));
    from.and_then(|from| text.get(from..at)).unwrap_or_default()
}

/// Every amount of a masked text up to [`LIMIT`], in order.
pub fn scan(text: &str) -> Vec<Amount> {
    let mut amounts: Vec<Amount> = Vec::new();
    let mut from = 0;
    while let Some(parts) = AMOUNT.captures_at(text, from) {
        let Some(amount) = read(text, &parts) else {
            break;
        };
        from = amount.end;
        let previous_end = amounts.last().map(|previous| previous.end);
        if stands_alone(text, &amount, previous_end) && amount.value() <= LIMIT {
            amounts.push(amount);
        }
    }
    amounts
}

fn read(text: &str, parts: &Captures) -> Option<Amount> {
    let whole = parts.get(0)?;
    let (number, grouped) = number(parts.name("number")?.as_str())?;
    let factor = parts.name("factor").map(|word| factor(word.as_str()));
    let mut end = whole.end();
    let before = match (parts.name("code_before"), parts.name("sign_before")) {
        (Some(code), _) => currency::of_code(code.as_str()),
        (None, Some(sign)) => currency::of_sign(sign.as_str()),
        (None, None) => &[],
    };
    let mut after: Candidates = &[];
    if let Some(code) = parts.name("code_after") {
        after = currency::of_code(code.as_str());
    } else if let Some(sign) = parts.name("sign_after") {
        let next = text.get(sign.end()..).and_then(|rest| rest.chars().next());
        if next.is_some_and(char::is_alphanumeric) {
            end = sign.start(); // the sign belongs to the amount behind it, or is the start of a word
        } else {
            after = currency::of_sign(sign.as_str());
        }
    }
    let lakhs = parts
        .name("factor")
        .is_some_and(|word| word.as_str().eq_ignore_ascii_case("lpa"));
    let stated = currency::merge(before, after).unwrap_or(before);
    Some(Amount {
        start: whole.start(),
        end,
        number,
        factor,
        currency: if lakhs && stated.is_empty() {
            &["INR"]
        } else {
            stated
        },
        grouped,
    })
}

/// Reads digits with separators. One or two (or more than three) digits behind the last point or comma are decimals,
/// three are a group. The second value tells whether there were groups.
fn number(digits: &str) -> Option<(f64, bool)> {
    let (whole, decimals) = match digits
        .rfind(['.', ','])
        .and_then(|at| digits.split_at_checked(at))
    {
        Some((whole, tail)) if tail.len() != 4 => (whole, tail.get(1..).unwrap_or_default()),
        _ => (digits, ""),
    };
    let plain: String = whole.chars().filter(char::is_ascii_digit).collect();
    let grouped = plain.len() != whole.len();
    let value: f64 = format!("{plain}.{decimals}0").parse().ok()?;
    Some((value, grouped))
}

fn factor(word: &str) -> f64 {
    match word.to_ascii_lowercase().as_str() {
        "k" | "thousand" | "tsd" => 1e3,
        "lakh" | "lakhs" | "lac" | "lacs" | "lpa" => 1e5,
        "crore" | "crores" => 1e7,
        _ => 1e6,
    }
}

/// Whether the number is one of its own and not a part of a word, a grade or a longer number.
fn stands_alone(text: &str, amount: &Amount, previous_end: Option<usize>) -> bool {
    let before = just_before(text, amount.start);
    let after = text.get(amount.end..).unwrap_or_default();
    let mut back = before.chars().rev();
    let mut ahead = after.chars();
    let (last, last_but_one) = (back.next(), back.next());
    let (next, next_but_one) = (ahead.next(), ahead.next());
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());

    let glued_before = last.is_some_and(|c| c.is_alphanumeric() || c == '#')
        || (matches!(last, Some('.' | ',' | '/' | ':')) && digit(last_but_one));
    let glued_after = next.is_some_and(char::is_alphanumeric)
        || (matches!(next, Some('.' | ',' | '/' | ':')) && digit(next_but_one));
    let hyphenated = matches!(last, Some('-' | '–' | '‑'))
        && last_but_one.is_some_and(char::is_alphabetic)
        && previous_end.is_none_or(|end| {
            text.get(end..amount.start)
                .is_none_or(|gap| gap.chars().count() != 1)
        });
    let graded = GRADE_BEFORE.is_match(before);
    !glued_before && !glued_after && !(amount.is_plain() && (hyphenated || graded))
}
