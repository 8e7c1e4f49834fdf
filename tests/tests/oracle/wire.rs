//! A connection that writes many statements in one flight and reads all answers after it.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use bytes::{Buf as _, Bytes, BytesMut};
use postgres_protocol::IsNull;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;
use septum_tests::Cluster;

pub(crate) struct Wire {
    stream: UnixStream,
    input: BytesMut,
    output: BytesMut,
}

/// What came back up to the next `ReadyForQuery`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// Name and type of each column.
    pub(crate) columns: Vec<(String, u32)>,
    /// Each row as it came.
    pub(crate) rows: Vec<Bytes>,
    pub(crate) tag: String,
    pub(crate) error: Option<Failure>,
}

#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: String,
    /// Every field.
    pub(crate) text: String,
}

/// A parameter: the type and the value's text.
pub(crate) type Parameter = (u32, String);

impl Wire {
    pub(crate) fn connect(cluster: &Cluster, user: &str, password: &str, database: &str) -> Self {
        let socket = cluster.socket_folder().join(format!(".s.PGSQL.{}", cluster.port()));
        let stream = UnixStream::connect(socket).unwrap();
        let mut wire = Self { stream, input: BytesMut::new(), output: BytesMut::new() };
        let parameters = [("user", user), ("database", database), ("client_encoding", "UTF8")];
        frontend::startup_message(parameters, &mut wire.output).unwrap();
        let mut scram = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
        loop {
            wire.send();
            let (tag, mut body) = wire.frame();
            match (tag, if tag == b'R' { body.get_i32() } else { 0 }) {
                (b'R', 10) => {
                    let first = scram.message();
                    frontend::sasl_initial_response(SCRAM_SHA_256, first, &mut wire.output)
                        .unwrap();
                }
                (b'R', 11) => {
                    scram.update(&body).unwrap();
                    frontend::sasl_response(scram.message(), &mut wire.output).unwrap();
                }
                (b'R', 12) => scram.finish(&body).unwrap(),
                (b'E', _) => panic!("{user} at {database}: {}", failure(&body).text),
                (b'Z', _) => return wire,
                _ => {}
            }
        }
    }

    /// The superuser.
    pub(crate) fn superuser(cluster: &Cluster, database: &str) -> Self {
        Self::connect(cluster, "postgres", cluster.superuser_password(), database)
    }

    /// Writes a query without parameters.
    pub(crate) fn query(&mut self, text: &str) {
        frontend::query(text, &mut self.output).unwrap();
    }

    /// Writes a statement with its parameters, and the end of a flight.
    pub(crate) fn run(&mut self, text: &str, parameters: &[Parameter]) {
        self.put(text, parameters);
        frontend::sync(&mut self.output);
    }

    /// Writes three statements of which the second is the one; if it fails, the third is left
    /// out. What the first two have done is undone by a fourth.
    pub(crate) fn run_between(
        &mut self,
        before: &str,
        text: &str,
        parameters: &[Parameter],
        after: &str,
    ) {
        self.put(before, &[]);
        self.put(text, parameters);
        self.run(after, &[]);
        self.query("ROLLBACK");
    }

    fn put(&mut self, text: &str, parameters: &[Parameter]) {
        let out = &mut self.output;
        frontend::parse("", text, parameters.iter().map(|(oid, _)| *oid), out).unwrap();
        let values = parameters.iter().map(|(_, value)| value);
        let write = |value: &String, out: &mut BytesMut| {
            out.extend_from_slice(value.as_bytes());
            Ok(IsNull::No)
        };
        let bound = frontend::bind("", "", [], values, write, [], out);
        assert!(bound.is_ok(), "{text}");
        frontend::describe(b'P', "", out).unwrap();
        frontend::execute("", 0, out).unwrap();
    }

    /// Sends what is written.
    pub(crate) fn send(&mut self) {
        self.stream.write_all(&self.output.split()).unwrap();
    }

    /// The next answer.
    pub(crate) fn answer(&mut self) -> Answer {
        self.answers().pop().unwrap_or_default()
    }

    /// The answers to the statements of the next flight: the last has the error, if any.
    pub(crate) fn answers(&mut self) -> Vec<Answer> {
        let mut answers = Vec::new();
        let mut answer = Answer::default();
        loop {
            let (tag, body) = self.frame();
            match tag {
                b'T' => answer.columns = columns(body),
                b'D' => answer.rows.push(body),
                b'C' => {
                    answer.tag = text(&body);
                    answers.push(std::mem::take(&mut answer));
                }
                b'E' => {
                    answer.error = Some(failure(&body));
                    answers.push(std::mem::take(&mut answer));
                }
                b'Z' => return answers,
                _ => {}
            }
        }
    }

    /// Runs a script that has no reason to fail.
    pub(crate) fn script(&mut self, text: &str) {
        self.try_script(text).unwrap_or_else(|error| panic!("{}\n{text}", error.text));
    }

    /// Runs a script.
    pub(crate) fn try_script(&mut self, text: &str) -> Result<(), Failure> {
        self.query(text);
        self.send();
        self.answer().error.map_or(Ok(()), Err)
    }

    fn frame(&mut self) -> (u8, Bytes) {
        loop {
            if let Some((&[tag, a, b, c, d], _)) = self.input.split_first_chunk() {
                let length = i32::from_be_bytes([a, b, c, d]) as usize;
                if self.input.len() > length {
                    self.input.advance(5);
                    return (tag, self.input.split_to(length - 4).freeze());
                }
            }
            let mut more = [0; 32 * 1024];
            let read = self.stream.read(&mut more).unwrap();
            assert_ne!(read, 0, "the server has closed");
            self.input.extend_from_slice(&more[..read]);
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned()
}

fn columns(mut body: Bytes) -> Vec<(String, u32)> {
    let count = body.get_i16();
    let column = |_| {
        let end = body.iter().position(|byte| *byte == 0).unwrap();
        let name = text(&body.split_to(end));
        body.advance(1 + 6);
        let oid = body.get_u32();
        body.advance(8);
        (name, oid)
    };
    (0..count).map(column).collect()
}

fn failure(body: &[u8]) -> Failure {
    let fields = body.split(|byte| *byte == 0).filter_map(<[u8]>::split_first);
    // File, line and routine say nothing of a tenant.
    let fields: Vec<_> = fields.filter(|(tag, _)| !b"FLRVS".contains(tag)).collect();
    let code = fields.iter().find(|(tag, _)| **tag == b'C').map(|(_, value)| text(value));
    let texts: Vec<_> = fields.iter().map(|(_, value)| text(value)).collect();
    Failure { code: code.unwrap_or_default(), text: texts.join(" | ") }
}

/// A row to be read by people.
pub(crate) fn show(row: &Bytes) -> String {
    let mut row = row.clone();
    let count = row.get_i16();
    let cell = |_| match row.get_i32() {
        -1 => "NULL".into(),
        length => text(&row.split_to(length as usize)),
    };
    (0..count).map(cell).collect::<Vec<_>>().join(" | ")
}
