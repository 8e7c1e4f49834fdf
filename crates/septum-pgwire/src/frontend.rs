//! Messages from a client.

use bytes::{BufMut as _, Bytes, BytesMut};

use crate::{Frame, Malformed, Reader};

/// A message that a client may send once the session is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// `Q`: one text, any number of statements.
    Query(String),
    /// `P`
    Parse(Parse),
    /// `B`
    Bind(Bind),
    /// `D`
    Describe(Target),
    /// `E`
    Execute(Execute),
    /// `C`
    Close(Target),
    /// `H`
    Flush,
    /// `S`
    Sync,
    /// `d`
    CopyData(Bytes),
    /// `c`
    CopyDone,
    /// `f`, with the client's reason.
    CopyFail(String),
    /// `X`
    Terminate,
    /// `F`: calls a function by OID; there is no SQL to judge (catalogue S88).
    FunctionCall,
    /// `p`: a password or a SASL message.
    Password(Bytes),
}

/// A statement to prepare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    /// Its name; empty for the unnamed one.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The types that the client gives for parameters; 0 leaves one open.
    pub types: Vec<u32>,
}

/// A portal to make from a prepared statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// The portal's name.
    pub portal: String,
    /// The statement's name.
    pub statement: String,
    /// Formats, values and result formats as they came, of checked form.
    pub values: Bytes,
}

/// A statement or a portal, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `S`
    Statement(String),
    /// `P`
    Portal(String),
}

/// A portal to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execute {
    /// The portal's name.
    pub portal: String,
    /// How many rows at most; 0 for all.
    pub rows: u32,
}

/// A frame that is no message of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// No message has this type.
    #[error("`{}` is no message type", tag.escape_ascii())]
    Unknown {
        /// The type byte.
        tag: u8,
    },
    /// The body doesn't have its form.
    #[error("in a message of type `{}`: {error}", tag.escape_ascii())]
    Malformed {
        /// The type byte.
        tag: u8,
        /// What is wrong with it.
        error: Malformed,
    },
}

impl Message {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`MessageError`].
    pub fn read(frame: Frame) -> Result<Self, MessageError> {
        let tag = frame.tag;
        Self::read_body(frame).map_err(|error| match error {
            Malformed::Value(value) if value == tag => MessageError::Unknown { tag },
            error => MessageError::Malformed { tag, error },
        })
    }

    fn read_body(frame: Frame) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&frame.body);
        let message = match frame.tag {
            b'Q' => Self::Query(reader.string()?.to_owned()),
            b'P' => Self::Parse(Parse::read(&mut reader)?),
            b'B' => return Bind::read(&frame.body).map(Self::Bind),
            b'D' => Self::Describe(Target::read(&mut reader)?),
            b'E' => {
                let portal = reader.string()?.to_owned();
                Self::Execute(Execute { portal, rows: reader.u32()? })
            }
            b'C' => Self::Close(Target::read(&mut reader)?),
            b'H' => Self::Flush,
            b'S' => Self::Sync,
            b'd' => return Ok(Self::CopyData(frame.body)),
            b'c' => Self::CopyDone,
            b'f' => Self::CopyFail(reader.string()?.to_owned()),
            b'X' => Self::Terminate,
            b'F' => return Ok(Self::FunctionCall),
            b'p' => return Ok(Self::Password(frame.body)),
            other => return Err(Malformed::Value(other)),
        };
        reader.finish()?;
        Ok(message)
    }
}

impl Parse {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let name = reader.string()?.to_owned();
        let text = reader.string()?.to_owned();
        let count = reader.u16()?;
        let types = (0..count).map(|_| reader.u32()).collect::<Result<_, _>>()?;
        Ok(Self { name, text, types })
    }
}

impl Bind {
    fn read(body: &Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let portal = reader.string()?.to_owned();
        let statement = reader.string()?.to_owned();
        let values = body.slice_ref(reader.rest());
        let formats = reader.u16()?;
        for _ in 0..formats {
            format(&mut reader)?;
        }
        let count = reader.u16()?;
        if formats > 1 && formats != count {
            return Err(Malformed::Count);
        }
        for _ in 0..count {
            reader.value()?;
        }
        for _ in 0..reader.u16()? {
            format(&mut reader)?;
        }
        reader.finish()?;
        Ok(Self { portal, statement, values })
    }
}

impl Bind {
    /// How many parameters there are.
    pub fn count(&self) -> u16 {
        let mut reader = Reader::new(&self.values);
        for _ in 0..reader.u16().unwrap_or_default() {
            let _ = reader.u16();
        }
        reader.u16().unwrap_or_default()
    }

    /// [`values`](Self::values) with one more parameter behind the others, in text form. Its
    /// format is its own, whether the others have none, one for all, or one each.
    pub fn values_and(&self, text: &[u8]) -> Bytes {
        let mut reader = Reader::new(&self.values);
        let formats = reader.u16().unwrap_or_default();
        let formats: Vec<u16> = (0..formats).filter_map(|_| reader.u16().ok()).collect();
        let count = reader.u16().unwrap_or_default();
        let rest = reader.rest();
        for _ in 0..count {
            let _ = reader.value();
        }
        let results = reader.rest();
        let given = rest.get(..rest.len() - results.len()).unwrap_or_default();
        let mut out = BytesMut::with_capacity(self.values.len() + text.len() + 8);
        let format = |at: usize| match formats.as_slice() {
            [] => 0,
            [all] => *all,
            each => each.get(at).copied().unwrap_or_default(),
        };
        out.put_u16(count.saturating_add(1));
        (0..usize::from(count)).for_each(|at| out.put_u16(format(at)));
        out.put_u16(0);
        out.put_u16(count.saturating_add(1));
        out.put_slice(given);
        put_value(&mut out, Some(text));
        out.put_slice(results);
        out.freeze()
    }

    /// The parameters in order, NULL as `None`, and whether each is in binary form.
    pub fn parameters(&self) -> impl Iterator<Item = (Option<&[u8]>, bool)> + Clone {
        // Of checked form: nothing below stops early.
        let mut reader = Reader::new(&self.values);
        let given = usize::from(reader.u16().unwrap_or_default());
        let mut formats = Reader::new(reader.take(given.saturating_mul(2)).unwrap_or_default());
        // A single format is all parameters'.
        let all = (given == 1).then(|| formats.u16() == Ok(1));
        let count = reader.u16().unwrap_or_default();
        (0..count).map(move |_| {
            let binary = all.unwrap_or_else(|| formats.u16() == Ok(1));
            (reader.value().ok().flatten(), binary)
        })
    }

    /// The formats that the client wants of the result's columns.
    pub fn result_formats(&self) -> ResultFormats {
        // Of checked form, as above.
        let mut reader = Reader::new(&self.values);
        for _ in 0..reader.u16().unwrap_or_default() {
            let _ = reader.u16();
        }
        for _ in 0..reader.u16().unwrap_or_default() {
            let _ = reader.value();
        }
        let count = reader.u16().unwrap_or_default();
        ResultFormats((0..count).map(|_| reader.u16() == Ok(1)).collect())
    }
}

/// The formats of a result's columns: none means text for all, one is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResultFormats(Box<[bool]>);

impl ResultFormats {
    /// Whether the column of this index comes in binary.
    pub fn is_binary(&self, index: usize) -> bool {
        match &*self.0 {
            [one] => *one,
            each => each.get(index).copied().unwrap_or(false),
        }
    }
}

/// A format code: 0 for text, 1 for binary.
fn format(reader: &mut Reader<'_>) -> Result<u16, Malformed> {
    match reader.u16()? {
        code @ (0 | 1) => Ok(code),
        code => Err(Malformed::Value(code.to_be_bytes()[1])),
    }
}

impl Target {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.u8()? {
            b'S' => Ok(Self::Statement(reader.string()?.to_owned())),
            b'P' => Ok(Self::Portal(reader.string()?.to_owned())),
            other => Err(Malformed::Value(other)),
        }
    }
}

/// Writes messages towards a server.
pub trait Write {
    /// `Parse`
    fn parse(&mut self, name: &str, text: &str, types: &[u32]);
    /// `Bind`; `values` are the parts after the statement's name, of checked form.
    fn bind(&mut self, portal: &str, statement: &str, values: &[u8]);
    /// `Bind` with these values, all in one format; results in text.
    fn bind_values<'a>(
        &mut self,
        portal: &str,
        statement: &str,
        binary: bool,
        values: impl ExactSizeIterator<Item = Option<&'a [u8]>>,
    ) {
        self.bind_values_and(portal, statement, binary, values, None);
    }
    /// The same with one more value behind the others, in text form whatever theirs is.
    fn bind_values_and<'a>(
        &mut self,
        portal: &str,
        statement: &str,
        binary: bool,
        values: impl ExactSizeIterator<Item = Option<&'a [u8]>>,
        last: Option<&[u8]>,
    );
    /// `Describe` of a statement.
    fn describe_statement(&mut self, name: &str);
    /// `Describe` of a portal.
    fn describe_portal(&mut self, name: &str);
    /// `Execute`
    fn execute(&mut self, portal: &str, rows: u32);
    /// `Close` of a statement.
    fn close_statement(&mut self, name: &str);
    /// `Close` of a portal.
    fn close_portal(&mut self, name: &str);
    /// `Flush`
    fn flush(&mut self);
    /// `Sync`
    fn sync(&mut self);
    /// `Terminate`
    fn terminate(&mut self);
    /// A password or a SASL message, whole.
    fn password(&mut self, body: &[u8]);
    /// A `SASLInitialResponse`.
    fn sasl_initial(&mut self, mechanism: &str, response: &[u8]);
}

fn put_value(out: &mut BytesMut, value: Option<&[u8]>) {
    match value {
        None => out.put_i32(-1),
        Some(value) => {
            out.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
            out.put_slice(value);
        }
    }
}

impl Write for BytesMut {
    fn parse(&mut self, name: &str, text: &str, types: &[u32]) {
        message(self, b'P', |out| {
            put_string(out, name);
            put_string(out, text);
            out.put_u16(u16::try_from(types.len()).unwrap_or(u16::MAX));
            types.iter().for_each(|oid| out.put_u32(*oid));
        });
    }

    fn bind(&mut self, portal: &str, statement: &str, values: &[u8]) {
        message(self, b'B', |out| {
            put_string(out, portal);
            put_string(out, statement);
            out.put_slice(values);
        });
    }

    fn bind_values_and<'a>(
        &mut self,
        portal: &str,
        statement: &str,
        binary: bool,
        values: impl ExactSizeIterator<Item = Option<&'a [u8]>>,
        last: Option<&[u8]>,
    ) {
        message(self, b'B', |out| {
            put_string(out, portal);
            put_string(out, statement);
            let count = values.len() + usize::from(last.is_some());
            let count = u16::try_from(count).unwrap_or(u16::MAX);
            if binary && last.is_some() {
                out.put_u16(count);
                (1..count).for_each(|_| out.put_u16(1));
                out.put_u16(0);
            } else {
                out.put_u16(1);
                out.put_u16(u16::from(binary));
            }
            out.put_u16(count);
            values.for_each(|value| put_value(out, value));
            if last.is_some() {
                put_value(out, last);
            }
            out.put_u16(0);
        });
    }

    fn describe_statement(&mut self, name: &str) {
        target(self, b'D', b'S', name);
    }

    fn describe_portal(&mut self, name: &str) {
        target(self, b'D', b'P', name);
    }

    fn execute(&mut self, portal: &str, rows: u32) {
        message(self, b'E', |out| {
            put_string(out, portal);
            out.put_u32(rows);
        });
    }

    fn close_statement(&mut self, name: &str) {
        target(self, b'C', b'S', name);
    }

    fn close_portal(&mut self, name: &str) {
        target(self, b'C', b'P', name);
    }

    fn flush(&mut self) {
        message(self, b'H', |_| ());
    }

    fn sync(&mut self) {
        message(self, b'S', |_| ());
    }

    fn terminate(&mut self) {
        message(self, b'X', |_| ());
    }

    fn password(&mut self, body: &[u8]) {
        message(self, b'p', |out| out.put_slice(body));
    }

    fn sasl_initial(&mut self, mechanism: &str, response: &[u8]) {
        message(self, b'p', |out| {
            put_string(out, mechanism);
            out.put_i32(i32::try_from(response.len()).unwrap_or(i32::MAX));
            out.put_slice(response);
        });
    }
}

fn target(out: &mut BytesMut, tag: u8, kind: u8, name: &str) {
    message(out, tag, |out| {
        out.put_u8(kind);
        put_string(out, name);
    });
}

/// Writes a message and then its length.
///
/// INVARIANT: no body that is written here reaches 2 GiB; what comes from clients is bounded by
/// the frame limit.
pub(crate) fn message(out: &mut BytesMut, tag: u8, body: impl FnOnce(&mut BytesMut)) {
    out.put_u8(tag);
    let start = out.len();
    out.put_u32(0);
    body(out);
    let length = u32::try_from(out.len().saturating_sub(start)).unwrap_or(u32::MAX);
    if let Some(field) = out.get_mut(start..start.saturating_add(4)) {
        field.copy_from_slice(&length.to_be_bytes());
    }
}

/// Writes a string and its end. A zero byte can't stand in a protocol string: what follows it
/// is cut off, so that it can't be read as the next field.
pub(crate) fn put_string(out: &mut BytesMut, text: &str) {
    let end = text.bytes().position(|byte| byte == 0).unwrap_or(text.len());
    out.put_slice(text.as_bytes().get(..end).unwrap_or_default());
    out.put_u8(0);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(mut bytes: BytesMut) -> Result<Message, MessageError> {
        let frame = Frame::take(&mut bytes, 1 << 20).unwrap().unwrap();
        assert!(bytes.is_empty());
        Message::read(frame)
    }

    #[test]
    fn s95_what_is_no_message_is_refused() {
        for (tag, body) in [
            (b'Q', &b"select 1"[..]),
            (b'Q', b"a\0b\0"),
            (b'Q', b"\xff\0"),
            (b'P', b"s\0select 1\0\0\x01"),
            (b'B', b"\0\0\0\0\0\x01\0\0\0\x05ab\0\0"),
            (b'B', b"\0\0\0\x01\0\x07\0\0\0\0"),
            (b'D', b"X\0"),
            (b'S', b"x"),
            (b'y', b""),
        ] {
            let body = Bytes::copy_from_slice(body);
            assert!(Message::read(Frame { tag, body }).is_err(), "{tag}");
        }
    }

    proptest! {
        #[test]
        fn parse_round_trips(name in "[^\0]{0,9}", text in "[^\0]{0,99}", types: Vec<u32>) {
            let mut bytes = BytesMut::new();
            bytes.parse(&name, &text, &types);
            prop_assert_eq!(read(bytes).unwrap(), Message::Parse(Parse { name, text, types }));
        }

        #[test]
        fn bind_values_read_back_as_a_bind(portal in "[^\0]{0,9}", values: Vec<Option<Vec<u8>>>) {
            let mut bytes = BytesMut::new();
            bytes.bind_values(&portal, "s", true, values.iter().map(Option::as_deref));
            let Message::Bind(bind) = read(bytes).unwrap() else { panic!() };
            prop_assert_eq!(bind.portal, portal);
            prop_assert_eq!(bind.statement, "s");
        }

        #[test]
        fn one_more_value_stands_behind_the_others_in_its_own_format(
            binary: bool, each: bool, values in prop::collection::vec(any::<Option<Vec<u8>>>(), 0..9),
        ) {
            let given = || values.iter().map(Option::as_deref);
            let mut at_once = BytesMut::new();
            at_once.bind_values_and("", "s", binary, given(), Some(b"last"));
            let Message::Bind(at_once) = read(at_once).unwrap() else { panic!() };
            let mut bytes = BytesMut::new();
            bytes.bind_values("", "s", binary, given());
            let Message::Bind(mut bind) = read(bytes).unwrap() else { panic!() };
            if each {
                let mut formats = BytesMut::new();
                formats.put_u16(u16::try_from(values.len()).unwrap());
                values.iter().for_each(|_| formats.put_u16(u16::from(binary)));
                formats.put_slice(&bind.values[4..]);
                bind.values = formats.freeze();
            }
            prop_assert_eq!(usize::from(bind.count()), values.len());
            let mut frame = BytesMut::new();
            frame.bind("", "s", &bind.values_and(b"last"));
            let Message::Bind(more) = read(frame).unwrap() else { panic!() };
            for more in [more, at_once] {
                prop_assert_eq!(usize::from(more.count()), values.len() + 1);
                let all: Vec<_> = more.parameters().collect();
                let form = |value| (value, binary);
                let last = (Some(b"last".as_slice()), false);
                let wanted: Vec<_> = given().map(form).chain([last]).collect();
                prop_assert_eq!(all, wanted);
                let formats: Vec<u8> = match more.values[1] {
                    1 => vec![more.values[3]; values.len() + 1],
                    many => (0..usize::from(many)).map(|at| more.values[3 + 2 * at]).collect(),
                };
                let mut wanted = vec![u8::from(binary); values.len()];
                wanted.push(0);
                prop_assert_eq!(formats, wanted);
            }
        }

        #[test]
        fn no_bytes_panic(tag: u8, body: Vec<u8>) {
            let _ = Message::read(Frame { tag, body: body.into() });
        }
    }
}
