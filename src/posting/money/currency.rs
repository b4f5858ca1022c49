//! Currencies: the active codes of ISO 4217 and what the signs on a page may stand for.

use std::sync::LazyLock;

use super::Pattern;

/// The currencies that a sign may stand for: none where the page gives no sign, one where it is certain.
pub type Candidates = &'static [&'static str];

/// Active codes of ISO 4217 (list one, 2025), without metals, funds, bond units and test codes; sorted.
static CODES: [&str; 156] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN",
    "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP",
    "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD",
    "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY",
    "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD",
    "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
    "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK",
    "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG",
    "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS",
    "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VED",
    "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG",
];

/// What a bare dollar sign may be.
const DOLLARS: Candidates = &[
    "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "BBD", "BMD",
    "BSD", "BZD", "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "TTD", "UYU", "XCD",
];
const CROWNS: Candidates = &["SEK", "NOK", "DKK", "ISK"];
const RUPEES: Candidates = &["INR", "PKR", "LKR", "NPR", "MUR"];
const YEN_OR_YUAN: Candidates = &["JPY", "CNY"];

/// Signs that a page sets beside an amount, as a regular expression without named groups.
pub const SIGN_PATTERN: &str = r"(?:\b(?:U\.?S\.?\s?|CA|CDN|C|AU|A|NZ|HK|SG|S|NT|MX|R)\$|[$€£¥￥₹₩₺₪₱฿₫₴]|zł|Kč|円|\b(?:(?i:kr)\b\.?|(?i:kr)|Rs\.?|RM|S?Fr\.|(?i:kronor|kroner|euros?|dollars?|yen|rupees)))";

/// Codes as a regular expression without named groups: all in capitals save the English words `ALL` and `TOP`, the
/// usual ones in small letters too.
pub static CODE_PATTERN: LazyLock<String> = LazyLock::new(|| {
    let codes: Vec<&str> = CODES
        .into_iter()
        .filter(|code| !["ALL", "TOP"].contains(code))
        .collect();
    format!(
        "(?:{}|RMB|(?i:usd|eur|gbp|chf|cad|aud|sek|nok|dkk|pln|inr))",
        codes.join("|")
    )
});

/// Codes that stand for themselves anywhere in a quote; others only beside an amount.
static USUAL_CODE: Pattern = Pattern::new(
    r"\b(?:USD|EUR|GBP|CHF|CAD|AUD|NZD|SGD|HKD|SEK|NOK|DKK|PLN|CZK|HUF|INR|JPY|CNY|ZAR|BRL|MXN)\b",
);

/// Whether this is an active code of ISO 4217.
pub fn is_code(code: &str) -> bool {
    CODES.binary_search(&code).is_ok()
}

/// The currency of a code, in capitals or small letters; empty if there is none.
pub fn of_code(code: &str) -> Candidates {
    let code = match code.to_ascii_uppercase() {
        name if name == "RMB" => "CNY".to_owned(),
        name => name,
    };
    CODES
        .binary_search(&code.as_str())
        .ok()
        .and_then(|at| CODES.get(at..=at))
        .unwrap_or_default()
}

/// What a sign that matches [`SIGN_PATTERN`] may stand for.
pub fn of_sign(sign: &str) -> Candidates {
    let plain: String = sign
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '.')
        .collect();
    match plain.as_str() {
        "us$" => &["USD"],
        "ca$" | "cdn$" | "c$" => &["CAD"],
        "au$" | "a$" => &["AUD"],
        "nz$" => &["NZD"],
        "hk$" => &["HKD"],
        "sg$" | "s$" => &["SGD"],
        "nt$" => &["TWD"],
        "mx$" => &["MXN"],
        "r$" => &["BRL"],
        "$" | "dollar" | "dollars" => DOLLARS,
        "€" | "euro" | "euros" => &["EUR"],
        "£" => &["GBP"],
        "¥" | "￥" => YEN_OR_YUAN,
        "yen" | "円" => &["JPY"],
        "₹" => &["INR"],
        "rs" | "rupees" => RUPEES,
        "kr" | "kronor" | "kroner" => CROWNS,
        "fr" | "sfr" => &["CHF"],
        "zł" => &["PLN"],
        "kč" => &["CZK"],
        "rm" => &["MYR"],
        "₩" => &["KRW"],
        "₺" => &["TRY"],
        "₪" => &["ILS"],
        "₱" => &["PHP"],
        "฿" => &["THB"],
        "₫" => &["VND"],
        "₴" => &["UAH"],
        _ => &[],
    }
}

/// What two statements of one currency have in common; `None` if they contradict each other.
pub fn merge(one: Candidates, other: Candidates) -> Option<Candidates> {
    match (one, other) {
        ([], held) | (held, []) => Some(held),
        ([code], many) | (many, [code]) if many.contains(code) => {
            Some(if one.len() == 1 { one } else { other })
        }
        _ if one == other => Some(one),
        _ => None,
    }
}

/// Settles the currency from the sign, a code elsewhere in the quote, then the page. The second value tells that a sign
/// was given and stays ambiguous.
pub fn resolve(
    sign: Candidates,
    text: &str,
    context: Option<&str>,
) -> (Option<&'static str>, bool) {
    if let [code] = sign {
        return (Some(code), false);
    }
    let fits = |code: &str| sign.is_empty() || sign.contains(&code);
    let mut named: Vec<&str> = USUAL_CODE
        .find_iter(text)
        .map(|found| found.as_str())
        .collect();
    named.dedup();
    if let [code] = named.as_slice()
        && fits(code)
        && let [code] = of_code(code)
    {
        return (Some(code), false);
    }
    if sign.is_empty() {
        return (None, false);
    }
    let known = context.and_then(|code| sign.iter().find(|candidate| **candidate == code));
    (known.copied(), known.is_none())
}
