//! Fetches the issuers' key sets (catalogue H44): only from the configured place, without
//! redirects, capped in size and time, one fetch at a time and not too often, the last good
//! set kept while fetching fails, but not for ever.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HOST};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use septum_bind::jwt::{InvalidKeys, Keys, LiveKeys, MAX_JWKS_LEN};
use septum_tower::RefreshKeys;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;

use crate::config::{JwksLocation, JwksSource};
use crate::stage::{Stage, Staged};

/// How long one fetch may take.
const FETCH: Duration = Duration::from_secs(10);

/// The least that is waited between two fetches, whatever is configured.
const PAUSE: Duration = Duration::from_secs(1);

/// Every key set that is fetched.
#[derive(Clone)]
pub(crate) struct KeySets(Arc<[KeySet]>);

struct KeySet {
    source: JwksSource,
    tls: Option<Arc<ClientConfig>>,
    state: Mutex<State>,
}

/// When it was last tried and last fetched. Holding the lock is holding the one fetch.
#[derive(Default)]
struct State {
    tried: Option<Instant>,
    fetched: Option<Instant>,
}

/// A key set could not be fetched.
#[derive(Debug, thiserror::Error)]
enum FetchError {
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

impl KeySets {
    pub(crate) fn new(sources: Vec<JwksSource>) -> Result<Self, rustls::Error> {
        let sets: Result<Vec<KeySet>, rustls::Error> = sources
            .into_iter()
            .map(|source| {
                let tls = match &source.location {
                    JwksLocation::File(_) => None,
                    JwksLocation::Url { roots, .. } => Some(client_config(roots.clone())?),
                };
                Ok(KeySet { source, tls, state: Mutex::default() })
            })
            .collect();
        Ok(Self(sets?.into()))
    }

    /// Fetches each for the first time. A failure is logged: until the next try no token of
    /// that issuer is taken.
    pub(crate) async fn start(&self) {
        for set in self.0.iter() {
            set.refresh().await;
        }
    }

    /// Whether every set has been fetched and is not too old.
    pub(crate) async fn are_ready(&self) -> bool {
        for set in self.0.iter() {
            if !set.state.lock().await.is_good(&set.source) {
                return false;
            }
        }
        true
    }

    /// Fetches each again and again until the gateway drains.
    pub(crate) fn keep_fresh(&self, staged: &Staged) {
        for at in 0..self.0.len() {
            let (sets, staged) = (self.clone(), staged.clone());
            tokio::spawn(async move {
                let Some(set) = sets.0.get(at) else { return };
                tokio::select! {
                    () = set.keep_fresh() => {}
                    () = staged.reached(Stage::Draining) => {}
                }
            });
        }
    }
}

impl RefreshKeys for KeySets {
    fn refresh(&self, keys: &LiveKeys) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let at = self.0.iter().position(|set| set.source.keys.is(keys));
        let sets = self.clone();
        Box::pin(async move {
            if let Some(set) = at.and_then(|at| sets.0.get(at)) {
                set.refresh().await;
            }
        })
    }
}

impl KeySet {
    async fn keep_fresh(&self) {
        loop {
            let fresh = self.state.lock().await.is_fresh(&self.source);
            let pause = if fresh { self.source.refresh } else { self.source.min_interval };
            sleep(pause.max(PAUSE)).await;
            self.refresh().await;
        }
    }

    /// Fetches the set, unless that was tried just now: whoever waited for another's fetch
    /// finds it done.
    async fn refresh(&self) {
        let mut state = self.state.lock().await;
        if state.tried.is_some_and(|tried| tried.elapsed() < self.source.min_interval.max(PAUSE)) {
            return;
        }
        let fetched = timeout(FETCH, self.fetch()).await.unwrap_or(Err(FetchError::Timeout));
        state.tried = Some(Instant::now());
        match fetched {
            Ok(keys) => {
                tracing::debug!(keys = keys.len(), "a key set was fetched");
                self.source.keys.replace(keys);
                state.fetched = state.tried;
            }
            Err(error) => {
                tracing::error!(%error, location = %self.location(), "a key set can't be fetched");
                if !state.is_good(&self.source) {
                    self.source.keys.replace(Keys::default());
                }
            }
        }
    }

    async fn fetch(&self) -> Result<Keys, FetchError> {
        let document = match (&self.source.location, &self.tls) {
            (JwksLocation::File(file), _) => read(file).await?,
            (JwksLocation::Url { url, .. }, Some(tls)) => get(url, Arc::clone(tls)).await?,
            (JwksLocation::Url { .. }, None) => return Err(FetchError::Url),
        };
        Ok(Keys::from_jwks(&document, &self.source.algorithms)?)
    }

    fn location(&self) -> String {
        match &self.source.location {
            JwksLocation::File(file) => file.display().to_string(),
            JwksLocation::Url { url, .. } => url.to_string(),
        }
    }
}

impl State {
    fn is_good(&self, source: &JwksSource) -> bool {
        self.fetched.is_some_and(|fetched| fetched.elapsed() < source.max_stale)
    }

    /// Whether the last try succeeded.
    fn is_fresh(&self, source: &JwksSource) -> bool {
        self.is_good(source) && self.fetched == self.tried
    }
}

fn client_config(roots: Option<Arc<RootCertStore>>) -> Result<Arc<ClientConfig>, rustls::Error> {
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

/// At most one byte more than allowed is read, which the parser then refuses.
async fn read(file: &Path) -> Result<Bytes, FetchError> {
    let mut document = Vec::new();
    let file = tokio::fs::File::open(file).await?;
    file.take(MAX_JWKS_LEN as u64 + 1).read_to_end(&mut document).await?;
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
    let connection = tokio::spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(HOST, authority.as_str())
        .header(ACCEPT, "application/jwk-set+json, application/json")
        .body(Empty::<Bytes>::new())
        .map_err(|_| FetchError::Url)?;
    let fetched = async {
        let answer = sender.send_request(request).await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let body = Limited::new(answer.into_body(), MAX_JWKS_LEN).collect().await;
        body.map(http_body_util::Collected::to_bytes).map_err(|error| {
            if error.is::<LengthLimitError>() {
                FetchError::TooLarge
            } else {
                FetchError::Body(error.to_string())
            }
        })
    }
    .await;
    // One fetch, one connection.
    connection.abort();
    fetched
}
