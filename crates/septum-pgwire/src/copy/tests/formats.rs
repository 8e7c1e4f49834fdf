use super::super::CopyErrorKind as Kind;
use super::*;

const NULL: Option<&str> = None;

#[test]
fn text_reads_delimiters_nulls_and_endings() {
    let two = text(2);
    check(&two, "", rows(&[]));
    check(&two, "a\tb\n", rows(&[&[Some("a"), Some("b")]]));
    check(&two, "a\tb", rows(&[&[Some("a"), Some("b")]]));
    check(&two, "\t\n", rows(&[&[Some(""), Some("")]]));
    check(&two, "\\N\t\\N\n", rows(&[&[NULL, NULL]]));
    check(&two, "\\\\N\t\\NN\n", rows(&[&[Some("\\N"), Some("NN")]]));
    check(&two, "a\tb\r\nc\td\r\n", rows(&[&[Some("a"), Some("b")], &[Some("c"), Some("d")]]));
    check(&two, "a\tb\rc\td\r", rows(&[&[Some("a"), Some("b")], &[Some("c"), Some("d")]]));
    check(&two, "a\tb\rc\td", rows(&[&[Some("a"), Some("b")], &[Some("c"), Some("d")]]));
    check(&text(1), "\n\n", rows(&[&[Some("")], &[Some("")]]));
    check(&text(0), "\n\n", rows(&[&[], &[]]));
    check(&text(0), "x\n", Err(Kind::ExtraData));
    check(&two, "a\n", Err(Kind::MissingData { column: 2 }));
    check(&two, "\n", Err(Kind::MissingData { column: 2 }));
    check(&two, "a\tb\tc\n", Err(Kind::ExtraData));
    check(&two, "a\tb\t\n", Err(Kind::ExtraData));
}

#[test]
fn text_reads_escapes() {
    let one = text(1);
    for (written, value) in [
        ("\\b\\f\\n\\r\\t\\v", "\u{8}\u{c}\n\r\t\u{b}"),
        ("\\a\\\\\\ \\\u{e9}", "a\\ \u{e9}"),
        ("a\\\tb", "a\tb"),
        ("a\\\nb", "a\nb"),
        ("\\101\\60\\0601\\7", "A001\u{7}"),
        ("\\1018", "A8"),
        ("\\x41\\x4A\\x4g\\xag\\xg\\x", "AJ\u{4}g\ngxgx"),
        ("\\x414", "A4"),
        ("\\541", "a"),
    ] {
        check(&one, format!("{written}\n"), rows(&[&[Some(value)]]));
    }
    check(&one, "\\303\\251\\xc3\\xA9\n", rows(&[&[Some("\u{e9}\u{e9}")]]));
    // A backslash before the end of the data is data to the line, and nothing to the field.
    check(&one, "a\\", rows(&[&[Some("a")]]));
    check(&one, "\\N\\", rows(&[&[NULL]]));
}

#[test]
fn text_reads_its_own_delimiter_and_null() {
    let format = Format::Text(Text { delimiter: b'|', null: "NULL".into(), header: Header::None });
    let two = Options { format, ..text(2) };
    check(&two, "NULL|null\n", rows(&[&[NULL, Some("null")]]));
    check(&two, "\\NULL|\\N\n", rows(&[&[Some("NULL"), Some("N")]]));
    check(&two, "a\\|b|c\td\n", rows(&[&[Some("a|b"), Some("c\td")]]));
    let format = Format::Text(Text { null: String::new(), ..Text::default() });
    let two = Options { format, ..text(2) };
    check(&two, "\t\\N\n", rows(&[&[NULL, Some("N")]]));
}

#[test]
fn text_refuses_mixed_endings() {
    let one = text(1);
    check(&one, "a\nb\r\n", Err(Kind::LiteralCarriageReturn));
    check(&one, "a\r\nb\rc", Err(Kind::LiteralCarriageReturn));
    check(&one, "a\r\nb\n", Err(Kind::LiteralNewline));
    check(&one, "a\rb\n", Err(Kind::LiteralNewline));
    // The backslash takes the carriage return, and the newline is left over.
    check(&one, "a\r\nb\\\r\n", Err(Kind::LiteralNewline));
}

#[test]
fn text_ends_at_its_mark() {
    let one = text(1);
    check(&one, "a\n\\.\n", rows(&[&[Some("a")]]));
    check(&one, "\\.\n", rows(&[]));
    check(&one, "\\.\r", rows(&[]));
    check(&one, "a\n\\.\nb\tc\td\r\n\0\u{fffd}", rows(&[&[Some("a")]]));
    check(&one, "a\r\n\\.\r\nb", rows(&[&[Some("a")]]));
    check(&one, "a\r\\.\rb", rows(&[&[Some("a")]]));
    // What stands before the mark is a row, in PostgreSQL 15.
    check(&one, "a\\.\nb\n", rows(&[&[Some("a")]]));
    check(&one, "a\\\\.\n", rows(&[&[Some("a\\.")]]));
    check(&one, "a\n\\.", Err(Kind::EndMarkCorrupt));
    check(&one, "a\n\\.b\n", Err(Kind::EndMarkCorrupt));
    check(&one, "a\r\n\\.b\n", Err(Kind::EndMarkCorrupt));
    check(&one, "a\r\n\\.", Err(Kind::EndMarkCorrupt));
    check(&one, "a\r\n\\.\r", Err(Kind::EndMarkCorrupt));
    check(&one, "a\n\\.\r\n", Err(Kind::EndMarkNewline));
    check(&one, "a\r\n\\.\n", Err(Kind::EndMarkNewline));
    check(&one, "a\r\\.\n", Err(Kind::EndMarkNewline));
}

#[test]
fn text_is_utf8_without_nul() {
    let one = text(1);
    for stream in [
        &b"\xff\n"[..],
        b"\xc3\n",
        b"a\xc3",
        b"\xed\xa0\x80\n",
        b"\xc0\x80\n",
        b"a\0b\n",
        b"\\000\n",
        b"\\x00\n",
        b"\\xff\n",
        b"\\303\n",
        b"\\x80\xc3\xa9\n",
    ] {
        check(&one, stream, Err(Kind::InvalidEncoding));
    }
    // The NULL string is compared before the value is complained about.
    let format = Format::Text(Text { null: "\\xff".into(), ..Text::default() });
    check(&Options { format, ..text(1) }, "\\xff\n", rows(&[&[NULL]]));
    // A skipped header is text too.
    let format = Format::Text(Text { header: Header::Skip, ..Text::default() });
    check(&Options { format, ..text(1) }, b"\xff\na\n", Err(Kind::InvalidEncoding));
}

#[test]
fn a_header_is_skipped_or_matched() {
    let skip =
        Options { format: Format::Csv(Csv { header: Header::Skip, ..Csv::default() }), ..csv(2) };
    check(&skip, "whatever\n1,2\n", rows(&[&[Some("1"), Some("2")]]));
    check(&skip, "whatever", rows(&[]));
    check(&skip, "", rows(&[]));
    check(&skip, "\n", rows(&[]));
    check(&skip, "\"a\nb\"\n1,2\n", rows(&[&[Some("1"), Some("2")]]));
    let names = || Header::Match(vec!["id".into(), "n,e".into()]);
    let matching =
        Options { format: Format::Csv(Csv { header: names(), ..Csv::default() }), ..csv(2) };
    check(&matching, "id,\"n,e\"\n1,2\n", rows(&[&[Some("1"), Some("2")]]));
    check(&matching, "id,\"n,e\"", rows(&[]));
    let wrong = |field, expected: &str| Kind::HeaderName { field, expected: expected.into() };
    check(&matching, "ID,\"n,e\"\n", Err(wrong(1, "id")));
    check(&matching, "id,\n", Err(wrong(2, "n,e")));
    check(&matching, "", Err(Kind::HeaderCount { expected: 2 }));
    check(&matching, "id\n", Err(Kind::HeaderCount { expected: 2 }));
    check(&matching, "id,b,c\n", Err(Kind::HeaderCount { expected: 2 }));
    let matching =
        Options { format: Format::Text(Text { header: names(), ..Text::default() }), ..text(2) };
    check(&matching, "\\x69d\tn,e\n\\N\t2\n", rows(&[&[NULL, Some("2")]]));
    check(&matching, "id\t\\N\n", Err(wrong(2, "n,e")));
}

#[test]
fn csv_reads_quotes_and_nulls() {
    let two = csv(2);
    check(&two, "", rows(&[]));
    check(&two, "a,b\n", rows(&[&[Some("a"), Some("b")]]));
    check(&two, ",\"\"\n", rows(&[&[NULL, Some("")]]));
    check(&two, " a , b \n", rows(&[&[Some(" a "), Some(" b ")]]));
    check(&two, "\"a,b\",c\n", rows(&[&[Some("a,b"), Some("c")]]));
    check(&two, "\"a\"\"b\",\"\"\"\"\n", rows(&[&[Some("a\"b"), Some("\"")]]));
    check(&two, "a\"b,c\"d,\"e\"f\n", rows(&[&[Some("ab,cd"), Some("ef")]]));
    check(&two, "\"a\nb\",\"c\r\nd\"\n", rows(&[&[Some("a\nb"), Some("c\r\nd")]]));
    check(&two, "\\N,\\\\\n", rows(&[&[Some("\\N"), Some("\\\\")]]));
    check(&csv(1), "\n\"\"\n", rows(&[&[NULL], &[Some("")]]));
    check(&csv(0), "\n", rows(&[&[]]));
    check(&two, "a\n", Err(Kind::MissingData { column: 2 }));
    check(&two, "a,b,c\n", Err(Kind::ExtraData));
    check(&two, "a,\"b\n", Err(Kind::UnterminatedQuote));
    check(&two, "a,b\"", Err(Kind::UnterminatedQuote));
    check(&two, b"\xff,b\n", Err(Kind::InvalidEncoding));
    check(&two, "a\0,b\n", Err(Kind::InvalidEncoding));
}

#[test]
fn csv_reads_its_own_quotes_and_escapes() {
    let format = |quote, escape| Format::Csv(Csv { quote, escape, ..Csv::default() });
    let one = Options { format: format(b'"', b'\\'), ..csv(1) };
    check(&one, "\"a\\\"b\\\\c\\d\"\n", rows(&[&[Some("a\"b\\c\\d")]]));
    check(&one, "\"a\\\\\"\n", rows(&[&[Some("a\\")]]));
    check(&one, "\"a\\\nb\"\n", rows(&[&[Some("a\\\nb")]]));
    check(&one, "a\\\"b\n\"\n", rows(&[&[Some("a\\b\n")]]));
    let one = Options { format: format(b'\'', b'\''), ..csv(1) };
    check(&one, "'it''s \"x\"'\n", rows(&[&[Some("it's \"x\"")]]));
    let two = Options {
        format: Format::Csv(Csv { delimiter: b';', null: "NULL".into(), ..Csv::default() }),
        ..csv(2)
    };
    check(&two, "NULL;\"NULL\"\n", rows(&[&[NULL, Some("NULL")]]));
    check(&two, ";NULL\"\"\n", rows(&[&[Some(""), Some("NULL")]]));
}

#[test]
fn csv_forces_nulls() {
    let format =
        Format::Csv(Csv { force_null: vec![0, 2], force_not_null: vec![1, 2], ..Csv::default() });
    let three = Options { format, ..csv(3) };
    check(&three, ",,\n", rows(&[&[NULL, Some(""), Some("")]]));
    check(&three, "\"\",\"\",\"\"\n", rows(&[&[NULL, Some(""), NULL]]));
}

#[test]
fn csv_ends_at_a_mark_that_is_alone() {
    let one = csv(1);
    check(&one, "a\n\\.\nb,c\n", rows(&[&[Some("a")]]));
    check(&one, "\\.\n", rows(&[]));
    check(&one, "\\.", rows(&[&[Some("\\.")]]));
    check(&one, "\\.b\n", rows(&[&[Some("\\.b")]]));
    check(&one, "a\\.\n", rows(&[&[Some("a\\.")]]));
    check(&one, "\\", rows(&[&[Some("\\")]]));
    check(&one, "\\a\n", rows(&[&[Some("\\a")]]));
    check(&one, "\"\n\\.\n\"\n", rows(&[&[Some("\n\\.\n")]]));
    check(&one, "a\r\n\\.\r\nb\r\n", rows(&[&[Some("a")]]));
    check(&one, "a\n\\.\r\n", Err(Kind::EndMarkNewline));
    check(&one, "a\r\\.\n", Err(Kind::EndMarkNewline));
    // Here the newline is not the style of the lines before: it is a value, and then an error.
    check(&one, "a\r\n\\.\n", Err(Kind::UnquotedNewline));
}

#[test]
fn csv_refuses_mixed_endings_outside_of_quotes() {
    let one = csv(1);
    check(&one, "a\nb\r\n", Err(Kind::UnquotedCarriageReturn));
    check(&one, "a\r\nb\rc", Err(Kind::UnquotedCarriageReturn));
    check(&one, "a\r\nb\n", Err(Kind::UnquotedNewline));
    check(&one, "a\rb\n", Err(Kind::UnquotedNewline));
}

#[test]
fn csv_counts_the_lines_inside_quotes() {
    let mut decoder = Decoder::new(csv(1)).unwrap();
    decoder.feed(b"a\n\"b\nc\"\nd,\n");
    let mut next = || decoder.next_row().map(|row| row.map(Row::line));
    assert_eq!((next(), next()), (Ok(Some(1)), Ok(Some(3))));
    assert_eq!(next().unwrap_err().line, 4);
}

#[test]
fn binary_reads_tuples() {
    let header = encoder::binary_header;
    let two = binary(2);
    check(&two, header(&[]), rows(&[]));
    check(&two, header(&[0xff, 0xff]), rows(&[]));
    let tuple = [0, 2, 0, 0, 0, 1, b'a', 0xff, 0xff, 0xff, 0xff];
    check(&two, header(&tuple), rows(&[&[Some("a"), NULL]]));
    let twice = [&tuple[..], &[0, 2, 0, 0, 0, 0, 0, 0, 0, 1, b'\n', 0xff, 0xff]].concat();
    check(&two, header(&twice), rows(&[&[Some("a"), NULL], &[Some(""), Some("\n")]]));
    check(&binary(0), header(&[0, 0, 0, 0, 0xff, 0xff]), rows(&[&[], &[]]));
    let extended = [b"PGCOPY\n\xff\r\n\0\0\0\0\x01\0\0\0\x03xyz", &tuple[..]].concat();
    check(&two, extended, rows(&[&[Some("a"), NULL]]));
}

#[test]
fn binary_refuses_what_is_not_whole() {
    let header = encoder::binary_header;
    let one = binary(1);
    for (stream, kind) in [
        (vec![], Kind::Signature),
        (b"PGCOPY\n\xff\r\n".to_vec(), Kind::Signature),
        (b"PGCOPY\n\xff\n\n\0\0\0\0\0\0\0\0\0".to_vec(), Kind::Signature),
        (b"1\t2\n".to_vec(), Kind::Signature),
        (b"PGCOPY\n\xff\r\n\0\0\0\0".to_vec(), Kind::MissingFlags),
        (b"PGCOPY\n\xff\r\n\0\0\x01\0\0\0\0\0\0".to_vec(), Kind::WithOids),
        (b"PGCOPY\n\xff\r\n\0\x80\0\0\0\0\0\0\0".to_vec(), Kind::CriticalFlags),
        (b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0".to_vec(), Kind::MissingLength),
        (b"PGCOPY\n\xff\r\n\0\0\0\0\0\xff\xff\xff\xff".to_vec(), Kind::MissingLength),
        (b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\x02x".to_vec(), Kind::WrongLength),
        (header(&[0]), Kind::UnexpectedEnd),
        (header(&[0, 1]), Kind::UnexpectedEnd),
        (header(&[0, 1, 0, 0, 0]), Kind::UnexpectedEnd),
        (header(&[0, 1, 0, 0, 0, 2, b'a']), Kind::UnexpectedEnd),
        (header(&[0, 1, 0xff, 0xff, 0xff, 0xfe]), Kind::FieldSize),
        (header(&[0, 1, 0x80, 0, 0, 0]), Kind::FieldSize),
        (header(&[0, 2]), Kind::FieldCount { found: 2, expected: 1 }),
        (header(&[0, 0]), Kind::FieldCount { found: 0, expected: 1 }),
        (header(&[0xff, 0xfe]), Kind::FieldCount { found: -2, expected: 1 }),
        (header(&[0xff, 0xff, 0]), Kind::DataAfterEnd),
    ] {
        check(&one, stream, Err(kind));
    }
}
