//! Names of months in English, German, French, Spanish, Italian, Dutch and Portuguese.

/// The names of each month, in small letters. A prefix of three letters or more stands for the name unless months share it.
const NAMES: [&[&str]; 12] = [
    &[
        "january", "januar", "jänner", "janvier", "enero", "gennaio", "januari", "janeiro",
    ],
    &[
        "february",
        "februar",
        "feber",
        "février",
        "fevrier",
        "febrero",
        "febbraio",
        "februari",
        "fevereiro",
    ],
    &[
        "march", "märz", "maerz", "mrz", "mars", "marzo", "maart", "mrt", "março", "marco",
    ],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maggio", "mei", "maio"],
    &["june", "juni", "juin", "junio", "giugno", "junho"],
    &["july", "juli", "juillet", "julio", "luglio", "julho"],
    &["august", "août", "aout", "agosto", "augustus"],
    &[
        "september",
        "septembre",
        "septiembre",
        "setiembre",
        "settembre",
        "setembro",
    ],
    &[
        "october", "oktober", "octobre", "octubre", "ottobre", "outubro",
    ],
    &["november", "novembre", "noviembre", "novembro"],
    &[
        "december",
        "dezember",
        "décembre",
        "decembre",
        "diciembre",
        "dicembre",
        "dezembro",
    ],
];

/// The number of a month, 1 to 12, by its name or a usual abbreviation without the point.
pub fn number(word: &str) -> Option<i16> {
    let word = word.to_lowercase();
    let mut months = (1..).zip(NAMES).filter(|(_, names)| {
        names
            .iter()
            .any(|name| *name == word || (word.chars().count() >= 3 && name.starts_with(&word)))
    });
    let (month, _) = months.next()?;
    months.next().is_none().then_some(month)
}
