//! The request's host: one canonical spelling, then an exact look-up (catalogue H13, H14, H17).

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use septum_core::{Reason, Source};

use crate::{BindError, Claim, Tenants};

/// The longest host name of the DNS, in bytes.
const MAX_NAME: usize = 253;
/// The longest label of a host name, in bytes.
const MAX_LABEL: usize = 63;

/// A host in its one canonical spelling: lower case, no port, no trailing dot.
///
/// Names are ASCII letters, digits and hyphens; an internationalised name is written in its
/// `xn--` form. The port is read and dropped: it says which listener was asked, not which
/// customer.
///
/// ```
/// use septum_bind::host::Host;
/// let host: Host = "ACME.Example.com.:443".parse().unwrap();
/// assert_eq!(host.as_str(), "acme.example.com");
/// assert!("acme.example.com@globex.example.com".parse::<Host>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(Box<str>);

impl Host {
    /// The canonical spelling, as [`crate::Tenant::hosts`] has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads the value of a `Host` header, an `:authority` or a TLS server name.
impl FromStr for Host {
    type Err = InvalidHost;

    fn from_str(authority: &str) -> Result<Self, InvalidHost> {
        canonical(authority).map(Self).ok_or(InvalidHost)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The claim of the tenant whose host this is.
///
/// # Errors
/// [`Reason::UnknownHost`] when it is nobody's: there is no default tenant and no match by
/// suffix.
pub fn claim(tenants: &Tenants, host: &Host) -> Result<Claim, BindError> {
    let tenant =
        tenants.by_host(host.as_str()).ok_or(BindError::of(Source::Host, Reason::UnknownHost))?;
    Ok(Claim {
        tenant: tenant.id.clone(),
        principal: None,
        source: Source::Host,
        trace: None,
        expires: None,
    })
}

fn canonical(authority: &str) -> Option<Box<str>> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        port.is_empty().then_some(()).or_else(|| is_port(port.strip_prefix(':')?))?;
        return Some(format!("[{address}]").into());
    }
    let name = match authority.split_once(':') {
        Some((name, port)) => is_port(port).map(|()| name)?,
        None => authority,
    };
    if let Ok(IpAddr::V4(address)) = name.parse() {
        return Some(address.to_string().into());
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_name = !name.is_empty() && name.len() <= MAX_NAME && name.split('.').all(is_label);
    is_name.then(|| name.to_ascii_lowercase().into())
}

fn is_label(label: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=MAX_LABEL).contains(&label.len())
        && label.bytes().all(inside)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A port from 1 to 65535 in its shortest spelling.
fn is_port(text: &str) -> Option<()> {
    let port: u16 = text.parse().ok()?;
    (port != 0 && port.to_string() == text).then_some(())
}

/// The text is no host. It is not repeated: it may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a host: use letters, digits, hyphens and dots (`xn--` for other scripts) and a port")]
pub struct InvalidHost;

#[cfg(test)]
mod tests {
    use septum_core::TenantType;

    use super::*;
    use crate::Tenant;

    #[test]
    fn h13_every_spelling_of_a_host_is_one() {
        for text in [
            "acme.example.com",
            "ACME.example.COM",
            "acme.example.com.",
            "acme.example.com:443",
            "acme.example.com:8080",
            "acme.example.com.:443",
        ] {
            assert_eq!(text.parse::<Host>().unwrap().as_str(), "acme.example.com", "{text}");
        }
        assert_eq!("[::0:1]:80".parse::<Host>().unwrap().as_str(), "[::1]");
        assert_eq!("127.0.0.1:80".parse::<Host>().unwrap().as_str(), "127.0.0.1");
        assert_eq!("xn--bcher-kva.example".parse::<Host>().unwrap().as_str().len(), 21);
    }

    #[test]
    fn h14_what_two_programs_may_read_differently_is_no_host() {
        for text in [
            "",
            ".",
            "..",
            "acme.example.com..",
            ".acme.example.com",
            "acme..example.com",
            "a@b",
            "acme.example.com@globex.example.com",
            "a/b",
            "a\\b",
            "a,b",
            "acme.example.com, globex.example.com",
            "a b",
            " acme.example.com",
            "acme.example.com ",
            "acme%2eexample.com",
            "acme_.example.com",
            "-acme.example.com",
            "acme-.example.com",
            "acme.example.com:",
            "acme.example.com:0",
            "acme.example.com:080",
            "acme.example.com:+80",
            "acme.example.com:65536",
            "acme.example.com:80:80",
            "acme.example.com#",
            "acme.example.com?",
            "bücher.example",
            "acme\u{ff0e}example.com",
            "acme.example.com\0",
            "acme.example.com\r",
            "[::1",
            "[::1]80",
            "[::1]:",
            "[acme]",
            "::1",
        ] {
            assert!(text.parse::<Host>().is_err(), "{text:?}");
        }
        assert!(format!("{}.com", "a".repeat(64)).parse::<Host>().is_err());
        assert!("a.".repeat(130).parse::<Host>().is_err());
    }

    #[test]
    fn h17_only_an_exact_host_is_a_tenants() {
        let id = TenantType::Text.parse("acme").unwrap();
        let acme = Tenant { id, name: "acme".into(), hosts: vec!["acme.example.com".into()] };
        let tenants = Tenants::new(TenantType::Text, [acme]).unwrap();
        let bound = |host: &str| claim(&tenants, &host.parse().unwrap());
        assert_eq!(bound("Acme.Example.Com.:8080").unwrap().tenant().to_string(), "acme");
        for host in
            ["evil-acme.example.com", "acme.example.com.evil.com", "example.com", "127.0.0.1"]
        {
            assert_eq!(bound(host).unwrap_err().reason, Reason::UnknownHost, "{host}");
        }
    }
}
