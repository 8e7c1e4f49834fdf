//! What may name a request's tenant.

use std::collections::BTreeSet;
use std::str::FromStr as _;
use std::sync::Arc;

use http::HeaderName;
use septum_bind::Tenants;
use septum_bind::api_key::{ApiKey, ApiKeys, KeyHash, KeyName};
use septum_bind::host::Host;
use septum_core::{Principal, Source, TenantId};
use septum_gateway::JwksSource;
use septum_tower::{ApiKeySource, HeaderSource, HostSource, JwtSource, Sources};

use super::{issuers, peers};
use crate::config::section::Section;

/// The sources and the key sets to fetch; `None` when there is a problem.
pub(super) fn sources(
    http: &Section<'_>,
    tenants: Option<&Tenants>,
) -> Option<(Sources, Vec<JwksSource>)> {
    let host = http.section("host");
    let host = host.is_present().then(|| HostSource {
        shared: shared(&host),
        anonymous: host.bool("anonymous").unwrap_or(false),
    });
    let jwt = present(&http.section("jwt"), |section| jwt(section, tenants));
    let api_key = present(&http.section("api_key"), |section| api_key(section, tenants));
    let header = present(&http.section("header"), header);
    let required = required(http);
    let (jwt, jwks) = jwt?.unzip();
    let sources = Sources { host, jwt, api_key: api_key?, header: header?, required };
    match sources.check() {
        Ok(()) => Some((sources, jwks.unwrap_or_default())),
        Err(error) => {
            http.wrong("required", error);
            None
        }
    }
}

/// `Some(None)` for a section that is absent, `None` for one with a problem.
fn present<T>(
    section: &Section<'_>,
    read: impl FnOnce(&Section<'_>) -> Option<T>,
) -> Option<Option<T>> {
    if section.is_present() { read(section).map(Some) } else { Some(None) }
}

fn shared(section: &Section<'_>) -> BTreeSet<Host> {
    section.texts_as("shared", Host::from_str).into_iter().collect()
}

fn required(http: &Section<'_>) -> BTreeSet<Source> {
    let known = [Source::Host, Source::Jwt, Source::ApiKey, Source::Header];
    http.texts_as("required", |text| {
        known
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no source; use host, jwt, api_key or header"))
    })
    .into_iter()
    .collect()
}

fn jwt(section: &Section<'_>, tenants: Option<&Tenants>) -> Option<(JwtSource, Vec<JwksSource>)> {
    let cookie = section.text("cookie").map(str::to_owned);
    let (issuers, jwks) = issuers::issuers(section, tenants)?;
    Some((JwtSource { issuers, cookie }, jwks))
}

fn api_key(section: &Section<'_>, tenants: Option<&Tenants>) -> Option<ApiKeySource> {
    let header = header_name(section, "header", "x-api-key");
    let keys: Vec<_> = section
        .sections("keys")
        .iter()
        .map(|key| {
            let name = key.parse("name", KeyName::from_str);
            let hash = key.parse("hash", KeyHash::from_str);
            let tenant = registered(key, "tenant", tenants);
            let principal = key.parse("principal", Principal::new);
            Some(ApiKey { name: name?, hash: hash?, tenant: tenant?, principal: principal? })
        })
        .collect();
    match ApiKeys::new(keys.into_iter().collect::<Option<Vec<_>>>()?) {
        Ok(keys) => Some(ApiKeySource { header: header?, keys: Arc::new(keys) }),
        Err(error) => {
            section.wrong("keys", error);
            None
        }
    }
}

fn header(section: &Section<'_>) -> Option<HeaderSource> {
    let tenant = header_name(section, "tenant", "x-tenant-id");
    let principal = match section.text("principal") {
        Some(_) => Some(header_name(section, "principal", "")?),
        None => None,
    };
    let trusted = peers(section, "trusted_peers");
    Some(HeaderSource { tenant: tenant?, principal, trusted })
}

fn header_name(section: &Section<'_>, name: &str, default: &'static str) -> Option<HeaderName> {
    if section.text(name).is_none() {
        return HeaderName::from_str(default).ok();
    }
    section.parse(name, |text| {
        HeaderName::from_str(text).map_err(|_| format!("`{text}` can't name a header"))
    })
}

/// The registered tenant that a key names by its key in the database.
pub(in crate::config) fn registered(
    section: &Section<'_>,
    name: &str,
    tenants: Option<&Tenants>,
) -> Option<TenantId> {
    // Without a registry that is the problem, and has been said.
    let tenants = tenants?;
    section.parse(name, |text| {
        let id = tenants.parse(text).map_err(|error| error.to_string())?;
        match tenants.by_id(&id) {
            Some(tenant) => Ok(tenant.id.clone()),
            None => Err(format!("no tenant has the key `{text}`: add it to `[[tenants]]`")),
        }
    })
}
