//! Numbers as people read them, and columns of them.

/// With commas between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whole MiB, rounded up: what is planned for must be there.
pub(super) fn mib(bytes: u64) -> String {
    grouped(bytes.div_ceil(1 << 20))
}

/// Gigabytes of ten, as files are sold.
pub(super) fn gigabytes(bytes: u64) -> String {
    let hundredths = bytes.saturating_add(5_000_000) / 10_000_000;
    format!("{}.{:02} GB", hundredths / 100, hundredths % 100)
}

/// Lines of cells in columns; the first `left` columns stand to the left, the others to the right.
pub(super) fn columns(rows: &[Vec<String>], left: usize) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = width(column);
            if column < left {
                format!("{cell:width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        let line = cells.collect::<Vec<String>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_and_sizes_rounded_up() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(mib((1 << 20) + 1), "2");
        assert_eq!(gigabytes(5_027_783_488), "5.03 GB");
    }
}
