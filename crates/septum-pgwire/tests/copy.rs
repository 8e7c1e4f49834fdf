//! COPY streams, held against a real server: what it accepts we read to the same rows, and
//! what it refuses we refuse for the same reason at the same line.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that says why it skips")]

use bytes::Bytes;
use futures_util::{SinkExt as _, TryStreamExt as _};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use septum_pgwire::copy::{CopyError, CopyErrorKind, Csv, Decoder, Format, Header, Options, Text};
use septum_test_cluster::{Binaries, Cluster};
use tokio_postgres::{Client, NoTls, Transaction};

type Rows = Vec<Vec<Option<Vec<u8>>>>;

/// How a server refused a stream: the SQLSTATE and, where it says so, the line.
type Refusal = (String, Option<u64>);

/// The releases that read as PostgreSQL 15 does. From 18 on, `\.` means less.
const SAME_READING: std::ops::RangeInclusive<u32> = 15..=17;

async fn server() -> anyhow::Result<Option<(Cluster, Client)>> {
    if let Err(error) = Binaries::find() {
        println!("skipped: {error}");
        return Ok(None);
    }
    let cluster = Cluster::start()?;
    let client = connect(&cluster).await?;
    let version: String = client.query_one("SHOW server_version_num", &[]).await?.get(0);
    let major = version.parse::<u32>()? / 10_000;
    if !SAME_READING.contains(&major) {
        println!("skipped: PostgreSQL {major} does not read COPY data as 15 does");
        return Ok(None);
    }
    for (table, kind) in [("texts", "text"), ("bytes", "bytea")] {
        client
            .batch_execute(&format!(
                "CREATE TABLE {table} \
                 (n bigint GENERATED ALWAYS AS IDENTITY, c0 {kind}, c1 {kind})"
            ))
            .await?;
    }
    Ok(Some((cluster, client)))
}

async fn connect(cluster: &Cluster) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(&cluster.dsn("postgres"), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// What COPY's options are called in SQL.
fn sql(format: &Format) -> String {
    let byte = |byte: u8| format!("E'\\x{byte:02x}'");
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let header = |header: &Header| match header {
        Header::None => "",
        Header::Skip => ", HEADER",
        Header::Match(_) => ", HEADER MATCH",
    };
    match format {
        Format::Binary => "FORMAT binary".to_owned(),
        Format::Text(options) => format!(
            "FORMAT text, DELIMITER {}, NULL {}{}",
            byte(options.delimiter),
            text(&options.null),
            header(&options.header)
        ),
        Format::Csv(options) => {
            let mut sql = format!(
                "FORMAT csv, DELIMITER {}, QUOTE {}, ESCAPE {}, NULL {}{}",
                byte(options.delimiter),
                byte(options.quote),
                byte(options.escape),
                text(&options.null),
                header(&options.header)
            );
            for (name, columns) in
                [("FORCE_NULL", &options.force_null), ("FORCE_NOT_NULL", &options.force_not_null)]
            {
                if !columns.is_empty() {
                    let columns: Vec<_> = columns.iter().map(|at| format!("c{at}")).collect();
                    sql.push_str(&format!(", {name} ({})", columns.join(", ")));
                }
            }
            sql
        }
    }
}

/// The table that takes any value of this format.
fn table(format: &Format) -> &'static str {
    if *format == Format::Binary { "bytes" } else { "texts" }
}

fn columns(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("c{at}")).collect()
}

/// What a server makes of the stream, in a transaction that is rolled back.
async fn by_the_server(
    client: &mut Client,
    options: &Options,
    pieces: &[&[u8]],
) -> anyhow::Result<Result<Rows, Refusal>> {
    let transaction = client.transaction().await?;
    let outcome = match copy_in(&transaction, options, pieces).await {
        Ok(()) => Ok(rows(&transaction, options).await?),
        Err(error) => {
            let Some(refusal) = error.as_db_error() else { return Err(error.into()) };
            let line = refusal.where_().and_then(|place| place.split_once(", line "));
            let line = line.and_then(|(_, rest)| {
                rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
            });
            Err((refusal.code().code().to_owned(), line))
        }
    };
    // After a refusal this driver has sent a `Sync` too many and miscounts answers: the caller
    // takes a new connection.
    let rolled_back = transaction.rollback().await;
    if outcome.is_ok() {
        rolled_back?;
    }
    Ok(outcome)
}

async fn copy_in(
    transaction: &Transaction<'_>,
    options: &Options,
    pieces: &[&[u8]],
) -> Result<(), tokio_postgres::Error> {
    let columns = columns(options.columns).join(", ");
    let (table, with) = (table(&options.format), sql(&options.format));
    let statement = format!("COPY {table} ({columns}) FROM STDIN WITH ({with})");
    let sink = transaction.copy_in(&statement).await?;
    let mut sink = std::pin::pin!(sink);
    for piece in pieces {
        // The server may have refused already: `finish` then says why.
        if sink.send(Bytes::copy_from_slice(piece)).await.is_err() {
            break;
        }
    }
    sink.finish().await.map(|_| ())
}

async fn rows(transaction: &Transaction<'_>, options: &Options) -> anyhow::Result<Rows> {
    let columns: Vec<_> = columns(options.columns)
        .iter()
        .map(|column| match options.format {
            Format::Binary => column.clone(),
            Format::Text(_) | Format::Csv(_) => format!("convert_to({column}, 'UTF8')"),
        })
        .collect();
    let (table, columns) = (table(&options.format), columns.join(", "));
    let statement = format!("SELECT {columns} FROM {table} ORDER BY n");
    let rows = transaction.query(&statement, &[]).await?;
    Ok(rows.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect())
}

/// What we make of it.
fn by_us(options: &Options, pieces: &[&[u8]]) -> Result<Rows, CopyError> {
    fn drain(decoder: &mut Decoder, rows: &mut Rows) -> Result<(), CopyError> {
        while let Some(row) = decoder.next_row()? {
            rows.push(row.iter().map(|field| field.map(<[u8]>::to_vec)).collect());
        }
        Ok(())
    }
    let mut decoder = Decoder::new(options.clone()).unwrap();
    let mut rows = Rows::new();
    for piece in pieces {
        decoder.feed(piece);
        drain(&mut decoder, &mut rows)?;
    }
    decoder.end();
    drain(&mut decoder, &mut rows)?;
    Ok(rows)
}

/// Stands for whatever delimiter the format has.
const ANY_DELIMITER: char = '\u{1}';

fn stream() -> impl Strategy<Value = Vec<u8>> {
    // Pieces that mean something somewhere, glued at random.
    let pieces = [
        "\\",
        "\\",
        ".",
        "\n",
        "\n",
        "\n",
        "\r",
        "\r\n",
        "\\.\n",
        "\\.\r\n",
        "\t",
        "\t",
        ",",
        ",",
        "\"",
        "\"",
        "'",
        "\\N",
        "N",
        "\\x4",
        "\\x41",
        "\\101",
        "\\7",
        "0",
        "c0",
        "c1",
        "\\t",
        "a",
        "b",
        "\u{e9}",
        "\u{20ac}",
        "\\xc3\\xa9",
        "\\x00",
        "\\xff",
        "|",
        "NULL",
    ];
    let piece = prop_oneof![
        40 => prop::sample::select(pieces.map(|piece| piece.as_bytes().to_vec()).to_vec()),
        1 => prop::sample::select(vec![vec![0], vec![0xff], vec![0xc3]]),
    ];
    let random = prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat());
    // And lines that have a chance to be right.
    let field = prop::sample::select(vec![
        "a",
        "",
        "\\N",
        "\"\"",
        "\"a,b\"",
        "\"a\nb\"",
        "\"a\"\"b\"",
        "\\\\",
        "x\\\ty",
        "\\u",
        "NULL",
        "\"NULL\"",
        "c0",
        "c1",
        "\"c1\"",
        "'a|b'",
        "\"\\\"\"",
    ]);
    let likely = (
        prop::sample::select(vec!["\n", "\r", "\r\n"]),
        prop::collection::vec((field.clone(), field), 0..5),
        prop::sample::select(vec!["", "", "\\.", "\\.\n", "\\.\r\nx", "a", "\\"]),
    )
        .prop_map(|(ending, rows, tail)| {
            let lines = rows.iter().map(|(a, b)| format!("{a}{ANY_DELIMITER}{b}{ending}"));
            (lines.collect::<String>() + tail).into_bytes()
        });
    prop_oneof![random, likely]
}

fn header() -> impl Strategy<Value = Header> {
    prop_oneof![
        4 => Just(Header::None),
        1 => Just(Header::Skip),
        1 => Just(Header::Match(vec!["c0".into(), "c1".into()])),
    ]
}

fn text() -> impl Strategy<Value = Format> {
    let delimiter = prop::sample::select(b"\t\t\t,|\"N".to_vec());
    let null = prop::sample::select(vec!["\\N", "\\N", "", "NULL", "\\xff", "\\"]);
    (delimiter, null, header()).prop_map(|(delimiter, null, header)| {
        Format::Text(Text { delimiter, null: null.to_owned(), header })
    })
}

fn csv() -> impl Strategy<Value = Format> {
    let delimiter = prop::sample::select(b",,,\t|a\\".to_vec());
    let quote = prop::sample::select(b"\"\"\"'\\".to_vec());
    let escape = prop::sample::select(b"\"\"'\\a".to_vec());
    let null = prop::sample::select(vec!["", "", "NULL", "\\N"]);
    let forced = prop::sample::subsequence(vec![0, 1], 0..=2);
    (delimiter, quote, escape, null, header(), forced.clone(), forced).prop_map(
        |(delimiter, quote, escape, null, header, force_null, force_not_null)| {
            let null = null.to_owned();
            Format::Csv(Csv { delimiter, quote, escape, null, header, force_null, force_not_null })
        },
    )
}

fn binary_stream() -> impl Strategy<Value = Vec<u8>> {
    let number = prop::sample::select(vec![
        vec![0, 2],
        vec![0, 1],
        vec![0xff, 0xff],
        vec![0, 0, 0, 0],
        vec![0, 0, 0, 1, b'a'],
        vec![0, 0, 0, 2, b'a', 0],
        vec![0xff; 4],
        vec![0xff, 0xff, 0xff, 0xfe],
    ]);
    let tuple = Just(vec![0, 2, 0, 0, 0, 1, b'x', 0xff, 0xff, 0xff, 0xff]);
    let flags = prop_oneof![
        8 => Just(vec![0; 8]),
        1 => Just(vec![0, 0, 0, 1, 0, 0, 0, 2, 9, 9]),
        1 => Just(vec![0, 1, 0, 0, 0, 0, 0, 0]),
        1 => prop::collection::vec(any::<u8>(), 0..9),
    ];
    let body = prop::collection::vec(prop_oneof![2 => tuple, 1 => number], 0..6);
    let signature = prop_oneof![
        12 => Just(b"PGCOPY\n\xff\r\n\0".to_vec()),
        1 => Just(b"PGCOPY\n\xff\n\0".to_vec()),
    ];
    (signature, flags, body, 0usize..6).prop_map(|(signature, flags, body, cut)| {
        let mut stream = [signature, flags, body.concat()].concat();
        if cut < 3 {
            stream.truncate(stream.len().saturating_sub(cut));
        }
        stream
    })
}

#[tokio::test]
async fn s135_any_stream_is_read_as_the_server_reads_it() -> anyhow::Result<()> {
    let Some((cluster, mut client)) = server().await? else { return Ok(()) };
    let mut runner = TestRunner::deterministic();
    let lines = (prop_oneof![text(), csv()], stream()).prop_map(|(format, mut stream)| {
        let delimiter = match &format {
            Format::Text(text) => text.delimiter,
            Format::Csv(csv) => csv.delimiter,
            Format::Binary => unreachable!("binary streams have no lines"),
        };
        let any = stream.iter_mut().filter(|byte| char::from(**byte) == ANY_DELIMITER);
        any.for_each(|byte| *byte = delimiter);
        (format, stream)
    });
    let cases = prop_oneof![5 => lines, 1 => (Just(Format::Binary), binary_stream())];
    let cases = (cases, 1usize..9);
    let (mut accepted, mut refused) = (0, 0);
    // PROPTEST_CASES sets how many, as for every property.
    for _ in 0..2 * Config::default().cases {
        let ((format, stream), size) = cases.new_tree(&mut runner).unwrap().current();
        let options = Options { format, columns: 2, max_row: 1 << 20 };
        // What the server refuses as options, we refuse too.
        if Decoder::new(options.clone()).is_err() {
            let refusal = by_the_server(&mut client, &options, &[]).await?;
            assert!(refusal.is_err(), "{options:?}");
            client = connect(&cluster).await?;
            continue;
        }
        let pieces: Vec<_> = stream.chunks(size).collect();
        let server = by_the_server(&mut client, &options, &pieces).await?;
        if server.is_err() {
            client = connect(&cluster).await?;
        }
        let ours = by_us(&options, &pieces);
        let context = format!("{options:?} {}: {ours:?}, {server:?}", stream.escape_ascii());
        match (&server, &ours) {
            (Ok(server), Ok(ours)) => {
                accepted += 1;
                assert_eq!(server, ours, "{context}");
            }
            // The one place where we are stricter: half of a tuple's count at the end.
            (Ok(_), Err(error)) => {
                assert_eq!(error.kind, CopyErrorKind::UnexpectedEnd, "{context}");
            }
            (Err(_), Ok(_)) => panic!("accepted what the server refuses: {context}"),
            (Err((code, line)), Err(error)) => {
                refused += 1;
                // What is not text is refused for that by the server before it sees anything
                // else in the line; we may see the other fault first.
                let text = std::str::from_utf8(&stream).is_ok() && !stream.contains(&0);
                if text || options.format == Format::Binary {
                    assert_eq!(code, error.sqlstate(), "{context}");
                    assert!(line.is_none_or(|line| line == error.line), "{context}");
                }
            }
        }
    }
    println!("{accepted} streams accepted, {refused} refused");
    assert!(accepted > 50 && refused > 50, "the streams are one-sided");
    Ok(())
}

#[tokio::test]
async fn what_the_server_copies_out_is_read_back() -> anyhow::Result<()> {
    let Some((_cluster, mut client)) = server().await? else { return Ok(()) };
    let values = [
        Some("plain"),
        None,
        Some(""),
        Some("\\N"),
        Some("\\."),
        Some("tab\tnewline\nreturn\rbackslash\\quote\"comma,"),
        Some("\u{1}\u{8}\u{b}\u{c}\u{7f}"),
        Some("\u{e9}\u{20ac}\u{10ffff}"),
        Some(" "),
        Some("NULL"),
    ];
    let table: Rows = values
        .iter()
        .flat_map(|a| values.iter().map(move |b| vec![*a, *b]))
        .map(|row| row.iter().map(|field| field.map(|text| text.as_bytes().to_vec())).collect())
        .collect();
    let first: Vec<_> = values.iter().flat_map(|a| values.map(|_| *a)).collect();
    let second: Vec<_> = values.iter().flat_map(|_| values).collect();
    let transaction = client.transaction().await?;
    transaction.batch_execute("CREATE TEMP TABLE t (n int, c0 text, c1 text)").await?;
    transaction
        .execute(
            "INSERT INTO t SELECT n, a, b FROM unnest($1::text[], $2::text[]) \
             WITH ORDINALITY AS u (a, b, n)",
            &[&first, &second],
        )
        .await?;
    let skip = Header::Skip;
    for format in [
        Format::Text(Text::default()),
        Format::Text(Text { delimiter: b'|', null: "NULL?".into(), header: skip.clone() }),
        Format::Csv(Csv::default()),
        Format::Csv(Csv {
            delimiter: b';',
            quote: b'\'',
            escape: b'\\',
            header: Header::Match(vec!["c0".into(), "c1".into()]),
            ..Csv::default()
        }),
        Format::Binary,
    ] {
        // COPY TO knows only the plain header.
        let with = sql(&format).replace("HEADER MATCH", "HEADER");
        let statement = format!("COPY (SELECT c0, c1 FROM t ORDER BY n) TO STDOUT WITH ({with})");
        let stream = transaction.copy_out(&statement).await?;
        let pieces: Vec<Bytes> = stream.try_collect().await?;
        let pieces: Vec<&[u8]> = pieces.iter().map(|piece| &piece[..]).collect();
        let options = Options { format, columns: 2, max_row: 1 << 20 };
        assert_eq!(by_us(&options, &pieces), Ok(table.clone()), "{with}");
    }
    Ok(())
}
