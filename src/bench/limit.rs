//! The most tokens a second that a card's memory allows: to write one, all weights are read once.

/// GB a second of the memory of cards, by words of the name the driver gives; the first whose words all stand there.
const KNOWN: [(&[&str], f64); 4] = [
    (&["4090", "Laptop"], 576.0),
    (&["4090"], 1008.0),
    (&["H200"], 4800.0),
    (&["H100", "HBM3"], 3350.0),
];

/// What is known of a card.
pub(super) fn bandwidth(card: &str) -> Option<f64> {
    let is_it = |words: &[&str]| words.iter().all(|word| card.contains(word));
    let found = KNOWN.into_iter().find(|(words, _)| is_it(words));
    found.map(|(_, rate)| rate)
}

/// Tokens a second of so many sequences that are written together.
#[allow(
    clippy::cast_precision_loss,
    reason = "bytes and sequences of one card"
)]
pub(super) fn tokens_s(bandwidth_gb_s: f64, step_bytes: u64, width: usize) -> f64 {
    bandwidth_gb_s * 1e9 / step_bytes.max(1) as f64 * width as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_laptop_is_no_desktop_and_what_is_not_known_is_not_guessed() {
        let laptop = bandwidth("NVIDIA GeForce RTX 4090 Laptop GPU");
        assert_eq!(laptop, Some(576.0));
        assert_eq!(bandwidth("NVIDIA GeForce RTX 4090"), Some(1008.0));
        assert_eq!(bandwidth("NVIDIA H100 80GB HBM3"), Some(3350.0));
        assert_eq!(bandwidth("NVIDIA H200"), Some(4800.0));
        assert_eq!(bandwidth("NVIDIA H100 PCIe"), None);
        assert_eq!(bandwidth(""), None);
    }

    #[test]
    fn eight_and_a_half_gigabytes_on_the_laptop_are_read_sixty_seven_times_a_second() {
        let one = tokens_s(576.0, 8_600_000_000, 1);
        assert!((66.0..68.0).contains(&one), "{one}");
        assert!((tokens_s(576.0, 8_600_000_000, 4) - 4.0 * one).abs() < 1e-9);
    }
}
