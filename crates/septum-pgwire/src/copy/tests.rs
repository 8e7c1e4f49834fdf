mod encoder;
mod formats;
mod properties;

use super::*;

type Rows = Vec<Vec<Option<Vec<u8>>>>;

const MAX_ROW: usize = 1 << 16;

fn text(columns: usize) -> Options {
    Options { format: Format::Text(Text::default()), columns, max_row: MAX_ROW }
}

fn csv(columns: usize) -> Options {
    Options { format: Format::Csv(Csv::default()), columns, max_row: MAX_ROW }
}

fn binary(columns: usize) -> Options {
    Options { format: Format::Binary, columns, max_row: MAX_ROW }
}

/// What the stream decodes to when it arrives in these pieces, each emptied before the next.
fn decode<'a>(
    options: &Options,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Rows, CopyError> {
    let mut decoder = Decoder::new(options.clone()).unwrap();
    let mut rows = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        drain(&mut decoder, options, &mut rows)?;
    }
    decoder.end();
    drain(&mut decoder, options, &mut rows)?;
    Ok(rows)
}

fn drain(decoder: &mut Decoder, options: &Options, rows: &mut Rows) -> Result<(), CopyError> {
    while let Some(row) = decoder.next_row()? {
        assert_eq!(row.len(), options.columns);
        let fields: Vec<_> = row.iter().map(|field| field.map(<[u8]>::to_vec)).collect();
        for (column, field) in fields.iter().enumerate() {
            assert_eq!(row.get(column), Some(field.as_deref()));
        }
        rows.push(fields);
    }
    Ok(())
}

/// What the stream decodes to, after checking that no way of splitting it changes that.
fn decode_every_way(options: &Options, stream: &[u8]) -> Result<Rows, CopyError> {
    let whole = decode(options, [stream]);
    for at in 0..=stream.len() {
        let (a, b) = stream.split_at(at);
        assert_eq!(decode(options, [a, b]), whole, "split at {at}: {stream:?}");
    }
    assert_eq!(decode(options, stream.chunks(1)), whole, "byte by byte: {stream:?}");
    whole
}

/// Rows as a table writes them: `None` is NULL.
fn rows(expected: &[&[Option<&str>]]) -> Result<Rows, CopyErrorKind> {
    let value = |field: &Option<&str>| field.map(|text| text.as_bytes().to_vec());
    Ok(expected.iter().map(|row| row.iter().map(value).collect()).collect())
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a table of literals reads better")]
fn check(options: &Options, stream: impl AsRef<[u8]>, expected: Result<Rows, CopyErrorKind>) {
    let stream = stream.as_ref();
    let found = decode_every_way(options, stream).map_err(|error| error.kind);
    assert_eq!(found, expected, "{}", stream.escape_ascii());
}

#[test]
fn an_error_stays_and_names_its_line() {
    let mut decoder = Decoder::new(text(2)).unwrap();
    decoder.feed(b"1\t2\n3\n4\t5\n");
    assert_eq!(decoder.next_row().unwrap().unwrap().line(), 1);
    let error = decoder.next_row().unwrap_err();
    assert_eq!((error.line, error.sqlstate()), (2, "22P04"));
    assert_eq!(error.to_string(), "missing data for column 2 (COPY data, line 2)");
    decoder.feed(b"4\t5\n");
    assert_eq!(decoder.next_row().unwrap_err(), error);
    decoder.end();
    assert_eq!(decoder.next_row().unwrap_err(), error);
}

#[test]
fn data_after_the_end_is_refused() {
    let mut decoder = Decoder::new(text(1)).unwrap();
    decoder.end();
    decoder.feed(b"1\n");
    assert_eq!(decoder.next_row().unwrap_err().kind, CopyErrorKind::DataAfterEnd);
}

#[test]
fn a_row_over_the_limit_is_refused_before_it_is_collected() {
    let too_large = CopyErrorKind::RowTooLarge { limit: 8 };
    for (format, stream) in [
        (text(1).format, b"123456789".to_vec()),
        (text(1).format, b"123456789\n".to_vec()),
        (csv(1).format, b"\"23456789".to_vec()),
        (binary(1).format, encoder::binary_header(&[0, 1, 0, 0, 0, 3])),
        (binary(1).format, encoder::binary_header(&[0, 1, 0x7f, 0xff, 0xff, 0xff])),
    ] {
        let mut decoder = Decoder::new(Options { format, columns: 1, max_row: 8 }).unwrap();
        decoder.feed(&stream);
        let error = decoder.next_row().unwrap_err();
        assert_eq!((&error.kind, error.sqlstate()), (&too_large, "54000"));
    }
    // The bytes that end a row don't count, even when the stream is split between them.
    let exact = Options { max_row: 8, ..text(1) };
    for ending in ["\n", "\r", "\r\n"] {
        let stream = format!("12345678{ending}12345678{ending}\\.{ending}");
        check(&exact, stream, rows(&[&[Some("12345678")], &[Some("12345678")]]));
    }
    check(&exact, "12345678\\.\n", rows(&[&[Some("12345678")]]));
    let exact = Options { max_row: 8, ..binary(1) };
    let stream = encoder::binary_header(&[0, 1, 0, 0, 0, 2, b'h', b'i', 0xff, 0xff]);
    check(&exact, stream, rows(&[&[Some("hi")]]));
}

#[test]
fn memory_follows_the_rows_and_not_the_stream() {
    let mut decoder = Decoder::new(Options { max_row: 4 << 20, ..text(1) }).unwrap();
    let mut huge = vec![b'x'; 4 << 20];
    huge.extend(b"\n");
    decoder.feed(&huge);
    assert!(decoder.next_row().unwrap().is_some());
    for _ in 0..1000 {
        // Never a whole row at the end: the buffer is never empty.
        decoder.feed(b"a row\nhalf a");
        while decoder.next_row().unwrap().is_some() {}
    }
    assert!(decoder.capacity() <= 1 << 18, "{}", decoder.capacity());
}

#[test]
fn neither_rows_nor_decoder_show_a_value() {
    let mut decoder = Decoder::new(text(1)).unwrap();
    decoder.feed(b"hunter2\n");
    let row = format!("{:?}", decoder.next_row().unwrap().unwrap());
    assert_eq!(row, "Row { line: 1, len: 1 }");
    assert!(!format!("{decoder:?}").contains("hunter2"));
}

#[test]
fn options_that_read_two_ways_are_refused() {
    use InvalidOptions as E;
    let plain = Text::default;
    for (text, error) in [
        (Text { delimiter: b'\n', ..plain() }, E::Delimiter),
        (Text { delimiter: b'\r', ..plain() }, E::Delimiter),
        (Text { delimiter: 0xc3, ..plain() }, E::Delimiter),
        (Text { delimiter: b'a', ..plain() }, E::TextDelimiter),
        (Text { delimiter: b'7', ..plain() }, E::TextDelimiter),
        (Text { delimiter: b'\\', null: "x".into(), ..plain() }, E::TextDelimiter),
        (Text { null: "a\nb".into(), ..plain() }, E::Null),
        (Text { null: "\t".into(), ..plain() }, E::DelimiterInNull),
        (Text { header: Header::Match(vec![]), ..plain() }, E::HeaderColumns),
    ] {
        let options = Options { format: Format::Text(text), ..self::text(1) };
        assert_eq!(Decoder::new(options).err(), Some(error));
    }
    let plain = Csv::default;
    for (csv, error) in [
        (Csv { quote: b',', ..plain() }, E::DelimiterIsQuote),
        (Csv { quote: b'\n', ..plain() }, E::Quote),
        (Csv { escape: b'\r', ..plain() }, E::Escape),
        (Csv { null: "\"".into(), ..plain() }, E::QuoteInNull),
        (Csv { force_null: vec![1], ..plain() }, E::ForcedColumn),
        (Csv { force_not_null: vec![9], ..plain() }, E::ForcedColumn),
    ] {
        let options = Options { format: Format::Csv(csv), ..self::csv(1) };
        assert_eq!(Decoder::new(options).err(), Some(error));
    }
}
