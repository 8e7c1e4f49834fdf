//! `[[listeners]]`, `[[users]]`, `[operator]` and what goes with them: the PostgreSQL proxy.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use septum_bind::Tenants;
use septum_pgwire::scram::{DEFAULT_ITERATIONS, SALT_BYTES, Verifier};
use septum_proxy::{
    Address, Canaries, CatalogConfig, Config, Database, Limits, Listener, ListenerTls, Operator,
    PoolConfig, ServerAddress, ServerTls, Timeouts, User,
};

use super::database::{Login, Upstream};
use super::http::registered;
use super::section::Section;
use super::{tenancy, tls};

/// `pg_temp` comes last, so that nothing temporary shadows anything (catalogue S27, S75).
const SEARCH_PATH: &str = "public, pg_temp";

/// The proxy's configuration; `None` when there is a problem.
pub(super) fn proxy(
    root: &Section<'_>,
    upstream: Option<&Upstream>,
    tenants: Option<&Tenants>,
) -> Option<Config> {
    let section = root.section("database");
    let listeners: Vec<_> = root.sections("listeners").iter().map(listener).collect();
    let users = users(root, tenants);
    let database = upstream.map(|upstream| database(&section, upstream, &upstream.login));
    let catalog = catalog(root);
    let operator = root.section("operator");
    let operator = match operator.is_present() {
        true => {
            upstream.and_then(|upstream| read_operator(&operator, &section, upstream)).map(Some)
        }
        false => Some(None),
    };
    Some(Config {
        listeners: listeners.into_iter().collect::<Option<_>>()?,
        database: database?,
        catalog: catalog?,
        pool: pool(&section),
        users: users?,
        operator: operator?,
        canaries: canaries(root, tenants)?,
        limits: limits(&root.section("limits")),
        timeouts: timeouts(&root.section("timeouts")),
    })
}

fn catalog(root: &Section<'_>) -> Option<CatalogConfig> {
    let guard = root.section("guard");
    let interval = guard.duration("catalog_interval").unwrap_or(CatalogConfig::INTERVAL);
    let shortest = std::time::Duration::from_secs(1);
    if interval < shortest {
        guard.wrong("catalog_interval", "a look a second is the most: write `1s` or more");
        return None;
    }
    Some(CatalogConfig { tenancy: tenancy::tenancy(root)?, interval })
}

fn database(section: &Section<'_>, upstream: &Upstream, login: &Login) -> Database {
    let tls = upstream.tls.clone();
    Database {
        server: match upstream.socket() {
            Some(socket) => ServerAddress::Unix(socket),
            None => ServerAddress::Tcp { host: upstream.host.clone(), port: upstream.port },
        },
        tls: tls.map(|tls| ServerTls { config: tls.config, name: tls.name }),
        name: upstream.name.clone(),
        role: login.user.clone(),
        password: login.password.clone(),
        search_path: section.text("search_path").unwrap_or(SEARCH_PATH).to_owned(),
    }
}

fn pool(section: &Section<'_>) -> PoolConfig {
    let default = PoolConfig::default();
    let count =
        |name, otherwise| section.whole(name).and_then(NonZeroUsize::new).unwrap_or(otherwise);
    let time = |name, otherwise| section.duration(name).unwrap_or(otherwise);
    PoolConfig {
        size: count("pool_size", default.size),
        acquire: time("pool_timeout", default.acquire),
        idle: time("idle_timeout", default.idle),
        lifetime: time("lifetime", default.lifetime),
        statements: count("statements", default.statements),
    }
}

fn listener(section: &Section<'_>) -> Option<Listener> {
    let address = address(section);
    let tls = section.section("tls");
    let mode = tls.text("mode").unwrap_or("disable");
    let tls = match mode {
        "prefer" => ListenerTls::Prefer(Arc::new(tls::section(&tls)?)),
        "require" => ListenerTls::Require(Arc::new(tls::section(&tls)?)),
        // `disable`; anything else has been refused.
        _ => ListenerTls::Disable,
    };
    let address = address?;
    if matches!((&address, &tls), (Address::Unix(_), ListenerTls::Require(_))) {
        section.wrong("tls", "there is no TLS on a unix socket: write `disable`".to_owned());
        return None;
    }
    Some(Listener { address, tls })
}

fn address(section: &Section<'_>) -> Option<Address> {
    section.parse("address", |text| {
        if text.starts_with('/') {
            return Ok(Address::Unix(PathBuf::from(text)));
        }
        SocketAddr::from_str(text).map(Address::Tcp).map_err(|_| {
            format!("`{text}` is no address and port as in `127.0.0.1:6432`, and no path")
        })
    })
}

fn users(section: &Section<'_>, tenants: Option<&Tenants>) -> Option<Vec<User>> {
    let mut names = HashSet::new();
    let users: Vec<_> = section
        .sections("users")
        .iter()
        .map(|section| {
            let name = section.text("name");
            let verifier = verifier(section);
            let tenant = match section.has("tenant") {
                true => registered(section, "tenant", tenants).map(Some),
                false => Some(None),
            };
            let name = name?;
            if !names.insert(name) {
                section.wrong("name", format!("`{name}` is there twice"));
                return None;
            }
            Some(User { name: name.to_owned(), verifier: verifier?, tenant: tenant? })
        })
        .collect();
    users.into_iter().collect()
}

/// What proves a user's password: derived from it, or copied from PostgreSQL.
fn verifier(section: &Section<'_>) -> Option<Verifier> {
    match (section.has_secret("password"), section.has_secret("verifier")) {
        (true, false) => {
            let password = section.secret("password")?;
            let mut salt = [0; SALT_BYTES];
            if SystemRandom::new().fill(&mut salt).is_err() {
                section.wrong("name", "the system gives no random bytes".to_owned());
                return None;
            }
            Some(Verifier::derive(password.expose(), &salt, DEFAULT_ITERATIONS))
        }
        (false, true) => match section.secret("verifier")?.expose().parse() {
            Ok(verifier) => Some(verifier),
            Err(error) => {
                section.wrong_secret("verifier", error);
                None
            }
        },
        (true, true) | (false, false) => {
            let message = "needs one of `password_file`, `password_env`, `verifier_file` and \
                           `verifier_env`";
            section.wrong("name", message.to_owned());
            None
        }
    }
}

fn read_operator(
    section: &Section<'_>,
    database_section: &Section<'_>,
    upstream: &Upstream,
) -> Option<Operator> {
    let listener = listener(&section.section("listener"));
    let users = users(section, None);
    let password = section.secret("database_password");
    let login = Login { user: section.text("database_user")?.to_owned(), password };
    let database = database(database_section, upstream, &login);
    Some(Operator { listener: listener?, database, users: users? })
}

fn canaries(root: &Section<'_>, tenants: Option<&Tenants>) -> Option<Canaries> {
    let sections = root.sections("canaries");
    let canary = |section: &Section<'_>| {
        let tenant = registered(section, "tenant", tenants);
        let value = section.text("value")?.to_owned();
        // Each by itself, so that each that is wrong is named at its place.
        let canary = Canaries::new([(tenant.clone()?, value.clone())]);
        match canary {
            Ok(_) => Some((tenant?, value)),
            Err(error) => {
                section.wrong("value", error);
                None
            }
        }
    };
    let all: Vec<_> = sections.iter().map(canary).collect();
    match Canaries::new(all.into_iter().collect::<Option<Vec<_>>>()?) {
        Ok(canaries) => Some(canaries),
        Err(error) => {
            root.wrong("canaries", error);
            None
        }
    }
}

fn limits(section: &Section<'_>) -> Limits {
    let default = Limits::default();
    Limits {
        connections: section.whole("connections").unwrap_or(default.connections),
        message_bytes: section.size("message").unwrap_or(default.message_bytes),
        unauthenticated_bytes: section
            .size("unauthenticated_message")
            .unwrap_or(default.unauthenticated_bytes),
        statements: section.whole("statements").unwrap_or(default.statements),
    }
}

fn timeouts(section: &Section<'_>) -> Timeouts {
    let default = Timeouts::default();
    let or = |name, otherwise| section.duration(name).unwrap_or(otherwise);
    Timeouts {
        handshake: or("handshake", default.handshake),
        connect: or("connect", default.connect),
        idle_in_transaction: or("idle_in_transaction", default.idle_in_transaction),
        stall: or("stall", default.stall),
        drain: or("drain", default.drain),
    }
}
