use std::str::FromStr;

use pg_query::protobuf as p;

/// What can be read from libpg_query's JSON.
pub(super) trait Json: Sized {
    /// `None` for whatever isn't exactly what was expected.
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

/// Reads JSON as libpg_query writes it: without white space.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

/// Objects inside of objects. The protobuf decoder goes to a hundred; a tree that it would refuse
/// isn't read here.
const DEEPEST: usize = 80;

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest, depth: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads an object, each of its values by the key before it.
    pub(super) fn object(
        &mut self,
        mut value: impl FnMut(&mut Self, &'a str) -> Option<()>,
    ) -> Option<()> {
        self.take(b'{')?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        if !self.takes(b'}') {
            loop {
                let key = self.word()?;
                self.take(b':')?;
                value(self, key)?;
                if self.ends(b'}')? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Some(())
    }

    pub(super) fn array(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(b'[')?;
        if self.takes(b']') {
            return Some(());
        }
        loop {
            item(self)?;
            if self.ends(b']')? {
                return Some(());
            }
        }
    }

    pub(super) fn number<N: FromStr>(&mut self) -> Option<N> {
        let digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'-';
        let length = self.rest.iter().position(|byte| !digit(byte))?;
        std::str::from_utf8(self.advance(length)?).ok()?.parse().ok()
    }

    /// A string without escapes, as keys and the names of enumerations are.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let length = memchr::memchr2(b'"', b'\\', self.rest)?;
        let word = std::str::from_utf8(self.advance(length)?).ok()?;
        self.take(b'"')?;
        Some(word)
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut bytes = Vec::new();
        loop {
            let length = memchr::memchr2(b'"', b'\\', self.rest)?;
            bytes.extend_from_slice(self.advance(length)?);
            if self.takes(b'"') {
                return String::from_utf8(bytes).ok();
            }
            self.take(b'\\')?;
            bytes.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<u8> {
        Some(match self.advance(1)?.first()? {
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            same @ (b'"' | b'\\' | b'/') => *same,
            b'u' => {
                let digits = std::str::from_utf8(self.advance(4)?).ok()?;
                let code = u8::from_str_radix(digits, 16).ok()?;
                code.is_ascii().then_some(code)?
            }
            _ => return None,
        })
    }

    fn boolean(&mut self) -> Option<bool> {
        let (value, length) = if self.rest.starts_with(b"true") { (true, 4) } else { (false, 5) };
        let word: &[u8] = if value { b"true" } else { b"false" };
        (self.advance(length)? == word).then_some(value)
    }

    /// Whether a list of values ends here, rather than going on after a comma.
    fn ends(&mut self, end: u8) -> Option<bool> {
        if self.takes(end) {
            return Some(true);
        }
        self.take(b',').map(|()| false)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.takes(byte).then_some(())
    }

    fn takes(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            Some(_) | None => false,
        }
    }

    fn advance(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }
}

impl Json for i32 {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.number()
    }
}

impl Json for u32 {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.number()
    }
}

impl Json for bool {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.boolean()
    }
}

impl Json for String {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.string()
    }
}

impl<T: Json> Json for Option<T> {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        T::read(reader).map(Some)
    }
}

impl<T: Json> Json for Box<T> {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        T::read(reader).map(Self::new)
    }
}

impl Json for Vec<p::Node> {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut nodes = Self::new();
        reader.array(|reader| {
            nodes.push(p::Node::read(reader)?);
            Some(())
        })?;
        Some(nodes)
    }
}
