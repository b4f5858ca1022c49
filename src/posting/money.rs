//! Pay: reads the raw quote of pay on a job page into bounds, currency and period.

mod amount;
pub(super) mod currency;
mod offer;
mod period;

use super::{Period, Salary};
use crate::pattern::Pattern;
use offer::Offer;

/// What is known of the page besides the quote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MoneyContext<'a> {
    /// ISO 4217 code of the country or currency that the page names; settles what a bare `$`, `kr`, `¥` or `Rs` means.
    pub country_currency: Option<&'a str>,
}

/// Pay as read, and what is doubtful about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The pay. At least one bound is given, and `min <= max`.
    pub salary: Salary,
    /// Any of [`CURRENCY_AMBIGUOUS`], [`PERIOD_INFERRED`], [`PERIOD_UNSUPPORTED`], [`BOUNDS_REVERSED`].
    pub flags: Vec<&'static str>,
}

/// The sign stands for several currencies and the page does not say which: the currency is `None`.
pub const CURRENCY_AMBIGUOUS: &str = "currency_ambiguous";
/// No period is stated; the amounts are too large for anything but a year.
pub const PERIOD_INFERRED: &str = "period_inferred";
/// The stated period (two weeks, a quarter) is not one of [`Period`]: the period is `None`.
pub const PERIOD_UNSUPPORTED: &str = "period_unsupported";
/// The quote gives the greater amount first; the bounds are put in order.
pub const BOUNDS_REVERSED: &str = "bounds_reversed";

/// Greatest amount that a record can hold, in units of the currency.
pub const LIMIT: f64 = 10_000_000.0;

/// From this amount on, pay without a stated period is taken to be for a year: the next longest period would make it at
/// least 180,000 a year, which pages state as such. Holds for [`YEARLY_SCALE`] only.
const YEARLY_FROM: f64 = 15_000.0;

/// Currencies of like magnitude for which [`YEARLY_FROM`] is sound; 15,000 of others (SEK, JPY, INR, MXN) may be a month's pay.
const YEARLY_SCALE: [&str; 8] = ["AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD"];

static PAY_WORD: Pattern = Pattern::new(
    r"(?ix)\b(?: salar(?:y|ies) | pay | paid | wages? | compensation | remuneration | stipend | hiring\ range
        | rate | ote | gehalt\w* | \w+gehalt | \w*lohn | verg[üu]tung | brutto | salaires? | r[ée]mun[ée]ration
        | salari[oa]s? | sueldo | retribuzione | ral | stipendio | salaris | loon | sal[áa]rio | lpa )\b",
);

/// Reads the first range of pay in a quote, or its first single amount where it has no range.
///
/// Amounts with a currency go before amounts without, and grades, percentages, hours, years, dates and telephone
/// numbers are no amounts. A single amount gives both bounds, "up to" only the upper, "from" only the lower one. A
/// bound of zero counts as not stated.
#[must_use]
pub fn parse(raw: &str, context: &MoneyContext) -> Option<Parsed> {
    let text = amount::mask(raw);
    let periods = period::mentions(&text);
    let offer = best_offer(&text, &periods)?;
    let mut flags = Vec::new();

    let (currency, ambiguous) = currency::resolve(offer.currency, &text, context.country_currency);
    if ambiguous {
        flags.push(CURRENCY_AMBIGUOUS);
    }
    let period = match period::of(&text, &offer.place(), offer.size(), &periods) {
        Some(period::Mention::Is(period)) => Some(period),
        Some(period::Mention::Unsupported) => {
            flags.push(PERIOD_UNSUPPORTED);
            None
        }
        None if is_yearly_magnitude(&offer, currency) => {
            flags.push(PERIOD_INFERRED);
            Some(Period::Yearly)
        }
        None => None,
    };
    if offer.reversed {
        flags.push(BOUNDS_REVERSED);
    }
    Some(Parsed {
        salary: Salary {
            min: offer.min,
            max: offer.max,
            currency: currency.map(str::to_owned),
            period,
        },
        flags,
    })
}

/// Whether a line of a page is likely to state the pay of the job, and not a budget, a turnover or a head count.
///
/// Asks for an amount with a pay word, a period, or nothing much beside it.
#[must_use]
pub fn looks_like_pay(text: &str) -> bool {
    /// A line of at most this many letters beside the amount ("$112,955 (flat-rated)") is about the amount.
    const FEW_LETTERS: usize = 20;
    /// A number without a currency in a longer line than this counts something else ("650,000 registered voters").
    const SHORT_LINE: usize = 60;

    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let masked = amount::mask(text);
    let periods = period::mentions(&masked);
    let Some(offer) = best_offer(&masked, &periods) else {
        return false;
    };
    let named = has_pay_word(&masked)
        || period::of(&masked, &offer.place(), offer.size(), &periods).is_some();
    let letters = masked.chars().filter(|c| c.is_alphabetic()).count();
    if offer.currency.is_empty() {
        named && (offer.range || offer.rank() > offer::PLAIN) && letters <= SHORT_LINE
    } else {
        named || offer.range || letters <= FEW_LETTERS
    }
}

fn has_pay_word(text: &str) -> bool {
    PAY_WORD.is_match(text)
}

/// The most telling offer of a masked quote: best rank, then ranges, then order on the page.
fn best_offer(text: &str, periods: &[period::Found]) -> Option<Offer> {
    let about_pay = has_pay_word(text) || !periods.is_empty();
    let mut best: Option<Offer> = None;
    for offer in offer::offers(text) {
        let stated = period::follows(periods, offer.end);
        if !offer.is_credible(about_pay, stated) {
            continue;
        }
        let weight = |offer: &Offer| (offer.rank(), offer.range);
        if best
            .as_ref()
            .is_none_or(|held| weight(&offer) > weight(held))
        {
            best = Some(offer);
        }
    }
    best
}

/// Whether the amounts alone tell that they are for a year.
fn is_yearly_magnitude(offer: &Offer, currency: Option<&str>) -> bool {
    let scale_fits = match currency {
        Some(code) => YEARLY_SCALE.contains(&code),
        None => offer.currency.is_empty() || offer.currency.contains(&"USD"),
    };
    let least = offer.min.or(offer.max).unwrap_or_default();
    scale_fits && least >= YEARLY_FROM
}
