use aho_corasick::AhoCorasick;
use septum_core::TenantId;

/// Values that stand in one tenant's rows and nowhere else: where another tenant gets one, its
/// rows got out, by whatever way.
#[derive(Clone, Debug, Default)]
pub struct Canaries {
    found: Option<AhoCorasick>,
    owners: Vec<TenantId>,
}

/// A canary can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCanary {
    /// It is so short that it could stand in a row by chance.
    #[error("a canary has at least {} bytes; take a random text", Canaries::SHORTEST)]
    Short,
    /// There are too many or too long ones.
    #[error("the canaries take too much memory; use fewer or shorter ones")]
    TooMuch,
}

impl Canaries {
    /// The shortest value, in bytes.
    pub const SHORTEST: usize = 16;

    /// Looks for these values, each of one tenant.
    ///
    /// # Errors
    /// [`InvalidCanary`].
    pub fn new(
        canaries: impl IntoIterator<Item = (TenantId, String)>,
    ) -> Result<Self, InvalidCanary> {
        let (owners, values): (Vec<_>, Vec<_>) = canaries.into_iter().unzip();
        if values.iter().any(|value| value.len() < Self::SHORTEST) {
            return Err(InvalidCanary::Short);
        }
        if values.is_empty() {
            return Ok(Self::default());
        }
        let found = AhoCorasick::new(&values).map_err(|_| InvalidCanary::TooMuch)?;
        Ok(Self { found: Some(found), owners })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_none()
    }

    /// Whether bytes hold a canary that is not this tenant's.
    pub fn is_foreign(&self, bytes: &[u8], tenant: Option<&TenantId>) -> bool {
        let Some(found) = &self.found else { return false };
        // Overlapping, so that none hides behind another.
        found
            .find_overlapping_iter(bytes)
            .any(|hit| self.owners.get(hit.pattern().as_usize()) != tenant)
    }
}

#[cfg(test)]
mod tests {
    use septum_core::TenantType;

    use super::*;

    fn tenant(text: &str) -> TenantId {
        TenantType::Text.parse(text).unwrap()
    }

    #[test]
    fn s159_a_canary_is_foreign_to_everybody_but_its_tenant() {
        let values = [("acme", "canary-of-acme-01"), ("globex", "y-of-acme-01-and-globex")];
        let canaries = values.map(|(owner, value)| (tenant(owner), value.to_owned()));
        let canaries = Canaries::new(canaries).unwrap();
        let row = b"\0\x01\0\0\0\x11canary-of-acme-01".as_slice();
        assert!(!canaries.is_foreign(row, Some(&tenant("acme"))));
        assert!(canaries.is_foreign(row, Some(&tenant("globex"))));
        assert!(canaries.is_foreign(row, None));
        assert!(!canaries.is_foreign(b"nothing of the kind", Some(&tenant("globex"))));
        let overlapping = b"canary-of-acme-01-and-globex";
        assert!(canaries.is_foreign(overlapping, Some(&tenant("acme"))));
    }

    #[test]
    fn a_short_canary_is_refused() {
        let short = Canaries::new([(tenant("acme"), "canary".to_owned())]);
        assert_eq!(short.unwrap_err(), InvalidCanary::Short);
        assert!(Canaries::new([]).unwrap().is_empty());
    }
}
