//! Bodies on their way through.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep};

/// Any error of a body.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// What ends a body early.
type End = Pin<Box<dyn Future<Output = ()> + Send>>;

pin_project! {
    /// A body that is passed on: it ends with [`Idle`] when nothing comes for too long, and its
    /// trailers are dropped, as they could carry what a header must not (catalogue H7).
    pub(crate) struct Relay<B: Body> {
        #[pin]
        body: B,
        idle: Duration,
        timer: Option<Pin<Box<Sleep>>>,
        progress: Progress,
        end: Option<End>,
        ended: bool,
    }

    impl<B: Body> PinnedDrop for Relay<B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // Nobody asks for the pieces of a body that has none.
            let ended = *this.ended || this.body.is_end_stream();
            this.progress.moved(ended);
        }
    }
}

impl<B: Body> Relay<B> {
    pub(crate) fn new(body: B, idle: Duration, progress: Progress) -> Self {
        Self { body, idle, timer: None, progress, end: None, ended: false }
    }

    /// The same body, which ends well when this resolves, whatever was still to come.
    pub(crate) fn until(mut self, end: impl Future<Output = ()> + Send + 'static) -> Self {
        self.end = Some(Box::pin(end));
        self
    }
}

impl<B> Body for Relay<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut this = self.project();
        if *this.ended {
            return Poll::Ready(None);
        }
        if let Some(end) = this.end
            && end.as_mut().poll(context).is_ready()
        {
            *this.ended = true;
            return Poll::Ready(None);
        }
        let Poll::Ready(frame) = this.body.as_mut().poll_frame(context) else {
            let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(*this.idle)));
            ready!(timer.as_mut().poll(context));
            *this.ended = true;
            return Poll::Ready(Some(Err(Box::new(Idle))));
        };
        *this.timer = None;
        let frame = match frame {
            Some(Ok(frame)) if frame.is_data() => Some(Ok(frame)),
            Some(Ok(_)) | None => None,
            Some(Err(error)) => {
                *this.ended = true;
                return Poll::Ready(Some(Err(Box::new(Broken(error.into())))));
            }
        };
        // Who sees that a body has ended doesn't ask for the next piece.
        *this.ended = frame.is_none() || this.body.is_end_stream();
        this.progress.moved(*this.ended);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How far a request's body is: the application's time begins with its last piece.
#[derive(Clone, Debug)]
pub(crate) struct Progress(Arc<Mutex<(Instant, bool)>>);

impl Progress {
    /// Of a body that may have ended before it began.
    pub(crate) fn new(ended: bool) -> Self {
        Self(Arc::new(Mutex::new((Instant::now(), ended))))
    }

    /// Whether the whole body was read.
    pub(crate) fn has_ended(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Resolves once nothing has moved for this long.
    pub(crate) async fn stops(&self, time: Duration) {
        loop {
            let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).0;
            if last.elapsed() >= time {
                return;
            }
            tokio::time::sleep_until(last + time).await;
        }
    }

    fn moved(&self, ended: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), ended);
    }
}

/// A body stood still for longer than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a body stood still for longer than `http.timeouts.idle`")]
pub(crate) struct Idle;

/// A body broke off, for the reason that is its source.
#[derive(Debug, thiserror::Error)]
#[error("a body broke off")]
pub(crate) struct Broken(#[source] BoxError);

pin_project! {
    /// An answer's body: the application's as it comes, or one that Septum wrote.
    #[project = AnswerProjection]
    pub(crate) enum Answer {
        Relayed { #[pin] body: Relay<Incoming> },
        Own { #[pin] body: Full<Bytes> },
    }
}

impl From<Bytes> for Answer {
    fn from(bytes: Bytes) -> Self {
        Self::Own { body: Full::new(bytes) }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.project() {
            AnswerProjection::Relayed { body } => {
                let frame = ready!(body.poll_frame(context));
                if let Some(Err(error)) = &frame {
                    // The client sees it by its connection or stream ending early.
                    tracing::warn!(%error, cause = error.source(), "an answer was cut short");
                }
                Poll::Ready(frame)
            }
            AnswerProjection::Own { body } => {
                body.poll_frame(context).map_err(|never| match never {})
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Relayed { body } => body.is_end_stream(),
            Self::Own { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Relayed { body } => body.size_hint(),
            Self::Own { body } => body.size_hint(),
        }
    }
}
