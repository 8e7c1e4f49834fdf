//! The other direction, as PostgreSQL's `copyto.c` writes it.

use super::super::{Csv, Text};

pub(super) fn binary_header(after: &[u8]) -> Vec<u8> {
    [b"PGCOPY\n\xff\r\n\0".as_slice(), &[0; 8], after].concat()
}

pub(super) fn binary(rows: &[Vec<Option<Vec<u8>>>], trailer: bool) -> Vec<u8> {
    let mut stream = binary_header(&[]);
    for row in rows {
        stream.extend(i16::try_from(row.len()).unwrap().to_be_bytes());
        for field in row {
            match field {
                None => stream.extend((-1i32).to_be_bytes()),
                Some(value) => {
                    stream.extend(i32::try_from(value.len()).unwrap().to_be_bytes());
                    stream.extend(value);
                }
            }
        }
    }
    if trailer {
        stream.extend((-1i16).to_be_bytes());
    }
    stream
}

pub(super) fn text(rows: &[Vec<Option<String>>], options: &Text, ending: &str) -> Vec<u8> {
    let mut stream = Vec::new();
    for row in rows {
        for (column, field) in row.iter().enumerate() {
            if column > 0 {
                stream.push(options.delimiter);
            }
            match field {
                None => stream.extend(options.null.bytes()),
                Some(value) => value.bytes().for_each(|byte| match byte {
                    0x08 => stream.extend(b"\\b"),
                    0x0c => stream.extend(b"\\f"),
                    b'\n' => stream.extend(b"\\n"),
                    b'\r' => stream.extend(b"\\r"),
                    b'\t' => stream.extend(b"\\t"),
                    0x0b => stream.extend(b"\\v"),
                    b'\\' => stream.extend(b"\\\\"),
                    byte if byte == options.delimiter => stream.extend([b'\\', byte]),
                    byte => stream.push(byte),
                }),
            }
        }
        stream.extend(ending.bytes());
    }
    stream
}

pub(super) fn csv(rows: &[Vec<Option<String>>], options: &Csv, ending: &str) -> Vec<u8> {
    let mut stream = Vec::new();
    for row in rows {
        for (column, field) in row.iter().enumerate() {
            if column > 0 {
                stream.push(options.delimiter);
            }
            let Some(value) = field else {
                stream.extend(options.null.bytes());
                continue;
            };
            let special = [options.delimiter, options.quote, b'\n', b'\r'];
            let single = row.len() == 1;
            let quoted = *value == options.null
                || single && value == "\\."
                || value.bytes().any(|byte| special.contains(&byte));
            if quoted {
                stream.push(options.quote);
            }
            for byte in value.bytes() {
                if quoted && (byte == options.quote || byte == options.escape) {
                    stream.push(options.escape);
                }
                stream.push(byte);
            }
            if quoted {
                stream.push(options.quote);
            }
        }
        stream.extend(ending.bytes());
    }
    stream
}
