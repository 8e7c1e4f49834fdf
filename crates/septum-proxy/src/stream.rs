use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

/// A connection to a client or to a server.
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    ClientTls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
    ServerTls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

/// How long a peer may be silent before the system asks whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Sends at once, and notices a peer that has gone without a word: a cut cable, a crashed
/// machine. What the system refuses of that costs time and nothing else, and the next read
/// says what is wrong.
pub(crate) fn prepare(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE / 4);
    let _ = SockRef::from(stream).set_tcp_keepalive(&keepalive);
}

macro_rules! each {
    ($stream:expr, $inner:ident => $body:expr) => {
        match $stream {
            Stream::Tcp($inner) => $body,
            Stream::Unix($inner) => $body,
            Stream::ClientTls($inner) => $body,
            Stream::ServerTls($inner) => $body,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), inner => Pin::new(inner).poll_shutdown(cx))
    }
}

/// How much is read at once.
const CHUNK: usize = 16 << 10;
/// A buffer that is empty and larger than this is given back (trap P28).
const KEEP: usize = 64 << 10;
/// Beyond this much unwritten, nothing more is read for this direction.
const HIGH_WATER: usize = 256 << 10;

/// A connection with what has been read from it and what is to be written to it.
pub(crate) struct Wire {
    stream: Stream,
    /// What has arrived and was not looked at yet.
    pub(crate) input: BytesMut,
    /// What is to be written.
    pub(crate) output: BytesMut,
    flushing: bool,
}

impl Wire {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, input: BytesMut::new(), output: BytesMut::new(), flushing: false }
    }

    /// The bare stream and what was read ahead of it.
    pub(crate) fn into_parts(self) -> (Stream, BytesMut) {
        (self.stream, self.input)
    }

    /// Whether the connection is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::ClientTls(_) | Stream::ServerTls(_))
    }

    /// Whether so much waits to be written that no more should be made.
    pub(crate) fn is_full(&self) -> bool {
        self.output.len() >= HIGH_WATER
    }

    /// Writes what there is; `Ready(true)` when something was written, `Pending` when the peer
    /// takes no more for now or there is nothing to write.
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut progress = false;
        while !self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.output) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => {
                    self.output.advance(written);
                    self.flushing = true;
                    progress = true;
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => break,
            }
        }
        if self.flushing && self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_flush(cx) {
                Poll::Ready(Ok(())) => self.flushing = false,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {}
            }
            release(&mut self.output);
        }
        if progress { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    /// Reads once; `Ready(0)` at the peer's end.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.input.is_empty() {
            release(&mut self.input);
        }
        poll_read_into(&mut self.stream, cx, &mut self.input)
    }

    /// Reads more, for code that runs before there is a session.
    pub(crate) async fn fill(&mut self) -> io::Result<()> {
        match std::future::poll_fn(|cx| self.poll_read(cx)).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// Writes everything, for code that runs before or after there is a session.
    pub(crate) async fn drain(&mut self) -> io::Result<()> {
        while !self.output.is_empty() || self.flushing {
            std::future::poll_fn(|cx| match self.poll_write(cx) {
                Poll::Pending if self.output.is_empty() && !self.flushing => Poll::Ready(Ok(())),
                other => other,
            })
            .await?;
        }
        Ok(())
    }

    /// Whether the peer has said something or gone, without waiting.
    pub(crate) fn has_news(&mut self) -> bool {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        !self.input.is_empty() || self.poll_read(&mut cx).is_ready()
    }
}

/// Gives a large empty buffer back, and the last one of an idle connection.
pub(crate) fn release(buffer: &mut BytesMut) {
    if buffer.is_empty() && buffer.capacity() > KEEP {
        *buffer = BytesMut::new();
    }
}

/// Reads through the stack, so that a connection that waits holds no buffer.
fn poll_read_into(
    stream: &mut Stream,
    cx: &mut Context<'_>,
    buffer: &mut BytesMut,
) -> Poll<io::Result<usize>> {
    let mut chunk = [std::mem::MaybeUninit::<u8>::uninit(); CHUNK];
    let mut read = ReadBuf::uninit(&mut chunk);
    match Pin::new(stream).poll_read(cx, &mut read) {
        Poll::Ready(Ok(())) => {
            buffer.extend_from_slice(read.filled());
            Poll::Ready(Ok(read.filled().len()))
        }
        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        Poll::Pending => Poll::Pending,
    }
}
