mod sent;

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The PostgreSQL type of the tenant key: one per deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TenantType {
    /// `uuid`
    Uuid,
    /// `bigint` (`int8`)
    BigInt,
    /// `integer` (`int4`)
    Int,
    /// `text`
    Text,
}

impl TenantType {
    /// Every tenant type, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Uuid, Self::BigInt, Self::Int, Self::Text];

    /// The type's name in SQL and in the configuration.
    pub fn sql_name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::BigInt => "bigint",
            Self::Int => "int",
            Self::Text => "text",
        }
    }

    /// Reads a tenant key in any spelling that PostgreSQL itself takes for this type, and
    /// returns the one typed value that all of them mean (catalogue S151, S152).
    ///
    /// # Errors
    /// [`InvalidTenantId`] when the text is no value of this type; for `text`, when it is
    /// empty, longer than [`TenantId::MAX_TEXT`] bytes or holds a control character.
    pub fn parse(self, text: &str) -> Result<TenantId, InvalidTenantId> {
        let invalid = || InvalidTenantId { text: text.into(), tenant_type: self };
        match self {
            Self::Uuid => Uuid::try_parse(text).map(TenantId::Uuid).map_err(|_| invalid()),
            Self::BigInt => text.trim().parse().map(TenantId::BigInt).map_err(|_| invalid()),
            Self::Int => text.trim().parse().map(TenantId::Int).map_err(|_| invalid()),
            Self::Text => {
                let fits = !text.is_empty()
                    && text.len() <= TenantId::MAX_TEXT
                    && !text.chars().any(char::is_control);
                if fits { Ok(TenantId::Text(text.into())) } else { Err(invalid()) }
            }
        }
    }

    /// The keys that stand somewhere in a value and can be nothing else, in any spelling that
    /// PostgreSQL takes: a constant, a parameter in text or binary form, a list, a document.
    ///
    /// Only a `uuid` can be told from other values by its look; for every other type there are
    /// none.
    ///
    /// ```
    /// use septum_core::TenantType;
    /// let list = b"{7c9e66797425-40de-944b-e07fc1f90ae7,17}";
    /// let found: Vec<_> = TenantType::Uuid.keys_in(list).collect();
    /// assert_eq!(found[0].to_string(), "7c9e6679-7425-40de-944b-e07fc1f90ae7");
    /// assert_eq!(TenantType::Int.keys_in(b"17").count(), 0);
    /// ```
    pub fn keys_in(self, value: &[u8]) -> impl Iterator<Item = TenantId> {
        let value = if self == Self::Uuid { value } else { &[] };
        let binary = <[u8; 16]>::try_from(value).ok().map(Uuid::from_bytes);
        let spelled = value
            .split(|byte| !byte.is_ascii_hexdigit() && *byte != b'-')
            .filter(|part| part.len() >= 32)
            .filter_map(|part| {
                let digits: Vec<u8> = part.iter().copied().filter(|byte| *byte != b'-').collect();
                Uuid::try_parse_ascii(&digits).ok()
            });
        binary.into_iter().chain(spelled).map(TenantId::Uuid)
    }
}

impl FromStr for TenantType {
    type Err = UnknownTenantType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|candidate| candidate.sql_name() == text)
            .ok_or_else(|| UnknownTenantType(text.into()))
    }
}

impl fmt::Display for TenantType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql_name())
    }
}

/// A customer: one canonical, typed key. Two spellings of one key are equal; keys of two
/// types never are.
///
/// ```
/// use septum_core::TenantType;
/// let a = TenantType::Uuid.parse("7C9E6679-7425-40DE-944B-E07FC1F90AE7").unwrap();
/// let b = TenantType::Uuid.parse("{7c9e6679-7425-40de-944b-e07fc1f90ae7}").unwrap();
/// assert_eq!(a, b);
/// assert_eq!(a.to_string(), "7c9e6679-7425-40de-944b-e07fc1f90ae7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TenantId {
    /// A `uuid` key.
    Uuid(Uuid),
    /// A `bigint` key.
    BigInt(i64),
    /// An `integer` key.
    Int(i32),
    /// A `text` key.
    Text(Box<str>),
}

impl TenantId {
    /// The longest text key, in bytes.
    pub const MAX_TEXT: usize = 255;

    /// The type this key has.
    pub fn tenant_type(&self) -> TenantType {
        match self {
            Self::Uuid(_) => TenantType::Uuid,
            Self::BigInt(_) => TenantType::BigInt,
            Self::Int(_) => TenantType::Int,
            Self::Text(_) => TenantType::Text,
        }
    }
}

/// The canonical spelling, which PostgreSQL prints too.
impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(key) => key.hyphenated().fmt(f),
            Self::BigInt(key) => key.fmt(f),
            Self::Int(key) => key.fmt(f),
            Self::Text(key) => f.write_str(key),
        }
    }
}

/// The text is no key of the deployment's tenant type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a tenant key of type {tenant_type}")]
pub struct InvalidTenantId {
    text: String,
    tenant_type: TenantType,
}

/// The text names no tenant type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no tenant type; use uuid, bigint, int or text")]
pub struct UnknownTenantType(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s151_every_spelling_of_an_integer_is_one_key() {
        for text in ["1", "01", " 1 ", "+1"] {
            assert_eq!(TenantType::Int.parse(text), Ok(TenantId::Int(1)), "{text}");
        }
        for text in ["1.0", "0x1", "1e0", "", "2147483648"] {
            assert!(TenantType::Int.parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn s152_every_spelling_of_a_uuid_is_one_key() {
        let canonical = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
        for text in [
            canonical,
            "7C9E6679-7425-40DE-944B-E07FC1F90AE7",
            "{7c9e6679-7425-40de-944b-e07fc1f90ae7}",
            "7c9e6679742540de944be07fc1f90ae7",
        ] {
            assert_eq!(TenantType::Uuid.parse(text).unwrap().to_string(), canonical);
        }
        assert!(TenantType::Uuid.parse("7c9e6679").is_err());
    }

    #[test]
    fn s152_s158_a_uuid_is_found_wherever_it_stands() {
        let key = TenantType::Uuid.parse("7c9e6679-7425-40de-944b-e07fc1f90ae7").unwrap();
        let TenantId::Uuid(uuid) = &key else { panic!() };
        for value in [
            &b"7c9e6679-7425-40de-944b-e07fc1f90ae7"[..],
            b" {7C9E6679-7425-40DE-944B-E07FC1F90AE7} ",
            b"7c9e6679742540de944be07fc1f90ae7",
            b"7c9e-6679-7425-40de-944b-e07f-c1f9-0ae7",
            b"{\"a\": [\"7c9e6679-7425-40de-944b-e07fc1f90ae7\"]}",
            b"%7c9e6679-7425-40de-944b-e07fc1f90ae7%",
            uuid.as_bytes(),
        ] {
            assert_eq!(TenantType::Uuid.keys_in(value).next(), Some(key.clone()), "{value:?}");
        }
        for value in [&b""[..], b"7c9e6679-7425-40de-944b-e07fc1f90ae", b"a word", &[0xff; 40]] {
            assert_eq!(TenantType::Uuid.keys_in(value).next(), None, "{value:?}");
        }
    }

    #[test]
    fn text_keys_refuse_control_characters_and_emptiness() {
        assert!(TenantType::Text.parse("").is_err());
        assert!(TenantType::Text.parse("a\0b").is_err());
        assert!(TenantType::Text.parse(&"x".repeat(256)).is_err());
        assert_eq!(TenantType::Text.parse("acme").unwrap().to_string(), "acme");
    }
}
