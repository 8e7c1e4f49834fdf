use septum_core::TenantId;
use septum_sql::{Meet, MeetValue};

/// A value that comes beside a text: a parameter, or a field of a COPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// The value as it was sent; `None` is NULL.
    pub value: Option<&'a [u8]>,
    /// Whether in binary form.
    pub binary: bool,
    /// The type that the client gave it, by OID; 0 leaves it to the server.
    pub type_oid: u32,
}

/// Whether a value that meets a tenant column is another one than the tenant's key, whether that
/// is anybody's or nobody's: a guess is an attempt (catalogue S151-S158).
pub(crate) fn is_foreign<'a>(
    meet: &Meet,
    parameters: impl Iterator<Item = Parameter<'a>>,
    own: &TenantId,
) -> bool {
    let mut parameters = parameters;
    let mut nth = |number: u16| parameters.nth(usize::from(number).checked_sub(1)?);
    match &meet.value {
        MeetValue::Literal(text) => !own.is_sent_as(text.as_bytes(), 0, false),
        MeetValue::Parameter(number) => nth(*number).is_some_and(|parameter| {
            let own = |value| own.is_sent_as(value, parameter.type_oid, parameter.binary);
            parameter.value.is_some_and(|value| !own(value))
        }),
        MeetValue::ParameterArray(number) => nth(*number).is_some_and(|parameter| {
            let Parameter { value: Some(value), binary, .. } = parameter else { return false };
            match if binary { binary_elements(value) } else { text_elements(value) } {
                Some(elements) => {
                    elements.iter().any(|(value, oid)| !own.is_sent_as(value, *oid, binary))
                }
                // What is no array the server refuses.
                None => false,
            }
        }),
    }
}

/// The elements of an array in text form, NULLs aside: `{1,"2",NULL}`, of any dimensions.
fn text_elements(value: &[u8]) -> Option<Vec<(Vec<u8>, u32)>> {
    let text = std::str::from_utf8(value).ok()?;
    // Bounds may stand before it: `[0:1]={1,2}`.
    let text = text.get(text.find('{')?..)?;
    let (mut elements, mut element) = (Vec::new(), String::new());
    let (mut quoted, mut was_quoted, mut letters) = (false, false, text.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => element.extend(letters.next()),
            '"' => (quoted, was_quoted) = (!quoted, true),
            '{' | '}' | ',' if !quoted => {
                let bare = if was_quoted { &*element } else { element.trim() };
                if was_quoted || !(bare.is_empty() || bare.eq_ignore_ascii_case("null")) {
                    elements.push((bare.as_bytes().to_vec(), 0));
                }
                element.clear();
                was_quoted = false;
            }
            _ => element.push(letter),
        }
    }
    Some(elements)
}

/// The elements of an array in binary form, NULLs aside, with their type.
fn binary_elements(value: &[u8]) -> Option<Vec<(Vec<u8>, u32)>> {
    let mut rest = value;
    let mut word = || {
        let (word, behind) = rest.split_first_chunk::<4>()?;
        rest = behind;
        Some(u32::from_be_bytes(*word))
    };
    let (dimensions, _nulls, type_oid) = (word()?, word()?, word()?);
    for _ in 0..dimensions.min(6) {
        word()?;
        word()?;
    }
    let mut elements = Vec::new();
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        rest = behind;
        if let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) {
            let (element, behind) = rest.split_at_checked(length)?;
            elements.push((element.to_vec(), type_oid));
            rest = behind;
        }
    }
    Some(elements)
}

#[cfg(test)]
mod tests {
    use septum_core::TenantType;
    use septum_sql::catalog::Oid;

    use super::*;

    fn foreign(value: MeetValue, parameters: &[Parameter<'_>]) -> bool {
        let meet = Meet { relation: Oid(1), column: 1, value };
        let own = TenantType::Int.parse("17").unwrap();
        is_foreign(&meet, parameters.iter().copied(), &own)
    }

    fn sent(value: &[u8], binary: bool, type_oid: u32) -> Parameter<'_> {
        Parameter { value: Some(value), binary, type_oid }
    }

    #[test]
    fn s151_s158_another_key_is_foreign_however_it_is_spelled_and_sent() {
        for own in ["17", "017", " 17 ", "+17", "17.0", "0x11"] {
            assert!(!foreign(MeetValue::Literal(own.into()), &[]), "{own}");
            assert!(!foreign(MeetValue::Parameter(1), &[sent(own.as_bytes(), false, 0)]), "{own}");
        }
        for other in ["18", "-17", "nobody", ""] {
            assert!(foreign(MeetValue::Literal(other.into()), &[]), "{other}");
            assert!(foreign(MeetValue::Parameter(1), &[sent(other.as_bytes(), false, 25)]));
        }
        let (own, other) = (17i64.to_be_bytes(), 18i16.to_be_bytes());
        let both = [sent(&own, true, 20), sent(&other, true, 0)];
        assert!(!foreign(MeetValue::Parameter(1), &both));
        assert!(foreign(MeetValue::Parameter(2), &both));
        assert!(!foreign(MeetValue::Parameter(3), &both));
        let null = Parameter { value: None, binary: true, type_oid: 23 };
        assert!(!foreign(MeetValue::Parameter(1), &[null]));
    }

    #[test]
    fn s154_s158_an_array_with_another_key_in_it_is_foreign() {
        let array =
            |text: &str| foreign(MeetValue::ParameterArray(1), &[sent(text.as_bytes(), false, 0)]);
        for own in ["{17}", "{}", "{17,NULL}", "{\"17\", 17}", "[0:0]={17}"] {
            assert!(!array(own), "{own}");
        }
        for other in ["{17,18}", "{\"18\"}", "{{17},{18}}", "{1\\8}", "[0:0]={18}"] {
            assert!(array(other), "{other}");
        }
        let binary = |elements: &[i32]| {
            let mut bytes = Vec::new();
            let count = i32::try_from(elements.len()).unwrap();
            [1, 0, 23, count, 1].iter().for_each(|word: &i32| bytes.extend(word.to_be_bytes()));
            for element in elements {
                bytes.extend(4i32.to_be_bytes());
                bytes.extend(element.to_be_bytes());
            }
            foreign(MeetValue::ParameterArray(1), &[sent(&bytes, true, 0)])
        };
        assert!(!binary(&[]) && !binary(&[17, 17]) && binary(&[17, 18]));
    }
}
