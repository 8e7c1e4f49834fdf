//! The data of `COPY FROM STDIN`, decoded to rows, sans-IO.
//!
//! PostgreSQL refuses `COPY FROM` on a table with row-level security. The proxy carries it as
//! `INSERT`s instead, one parameter a field, and for that it must read the stream exactly as
//! PostgreSQL 15 does (`src/backend/commands/copyfromparse.c`): a row that two programs read
//! differently is a row that was not judged.
//!
//! ```
//! use septum_pgwire::copy::{Decoder, Format, Options, Text};
//!
//! let format = Format::Text(Text::default());
//! let mut decoder = Decoder::new(Options { format, columns: 2, max_row: 1 << 20 })?;
//! decoder.feed(b"1\tAnna\\t");
//! decoder.feed(b"Lee\n2\t\\N\n");
//! decoder.end();
//! let mut rows = Vec::new();
//! while let Some(row) = decoder.next_row()? {
//!     rows.push(row.iter().map(|field| field.map(<[u8]>::to_vec)).collect::<Vec<_>>());
//! }
//! assert_eq!(rows, [
//!     [Some(b"1".to_vec()), Some(b"Anna\tLee".to_vec())],
//!     [Some(b"2".to_vec()), None],
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod binary;
mod buffer;
mod csv;
mod decoder;
mod error;
mod lines;
mod options;
mod row;
mod scanner;
mod text;

#[cfg(test)]
mod tests;

pub use decoder::Decoder;
pub use error::{CopyError, CopyErrorKind};
pub use options::{Csv, Format, Header, InvalidOptions, Options, Text};
pub use row::Row;
