use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// A response body that keeps something until it has ended: a trace, a place in a limit.
    #[derive(Debug)]
    pub struct Held<B, G> {
        #[pin]
        body: B,
        guard: Option<G>,
    }
}

impl<B, G> Held<B, G> {
    /// Keeps `guard` until `body` has ended or is dropped.
    pub fn new(body: B, guard: G) -> Self {
        Self { body, guard: Some(guard) }
    }
}

/// A refusal's body keeps nothing.
impl<B: From<Bytes>, G> From<Bytes> for Held<B, G> {
    fn from(bytes: Bytes) -> Self {
        Self { body: B::from(bytes), guard: None }
    }
}

impl<B: Body, G> Body for Held<B, G> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.body.poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            *this.guard = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
