use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use bytes::{Buf as _, BytesMut};
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::reply::{Frame, Reply};
use super::steps::Step;

/// A client that writes its frames itself, and so can send what no driver would.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    input: BytesMut,
}

impl Wire {
    /// A connection of a user who proves the password, or what was answered instead of one.
    ///
    /// # Errors
    /// When the server can't be reached, or what it says is not the protocol.
    pub async fn connect(
        server: SocketAddr,
        parameters: &[(&str, &str)],
        password: &str,
    ) -> Result<Result<Self, Reply>> {
        let mut wire = Self::open(server).await?;
        let mut output = BytesMut::new();
        frontend::startup_message(parameters.iter().copied(), &mut output)?;
        let mut scram = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
        loop {
            wire.stream.write_all(&output.split()).await?;
            let frame = wire.frame().await?.context("closed too early")?;
            let (tag, mut body) = (frame.tag, frame.body.clone());
            match (tag, if tag == b'R' { body.get_i32() } else { 0 }) {
                (b'R', 10) => {
                    frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut output)?;
                }
                (b'R', 11) => {
                    scram.update(&body)?;
                    frontend::sasl_response(scram.message(), &mut output)?;
                }
                (b'R', 12) => scram.finish(&body)?,
                (b'E', _) => return Ok(Err(Reply { frames: vec![frame] })),
                (b'Z', _) => return Ok(Ok(wire)),
                _ => {}
            }
        }
    }

    /// What a server answers to bytes in place of a start-up packet, until it closes.
    ///
    /// # Errors
    /// As [`Wire::connect`].
    pub async fn greet(server: SocketAddr, bytes: &[u8]) -> Result<Reply> {
        let mut wire = Self::open(server).await?;
        wire.stream.write_all(bytes).await?;
        let mut frames = Vec::new();
        while let Some(frame) = wire.frame().await? {
            frames.push(frame);
        }
        Ok(Reply { frames })
    }

    /// Sends frames after which the server is ready once; returns what it says until it is, or
    /// until it closes.
    ///
    /// # Errors
    /// As [`Wire::connect`].
    pub async fn send(&mut self, step: &Step) -> Result<Reply> {
        self.stream.write_all(&step.frames).await?;
        let mut reply = Reply::default();
        while let Some(frame) = self.frame().await? {
            let tag = frame.tag;
            reply.frames.push(frame);
            match tag {
                b'Z' => break,
                b'G' => {
                    let mut output = BytesMut::new();
                    frontend::CopyData::new(step.data.as_bytes())?.write(&mut output);
                    frontend::copy_done(&mut output);
                    self.stream.write_all(&output).await?;
                }
                _ => {}
            }
        }
        Ok(reply)
    }

    async fn open(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, input: BytesMut::new() })
    }

    /// The next frame; none when the server has closed.
    async fn frame(&mut self) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = Frame::take(&mut self.input)? {
                return Ok(Some(frame));
            }
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) if self.input.is_empty() => return Ok(None),
                Ok(0) => bail!("closed inside a frame"),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
