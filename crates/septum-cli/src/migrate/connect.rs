use std::str::FromStr as _;

use anyhow::{Context as _, Result, bail};
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::config::{Login, Upstream, UpstreamTls};
use crate::output;

/// Connects as the migrating role: where the connection string says, else to the configured
/// server. Must be called inside a runtime; the connection ends with the client.
pub(crate) async fn connect(
    dsn: Option<&str>,
    server: &Upstream,
    login: Option<&Login>,
) -> Result<Client> {
    let mut config = match (dsn, login) {
        (Some(dsn), _) => Config::from_str(dsn).context("can't read the connection string")?,
        (None, Some(login)) => configured(server, login),
        (None, None) => bail!(
            "as whom? name the role in `[migrate]` of the configuration, or give a connection \
             string with `--dsn`"
        ),
    };
    config.application_name("septum migrate");
    if let Some(tls) = &server.tls {
        // Whatever the connection string says: the configuration asked for TLS.
        config.ssl_mode(SslMode::Require);
        // A connection string names a server of its own; the certificate must bear that name.
        let name = dsn.is_none().then(|| tls.name.to_str().into_owned());
        return with_tls(&config, tls, name).await;
    }
    if config.get_ssl_mode() == SslMode::Require {
        bail!("the connection string asks for TLS: say how in `[database.tls]`");
    }
    config.ssl_mode(SslMode::Disable);
    let (client, connection) = config.connect(NoTls).await.map_err(explain)?;
    watch(connection);
    Ok(client)
}

async fn with_tls(config: &Config, tls: &UpstreamTls, name: Option<String>) -> Result<Client> {
    let connector = Named { connector: MakeRustlsConnect::new((*tls.config).clone()), name };
    let (client, connection) = config.connect(connector).await.map_err(explain)?;
    watch(connection);
    Ok(client)
}

/// TLS that looks for the configured name in the certificate (`database.tls.name`), where one
/// is, rather than for the host that it connects to.
#[derive(Clone)]
struct Named {
    connector: MakeRustlsConnect,
    name: Option<String>,
}

impl MakeTlsConnect<Socket> for Named {
    type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;
    type TlsConnect = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;
    type Error = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<Self::TlsConnect, Self::Error> {
        let name = self.name.as_deref().unwrap_or(host);
        MakeTlsConnect::<Socket>::make_tls_connect(&mut self.connector, name)
    }
}

fn configured(server: &Upstream, login: &Login) -> Config {
    let mut config = Config::new();
    config.host(&server.host).port(server.port).dbname(&server.name).user(&login.user);
    if let Some(password) = &login.password {
        config.password(password.expose());
    }
    config
}

/// Drives the connection and passes on what the server remarks.
fn watch<S, T>(mut connection: tokio_postgres::Connection<S, T>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        use tokio_postgres::AsyncMessage;
        while let Some(message) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            match message {
                Ok(AsyncMessage::Notice(notice)) => output::note(notice.message()),
                Ok(_) => {}
                // The statement under way fails with it, and says so.
                Err(_) => break,
            }
        }
    });
}

/// What the server said, with its detail and hint: the library's own text leaves them out.
pub(crate) fn explain(error: tokio_postgres::Error) -> anyhow::Error {
    let Some(said) = error.as_db_error() else {
        return anyhow::Error::new(error).context("the database can't be reached");
    };
    let mut text = format!("the database says: {} ({})", said.message(), said.code().code());
    for more in [said.detail(), said.hint()].into_iter().flatten() {
        text.push_str("\n  ");
        text.push_str(more);
    }
    anyhow::Error::msg(text)
}
