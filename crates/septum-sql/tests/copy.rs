//! COPY, read as PostgreSQL reads it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's failure report")]

use septum_sql::{CopyFormat, CopyHeader, CopyIn, ForcedColumns, Kind, parse_script};

fn copy_in(text: &str) -> CopyIn {
    match parse_script(text).unwrap().remove(0).kind() {
        Kind::CopyIn(copy) => copy.clone(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_defaults_are_postgresql_s() {
    let text = copy_in("COPY s.\"T\" (a, \"b\"\"c\") FROM STDIN");
    assert_eq!(text.relation, "\"s\".\"T\"");
    assert_eq!(text.columns, ["\"a\"", "\"b\"\"c\""]);
    assert_eq!((text.format, text.delimiter, text.null.as_str()), (CopyFormat::Text, b'\t', "\\N"));
    let csv = copy_in("COPY t FROM STDIN CSV");
    assert_eq!((csv.delimiter, csv.quote, csv.escape), (b',', b'"', b'"'));
    assert_eq!((csv.null.as_str(), csv.header), ("", CopyHeader::None));
    assert_eq!(copy_in("COPY BINARY t FROM STDIN").format, CopyFormat::Binary);
}

#[test]
fn options_are_read_in_both_syntaxes() {
    for text in [
        "COPY t FROM STDIN CSV HEADER QUOTE '''' FORCE NOT NULL a, b",
        "COPY t FROM STDIN (FORMAT csv, HEADER, QUOTE '''', FORCE_NOT_NULL (a, b))",
        "COPY t FROM STDIN (FORMAT csv, HEADER 1, QUOTE '''', FORCE_NOT_NULL (a, b))",
        "COPY t FROM STDIN (FORMAT csv, HEADER on, QUOTE '''', FORCE_NOT_NULL (a, b))",
    ] {
        let copy = copy_in(text);
        assert_eq!((copy.header, copy.quote, copy.escape), (CopyHeader::Skip, b'\'', b'\''));
        let listed = vec!["\"a\"".to_owned(), "\"b\"".to_owned()];
        assert_eq!(copy.force_not_null, ForcedColumns::Listed(listed), "{text}");
    }
    let all = copy_in("COPY t FROM STDIN (FORMAT csv, FORCE_NULL *, HEADER match)");
    assert_eq!((all.force_null, all.header), (ForcedColumns::All, CopyHeader::Match));
}

#[test]
fn s134_s135_files_programs_and_what_would_be_lost_are_refused() {
    for text in [
        "COPY t FROM '/etc/passwd'",
        "COPY t TO '/tmp/x'",
        "COPY t FROM PROGRAM 'id'",
        "COPY t TO PROGRAM 'id'",
        "COPY t FROM STDIN WHERE a = 1",
        "COPY t FROM STDIN (FREEZE)",
        "COPY t FROM STDIN (ON_ERROR ignore)",
        "COPY t FROM STDIN (DEFAULT 'x')",
        "COPY t FROM STDIN (ENCODING 'SJIS')",
        "COPY t FROM STDIN (FORMAT xml)",
        "COPY t FROM STDIN (DELIMITER '|', DELIMITER '|')",
        "COPY t FROM STDIN (DELIMITER 'ab')",
        "COPY t FROM STDIN (DELIMITER 'ä')",
        "COPY t FROM STDIN (DELIMITER 'a')",
        "COPY t FROM STDIN (DELIMITER E'\\n')",
        "COPY t FROM STDIN (QUOTE '|')",
        "COPY t FROM STDIN (FORMAT binary, NULL 'x')",
        "COPY t FROM STDIN (FORMAT csv, DELIMITER '\"')",
        "COPY t FROM STDIN (FORMAT csv, FORCE_QUOTE *)",
        "COPY t FROM STDIN (NULL E'a\\tb')",
        "COPY t TO STDOUT (ENCODING 'BIG5')",
        "COPY t TO STDOUT (ENCODING 'UTF8', COMPRESSION 'x')",
    ] {
        let statement = parse_script(text).unwrap().remove(0);
        let reason = statement.refusal();
        assert_eq!(reason, Some(septum_core::Reason::CopyNotAllowed), "{text}");
    }
}
