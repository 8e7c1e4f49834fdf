use proptest::collection::vec;
use proptest::prelude::*;

use super::super::scanner;
use super::*;

/// Every character that means something somewhere, and some that mean nothing.
const NASTY: &str = "[\\\\\\.\\n\\r\\t,;\"'|Nnx041 a\u{8}\u{b}\u{c}\u{e9}\u{20ac}\u{10ffff}]{0,8}";

fn tables() -> impl Strategy<Value = (usize, Vec<Vec<Option<String>>>)> {
    (1usize..5).prop_flat_map(|columns| {
        let field = prop::option::weighted(0.8, NASTY);
        (Just(columns), vec(vec(field, columns), 0..8))
    })
}

fn bytes(table: &[Vec<Option<String>>]) -> Rows {
    let value = |field: &Option<String>| field.as_ref().map(|text| text.as_bytes().to_vec());
    table.iter().map(|row| row.iter().map(value).collect()).collect()
}

/// The stream in pieces of these sizes, over and over.
fn pieces<'a>(stream: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = stream;
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        let (piece, after) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    pieces
}

proptest! {
    #[test]
    fn what_copyto_writes_as_text_is_read_back(
        (columns, table) in tables(),
        sizes in vec(1usize..40, 1..5),
        ending in prop::sample::select(vec!["\n", "\r", "\r\n"]),
        delimiter in prop::sample::select(b"\t|,;'\"N ".to_vec()),
        null in prop::sample::select(vec!["\\N", "", "x4", "\\x"]),
    ) {
        let format = Text { delimiter, null: null.to_owned(), header: Header::None };
        // COPY TO can write a value that it reads back as NULL; those are not values here.
        let mut table = table;
        for field in table.iter_mut().flatten() {
            if field.as_deref() == Some(null) && !null.contains('\\') {
                *field = None;
            }
        }
        prop_assume!(!null.bytes().any(|byte| byte == delimiter));
        let stream = encoder::text(&table, &format, ending);
        let options = Options { format: Format::Text(format), ..text(columns) };
        prop_assert_eq!(decode(&options, pieces(&stream, &sizes)), Ok(bytes(&table)));
    }

    #[test]
    fn what_copyto_writes_as_csv_is_read_back(
        (columns, table) in tables(),
        sizes in vec(1usize..40, 1..5),
        ending in prop::sample::select(vec!["\n", "\r", "\r\n"]),
        delimiter in prop::sample::select(b",;|\t".to_vec()),
        quote in prop::sample::select(b"\"'x".to_vec()),
        escape in prop::sample::select(b"\"'\\.".to_vec()),
        null in prop::sample::select(vec!["", "\\N", "1"]),
    ) {
        let format = Csv { delimiter, quote, escape, null: null.to_owned(), ..Csv::default() };
        let stream = encoder::csv(&table, &format, ending);
        let options = Options { format: Format::Csv(format), ..csv(columns) };
        prop_assert_eq!(decode(&options, pieces(&stream, &sizes)), Ok(bytes(&table)));
    }

    #[test]
    fn what_copyto_writes_as_binary_is_read_back(
        (columns, table) in (0usize..5).prop_flat_map(|columns| {
            let field = prop::option::weighted(0.8, vec(any::<u8>(), 0..20));
            (Just(columns), vec(vec(field, columns), 0..8))
        }),
        sizes in vec(1usize..40, 1..5),
        trailer in any::<bool>(),
    ) {
        let stream = encoder::binary(&table, trailer);
        prop_assert_eq!(decode(&binary(columns), pieces(&stream, &sizes)), Ok(table));
    }

    /// Whatever arrives, it is read one way: splitting never matters, nothing panics, and text
    /// fields are UTF-8 without NUL.
    #[test]
    fn any_stream_is_read_one_way(
        noise in prop_oneof![
            vec(any::<u8>(), 0..60),
            vec(prop::sample::select(b"\\.\n\r\t,\"'ax07N\xc3\xa9\0".to_vec()), 0..60),
            vec(any::<u8>(), 0..60).prop_map(|tail| encoder::binary_header(&tail)),
        ],
        columns in 0usize..3,
        escape in prop::sample::select(b"\"\\'".to_vec()),
    ) {
        let escaped = Format::Csv(Csv { escape, ..Csv::default() });
        for options in [text(columns), Options { format: escaped, ..csv(columns) }, binary(columns)] {
            let rows = decode_every_way(&options, &noise);
            if options.format != Format::Binary {
                for field in rows.iter().flatten().flatten().flatten() {
                    prop_assert!(std::str::from_utf8(field).is_ok() && !field.contains(&0));
                }
            }
        }
    }

    /// The scanner that skips from one special byte to the next finds what the one of
    /// `CopyReadLineText`, which looks at each, would find.
    #[test]
    fn csv_lines_end_where_a_byte_by_byte_reading_ends_them(
        stream in vec(prop::sample::select(b"\n\"\\a,".to_vec()), 0..40),
        escape in prop::sample::select(b"\"\\".to_vec()),
    ) {
        let (quote, distinct) = (b'"', (escape != b'"').then_some(escape));
        let (mut in_quote, mut last_was_escape) = (false, false);
        let end = stream.iter().position(|&c| {
            if in_quote && Some(c) == distinct {
                last_was_escape = !last_was_escape;
            }
            if c == quote && !last_was_escape {
                in_quote = !in_quote;
            }
            if Some(c) != distinct {
                last_was_escape = false;
            }
            c == b'\n' && !in_quote
        });
        let mut scanner = scanner::Scanner::new(Some(scanner::Quotes { quote, escape }));
        let expected = match end {
            Some(length) => scanner::Found::Line { length, next: length + 1 },
            None => scanner::Found::Last { length: stream.len() },
        };
        prop_assert_eq!(scanner.scan(&stream, true), Ok(expected));
    }
}
