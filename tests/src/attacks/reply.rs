use anyhow::{Context, Result};
use bytes::{Buf as _, Bytes, BytesMut};

/// A message of the server's.
#[derive(Debug)]
pub struct Frame {
    /// Its first byte.
    pub tag: u8,
    /// What follows its length.
    pub body: Bytes,
}

impl Frame {
    /// Takes a whole frame off the front, if it is there.
    pub(super) fn take(input: &mut BytesMut) -> Result<Option<Self>> {
        let Some((head, _)) = input.split_first_chunk::<5>() else { return Ok(None) };
        let [tag, a, b, c, d] = *head;
        let length = usize::try_from(i32::from_be_bytes([a, b, c, d]))?;
        if input.len() <= length {
            return Ok(None);
        }
        input.advance(5);
        let body = input.split_to(length.checked_sub(4).context("a length")?).freeze();
        Ok(Some(Self { tag, body }))
    }

    /// The values of a row; a NULL is empty.
    pub fn cells(&self) -> Vec<Bytes> {
        let mut row = self.body.clone();
        let count = row.try_get_i16().unwrap_or_default();
        let mut cell = || {
            let length = usize::try_from(row.try_get_i32().ok()?).unwrap_or_default();
            (row.len() >= length).then(|| row.split_to(length))
        };
        (0..count).map_while(|_| cell()).collect()
    }
}

/// All that came back.
#[derive(Debug, Default)]
pub struct Reply {
    /// Its messages, in order.
    pub frames: Vec<Frame>,
}

impl Reply {
    /// Whether the server ended the session.
    pub fn is_closed(&self) -> bool {
        self.frames.last().is_none_or(|frame| frame.tag != b'Z')
    }

    /// Whether it left a transaction open.
    pub fn is_open(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.tag == b'Z' && *frame.body != *b"I")
    }

    /// The code of every error: Septum's own where it has one, else the SQLSTATE.
    pub fn codes(&self) -> Vec<String> {
        let errors = self.frames.iter().filter(|frame| frame.tag == b'E');
        errors.map(|frame| code(&frame.body)).collect()
    }

    /// Whether anything in any frame, be it a row, an error or a notice, is the other customer's:
    /// a text that only its rows hold, or a number that no sum over one's own rows reaches.
    pub(super) fn shows(&self, canary: &str, above: i128) -> bool {
        self.frames.iter().any(|frame| {
            let body = &frame.body;
            let said = body.windows(canary.len()).any(|window| window == canary.as_bytes());
            let counted = frame.tag == b'D'
                && frame.cells().iter().filter_map(|cell| number(cell)).any(|n| n > above);
            said || counted
        })
    }

    /// The first value of the first row.
    pub fn first_cell(&self) -> Option<String> {
        let row = self.frames.iter().find(|frame| frame.tag == b'D')?;
        let cell = row.cells().into_iter().next()?;
        Some(String::from_utf8_lossy(&cell).into_owned())
    }
}

fn code(error: &[u8]) -> String {
    let fields = error.split(|byte| *byte == 0).filter_map(<[u8]>::split_first);
    let field = |wanted| {
        let value = fields.clone().find(|(tag, _)| **tag == wanted).map(|(_, value)| value);
        String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
    };
    match field(b'M').get(..7) {
        Some(code) if code.starts_with("SEP-") => code.to_owned(),
        _ => field(b'C'),
    }
}

fn number(cell: &[u8]) -> Option<i128> {
    let text = std::str::from_utf8(cell).ok()?;
    // What is behind a decimal point does not matter here.
    text.split('.').next()?.parse().ok()
}
