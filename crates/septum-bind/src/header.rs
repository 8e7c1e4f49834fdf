//! A tenant header from a named trusted peer: a load balancer or an authenticating proxy that
//! has verified the user itself (catalogue H1-H5).

use std::net::IpAddr;

use ipnet::IpNet;
use septum_core::{Principal, Reason, Source};

use crate::{BindError, Claim, Tenants};

/// The peers that are trusted for something. Nobody is, unless named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers(Vec<IpNet>);

impl Peers {
    /// These networks; a single address is a network of one.
    ///
    /// # Errors
    /// [`TooManyPeers`] for a network that holds every address: to trust everybody is to bind
    /// by whatever anybody writes (CVE-2026-76835).
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Result<Self, TooManyPeers> {
        let networks: Vec<_> = networks.into_iter().collect();
        match networks.iter().find(|network| network.prefix_len() == 0) {
            Some(network) => Err(TooManyPeers(*network)),
            None => Ok(Self(networks)),
        }
    }

    /// Whether this address is one of them. An IPv4 address that came mapped into IPv6 counts
    /// as IPv4.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The claim of a header's value from a peer.
///
/// # Errors
/// [`Reason::UntrustedPeer`] when the peer may not bind by a header; [`Reason::UnknownTenant`]
/// when the value is not the canonical spelling of a registered tenant's key (one spelling, so
/// that the application reads the same); [`Reason::UnknownPrincipal`].
pub fn claim(
    tenants: &Tenants,
    trusted: &Peers,
    peer: Option<IpAddr>,
    tenant: &str,
    principal: Option<&str>,
) -> Result<Claim, BindError> {
    let refused = |reason| BindError::of(Source::Header, reason);
    if !peer.is_some_and(|peer| trusted.contain(peer)) {
        return Err(refused(Reason::UntrustedPeer));
    }
    let known = tenants.registered(tenant, Source::Header)?;
    if known.id.to_string() != tenant || !tenant.is_ascii() {
        return Err(refused(Reason::UnknownTenant));
    }
    let principal = principal
        .map(|text| Principal::new(text).map_err(|_| refused(Reason::UnknownPrincipal)))
        .transpose()?;
    Ok(Claim {
        tenant: known.id.clone(),
        principal,
        source: Source::Header,
        trace: None,
        expires: None,
    })
}

/// A network that holds every address can't be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` would trust everybody; name the peers that may bind by a header")]
pub struct TooManyPeers(IpNet);

#[cfg(test)]
mod tests {
    use septum_core::TenantType;

    use super::*;
    use crate::Tenant;

    fn refused(peer: &str, tenant: &str, principal: Option<&str>) -> Option<Reason> {
        let id = TenantType::Int.parse("1").unwrap();
        let acme = Tenant { id, name: "acme".into(), hosts: vec![] };
        let tenants = Tenants::new(TenantType::Int, [acme]).unwrap();
        let trusted = Peers::new(["10.1.0.0/16".parse().unwrap()]).unwrap();
        let peer = Some(peer.parse().unwrap());
        claim(&tenants, &trusted, peer, tenant, principal).err().map(|refused| refused.reason)
    }

    #[test]
    fn h01_only_a_named_peer_binds_by_a_header() {
        assert_eq!(refused("10.1.2.3", "1", Some("ann")), None);
        assert_eq!(refused("::ffff:10.1.2.3", "1", None), None);
        for peer in ["10.2.0.1", "127.0.0.1", "::1", "::ffff:10.2.0.1"] {
            assert_eq!(refused(peer, "1", None), Some(Reason::UntrustedPeer), "{peer}");
        }
    }

    #[test]
    fn h05_nobody_is_trusted_by_default_and_everybody_never() {
        assert!(!Peers::default().contain("127.0.0.1".parse().unwrap()));
        for everybody in ["0.0.0.0/0", "::/0"] {
            assert!(Peers::new([everybody.parse().unwrap()]).is_err());
        }
    }

    #[test]
    fn h08_only_the_canonical_spelling_of_a_registered_key_binds() {
        for tenant in ["", "01", " 1", "+1", "1 ", "1,2", "2", "x", "\u{661}"] {
            let reason = refused("10.1.2.3", tenant, None);
            assert_eq!(reason, Some(Reason::UnknownTenant), "{tenant:?}");
        }
        assert_eq!(refused("10.1.2.3", "1", Some("")), Some(Reason::UnknownPrincipal));
    }
}
