//! A connection's HTTP/2 streams.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::Executor;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep};

/// Runs streams, and resets one to which nothing happens any more: its client gives it no room
/// to send in, and would hold its places in the limits for ever.
///
/// hyper asks for the next piece of an answer only when there is room, so no body can notice it
/// itself. Whatever else a stream waits for has a time-out of its own, which wakes it; `patience`
/// is longer than the longest of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streams {
    pub(crate) patience: Duration,
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
{
    fn execute(&self, stream: F) {
        let Self { patience } = *self;
        tokio::spawn(Watched { stream, patience, timer: sleep(patience) });
    }
}

pin_project! {
    struct Watched<F> {
        #[pin]
        stream: F,
        patience: Duration,
        #[pin]
        timer: Sleep,
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if this.timer.as_mut().poll(context).is_ready() {
            tracing::debug!("an HTTP/2 stream stood still and was reset");
            return Poll::Ready(());
        }
        if this.stream.poll(context).is_ready() {
            return Poll::Ready(());
        }
        // Something happened to it, or it would not have been polled.
        this.timer.as_mut().reset(Instant::now() + *this.patience);
        // Registers the new time; it can't have come yet.
        this.timer.poll(context)
    }
}
