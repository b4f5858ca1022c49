//! Style declarations that make an element invisible.

/// Lengths left of or above the page by this many pixels are off every screen.
const OFF_SCREEN: f64 = -900.0;

/// Whether declarations hide an element that stands on `background`.
#[must_use]
pub fn hides(style: &str, background: Option<u32>) -> bool {
    let (mut clipped, mut flat) = (false, false);
    for (key, value) in declarations(style) {
        match key.as_str() {
            "overflow" | "overflow-y" | "overflow-x" => clipped |= value.starts_with("hidden"),
            "height" | "width" | "max-height" | "max-width" => {
                flat |= length(&value).is_some_and(|size| size <= 1.0);
            }
            _ if hides_alone(&key, &value) => return true,
            _ => {}
        }
    }
    let text = colour_of(style, &["color"]);
    let behind = background_of(style).or(background);
    clipped && flat || text.is_some() && text == behind
}

/// The background colour that declarations set.
#[must_use]
pub fn background_of(style: &str) -> Option<u32> {
    colour_of(style, &["background-color", "background"])
}

/// Whether declarations show an element that others hide.
#[must_use]
pub fn shows(style: &str) -> bool {
    declarations(style).any(|(key, value)| match key.as_str() {
        "display" => !value.starts_with("none"),
        "visibility" => value.starts_with("visible"),
        "opacity" => length(&value).is_some_and(|opacity| opacity > 0.0),
        _ => false,
    })
}

fn hides_alone(key: &str, value: &str) -> bool {
    match key {
        "display" => value.starts_with("none"),
        "visibility" => value.starts_with("hidden") || value.starts_with("collapse"),
        "opacity" => length(value).is_some_and(|opacity| opacity <= 0.02),
        "font-size" => length(value).is_some_and(|size| size < 1.5 && !value.ends_with("em")),
        "font" => value.starts_with("0/") || value.starts_with("0px"),
        "color" => value.starts_with("transparent"),
        "left" | "top" | "right" | "bottom" | "text-indent" | "margin-left" | "margin-top" => {
            length(value).is_some_and(|size| size <= OFF_SCREEN)
        }
        "clip" => value.starts_with("rect(0") || value.starts_with("rect(1px"),
        "clip-path" => value.starts_with("inset(50%") || value.starts_with("inset(100%"),
        "transform" => value.starts_with("scale(0)") || value.starts_with("translate(-9999"),
        _ => false,
    }
}

/// `key: value` pairs, lower case and without white space.
fn declarations(style: &str) -> impl Iterator<Item = (String, String)> {
    let bare = |part: &str| {
        part.chars()
            .filter(|letter| !letter.is_whitespace())
            .collect::<String>()
            .to_ascii_lowercase()
    };
    style.split(';').filter_map(move |rule| {
        let (key, value) = rule.split_once(':')?;
        let value = bare(value);
        Some((bare(key), value.trim_end_matches("!important").to_owned()))
    })
}

/// A number in pixels, roughly: `em` count 16, per cent and bare numbers 1.
fn length(value: &str) -> Option<f64> {
    let digits =
        value.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '%');
    let number: f64 = digits.parse().ok()?;
    Some(if value.ends_with("em") {
        number * 16.0
    } else {
        number
    })
}

fn colour_of(style: &str, keys: &[&str]) -> Option<u32> {
    declarations(style)
        .filter(|(key, _)| keys.contains(&key.as_str()))
        .filter_map(|(_, value)| colour(&value))
        .last()
}

/// 0xRRGGBB of hexadecimal, `rgb()` and the names that hidden text uses.
fn colour(value: &str) -> Option<u32> {
    if let Some(hex) = value.strip_prefix('#') {
        let digits: String = match hex.len() {
            3 | 4 => hex
                .chars()
                .take(3)
                .flat_map(|digit| [digit, digit])
                .collect(),
            _ => hex.chars().take(6).collect(),
        };
        return u32::from_str_radix(&digits, 16).ok();
    }
    if let Some(inside) = value
        .strip_prefix("rgb(")
        .or_else(|| value.strip_prefix("rgba("))
    {
        let mut parts = inside
            .split([',', ')', '/'])
            .map(|part| part.parse::<u32>().ok().filter(|part| *part < 256));
        let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
        return Some(red << 16 | green << 8 | blue);
    }
    match value {
        "white" => Some(0xff_ffff),
        "black" => Some(0),
        "red" => Some(0xff_0000),
        "blue" => Some(0x00_00ff),
        "green" => Some(0x00_8000),
        "gray" | "grey" => Some(0x80_8080),
        "yellow" => Some(0xff_ff00),
        _ => None,
    }
}
