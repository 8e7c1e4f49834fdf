use std::fmt;
use std::str::FromStr;
use std::time::{Duration, UNIX_EPOCH};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, in milliseconds since the Unix epoch. Printed as RFC 3339 in UTC.
///
/// ```
/// let time = septum_audit::Time::from_unix_millis(1_767_225_600_007);
/// assert_eq!(time.to_string(), "2026-01-01T00:00:00.007Z");
/// assert_eq!("2026-01-01T00:00:00.007Z".parse(), Ok(time));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(u64);

impl Time {
    /// The last moment that RFC 3339 can write: the end of the year 9999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The moment, or [`Time::MAX`] if it lies beyond.
    pub fn from_unix_millis(millis: u64) -> Self {
        Self(millis.min(Self::MAX.0))
    }

    /// Milliseconds since the Unix epoch.
    pub fn unix_millis(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(self.0)).fmt(f)
    }
}

impl FromStr for Time {
    type Err = InvalidTime;

    /// Reads the one spelling that is printed.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidTime(text.into());
        let since = humantime::parse_rfc3339(text)
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .ok_or_else(invalid)?;
        let time = Self::from_unix_millis(since.as_millis().try_into().map_err(|_| invalid())?);
        if time.to_string() == text { Ok(time) } else { Err(invalid()) }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The text is no moment as the log prints it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time of the form 2026-01-01T00:00:00.000Z")]
pub struct InvalidTime(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_prints_and_reads_back() {
        for millis in [0, 1, 951_782_400_000, 1_767_225_600_007, u64::MAX] {
            let time = Time::from_unix_millis(millis);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
        assert_eq!(Time::MAX.to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn refuses_a_second_spelling() {
        for text in ["2026-01-01T00:00:00Z", "2026-01-01 00:00:00.000Z", "2026-01-01", "", "now"] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
