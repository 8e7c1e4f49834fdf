use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

/// The five bytes before every message but the first: its type and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The message's type.
    pub tag: u8,
    /// The length of its body, without the header.
    pub body: usize,
}

impl Header {
    /// A header's length on the wire.
    pub const LEN: usize = 5;

    /// The header at the front of the buffer; `None` when it hasn't arrived whole.
    ///
    /// # Errors
    /// [`FrameError::Length`] when the length is below 4: it counts itself.
    pub fn peek(buffer: &[u8]) -> Result<Option<Self>, FrameError> {
        let Some([tag, a, b, c, d]) = buffer.first_chunk() else { return Ok(None) };
        let length = i32::from_be_bytes([*a, *b, *c, *d]);
        let body = usize::try_from(length)
            .ok()
            .and_then(|length| length.checked_sub(4))
            .ok_or(FrameError::Length(length))?;
        Ok(Some(Self { tag: *tag, body }))
    }

    /// The whole message's length on the wire.
    pub fn total(self) -> usize {
        self.body.saturating_add(Self::LEN)
    }
}

/// A whole message: its type and its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The message's type.
    pub tag: u8,
    /// Its body, without the header.
    pub body: Bytes,
}

impl Frame {
    /// Takes the message at the front of the buffer, without a copy; `None` when it hasn't
    /// arrived whole. `limit` bounds the body before anything waits for it.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn take(buffer: &mut BytesMut, limit: usize) -> Result<Option<Self>, FrameError> {
        let Some(header) = Header::peek(buffer)? else { return Ok(None) };
        if header.body > limit {
            return Err(FrameError::TooLarge { length: header.body, limit });
        }
        if buffer.len() < header.total() {
            return Ok(None);
        }
        buffer.advance(Header::LEN);
        Ok(Some(Self { tag: header.tag, body: buffer.split_to(header.body).freeze() }))
    }

    /// Writes the message as it came.
    pub fn write(&self, out: &mut BytesMut) {
        // What came in one frame goes out in one: its length fits.
        let length = u32::try_from(self.body.len().saturating_add(4)).unwrap_or(u32::MAX);
        out.put_u8(self.tag);
        out.put_u32(length);
        out.put_slice(&self.body);
    }
}

/// The bytes are no frame that is taken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A length that can't be.
    #[error("a message can't have the length {0}")]
    Length(i32),
    /// A length over the limit.
    #[error("a message of {length} bytes is over the limit of {limit}")]
    TooLarge {
        /// The message's length.
        length: usize,
        /// The limit.
        limit: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p26_lengths_of_zero_minus_one_and_2_31_are_refused_before_anything_waits() {
        for length in [0, 3, -1, i32::MIN] {
            let mut bytes = vec![b'Q'];
            bytes.extend(length.to_be_bytes());
            assert_eq!(Header::peek(&bytes), Err(FrameError::Length(length)));
        }
        let mut bytes = BytesMut::from(&b"Q\x7f\xff\xff\xff"[..]);
        assert!(matches!(Frame::take(&mut bytes, 1024), Err(FrameError::TooLarge { .. })));
    }

    #[test]
    fn a_frame_is_taken_only_when_it_is_whole() {
        let whole = b"Q\0\0\0\x06a\0Z";
        for end in 0..7 {
            let mut part = BytesMut::from(&whole[..end]);
            assert_eq!(Frame::take(&mut part, 1024), Ok(None));
        }
        let mut all = BytesMut::from(&whole[..]);
        let frame = Frame::take(&mut all, 1024).unwrap().unwrap();
        assert_eq!((frame.tag, frame.body.as_ref()), (b'Q', &b"a\0"[..]));
        assert_eq!(all.as_ref(), b"Z");
        let mut written = BytesMut::new();
        frame.write(&mut written);
        assert_eq!(written.as_ref(), &whole[..7]);
    }
}
