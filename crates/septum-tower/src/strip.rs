use http::header::{CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Version};
use septum_bind::header::Peers;
use septum_core::Reason;
use tower::Layer;

use crate::{Connection, Denial, Denials, Sources, Step, Stepped, names};

/// Takes away what a client may not send, before anything of Septum's is set.
///
/// - hop-by-hop headers, and those that `Connection` names (a `Connection` that names a header
///   of Septum's or one that everybody relies on is refused: CVE-2025-48865);
/// - Septum's own headers and what applications take for a tenant's name, in every spelling
///   that a server may fold into theirs (catalogue H1, H2); the attempt is recorded;
/// - other spellings of vital headers (`Content_Length`);
/// - what only a trusted proxy may say, from anybody else (catalogue H5).
///
/// A well-formed WebSocket upgrade is left a [`WebSocket`] in the extensions; any other upgrade
/// is forgotten, `h2c` above all (catalogue H23).
#[derive(Clone, Debug)]
pub struct StripLayer {
    denials: Denials,
    trusted_proxies: Peers,
    /// The binding headers, in their one proper spelling: [`crate::BindLayer`] reads and removes them.
    binding: Vec<HeaderName>,
}

impl StripLayer {
    /// Strips in front of these sources.
    pub fn new(denials: Denials, trusted_proxies: Peers, sources: &Sources) -> Self {
        Self { denials, trusted_proxies, binding: sources.headers().cloned().collect() }
    }

    /// Strips one request, and says whether it brought a header of Septum's own.
    fn strip(&self, request: &mut Parts, connection: &Connection) -> Result<bool, Denial> {
        let web_socket = is_web_socket(request);
        self.strip_hop_by_hop(&mut request.headers)?;
        let trusted = connection.peer.is_some_and(|peer| self.trusted_proxies.contain(peer.ip()));
        let mut forged = false;
        let mut refused = false;
        let mut dropped = Vec::new();
        for name in request.headers.keys() {
            let folded = names::folded(name.as_str());
            let other_spelling = folded != name.as_str();
            if names::is_septums(&folded) {
                forged = true;
                dropped.push(name.clone());
            } else if self.binds(&folded) {
                // Which of two spellings counts would be a matter of who reads.
                refused |= other_spelling;
            } else if names::names_tenant(&folded)
                || (other_spelling && names::is_vital(&folded))
                || (names::is_forwarding(&folded) && (other_spelling || !trusted))
            {
                dropped.push(name.clone());
            }
        }
        if refused {
            return Err(Denial::new(Reason::AmbiguousSource)
                .with_detail("a binding header in another spelling"));
        }
        for name in dropped {
            request.headers.remove(name);
        }
        if web_socket {
            request.extensions.insert(WebSocket);
        }
        Ok(forged)
    }

    fn binds(&self, folded: &str) -> bool {
        self.binding.iter().any(|name| names::folded(name.as_str()) == folded)
    }

    fn strip_hop_by_hop(&self, headers: &mut HeaderMap) -> Result<(), Denial> {
        let malformed = || Denial::new(Reason::MalformedRequest);
        for name in tokens(headers).ok_or_else(malformed)? {
            let folded = names::folded(&name);
            if names::is_septums(&folded)
                || names::is_vital(&folded)
                || names::is_forwarding(&folded)
                || names::names_tenant(&folded)
                || self.binds(&folded)
            {
                return Err(malformed().with_detail("`Connection` names a protected header"));
            }
            headers.remove(name);
        }
        for name in names::HOP_BY_HOP {
            headers.remove(name);
        }
        headers.remove("http2-settings");
        // No header of anything: CGI makes the environment variable `HTTP_PROXY` of it.
        headers.remove("proxy");
        Ok(())
    }
}

/// In a request's extensions: this is a WebSocket's opening handshake (RFC 6455, section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSocket;

/// The names in every `Connection` field, or `None` where one can't be a name.
fn tokens(headers: &HeaderMap) -> Option<Vec<String>> {
    let mut tokens = Vec::new();
    for value in headers.get_all(CONNECTION) {
        for token in value.to_str().ok()?.split(',') {
            let token = token.trim_matches([' ', '\t']).to_ascii_lowercase();
            if !token.is_empty() {
                tokens.push(HeaderName::try_from(&token).is_ok().then_some(token)?);
            }
        }
    }
    Some(tokens)
}

fn is_web_socket(request: &Parts) -> bool {
    let headers = &request.headers;
    let one = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none())
    };
    request.method == Method::GET
        && request.version == Version::HTTP_11
        && one(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
        && one(SEC_WEBSOCKET_VERSION).is_some_and(|value| value == "13")
        && one(SEC_WEBSOCKET_KEY).is_some_and(|value| value.len() == 24)
        && tokens(headers).is_some_and(|tokens| tokens.iter().any(|token| token == "upgrade"))
}

impl Step for StripLayer {
    type Guard = ();

    async fn take(&self, request: &mut Parts, connection: &Connection) -> Result<(), Denial> {
        if self.strip(request, connection)? {
            let denial = Denial::new(Reason::UntrustedPeer)
                .with_detail("a header of Septum's own was sent and removed");
            self.denials.note(denial, &request.method, connection).await?;
        }
        Ok(())
    }

    fn denials(&self) -> &Denials {
        &self.denials
    }
}

impl<S> Layer<S> for StripLayer {
    type Service = Stepped<Self, S>;

    fn layer(&self, inner: S) -> Stepped<Self, S> {
        Stepped::new(self, inner)
    }
}
