//! A reading of HTTP/1.1 that shares nothing with the gateway's: all of a stream at once, by
//! searching, for whole requests only.

use std::str;

/// One whole request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) host: String,
    pub(super) body: Vec<u8>,
    fields: Vec<(String, String)>,
}

/// What comes after the last whole request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing that counts: the last one closes the connection.
    Closed,
    /// Nothing, or the beginning of another.
    Partial,
    /// Bytes that are no request.
    Doubt,
}

impl Request {
    pub(super) fn fields<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.fields
            .iter()
            .filter(move |(candidate, _)| candidate == name)
            .map(|(_, value)| value.as_str())
    }

    /// The tenant that its host names, if it does.
    pub(super) fn tenant(&self) -> Option<String> {
        let (host, port) = self.host.split_once(':').unwrap_or((&self.host, "80"));
        if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let host = host.to_ascii_lowercase();
        let tenant = host.strip_suffix('.').unwrap_or(&host).strip_suffix(".test")?;
        ["acme", "globex"].contains(&tenant).then(|| tenant.to_owned())
    }

    fn closes(&self) -> bool {
        self.fields("connection").any(|value| value == "close")
    }
}

/// Every whole request, how the stream ends, and how many bytes the requests are.
pub(super) fn read(bytes: &[u8]) -> (Vec<Request>, End, usize) {
    let (mut requests, mut used) = (vec![], 0);
    loop {
        let rest = &bytes[used..];
        if rest.is_empty() {
            return (requests, End::Partial, used);
        }
        match one(rest) {
            Ok(Some((request, length, old))) => {
                used += length;
                let last = request.closes() || old;
                requests.push(request);
                if last {
                    return (requests, End::Closed, used);
                }
            }
            Ok(None) => return (requests, End::Partial, used),
            Err(()) => return (requests, End::Doubt, used),
        }
    }
}

/// The first request, its length, and whether it is of HTTP/1.0.
fn one(bytes: &[u8]) -> Result<Option<(Request, usize, bool)>, ()> {
    let Some(end) = find(bytes, b"\r\n\r\n") else {
        // Refused at once or never whole: nothing comes of it either way, but the gateway says
        // so at once where it can.
        let doubtful = bytes.iter().enumerate().any(|(at, byte)| {
            *byte == b'\n' && bytes.get(at + 1) == Some(&b'\n')
                || bytes[at..].starts_with(b"\n\r\n")
        });
        let start = bytes.split(|byte| *byte == b' ').next().unwrap_or(bytes);
        let start = &start[..start.len().min(32)];
        return if doubtful || !start.iter().all(|byte| token(*byte)) { Err(()) } else { Ok(None) };
    };
    let text: String = bytes[..end].iter().map(|byte| char::from(*byte)).collect();
    let mut lines = text.split("\r\n");
    if text
        .split("\r\n")
        .any(|line| line.chars().any(|letter| letter != '\t' && letter.is_ascii_control()))
    {
        return Err(());
    }
    let parts: Vec<&str> = lines.next().ok_or(())?.split(' ').collect();
    let [method, target, version] = parts[..] else { return Err(()) };
    let old = match version {
        "HTTP/1.1" => false,
        "HTTP/1.0" => true,
        _ => return Err(()),
    };
    let plain = target.starts_with('/') && !target.contains('#') && target.is_ascii();
    if method.is_empty() || !method.bytes().all(token) || !plain {
        return Err(());
    }
    target.parse::<http::Uri>().map_err(|_| ())?;
    let mut fields = vec![];
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(())?;
        if name.is_empty() || !name.chars().all(|letter| letter.is_ascii() && token(letter as u8)) {
            return Err(());
        }
        fields.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
    }
    let all = |name: &str| {
        let named = fields.iter().filter(|(candidate, _)| candidate == name);
        named.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    let [host] = all("host")[..] else { return Err(()) };
    let (lengths, encodings) = (all("content-length"), all("transfer-encoding"));
    let body = &bytes[end + 4..];
    let (body, length) = match (&lengths[..], &encodings[..]) {
        ([], []) => (vec![], 0),
        ([length], []) => {
            let number: u64 = length.parse().map_err(|_| ())?;
            if number.to_string() != *length || number > i64::MAX as u64 {
                return Err(());
            }
            match usize::try_from(number).ok().and_then(|number| body.get(..number)) {
                Some(body) => (body.to_vec(), body.len()),
                None => return Ok(None),
            }
        }
        ([], [encoding]) if encoding.eq_ignore_ascii_case("chunked") && !old => match chunks(body)?
        {
            Some(read) => read,
            None => return Ok(None),
        },
        _ => return Err(()),
    };
    let request = Request {
        method: method.into(),
        target: target.into(),
        host: host.into(),
        body,
        fields: fields.clone(),
    };
    Ok(Some((request, end + 4 + length, old)))
}

/// The data of chunks, and how many bytes they are with all that is around it.
fn chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, ()> {
    let (mut data, mut at) = (vec![], 0);
    loop {
        let rest = &bytes[at..];
        let Some(end) = find(rest, b"\r\n") else {
            // Digits, and perhaps a carriage return, may still become a size.
            let digits = rest.strip_suffix(b"\r").unwrap_or(rest);
            let may = (rest.is_empty() || !digits.is_empty())
                && digits.len() < 16
                && digits.iter().all(u8::is_ascii_hexdigit);
            return if may { Ok(None) } else { Err(()) };
        };
        let digits = &rest[..end];
        if digits.is_empty() || digits.len() > 15 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(());
        }
        let size =
            u64::from_str_radix(str::from_utf8(digits).map_err(|_| ())?, 16).map_err(|_| ())?;
        at += end + 2;
        if size == 0 {
            break;
        }
        let size = usize::try_from(size).map_err(|_| ())?;
        let after = &bytes[at..];
        let Some(chunk) = after.get(..size) else { return Ok(None) };
        data.extend(chunk);
        let ending = after.get(size..size + 2).unwrap_or(&after[size..]);
        if !b"\r\n".starts_with(ending) {
            return Err(());
        }
        if ending.len() < 2 {
            return Ok(None);
        }
        at += size + 2;
    }
    // Trailers, each a field, up to an empty line.
    loop {
        let rest = &bytes[at..];
        let Some(end) = find(rest, b"\r\n") else {
            return Ok(None);
        };
        let line = &rest[..end];
        at += end + 2;
        if line.is_empty() {
            return Ok(Some((data, at)));
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or(())?;
        let (name, value) = line.split_at(colon);
        let text = |byte: &u8| *byte == b'\t' || !byte.is_ascii_control();
        if name.is_empty() || !name.iter().all(|byte| token(*byte)) || !value.iter().all(text) {
            return Err(());
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
