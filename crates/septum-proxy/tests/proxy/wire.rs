//! A client that says exactly what a test wants said, message by message.

use bytes::BytesMut;
use septum_pgwire::backend::{self, Authentication, tag};
use septum_pgwire::frontend::Write as _;
use septum_pgwire::{Frame, Reader, scram, startup};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection that has authenticated.
pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
    input: BytesMut,
    /// What is to be sent next.
    pub(crate) out: BytesMut,
    pub(crate) key: startup::CancelKey,
}

impl Wire {
    /// Connects as libpq would, with these parameters after `user`; its first answer that is not
    /// as it should be is the error.
    pub(crate) async fn open(
        address: std::net::SocketAddr,
        user: &str,
        password: &str,
        more: &[(&str, &str)],
    ) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.unwrap();
        let key = startup::CancelKey { pid: 0, secret: bytes::Bytes::new() };
        let mut wire = Self { stream, input: BytesMut::new(), out: BytesMut::new(), key };
        let mut parameters = vec![("user", user), ("database", "postgres")];
        parameters.extend_from_slice(more);
        startup::write(&mut wire.out, &parameters);
        let (mut start, mut last) = (None, None);
        loop {
            wire.send().await;
            let frame = wire.receive().await.ok_or("closed")?;
            match frame.tag {
                tag::AUTHENTICATION => match Authentication::read(&frame.body).unwrap() {
                    Authentication::Sasl(_) => {
                        let binding = scram::ChannelBinding::Unavailable;
                        let nonce = "rOprNGfwEbeRWgbNEkqO";
                        let first = scram::client::Start::new(password, nonce, &binding).unwrap();
                        wire.out.sasl_initial(scram::SCRAM_SHA_256, &first.first());
                        start = Some(first);
                    }
                    Authentication::SaslContinue(data) => {
                        let (response, next) = start.take().unwrap().respond(data).unwrap();
                        wire.out.password(&response);
                        last = Some(next);
                    }
                    Authentication::SaslFinal(data) => {
                        let last: scram::client::Final = last.take().unwrap();
                        last.verify(data).unwrap();
                    }
                    Authentication::Ok => {}
                    Authentication::Other(method) => panic!("method {method}"),
                },
                tag::BACKEND_KEY_DATA => {
                    let mut reader = Reader::new(&frame.body);
                    wire.key.pid = reader.u32().unwrap();
                    wire.key.secret = bytes::Bytes::copy_from_slice(reader.rest());
                }
                tag::READY => return Ok(wire),
                tag::ERROR => return Err(describe(&frame)),
                _ => {}
            }
        }
    }

    /// Sends what has been written to [`Wire::out`].
    pub(crate) async fn send(&mut self) {
        let bytes = self.out.split();
        self.stream.write_all(&bytes).await.unwrap();
    }

    /// The next message; `None` when the connection is closed.
    pub(crate) async fn receive(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = Frame::take(&mut self.input, 1 << 30).unwrap() {
                return Some(frame);
            }
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Sends, and returns what comes up to the given number of `ReadyForQuery`s, or to the
    /// connection's end, a line for each message.
    pub(crate) async fn ask(&mut self, readies: usize) -> Vec<String> {
        self.send().await;
        self.answers(readies).await
    }

    /// What comes up to the given number of `ReadyForQuery`s.
    pub(crate) async fn answers(&mut self, readies: usize) -> Vec<String> {
        let mut answers = Vec::new();
        let mut seen = 0;
        while seen < readies {
            let Some(frame) = self.receive().await else {
                answers.push("closed".into());
                break;
            };
            seen += usize::from(frame.tag == tag::READY);
            if frame.tag != tag::PARAMETER_STATUS {
                answers.push(describe(&frame));
            }
        }
        answers
    }

    /// A simple query's answers.
    pub(crate) async fn query(&mut self, text: &str) -> Vec<String> {
        query(&mut self.out, text);
        self.ask(1).await
    }

    /// `Parse`, `Bind` and `Execute` of a text without parameters, unnamed.
    pub(crate) fn run(&mut self, text: &str) {
        self.out.parse("", text, &[]);
        self.out.bind_values("", "", false, std::iter::empty());
        self.out.execute("", 0);
    }
}

/// Writes a `Query`.
pub(crate) fn query(out: &mut BytesMut, text: &str) {
    message(out, b'Q', format!("{text}\0").as_bytes());
}

/// Writes any message.
pub(crate) fn message(out: &mut BytesMut, tag: u8, body: &[u8]) {
    let body = bytes::Bytes::copy_from_slice(body);
    Frame { tag, body }.write(out);
}

/// A message as a short line: `C SELECT 1`, `D 1 x`, `E 42501`, `Z I`.
pub(crate) fn describe(frame: &Frame) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned();
    let tag = frame.tag as char;
    match frame.tag {
        tag::DATA_ROW => {
            let values = backend::data_row(&frame.body).unwrap();
            let values: Vec<String> =
                values.iter().map(|value| value.map_or("NULL".into(), text)).collect();
            format!("D {}", values.join(" "))
        }
        tag::ERROR | tag::NOTICE => {
            let field = |field| backend::error_field(&frame.body, field).unwrap().unwrap_or("");
            let septum = field(b'M').split(':').next().filter(|code| code.starts_with("SEP-"));
            match septum {
                Some(code) => format!("{tag} {} {code}", field(b'C')),
                None => format!("{tag} {}", field(b'C')),
            }
        }
        tag::COMMAND_COMPLETE | tag::READY | tag::COPY_DATA => {
            format!("{tag} {}", text(&frame.body))
        }
        _ => tag.to_string(),
    }
}
