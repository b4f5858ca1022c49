//! Offers in a quote: amounts joined to ranges, with "up to" and "from" heeded.

use super::amount::{self, Amount, just_before};
use super::currency::{self, Candidates};
use super::{Pattern, period};

/// Rank of a number without sign, multiplier or grouped digits.
pub const PLAIN: u8 = 1;

/// A number without a sign, this many times smaller than the amount behind it, is a grade and no bound.
const MOST_SPREAD: f64 = 100.0;

/// One offer of pay.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// Byte offset of its first amount in the masked text.
    pub start: usize,
    /// Byte offset behind its last amount.
    pub end: usize,
    /// Lower bound, in units of the currency; not zero.
    pub min: Option<f64>,
    /// Upper bound.
    pub max: Option<f64>,
    /// What its currency may be.
    pub currency: Candidates,
    /// Whether two amounts make it up.
    pub range: bool,
    /// Whether the greater amount came first.
    pub reversed: bool,
    plain: bool,
}

impl Offer {
    /// Its bytes in the masked text.
    pub fn place(&self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    /// Its greater bound.
    pub fn size(&self) -> f64 {
        self.max.or(self.min).unwrap_or_default()
    }

    /// How surely this is money: 3 with a currency, 2 with a multiplier or grouped digits, [`PLAIN`] without.
    pub fn rank(&self) -> u8 {
        match (self.currency.is_empty(), self.plain) {
            (false, _) => 3,
            (true, false) => 2,
            (true, true) => PLAIN,
        }
    }

    /// Whether a quote of pay can mean this: not zero, and a plain number only where the quote speaks of pay and it is
    /// no calendar year, or where both ends are in the thousands.
    pub fn is_credible(&self, about_pay: bool, period_follows: bool) -> bool {
        let Some(least) = self.min.or(self.max) else {
            return false;
        };
        let calendar_year = (1900.0..=2100.0).contains(&least) && !period_follows;
        let thousands = self.range && least >= 1000.0;
        self.rank() > PLAIN || (!calendar_year && (about_pay || thousands))
    }
}

/// What joins two amounts to a range; a pay grade may stand before the second ("to GS-15 Step 10 $183,500").
static JOINT: Pattern = Pattern::new(
    r"(?ix)^ \W*? (?: [-–—−‑~→]+ | to | thru | through | until | bis | bis\szu | à | a | até | hasta | fino\sa | tot
        | up\sto | (?P<and> and | und | et | y | e | en ) )
      \s* (?: (?: (?-i:[A-Z]{1,3}[\s-])+\d{1,2} | (?:step|grade|level|band|stufe)\s\d{1,2} ) \b \W* )* $",
);

static BETWEEN: Pattern = Pattern::new(r"(?i)\b(?:between|zwischen|entre|tra|fra|tussen)\b[^\d]*$");

/// Words that may stand between "up to" and its amount.
const FILLERS: &str = r"\W*(?:(?:a|an|the|of|is|at|for|this|position|base|starting|annual|yearly|monthly|hourly|gross|brutto|salary|pay|rate|wage|compensation|stipend)\W+)*$";

static CEILING: Pattern = Pattern::around(
    r"(?i)(?:\b(?:up to|upto|max|maximum|bis|bis zu|jusqu['’]à|hasta|fino a|tot|até|under|below|limited to|not? more than|exceed)\b|<){}",
    FILLERS,
);

static FLOOR: Pattern = Pattern::around(
    r"(?i)(?:\b(?:from|start(?:s|ing)|starting (?:at|from)|at least|min|minimum|no less than|more than|over|ab|von|mindestens|à partir de|dès|desde|a partir d[ei]|vanaf|da)\b|>){}",
    FILLERS,
);

static FLOOR_AFTER: Pattern =
    Pattern::new(r"(?i)^(?:\+(?:\W|$)|\s(?:and up|and above|or more|or above|minimum)\b)");

/// Money that is not the pay itself.
static BESIDE_PAY: Pattern = Pattern::new(
    r"(?i)^[\s-]*(?:(?:sign(?:ing|[- ]on)|annual|yearly|performance|referral|retention|hiring|learning|training|education|relocation|travel|wellness)[\s-]+)*(?:bonus|budget|allowance|billion|trillion)\b",
);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    UpTo,
    From,
    Exact,
}

/// Every offer of a masked text, in order.
pub fn offers(text: &str) -> Vec<Offer> {
    let amounts: Vec<Amount> = amount::scan(text)
        .into_iter()
        .filter(|amount| !BESIDE_PAY.is_match(behind(text, amount)))
        .collect();
    let mut offers = Vec::new();
    let mut rest = amounts.as_slice();
    while let [first, tail @ ..] = rest {
        let range = tail.first().and_then(|second| join(text, first, second));
        rest = if range.is_some() {
            tail.get(1..).unwrap_or_default()
        } else {
            tail
        };
        offers.push(range.unwrap_or_else(|| single(text, first)));
    }
    offers
}

fn behind<'t>(text: &'t str, amount: &Amount) -> &'t str {
    text.get(amount.end..).unwrap_or_default()
}

fn direction(text: &str, amount: &Amount) -> Direction {
    if CEILING.is_match(just_before(text, amount.start)) {
        Direction::UpTo
    } else if FLOOR.is_match(just_before(text, amount.start))
        || FLOOR_AFTER.is_match(behind(text, amount))
    {
        Direction::From
    } else {
        Direction::Exact
    }
}

fn single(text: &str, amount: &Amount) -> Offer {
    let value = Some(amount.value()).filter(|value| *value > 0.0);
    let direction = direction(text, amount);
    Offer {
        start: amount.start,
        end: amount.end,
        min: value.filter(|_| direction != Direction::UpTo),
        max: value.filter(|_| direction != Direction::From),
        currency: amount.currency,
        range: false,
        reversed: false,
        plain: amount.is_plain(),
    }
}

/// Joins two amounts if the text between them makes them a range, with the multiplier of either for both ("80-95k").
fn join(text: &str, first: &Amount, second: &Amount) -> Option<Offer> {
    let gap = period::strip(text.get(first.end..second.start)?);
    let joint = JOINT.captures(&gap);
    let joined = match joint {
        Some(joint) => {
            joint.name("and").is_none() || BETWEEN.is_match(just_before(text, first.start))
        }
        None => {
            direction(text, first) == Direction::From && direction(text, second) == Direction::UpTo
        }
    };
    let currency = currency::merge(first.currency, second.currency)?;
    if !joined {
        return None;
    }
    let (mut low, mut high) = (*first, *second);
    if low.factor.is_none() && low.number <= high.number {
        low.factor = high.factor;
    } else if high.factor.is_none() && high.number >= low.number && high.number < 1000.0 {
        high.factor = low.factor;
    }
    let stray = first.is_plain() && high.value() > low.value() * MOST_SPREAD;
    if stray {
        return None;
    }
    let reversed = low.value() > high.value();
    if reversed {
        (low, high) = (high, low);
    }
    Some(Offer {
        start: first.start,
        end: second.end,
        min: Some(low.value()).filter(|value| *value > 0.0),
        max: Some(high.value()).filter(|value| *value > 0.0),
        currency,
        range: true,
        reversed,
        plain: first.is_plain() && second.is_plain(),
    })
}
