use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::latch::Exchange;
use super::{Chunked, Framing, HeadLimits, Latch, Violation, head};

/// What hyper reads in place of a request that was refused; the service finds the verdict in
/// the [`Latch`] and never looks at this.
const REFUSED: &[u8] = b"GET / HTTP/1.1\r\nhost: refused.invalid\r\nconnection: close\r\n\r\n";

/// How much is read at once where the bytes have to be looked at.
const READ: usize = 16 * 1024;

/// How long a peer that is still sending may take to see its answer.
const LINGER: Duration = Duration::from_secs(1);

/// A connection whose bytes hyper sees only after the gate has.
///
/// It also ends a connection whose peer does not read for the idle time.
pub(crate) struct Gate<S> {
    socket: S,
    limits: HeadLimits,
    latch: Latch,
    /// Read, but not judged.
    held: BytesMut,
    /// Judged, for hyper to read.
    released: BytesMut,
    phase: Phase,
    idle: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    lingering: Option<Pin<Box<Sleep>>>,
}

enum Phase {
    /// Before the end of a head, of which so many bytes hold no empty line.
    Head { searched: usize },
    /// In a body with so many bytes to come.
    Length(u64),
    /// In a chunked body.
    Chunked(Chunked),
    /// Nothing more is read: hyper answers and closes.
    Refused,
    /// A body was refused: every read fails.
    Broken(Violation),
    /// HTTP/2 or an upgraded connection: bytes pass unseen.
    Open,
}

impl<S> Gate<S> {
    /// HTTP/1.1, beginning with the bytes that were read already.
    pub(crate) fn http1(
        socket: S,
        read: BytesMut,
        limits: HeadLimits,
        latch: Latch,
        idle: Duration,
    ) -> Self {
        let phase = Phase::Head { searched: 0 };
        let released = BytesMut::new();
        Self {
            socket,
            limits,
            latch,
            held: read,
            released,
            phase,
            idle,
            stalled: None,
            lingering: None,
        }
    }

    /// HTTP/2, whose parser needs no help, beginning with the bytes that were read already.
    pub(crate) fn open(socket: S, read: BytesMut, idle: Duration) -> Self {
        let limits = HeadLimits { fields: 0, bytes: 0 };
        let gate = Self::http1(socket, BytesMut::new(), limits, Latch::default(), idle);
        Self { released: read, phase: Phase::Open, ..gate }
    }

    /// Judges what is held, as far as it goes; whether anything was released.
    fn judge(&mut self) -> io::Result<bool> {
        match &mut self.phase {
            Phase::Head { searched } => {
                if !head::may_begin(&self.held) {
                    self.refuse(Violation::RequestLine);
                    return Ok(true);
                }
                let Some(end) = end_of_head(&self.held, *searched) else {
                    *searched = self.held.len().saturating_sub(3);
                    let too_large = self.held.len() > self.limits.bytes;
                    if too_large {
                        self.refuse(Violation::TooLarge);
                    }
                    return Ok(too_large);
                };
                let head = self.held.split_to(end);
                match head::judge(&head, self.limits.fields) {
                    Ok(_) if head.len() > self.limits.bytes => self.refuse(Violation::TooLarge),
                    Ok(framing) => {
                        self.phase = match framing {
                            Framing::Length(0) => Phase::Head { searched: 0 },
                            Framing::Length(length) => Phase::Length(length),
                            Framing::Chunked => Phase::Chunked(Chunked::new()),
                        };
                        self.latch.begin();
                        self.released = head;
                    }
                    Err(violation) => self.refuse(violation),
                }
                Ok(true)
            }
            Phase::Length(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(self.held.len());
                self.released = self.held.split_to(taken);
                *left -= taken as u64;
                if *left == 0 {
                    self.phase = Phase::Head { searched: 0 };
                }
                Ok(taken > 0)
            }
            Phase::Chunked(chunked) => {
                let end = match chunked.follow(&self.held) {
                    Ok(end) => end,
                    Err(violation) => {
                        self.phase = Phase::Broken(violation);
                        return Err(broken(violation));
                    }
                };
                self.released = self.held.split_to(end.unwrap_or(self.held.len()));
                if end.is_some() {
                    self.phase = Phase::Head { searched: 0 };
                }
                Ok(!self.released.is_empty())
            }
            Phase::Refused | Phase::Broken(_) | Phase::Open => Ok(false),
        }
    }

    fn refuse(&mut self, violation: Violation) {
        self.latch.refuse(violation);
        self.phase = Phase::Refused;
        self.held.clear();
        self.released = BytesMut::from(REFUSED);
    }

    /// Reads ahead while a request waits for its answer, within the limit, only to notice a
    /// peer that is gone. One that has sent its next request may have closed its half.
    fn listen(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>>
    where
        S: AsyncRead + Unpin,
    {
        while self.held.len() < self.limits.bytes {
            let read = ready!(self.read(context))?;
            if read == 0 {
                return if self.held.is_empty() { Poll::Ready(Ok(())) } else { Poll::Pending };
            }
        }
        // Woken by the answer.
        Poll::Pending
    }

    /// Reads some bytes to be held; how many.
    fn read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>>
    where
        S: AsyncRead + Unpin,
    {
        let mut part = [0; READ];
        let mut part = ReadBuf::new(&mut part);
        ready!(Pin::new(&mut self.socket).poll_read(context, &mut part))?;
        self.held.extend_from_slice(part.filled());
        Poll::Ready(Ok(part.filled().len()))
    }

    /// Reads what the peer still sends, for a moment: closing on unread bytes resets the
    /// connection, and the answer would be lost on its way (RFC 9112, section 9.6).
    fn linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>>
    where
        S: AsyncRead + Unpin,
    {
        let timer = self.lingering.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        if timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        loop {
            let mut part = [0; READ];
            let mut part = ReadBuf::new(&mut part);
            let read = ready!(Pin::new(&mut self.socket).poll_read(context, &mut part));
            if read.is_err() || part.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Fails once the peer has not taken a byte for the idle time.
    fn stalled<T>(
        &mut self,
        context: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if poll.is_ready() || self.latch.is_upgraded() {
            self.stalled = None;
            return poll;
        }
        let timer = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.idle)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// The index after the empty line, if there is one. A line feed without its carriage return
/// ends a line too: what is refused for it must not wait for more.
fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    let searched = bytes.get(from..)?;
    let ends = |at: &usize| {
        let rest = searched.get(*at..).unwrap_or_default();
        rest.starts_with(b"\n\r\n") || rest.starts_with(b"\n\n")
    };
    let at = (0..searched.len()).filter(|at| searched.get(*at) == Some(&b'\n')).find(ends)?;
    let rest = searched.get(at + 1)?;
    Some(from + at + if *rest == b'\r' { 3 } else { 2 })
}

/// In the middle of a body there is no request to put a stand-in for: the connection ends.
fn broken(violation: Violation) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, violation)
}

impl<S: AsyncRead + Unpin> AsyncRead for Gate<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let gate = self.get_mut();
        loop {
            if !gate.released.is_empty() {
                let length = gate.released.len().min(into.remaining());
                let (bytes, _) = gate.released.split_at_checked(length).unwrap_or_default();
                into.put_slice(bytes);
                gate.released.advance(length);
                return Poll::Ready(Ok(()));
            }
            match &mut gate.phase {
                Phase::Head { .. } => match gate.latch.poll_answered(context) {
                    Poll::Pending => return gate.listen(context),
                    Poll::Ready(Exchange::Upgraded) => {
                        gate.phase = Phase::Open;
                        gate.released = gate.held.split();
                        continue;
                    }
                    Poll::Ready(Exchange::None | Exchange::UnderWay) => {}
                },
                // Never woken by reading: hyper is done after the answer.
                Phase::Refused => return Poll::Pending,
                Phase::Broken(violation) => return Poll::Ready(Err(broken(*violation))),
                Phase::Open => return Pin::new(&mut gate.socket).poll_read(context, into),
                Phase::Length(left) if gate.held.is_empty() => {
                    let length = usize::try_from(*left).unwrap_or(usize::MAX).min(into.remaining());
                    let mut part = ReadBuf::new(into.initialize_unfilled_to(length));
                    ready!(Pin::new(&mut gate.socket).poll_read(context, &mut part))?;
                    let read = part.filled().len();
                    into.advance(read);
                    *left -= read as u64;
                    if *left == 0 {
                        gate.phase = Phase::Head { searched: 0 };
                    }
                    return Poll::Ready(Ok(()));
                }
                Phase::Length(_) | Phase::Chunked(_) => {}
            }
            if !gate.held.is_empty() && gate.judge()? {
                continue;
            }
            if ready!(gate.read(context))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Gate<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let gate = self.get_mut();
        let poll = Pin::new(&mut gate.socket).poll_write(context, bytes);
        gate.stalled(context, poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let gate = self.get_mut();
        let poll = Pin::new(&mut gate.socket).poll_write_vectored(context, bytes);
        gate.stalled(context, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let gate = self.get_mut();
        let poll = Pin::new(&mut gate.socket).poll_flush(context);
        gate.stalled(context, poll)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let gate = self.get_mut();
        if gate.lingering.is_none() {
            let poll = Pin::new(&mut gate.socket).poll_shutdown(context);
            ready!(gate.stalled(context, poll))?;
            let unread = match gate.phase {
                Phase::Length(_) | Phase::Chunked(_) | Phase::Broken(_) | Phase::Refused => true,
                Phase::Head { .. } => !gate.held.is_empty(),
                Phase::Open => false,
            };
            if !unread {
                return Poll::Ready(Ok(()));
            }
        }
        gate.linger(context)
    }
}
