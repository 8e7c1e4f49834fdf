//! Who issues tokens, and with which keys.

use std::collections::HashSet;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use septum_bind::Tenants;
use septum_bind::jwt::{Algorithm, Issuer, Issuers, Key, Keys, LiveKeys};
use septum_gateway::{JwksLocation, JwksSource};

use crate::config::section::Section;
use crate::config::tls;

/// How often a key set is fetched.
const REFRESH: Duration = Duration::from_secs(5 * 60);
/// The least time between two fetches of one.
const MIN_INTERVAL: Duration = Duration::from_secs(10);
/// How long the last good one is kept while fetching fails.
const MAX_STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// The issuers of `[http.jwt]` and the key sets to fetch; `None` when there is a problem.
pub(super) fn issuers(
    section: &Section<'_>,
    tenants: Option<&Tenants>,
) -> Option<(Issuers, Vec<JwksSource>)> {
    let read: Vec<_> =
        section.sections("issuers").iter().map(|issuer| read(issuer, tenants)).collect();
    let read: Vec<(Issuer, Option<JwksSource>)> = read.into_iter().collect::<Option<_>>()?;
    let (issuers, jwks): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    match Issuers::new(issuers) {
        Ok(issuers) => Some((issuers, jwks.into_iter().flatten().collect())),
        Err(error) => {
            section.wrong("issuers", error);
            None
        }
    }
}

fn read(section: &Section<'_>, tenants: Option<&Tenants>) -> Option<(Issuer, Option<JwksSource>)> {
    let name = section.text("issuer");
    let audiences = section.texts("audiences").into_iter().map(str::to_owned).collect();
    let location = location(section);
    let keys: Vec<_> = section.sections("keys").iter().map(key).collect();
    let keys = keys.into_iter().collect::<Option<Vec<Key>>>();
    let only: HashSet<_> = match tenants {
        Some(tenants) => {
            let tenants = section.texts_as("tenants", |text| tenants.parse(text));
            tenants.into_iter().collect()
        }
        None => HashSet::new(),
    };
    let location = location?;
    if location.is_some() == section.has("keys") {
        let message = "needs one of `keys`, `jwks_file` and `jwks_url`".to_owned();
        section.wrong("issuer", message);
        return None;
    }
    let keys = match Keys::new(keys?) {
        Ok(keys) => LiveKeys::new(keys),
        Err(error) => {
            section.wrong("keys", error);
            return None;
        }
    };
    let mut issuer = Issuer::new(name?, audiences, keys.clone());
    if let Some(claim) = section.text("tenant_claim") {
        issuer.tenant_claim = claim.to_owned();
    }
    if let Some(claim) = section.text("principal_claim") {
        issuer.principal_claim = claim.to_owned();
    }
    if section.has("types") {
        issuer.types = section.texts("types").into_iter().map(str::to_owned).collect();
    }
    if let Some(leeway) = section.duration("leeway") {
        issuer.leeway = leeway.as_secs();
    }
    if let Some(lifetime) = section.duration("max_lifetime") {
        issuer.max_lifetime = lifetime.as_secs();
    }
    if section.has("tenants") {
        issuer.tenants = Some(only);
    }
    let or = |name, otherwise| section.duration(name).unwrap_or(otherwise);
    let (refresh, max_stale) = (or("refresh", REFRESH), or("max_stale", MAX_STALE));
    if max_stale < refresh {
        let message = "is less than `refresh`: the set would be stale between two fetches";
        section.wrong("max_stale", message.to_owned());
        return None;
    }
    let jwks = location.map(|location| JwksSource {
        location,
        keys,
        algorithms: algorithms(section),
        refresh,
        min_interval: or("min_interval", MIN_INTERVAL),
        max_stale,
    });
    Some((issuer, jwks))
}

/// The algorithms that keys of a fetched set may have: never a shared secret's.
fn algorithms(section: &Section<'_>) -> Vec<Algorithm> {
    if !section.has("algorithms") {
        return Algorithm::PUBLIC.to_vec();
    }
    section.texts_as("algorithms", |text| {
        let algorithm = Algorithm::from_str(text).map_err(|error| error.to_string())?;
        if Algorithm::PUBLIC.contains(&algorithm) {
            Ok(algorithm)
        } else {
            Err(format!("`{text}` is for shared secrets: everybody can read a key set"))
        }
    })
}

/// `Some(None)` for static keys, `None` when there is a problem.
fn location(section: &Section<'_>) -> Option<Option<JwksLocation>> {
    let url = section.parse("jwks_url", |text| match Uri::from_str(text) {
        Ok(url) if url.scheme_str() == Some("https") && url.host().is_some() => Ok(url),
        Ok(_) | Err(_) => Err(format!("`{text}` is no https URL")),
    });
    let roots = match section.path("jwks_ca_file") {
        Some(file) => match tls::roots(&file) {
            Ok(roots) => Some(Arc::new(roots)),
            Err(error) => {
                section.wrong("jwks_ca_file", error);
                return None;
            }
        },
        None => None,
    };
    match (section.path("jwks_file"), url, section.has("jwks_url")) {
        (Some(file), None, false) => Some(Some(JwksLocation::File(file))),
        (None, Some(url), true) => Some(Some(JwksLocation::Url { url, roots })),
        (None, None, false) => Some(None),
        (Some(_), _, true) => {
            section.wrong("jwks_url", "`jwks_file` is there as well: keep one".to_owned());
            None
        }
        _ => None,
    }
}

fn key(section: &Section<'_>) -> Option<Key> {
    let id = section.text("id").map(str::to_owned);
    let algorithm = section.parse("algorithm", Algorithm::from_str);
    let secret = section.secret("secret");
    let public = section.path("public_key_file");
    let (name, made) = match (secret, public) {
        (Some(secret), None) => {
            ("algorithm", Key::from_secret(algorithm?, id, secret.expose().as_bytes()))
        }
        (None, Some(file)) => match std::fs::read_to_string(&file) {
            Ok(pem) => ("public_key_file", Key::from_pem(algorithm?, id, &pem)),
            Err(error) => {
                let message = format!("can't read `{}`: {error}", file.display());
                section.wrong("public_key_file", message);
                return None;
            }
        },
        (Some(_), Some(_)) => {
            let message = "a shared secret is there as well: keep one of them".to_owned();
            section.wrong("public_key_file", message);
            return None;
        }
        (None, None) => {
            if !section.has("secret_file") && !section.has("secret_env") {
                let message = "is missing: name it, or a `secret_file` or `secret_env`".to_owned();
                section.wrong("public_key_file", message);
            }
            return None;
        }
    };
    match made {
        Ok(key) => Some(key),
        Err(error) => {
            section.wrong(name, error);
            None
        }
    }
}
