use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use septum_core::Reason;
use tower::{Layer, Service};

use crate::{BoxFuture, Connection, Denial, Denials};

/// Refuses requests with more header fields or bytes than allowed or with more than one length,
/// and ends bodies that grow
/// beyond their limit with [`BodyTooLarge`].
#[derive(Clone, Debug)]
pub struct LimitLayer {
    denials: Denials,
    headers: usize,
    header_bytes: usize,
    body_bytes: u64,
}

impl LimitLayer {
    /// At most so many header fields, bytes of names and values (the URI counts), and bytes of
    /// body.
    pub fn new(denials: Denials, headers: usize, header_bytes: usize, body_bytes: u64) -> Self {
        Self { denials, headers, header_bytes, body_bytes }
    }

    fn check(&self, request: &Parts, announced: Option<u64>) -> Result<(), Denial> {
        let fields = &request.headers;
        let bytes: usize =
            fields.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let target = request.uri.path_and_query().map_or(0, |target| target.as_str().len());
        if fields.len() > self.headers || bytes.saturating_add(target) > self.header_bytes {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return Err(Denial::new(Reason::RequestTooLarge).with_status(status));
        }
        let length = length(fields).map_err(|Ambiguous| {
            Denial::new(Reason::MalformedRequest)
                .with_detail("Content-Length is not one plain number")
        })?;
        if length.max(announced).is_some_and(|length| length > self.body_bytes) {
            return Err(Denial::new(Reason::RequestTooLarge));
        }
        Ok(())
    }
}

struct Ambiguous;

/// The one length that is said, if any. HTTP/2 lets two equal ones and a leading zero through,
/// and what is behind may read either differently (catalogue H19, H21).
fn length(fields: &HeaderMap) -> Result<Option<u64>, Ambiguous> {
    let mut lengths = fields.get_all(CONTENT_LENGTH).iter();
    let Some(length) = lengths.next() else { return Ok(None) };
    let number: Option<u64> = length.to_str().ok().and_then(|text| text.parse().ok());
    let plain = number.filter(|number| *length == number.to_string().as_str());
    if lengths.next().is_some() { Err(Ambiguous) } else { plain.map(Some).ok_or(Ambiguous) }
}

impl<S> Layer<S> for LimitLayer {
    type Service = Limit<S>;

    fn layer(&self, inner: S) -> Limit<S> {
        Limit { layer: self.clone(), inner }
    }
}

/// The service of [`LimitLayer`].
#[derive(Clone, Debug)]
pub struct Limit<S> {
    layer: LimitLayer,
    inner: S,
}

impl<S, Q, B> Service<Request<Q>> for Limit<S>
where
    S: Service<Request<Limited<Q>>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    Q: Body + Send + 'static,
    B: From<Bytes> + Send + 'static,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<B>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let (parts, body) = request.into_parts();
        match self.layer.check(&parts, body.size_hint().exact()) {
            Ok(()) => {
                let body = Limited { body, left: self.layer.body_bytes };
                Box::pin(self.inner.call(Request::from_parts(parts, body)))
            }
            Err(denial) => {
                let denials = self.layer.denials.clone();
                let connection = parts.extensions.get::<Connection>().cloned().unwrap_or_default();
                Box::pin(
                    async move { Ok(denials.answer(denial, &parts.method, &connection).await) },
                )
            }
        }
    }
}

pin_project! {
    /// A request body that ends with [`BodyTooLarge`] when it grows beyond its limit.
    #[derive(Debug)]
    pub struct Limited<B> {
        #[pin]
        body: B,
        left: u64,
    }
}

impl<B> Body for Limited<B>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = B::Data;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, Self::Error>>> {
        let this = self.project();
        let Some(frame) = ready!(this.body.poll_frame(context)) else { return Poll::Ready(None) };
        let frame = frame.map_err(Into::into)?;
        let length = frame.data_ref().map_or(0, |data| data.remaining() as u64);
        match this.left.checked_sub(length) {
            Some(left) => *this.left = left,
            None => return Poll::Ready(Some(Err(Box::new(BodyTooLarge)))),
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A request's body grew beyond its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request's body is larger than allowed; send less or raise `http.limits.body_bytes`")]
pub struct BodyTooLarge;
