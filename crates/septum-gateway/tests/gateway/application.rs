//! The application behind the gateway: it keeps what it was asked.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body_util::channel::{Channel, Sender};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

type Body = BoxBody<Bytes, hyper::Error>;

/// One request as the application got it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) connection: usize,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The application's side of a test.
#[derive(Clone)]
pub(crate) struct Application {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
}

struct State {
    seen: watch::Sender<Vec<Seen>>,
    started: watch::Sender<usize>,
    broken: watch::Sender<usize>,
    connections: AtomicUsize,
    /// `/hold` answers once there is a permit.
    release: Semaphore,
    /// The body of the next `/stream` or `/events`.
    stream: Mutex<Option<Channel<Bytes, Infallible>>>,
    /// What `/answer` answers with.
    answer: Mutex<HeaderMap>,
    /// How many bytes of its body `/count` has read.
    counted: AtomicUsize,
}

impl Application {
    pub(crate) async fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = Arc::new(State {
            seen: watch::Sender::default(),
            started: watch::Sender::default(),
            broken: watch::Sender::default(),
            connections: AtomicUsize::new(0),
            release: Semaphore::new(0),
            stream: Mutex::default(),
            answer: Mutex::default(),
            counted: AtomicUsize::new(0),
        });
        let application = Self { address: socket.local_addr().unwrap(), state };
        let serving = application.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                serving.clone().serve(stream);
            }
        });
        application
    }

    /// Serves one connection.
    pub(crate) fn serve<S>(self, stream: S)
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        let connection = self.state.connections.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let application = self.clone();
                async move { Ok::<_, Infallible>(application.answer(connection, request).await) }
            });
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // The tests look at what was seen, not at how a connection ended.
            let _ = served.with_upgrades().await;
        });
    }

    /// Everything that was asked so far, whole.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.borrow().clone()
    }

    /// Waits until so many requests came whole.
    pub(crate) async fn saw(&self, count: usize) -> Vec<Seen> {
        self.state.seen.subscribe().wait_for(|seen| seen.len() >= count).await.unwrap().clone()
    }

    /// Waits until the heads of so many requests came.
    pub(crate) async fn started(&self, count: usize) {
        self.state.started.subscribe().wait_for(|started| *started >= count).await.unwrap();
    }

    /// Waits until so many requests broke off.
    pub(crate) async fn broken(&self, count: usize) {
        self.state.broken.subscribe().wait_for(|broken| *broken >= count).await.unwrap();
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// How many bytes of its body `/count` has read.
    pub(crate) fn counted(&self) -> usize {
        self.state.counted.load(Ordering::Relaxed)
    }

    /// Lets one `/hold` or `/count` go on.
    pub(crate) fn release(&self) {
        self.state.release.add_permits(1);
    }

    /// The sending end of the next `/stream` or `/events`.
    pub(crate) fn stream(&self) -> Sender<Bytes, Infallible> {
        let (sender, body) = Channel::new(1);
        *self.state.stream.lock().unwrap() = Some(body);
        sender
    }

    /// What the next `/answer`s answer with.
    pub(crate) fn answer_with(&self, fields: &[(&'static str, &'static str)]) {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, HeaderValue::from_static(value));
        }
        *self.state.answer.lock().unwrap() = headers;
    }

    async fn answer(&self, connection: usize, request: Request<Incoming>) -> Response<Body> {
        self.state.started.send_modify(|started| *started += 1);
        match request.uri().path() {
            "/early" => return full("early"),
            "/echo" => return Response::new(request.into_body().boxed()),
            "/count" => return self.count(request.into_body()).await,
            "/web-socket" => return self.web_socket(connection, request),
            _ => {}
        }
        let (parts, body) = request.into_parts();
        let Ok(body) = body.collect().await else {
            self.state.broken.send_modify(|broken| *broken += 1);
            return full("broken");
        };
        let seen = Seen {
            connection,
            method: parts.method,
            uri: parts.uri.clone(),
            version: parts.version,
            headers: parts.headers,
            trailers: body.trailers().cloned(),
            body: body.to_bytes(),
        };
        self.state.seen.send_modify(|all| all.push(seen));
        match parts.uri.path() {
            "/hold" => {
                self.state.release.acquire().await.unwrap().forget();
                full("released")
            }
            "/stream" | "/events" => {
                let body = self.state.stream.lock().unwrap().take().unwrap();
                let mut response = Response::new(never_fails(body));
                if parts.uri.path() == "/events" {
                    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
                    response.headers_mut().insert("content-type", kind);
                }
                response
            }
            "/answer" => {
                let mut response = full("answer");
                response.headers_mut().extend(self.state.answer.lock().unwrap().clone());
                response
            }
            "/trailers" => {
                let (mut sender, body) = Channel::new(2);
                tokio::spawn(async move {
                    sender.send_data(Bytes::from_static(b"data")).await.unwrap();
                    let mut trailers = HeaderMap::new();
                    trailers.insert("septum-context", HeaderValue::from_static("leak"));
                    sender.send(Frame::trailers(trailers)).await.unwrap();
                });
                let mut response = Response::new(never_fails(body));
                response
                    .headers_mut()
                    .insert("trailer", HeaderValue::from_static("septum-context"));
                response
            }
            _ => full("seen"),
        }
    }

    /// Reads nothing of the body before it may, then counts it.
    async fn count(&self, mut body: Incoming) -> Response<Body> {
        self.state.release.acquire().await.unwrap().forget();
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                self.state.broken.send_modify(|broken| *broken += 1);
                return full("broken");
            };
            let length = frame.data_ref().map_or(0, Bytes::len);
            self.state.counted.fetch_add(length, Ordering::Relaxed);
        }
        full("counted")
    }

    fn web_socket(&self, connection: usize, mut request: Request<Incoming>) -> Response<Body> {
        let key = request.headers().get(SEC_WEBSOCKET_KEY).unwrap().as_bytes().to_vec();
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let io = TokioIo::new(upgrade.await.unwrap());
            let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
            while let Some(Ok(message)) = socket.next().await {
                if message.is_text() && socket.send(message).await.is_err() {
                    break;
                }
            }
        });
        let (parts, _) = request.into_parts();
        let seen = Seen {
            connection,
            method: parts.method,
            uri: parts.uri,
            version: parts.version,
            headers: parts.headers,
            body: Bytes::new(),
            trailers: None,
        };
        self.state.seen.send_modify(|all| all.push(seen));
        let mut response = full("");
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        let accept = derive_accept_key(&key);
        headers.insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::try_from(accept).unwrap());
        response
    }
}

fn full(text: &'static str) -> Response<Body> {
    Response::new(never_fails(Full::from(text)))
}

fn never_fails<B>(body: B) -> Body
where
    B: http_body::Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static,
{
    body.map_err(|never| match never {}).boxed()
}
