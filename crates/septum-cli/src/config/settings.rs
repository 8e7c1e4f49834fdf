//! The configuration as types.

use std::path::PathBuf;
use std::str::FromStr as _;

use septum_audit::LockoutPolicy;
use septum_bind::host::Host;
use septum_bind::{RootKey, Tenant, Tenants};
use septum_core::{Environment, TenantType};

use super::database::{self, Upstream};
use super::section::Section;
use super::{guard, http, proxy};

/// A configuration that can be used.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) environment: Environment,
    pub(crate) root_key: RootKey,
    /// Verifies what was signed before the root key was changed.
    pub(crate) previous_root_key: Option<RootKey>,
    pub(crate) tenants: Tenants,
    pub(crate) audit: Audit,
    pub(crate) log: Log,
    pub(crate) lockout: Lockout,
    pub(crate) database: Upstream,
    pub(crate) migrate: Option<database::Login>,
    pub(crate) policy: septum_guard::Policy,
    pub(crate) proxy: septum_proxy::Config,
    /// The gateway, where there is one.
    pub(crate) gateway: Option<septum_gateway::Config>,
}

/// The audit log.
#[derive(Debug)]
pub(crate) struct Audit {
    pub(crate) folder: PathBuf,
    /// How many bytes a file may have before the next begins.
    pub(crate) rotate: u64,
}

/// Who is locked out, and where operators ask.
#[derive(Debug)]
pub(crate) struct Lockout {
    pub(crate) policy: LockoutPolicy,
    /// Where `septum lockout` asks a running Septum.
    pub(crate) socket: Option<PathBuf>,
}

/// The program's own log.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    /// Directives of `tracing-subscriber`'s filter.
    pub(crate) level: String,
}

/// How the program's own log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Settings {
    /// Reads everything, so that every problem is noted; `None` only where there is one.
    pub(super) fn read(root: &Section<'_>) -> Option<Self> {
        // The check has said what is wrong with a choice.
        let environment = root.text("environment").and_then(|text| text.parse().ok());
        let root_key = key(root, "root_key");
        let previous_root_key = key(root, "previous_root_key");
        let tenants = tenants(root);
        let audit = audit(&root.section("audit"));
        let log = log(&root.section("log"));
        let database = database::upstream(&root.section("database"));
        let migrate = database::login(&root.section("migrate"));
        let policy = guard::policy(&root.section("guard"), environment, tenants.as_ref());
        let proxy = proxy::proxy(root, database.as_ref(), tenants.as_ref());
        let http = root.section("http");
        let gateway = match http.is_present() {
            true => Some(http::gateway(&http, tenants.as_ref())),
            false => None,
        };
        Some(Self {
            environment: environment?,
            root_key: root_key?,
            previous_root_key,
            tenants: tenants?,
            audit: audit?,
            log: log?,
            lockout: lockout(&root.section("lockout"))?,
            database: database?,
            migrate,
            policy: policy?,
            proxy: proxy?,
            gateway: match gateway {
                Some(gateway) => Some(gateway?),
                None => None,
            },
        })
    }
}

fn key(root: &Section<'_>, name: &str) -> Option<RootKey> {
    let text = root.secret(name)?;
    match RootKey::from_base64(text.expose()) {
        Ok(key) => Some(key),
        Err(error) => {
            root.wrong_secret(name, error);
            None
        }
    }
}

fn tenants(root: &Section<'_>) -> Option<Tenants> {
    let tenant_type: TenantType = root.section("tenant").text("type")?.parse().ok()?;
    let tenants: Vec<Tenant> = root
        .sections("tenants")
        .iter()
        .filter_map(|section| {
            let id = section.parse("id", |text| tenant_type.parse(text));
            let hosts = section.texts_as("hosts", |text| {
                Host::from_str(text).map(|host| host.as_str().to_owned())
            });
            Some(Tenant { id: id?, name: section.text("name")?.to_owned(), hosts })
        })
        .collect();
    match Tenants::new(tenant_type, tenants) {
        Ok(tenants) => Some(tenants),
        Err(error) => {
            root.wrong("tenants", error);
            None
        }
    }
}

fn audit(section: &Section<'_>) -> Option<Audit> {
    Some(Audit {
        folder: section.path("folder")?,
        rotate: section.size("rotate").unwrap_or(septum_journal::Config::ROTATE_BYTES),
    })
}

fn lockout(section: &Section<'_>) -> Option<Lockout> {
    let default = LockoutPolicy::default();
    let after: Option<u32> = section.whole("after");
    let within = section.duration("within").unwrap_or(default.within);
    if within.is_zero() {
        section.wrong("within", "a time that is not zero".to_owned());
        return None;
    }
    let policy = LockoutPolicy {
        after: after.unwrap_or(default.after),
        within,
        lasts: section.duration("for").unwrap_or(default.lasts),
    };
    Some(Lockout { policy, socket: section.path("socket") })
}

fn log(section: &Section<'_>) -> Option<Log> {
    let format = match section.text("format") {
        Some("json") => LogFormat::Json,
        _ => LogFormat::Text,
    };
    let level = section.text("level").unwrap_or("info");
    section.parse("level", tracing_subscriber::EnvFilter::from_str);
    Some(Log { format, level: level.to_owned() })
}
