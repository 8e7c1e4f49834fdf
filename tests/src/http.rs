use std::net::SocketAddr;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;

/// An HTTP server at an address: each request on a connection of its own, with exactly the
/// headers that it is given.
#[derive(Clone, Copy, Debug)]
pub struct Http {
    address: SocketAddr,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.body).with_context(|| format!("no JSON: `{}`", self.body))
    }

    /// Septum's reason code in the body, as in `SEP-102`.
    pub fn code(&self) -> Option<&str> {
        let at = self.body.find("SEP-")?;
        self.body.get(at..at + 7)
    }
}

impl Http {
    /// The server at this address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// GET.
    ///
    /// # Errors
    /// When no HTTP answer comes back.
    pub async fn get(&self, host: &str, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        self.send(Method::GET, host, path, headers, None).await
    }

    /// POST of JSON.
    ///
    /// # Errors
    /// When no HTTP answer comes back.
    pub async fn post(
        &self,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer> {
        self.send(Method::POST, host, path, headers, Some(body)).await
    }

    async fn send(
        &self,
        method: Method,
        host: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(path).header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body)))?;
        let stream = TcpStream::connect(self.address)
            .await
            .with_context(|| format!("connecting to `{}`", self.address))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let answer = sender.send_request(request).await?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

/// A text as a value in a query string.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
