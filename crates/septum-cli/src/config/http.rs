//! `[http]`: the gateway.

mod issuers;
mod sources;

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr as _;
use std::sync::Arc;

use http::uri::Authority;
use ipnet::IpNet;
use septum_bind::Tenants;
use septum_bind::header::Peers;
use septum_gateway::{Config, Limits, Listener, Protocols, Timeouts, Upstream};

use super::section::Section;
use super::tls;
pub(super) use sources::registered;

/// The gateway's configuration; `None` when there is a problem.
pub(super) fn gateway(section: &Section<'_>, tenants: Option<&Tenants>) -> Option<Config> {
    let listeners = section.sections("listeners");
    if listeners.is_empty() {
        section.wrong("listeners", "is missing: write `[[http.listeners]]`".to_owned());
    }
    // All of them before any is given up, so that every problem is said.
    let listeners: Vec<_> = listeners.iter().map(listener).collect();
    let admin = section.parse("admin", SocketAddr::from_str);
    let upstream = upstream(section);
    let sources = sources::sources(section, tenants);
    let trusted_proxies = peers(section, "trusted_proxies");
    let limits = limits(&section.section("limits"));
    let timeouts = timeouts(&section.section("timeouts"));
    let (sources, jwks) = sources?;
    let mut config = Config::new(listeners.into_iter().collect::<Option<_>>()?, upstream?, sources);
    config.admin = admin;
    config.jwks = jwks;
    config.trusted_proxies = trusted_proxies;
    if let Some(lifetime) = section.duration("context_lifetime") {
        config.context_lifetime = lifetime.as_secs();
    }
    config.limits = limits;
    config.timeouts = timeouts;
    Some(config)
}

fn listener(section: &Section<'_>) -> Option<Listener> {
    let address = section.parse("address", SocketAddr::from_str);
    let tls = section.section("tls");
    let tls = match tls.is_present() {
        true => Some(tls::section(&tls)?),
        false => None,
    };
    let protocols = match section.text("protocols") {
        Some("http1") => Protocols::Http1,
        Some("prior-knowledge") => Protocols::PriorKnowledge,
        // Absent, or `alpn`; anything else has been refused.
        _ => Protocols::Alpn,
    };
    Some(Listener { address: address?, tls: tls.map(Arc::new), protocols })
}

fn upstream(section: &Section<'_>) -> Option<Upstream> {
    if section.text("upstream")?.starts_with('/') {
        return section.path("upstream").map(Upstream::Unix);
    }
    section.parse("upstream", |text| match Authority::from_str(text) {
        Ok(authority) if authority.port_u16().is_some() && !text.contains('@') => {
            Ok(Upstream::Tcp(authority))
        }
        Ok(_) | Err(_) => Err(format!("`{text}` is no `host:port` and no path of a unix socket")),
    })
}

/// Networks that are trusted for something; a single address is a network of one.
fn peers(section: &Section<'_>, name: &str) -> Peers {
    let networks = section.texts_as(name, |text| {
        let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
        IpNet::from_str(text)
            .ok()
            .or_else(address)
            .ok_or_else(|| format!("`{text}` is no address and no network as in `10.1.0.0/16`"))
    });
    Peers::new(networks).unwrap_or_else(|error| {
        section.wrong(name, error);
        Peers::default()
    })
}

fn limits(section: &Section<'_>) -> Limits {
    let default = Limits::default();
    Limits {
        connections: section.whole("connections").unwrap_or(default.connections),
        requests: section.whole("requests").unwrap_or(default.requests),
        requests_per_tenant: section
            .whole("requests_per_tenant")
            .unwrap_or(default.requests_per_tenant),
        headers: section.whole("headers").unwrap_or(default.headers),
        header_bytes: section.size("header_bytes").unwrap_or(default.header_bytes),
        body_bytes: section.size("body_bytes").unwrap_or(default.body_bytes),
        streams: section.whole("streams").unwrap_or(default.streams),
    }
}

fn timeouts(section: &Section<'_>) -> Timeouts {
    let default = Timeouts::default();
    let or = |name, otherwise| section.duration(name).unwrap_or(otherwise);
    Timeouts {
        handshake: or("handshake", default.handshake),
        header: or("header", default.header),
        connect: or("connect", default.connect),
        first_byte: or("first_byte", default.first_byte),
        idle: or("idle", default.idle),
        drain: or("drain", default.drain),
    }
}
