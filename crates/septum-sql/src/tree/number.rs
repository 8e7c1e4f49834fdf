//! Numbers in the one spelling that every supported server reads alike.

/// Whether the number is decimal, without separators. A sign can't stand in it: a minus is an
/// operator, or was folded into the number by the parser.
pub(super) fn is_plain(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
}

/// The same number in plain spelling; `None` for what is none.
pub(super) fn plain(number: &str) -> Option<String> {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let digits = digits.replace('_', "");
    let value = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => u128::from_str_radix(digits.get(2..)?, 16).ok()?.to_string(),
        Some("0o") => u128::from_str_radix(digits.get(2..)?, 8).ok()?.to_string(),
        Some("0b") => u128::from_str_radix(digits.get(2..)?, 2).ok()?.to_string(),
        Some(_) | None => digits,
    };
    is_plain(&value).then(|| format!("{sign}{value}"))
}
