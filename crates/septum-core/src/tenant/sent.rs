//! A tenant's key as PostgreSQL sends and takes it, of any type that a tenant column can have
//! (catalogue S151-S153, S156).

use uuid::Uuid;

use super::TenantId;

const INT8: u32 = 20;
const INT2: u32 = 21;
const INT4: u32 = 23;
const BPCHAR: u32 = 1042;
const NUMERIC: u32 = 1700;

impl TenantId {
    /// Whether a value, as it is sent for a column or a parameter of this type, is this key; 0 is
    /// a type that the server is to find.
    ///
    /// What can't be read is not.
    pub fn is_sent_as(&self, value: &[u8], type_oid: u32, binary: bool) -> bool {
        match self {
            Self::Uuid(key) => uuid(value, binary) == Some(*key),
            Self::BigInt(key) => whole(value, type_oid, binary) == Some(i128::from(*key)),
            Self::Int(key) => whole(value, type_oid, binary) == Some(i128::from(*key)),
            Self::Text(key) if type_oid == BPCHAR => {
                value.trim_ascii_end() == key.as_bytes().trim_ascii_end()
            }
            Self::Text(key) => value == key.as_bytes(),
        }
    }
}

fn uuid(value: &[u8], binary: bool) -> Option<Uuid> {
    match <[u8; 16]>::try_from(value) {
        Ok(bytes) if binary => Some(Uuid::from_bytes(bytes)),
        _ => {
            // A text of any kind in binary form is its own bytes.
            let digits: Vec<u8> =
                value.trim_ascii().iter().copied().filter(|b| *b != b'-').collect();
            let digits =
                digits.strip_prefix(b"{").and_then(|d| d.strip_suffix(b"}")).unwrap_or(&digits);
            if digits.len() == 32 { Uuid::try_parse_ascii(digits).ok() } else { None }
        }
    }
}

fn whole(value: &[u8], type_oid: u32, binary: bool) -> Option<i128> {
    if !binary {
        return spelled(value);
    }
    match (type_oid, value) {
        (NUMERIC, value) => numeric(value),
        (INT2 | 0, [a, b]) => Some(i16::from_be_bytes([*a, *b]).into()),
        (INT4 | 0, [a, b, c, d]) => Some(i32::from_be_bytes([*a, *b, *c, *d]).into()),
        (INT8 | 0, [a, b, c, d, e, f, g, h]) => {
            Some(i64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]).into())
        }
        (INT2 | INT4 | INT8, _) => None,
        (_, text) => spelled(text),
    }
}

/// A whole number as PostgreSQL's input functions take it: `07`, ` +7 `, `7.0`, `0x7`, `1_000`.
fn spelled(text: &[u8]) -> Option<i128> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefixed = |prefix: &str, radix| {
        let rest = digits.to_ascii_lowercase();
        let rest = rest.strip_prefix(prefix)?.replace('_', "");
        i128::from_str_radix(&rest, radix).ok()
    };
    let number = match digits.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => plain(whole),
        Some(_) => None,
        None => plain(digits)
            .or_else(|| prefixed("0x", 16))
            .or_else(|| prefixed("0o", 8))
            .or_else(|| prefixed("0b", 2)),
    }?;
    Some(if negative { number.checked_neg()? } else { number })
}

fn plain(digits: &str) -> Option<i128> {
    let digits = digits.replace('_', "");
    let all = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if all { digits.parse().ok() } else { None }
}

/// The binary form of `numeric`, where it is whole: digits of base 10,000 behind their count,
/// the weight of the first, the sign and the scale.
fn numeric(value: &[u8]) -> Option<i128> {
    let mut words = value.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
    let mut word = || words.next().map(i16::from_be_bytes);
    let (count, weight, sign, _scale) = (word()?, word()?, word()?, word()?);
    let mut number: i128 = 0;
    for index in 0..i32::from(count).max(i32::from(weight) + 1).min(64) {
        let digit = if index < i32::from(count) { i128::from(word()?) } else { 0 };
        if index > i32::from(weight) {
            if digit != 0 {
                return None;
            }
            continue;
        }
        number = number.checked_mul(10_000)?.checked_add(digit)?;
    }
    match sign {
        0 => Some(number),
        0x4000 => number.checked_neg(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::TenantType;

    #[test]
    fn s151_s156_a_number_is_known_in_every_form_in_which_it_is_sent() {
        for tenant_type in [TenantType::Int, TenantType::BigInt] {
            let key = tenant_type.parse("17").unwrap();
            for text in ["17", "017", " +17 ", "17.00", "0x11", "0o21", "0b10001", "1_7"] {
                assert!(key.is_sent_as(text.as_bytes(), 0, false), "{text}");
            }
            for text in ["18", "-17", "17.5", "", "x", "1.7e1", "0x12"] {
                assert!(!key.is_sent_as(text.as_bytes(), 0, false), "{text}");
            }
            let numeric = [0, 1, 0, 0, 0, 0, 0, 0, 0, 17];
            for (value, type_oid) in [
                (&17i16.to_be_bytes()[..], 21),
                (&17i32.to_be_bytes(), 23),
                (&17i64.to_be_bytes(), 20),
                (&17i64.to_be_bytes(), 0),
                (&numeric, 1700),
                (b"17", 25),
            ] {
                assert!(key.is_sent_as(value, type_oid, true), "{value:?} {type_oid}");
                assert!(!tenant_type.parse("16").unwrap().is_sent_as(value, type_oid, true));
            }
        }
        let large = TenantType::BigInt.parse("100000000").unwrap();
        assert!(large.is_sent_as(&[0, 1, 0, 2, 0, 0, 0, 0, 0, 1], 1700, true));
        assert!(!large.is_sent_as(&[0, 1, 0, 2, 0x40, 0, 0, 0, 0, 1], 1700, true));
        assert!(!large.is_sent_as(&[0, 9, 0, 2], 1700, true));
    }

    #[test]
    fn s152_s153_a_uuid_and_a_text_are_known_in_every_form_in_which_they_are_sent() {
        let text = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
        let key = TenantType::Uuid.parse(text).unwrap();
        let super::TenantId::Uuid(uuid) = &key else { panic!() };
        assert!(key.is_sent_as(uuid.as_bytes(), 2950, true));
        assert!(key.is_sent_as(text.as_bytes(), 25, true));
        assert!(key.is_sent_as(format!("{{{}}}", text.to_uppercase()).as_bytes(), 2950, false));
        assert!(!key.is_sent_as(text.replace('7', "8").as_bytes(), 2950, false));
        let acme = TenantType::Text.parse("acme").unwrap();
        assert!(acme.is_sent_as(b"acme", 25, true) && acme.is_sent_as(b"acme  ", 1042, false));
        assert!(!acme.is_sent_as(b"acme  ", 25, false) && !acme.is_sent_as(b"Acme", 25, false));
    }
}
