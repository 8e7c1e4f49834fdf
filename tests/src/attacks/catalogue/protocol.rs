//! What no driver would send.

use crate::attacks::attack::Held::{Both, Proxy, Rows};
use crate::attacks::attack::{Attack, How, other, pipeline, script};

/// A function call by its OID: `set_config`, with no SQL to judge.
const FUNCTION_CALL: &[u8] = b"F\0\0\0\x2a\0\0\x08\x1e\0\0\0\x03\
    \0\0\0\x0eseptum.binding\0\0\0\x011\0\0\0\x01f\0\0";

pub(super) const ATTACKS: &[Attack] = &[
    other(
        "S11",
        "the seal in the start-up packet",
        Both("SEP-402"),
        How::StartUp(&[("septum.binding", "{stolen}")]),
    ),
    other(
        "S11",
        "the same in capitals",
        Both("SEP-402"),
        How::StartUp(&[("SEPTUM.Binding", "{stolen}")]),
    ),
    other(
        "S11",
        "the same in options",
        Both("SEP-402"),
        How::StartUp(&[("options", "-c septum.binding=1")]),
    ),
    other(
        "S12",
        "a search_path that every reset brings back",
        Both("SEP-402"),
        How::StartUp(&[("search_path", "evil")]),
    ),
    other(
        "S12",
        "row_security off from the start",
        Both("SEP-402"),
        How::StartUp(&[("row_security", "off")]),
    ),
    other("S90", "a second user", Proxy("SEP-402"), How::StartUp(&[("user", "app.globex")])),
    other("S90", "a second database", Proxy("SEP-402"), How::StartUp(&[("database", "postgres")])),
    other("S91", "a role", Both("SEP-402"), How::StartUp(&[("role", "crm_owner")])),
    other("S92", "replication", Both("SEP-402"), How::StartUp(&[("replication", "database")])),
    other(
        "S136",
        "strings that end elsewhere, from the start",
        Both("SEP-402"),
        How::StartUp(&[("standard_conforming_strings", "off")]),
    ),
    other(
        "S137",
        "characters that end elsewhere, from the start",
        Both("SEP-402"),
        How::StartUp(&[("client_encoding", "SJIS")]),
    ),
    other(
        "S94",
        "plaintext behind a request for TLS",
        Proxy("SEP-408"),
        How::Greeting(b"\0\0\0\x08\x04\xd2\x16\x2f\0\0\0\x10\0\x03\0\0user\0a\0\0"),
    ),
    other("S95", "another protocol", Proxy("SEP-401"), How::Greeting(b"GET / HTTP/1.1\r\n\r\n")),
    other(
        "S95",
        "a packet of negative length",
        Proxy("SEP-401"),
        How::Greeting(b"\xff\xff\xff\xff\0\x03\0\0"),
    ),
    other(
        "S95",
        "a packet of 2 GiB",
        Proxy("SEP-401"),
        How::Greeting(b"\x7f\xff\xff\xff\0\x03\0\0"),
    ),
    other("S95", "a text without its end", Proxy("SEP-401"), How::Frames(b"Q\0\0\0\x0cSELECT 1")),
    other(
        "S95",
        "a text with two ends",
        Proxy("SEP-401"),
        How::Frames(b"Q\0\0\0\x0fSELECT\0 1;\0"),
    ),
    other("S95", "a frame shorter than its length", Proxy("SEP-405"), How::Frames(b"Q\0\0\0\x03")),
    other("S95", "a frame of 2 GiB", Proxy("SEP-405"), How::Frames(b"Q\x7f\xff\xff\xff")),
    other("S95", "a frame of no known kind", Proxy("SEP-401"), How::Frames(b"!\0\0\0\x04")),
    other(
        "S138",
        "bytes that are no UTF-8",
        Proxy("SEP-401"),
        How::Frames(b"Q\0\0\0\x10SELECT '\xc0\xa7'\0"),
    ),
    other("S88", "a function call by its OID", Proxy("SEP-406"), How::Frames(FUNCTION_CALL)),
    other(
        "S85",
        "a statement that another client has prepared",
        Proxy("26000"),
        How::Frames(b"B\0\0\0\x12\0theirs\0\0\0\0\0\0\0S\0\0\0\x04"),
    ),
    other(
        "S86",
        "a portal that another client has opened",
        Proxy("34000"),
        How::Frames(b"E\0\0\0\x0ftheirs\0\0\0\0\0S\0\0\0\x04"),
    ),
    pipeline(
        "S81",
        "COMMIT inside a pipeline",
        Rows,
        &["SELECT 1", "COMMIT", "SELECT secret FROM accounts"],
        "SELECT secret FROM accounts",
    ),
    pipeline(
        "S81",
        "ROLLBACK inside a pipeline",
        Rows,
        &["BEGIN", "SELECT 1", "ROLLBACK", "SELECT secret FROM accounts"],
        "SELECT secret FROM accounts",
    ),
    pipeline(
        "S81",
        "a savepoint's end inside a pipeline",
        Rows,
        &["BEGIN", "SAVEPOINT s", "SELECT 1", "ROLLBACK TO s", "SELECT secret FROM accounts"],
        "SELECT secret FROM accounts",
    ),
    pipeline(
        "S82",
        "an error before the bind",
        Rows,
        &["SELECT 1/0", "SELECT secret FROM accounts"],
        "SELECT secret FROM accounts",
    ),
    pipeline(
        "S83",
        "a query after the unit's end",
        Rows,
        &["SELECT secret FROM accounts"],
        "SELECT secret FROM accounts",
    ),
    pipeline(
        "S84",
        "set_config in a pipeline that fails",
        Both("SEP-305"),
        &["SELECT set_config('septum.binding', '{stolen}', false)", "SELECT 1/0"],
        "SELECT secret FROM accounts",
    ),
    pipeline(
        "S87",
        "a name of Septum's own",
        Both("SEP-316"),
        &["PREPARE septum_1 AS SELECT secret FROM accounts"],
        "SELECT secret FROM accounts",
    ),
    pipeline(
        "S89",
        "two statements in one Parse",
        Proxy("42601"),
        &["SELECT 1; SELECT secret FROM accounts"],
        "SELECT secret FROM accounts",
    ),
    script(
        "S89",
        "a text of which the last statement is refused",
        Both("SEP-302"),
        &["INSERT INTO acts (tenant_id, id, summary) VALUES ('{globex}', 9, 'planted'); DO 'x'"],
    ),
    other("S150", "a statement of 2 MiB", Proxy("SEP-312"), How::Long(2 << 20)),
];
