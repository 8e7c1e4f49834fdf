//! Times and sizes as people write them.

use std::time::Duration;

/// A time: digits and a unit, as in `250ms`, `30s`, `5m`, `2h`, `1d`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(Duration::from_millis)
}

/// A size in bytes: digits and perhaps a unit, as in `512`, `64KiB`, `16MiB`, `1GiB`.
pub(crate) fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let bytes = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(bytes)
}

fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_a_unit_and_never_overflow() {
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("1d"), Some(Duration::from_secs(86_400)));
        for text in ["", "5", "s", "5 s", "-5s", "5S", "1.5s", "18446744073709551615d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_count_in_powers_of_two() {
        assert_eq!(size("64KiB"), Some(65_536));
        assert_eq!(size("512"), Some(512));
        for text in ["", "KiB", "1KB", "1 MiB", "18446744073709551615GiB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
