/// Reads a message's body, left to right, never past its end.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

/// The bytes don't have the form that their message must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The body ends before the message does.
    #[error("the message is too short")]
    Truncated,
    /// The message ends before the body does.
    #[error("the message has {0} bytes too many")]
    Trailing(usize),
    /// A string without its end.
    #[error("a string has no terminating zero byte")]
    Unterminated,
    /// A string that is not UTF-8.
    #[error("a string is not valid UTF-8")]
    Encoding,
    /// A count or a length that can't be.
    #[error("a count or length is negative or too large")]
    Count,
    /// A value outside the protocol's list.
    #[error("`{0}` is no value that this field takes")]
    Value(u8),
}

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub fn new(body: &'a [u8]) -> Self {
        Self { rest: body }
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`Malformed::Truncated`].
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Malformed::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Malformed::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// The next byte.
    ///
    /// # Errors
    /// [`Malformed::Truncated`].
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.array().map(|[byte]| byte)
    }

    /// The next 16-bit integer.
    ///
    /// # Errors
    /// [`Malformed::Truncated`].
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    /// The next 32-bit integer.
    ///
    /// # Errors
    /// [`Malformed::Truncated`].
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// The next 32-bit integer, signed.
    ///
    /// # Errors
    /// [`Malformed::Truncated`].
    pub fn i32(&mut self) -> Result<i32, Malformed> {
        self.array().map(i32::from_be_bytes)
    }

    /// The next zero-terminated string.
    ///
    /// # Errors
    /// [`Malformed::Unterminated`], [`Malformed::Encoding`].
    pub fn string(&mut self) -> Result<&'a str, Malformed> {
        let end = self.rest.iter().position(|byte| *byte == 0).ok_or(Malformed::Unterminated)?;
        let text = self.take(end)?;
        self.u8()?;
        std::str::from_utf8(text).map_err(|_| Malformed::Encoding)
    }

    /// A length-prefixed value; `None` for -1, which is NULL.
    ///
    /// # Errors
    /// [`Malformed::Count`], [`Malformed::Truncated`].
    pub fn value(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.i32()? {
            -1 => Ok(None),
            length => {
                let length = usize::try_from(length).map_err(|_| Malformed::Count)?;
                self.take(length).map(Some)
            }
        }
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The end of the message.
    ///
    /// # Errors
    /// [`Malformed::Trailing`] when bytes are left.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::Trailing(self.rest.len())) }
    }
}
