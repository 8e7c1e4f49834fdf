//! The PostgreSQL server, for the proxy and for `septum migrate`.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use septum_core::Secret;

use super::section::Section;
use super::tls;

/// PostgreSQL's own.
const DEFAULT_PORT: u16 = 5432;

/// The PostgreSQL server.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// A host name, an address, or the folder of a unix socket, which begins with `/`.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) name: String,
    pub(crate) login: Login,
    pub(crate) tls: Option<UpstreamTls>,
}

/// A role in the database.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) user: String,
    /// Absent where the server asks for none.
    pub(crate) password: Option<Secret<String>>,
}

/// TLS towards the server: required once configured.
#[derive(Clone, Debug)]
pub(crate) struct UpstreamTls {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) name: ServerName<'static>,
}

impl Upstream {
    /// The socket's file, if the server is reached by one.
    pub(crate) fn socket(&self) -> Option<PathBuf> {
        let folder = self.host.starts_with('/').then(|| PathBuf::from(&self.host))?;
        Some(folder.join(format!(".s.PGSQL.{}", self.port)))
    }
}

pub(super) fn upstream(section: &Section<'_>) -> Option<Upstream> {
    let host = section.text("host");
    let tls = host.map(|host| upstream_tls(&section.section("tls"), host));
    Some(Upstream {
        host: host?.to_owned(),
        port: section.whole("port").unwrap_or(DEFAULT_PORT),
        name: section.text("name")?.to_owned(),
        login: login(section)?,
        tls: tls??,
    })
}

/// The role in a section with `user` and `password`; `None` without the section.
pub(super) fn login(section: &Section<'_>) -> Option<Login> {
    let password = section.secret("password");
    Some(Login { user: section.text("user")?.to_owned(), password })
}

/// `None` when there is a problem, `Some(None)` without TLS.
fn upstream_tls(section: &Section<'_>, host: &str) -> Option<Option<UpstreamTls>> {
    let ca_file = section.path("ca_file");
    let config = match section.text("mode") {
        Some("require") => {
            if ca_file.is_some() {
                let message = "`require` trusts anybody: write `verify-full`".to_owned();
                section.wrong("ca_file", message);
            }
            tls::encrypting_client()
        }
        Some("verify-full") => tls::verifying_client(ca_file.as_deref()),
        // Absent, or `disable`; anything else has been refused.
        _ => return Some(None),
    };
    if host.starts_with('/') {
        section.wrong("mode", "there is no TLS on a unix socket: write `disable`".to_owned());
        return None;
    }
    let name = section.text("name").unwrap_or(host);
    let Ok(name) = ServerName::try_from(name.to_owned()) else {
        section.wrong("name", format!("`{name}` is no host name and no address"));
        return None;
    };
    match config {
        Ok(config) => Some(Some(UpstreamTls { config: Arc::new(config), name })),
        Err(error) => {
            section.wrong("ca_file", error);
            None
        }
    }
}
