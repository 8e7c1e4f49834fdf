//! One fetch of a key set.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HOST};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Collected, Empty, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use septum_bind::jwt::{InvalidKeys, Keys, MAX_JWKS_LEN};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::config::{JwksLocation, JwksSource};

/// How long one fetch may take.
const FETCH: Duration = Duration::from_secs(10);

/// A key set could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("it took longer than {} s", FETCH.as_secs())]
    Timeout,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the URL needs `https` and a host name")]
    Url,
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error("the answer is `{0}`; redirects are not followed")]
    Status(StatusCode),
    #[error("it is larger than {} KiB", MAX_JWKS_LEN / 1024)]
    TooLarge,
    #[error("it could not be read: {0}")]
    Body(String),
    #[error(transparent)]
    Keys(#[from] InvalidKeys),
}

/// Fetches a set from its one place.
pub(super) async fn keys(
    source: &JwksSource,
    tls: Option<&Arc<ClientConfig>>,
) -> Result<Keys, FetchError> {
    let document = async {
        match (&source.location, tls) {
            (JwksLocation::File(file), _) => read(file).await,
            (JwksLocation::Url { url, .. }, Some(tls)) => get(url, Arc::clone(tls)).await,
            (JwksLocation::Url { .. }, None) => Err(FetchError::Url),
        }
    };
    let document = timeout(FETCH, document).await.map_err(|_| FetchError::Timeout)??;
    Ok(Keys::from_jwks(&document, &source.algorithms)?)
}

/// TLS towards whoever publishes a set: these roots, or the public ones.
pub(super) fn client_config(
    roots: Option<Arc<RootCertStore>>,
) -> Result<Arc<ClientConfig>, rustls::Error> {
    let roots = roots.unwrap_or_else(|| {
        Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
    });
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// At most one byte more than allowed is read, which tells that there is more.
async fn read(file: &Path) -> Result<Bytes, FetchError> {
    let mut document = Vec::new();
    let file = tokio::fs::File::open(file).await?;
    file.take(MAX_JWKS_LEN as u64 + 1).read_to_end(&mut document).await?;
    if document.len() > MAX_JWKS_LEN {
        return Err(FetchError::TooLarge);
    }
    Ok(document.into())
}

async fn get(url: &Uri, tls: Arc<ClientConfig>) -> Result<Bytes, FetchError> {
    let authority = url.authority().filter(|_| url.scheme_str() == Some("https"));
    let authority = authority.ok_or(FetchError::Url)?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned()).map_err(|_| FetchError::Url)?;
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(443))).await?;
    let stream = TlsConnector::from(tls).connect(name, stream).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // One fetch, one connection: it ends with this function, however that ends.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(HOST, authority.as_str())
        .header(ACCEPT, "application/jwk-set+json, application/json")
        .body(Empty::<Bytes>::new())
        .map_err(|_| FetchError::Url)?;
    let answer = sender.send_request(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(FetchError::Status(answer.status()));
    }
    let body = Limited::new(answer.into_body(), MAX_JWKS_LEN).collect().await;
    body.map(Collected::to_bytes).map_err(|error| match error.is::<LengthLimitError>() {
        true => FetchError::TooLarge,
        false => FetchError::Body(error.to_string()),
    })
}
