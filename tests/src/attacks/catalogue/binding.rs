//! Attempts to change who is bound. `{forged}` is an expression that makes a seal for Globex on
//! this backend, with everything right but its signature; `{stolen}` is a true one of Globex's
//! where it can be had, from another backend; `{token}` is a forged context token.

use crate::attacks::attack::Held::{Both, Guard, Proxy, Rows};
use crate::attacks::attack::{Attack, script, statement};

pub(super) const ATTACKS: &[Attack] = &[
    statement(
        "S1",
        "set_config in the same SELECT",
        Both("SEP-305"),
        "SELECT count(*), sum(weight), min(secret) \
         FROM (SELECT set_config('septum.binding', {forged}, false)) s, accounts",
    ),
    statement(
        "S1",
        "the same with a true seal of another backend's",
        Both("SEP-305"),
        "SELECT count(*), sum(weight), min(secret) \
         FROM (SELECT set_config('septum.binding', '{stolen}', false)) s, accounts",
    ),
    statement(
        "S2",
        "a LATERAL sweep over all tenants",
        Both("SEP-305"),
        "SELECT t, x.* FROM unnest(ARRAY['{acme}', '{globex}', {forged}]) t, \
         LATERAL (SELECT set_config('septum.binding', t, false) c OFFSET 0) c, \
         LATERAL (SELECT count(*), sum(weight), max(secret) FROM accounts WHERE c.c <> '') x",
    ),
    statement(
        "S3",
        "a materialized CTE before the policy's look",
        Both("SEP-305"),
        "WITH s AS MATERIALIZED (SELECT set_config('septum.binding', {forged}, true)) \
         SELECT secret FROM s, accounts",
    ),
    statement(
        "S4",
        "a switch in the middle of a scan",
        Both("SEP-305"),
        "SELECT tenant_id, sum(weight) FROM accounts WHERE set_config('septum.binding', \
         CASE WHEN id > 2 THEN {forged} ELSE '' END, false) IS NOT NULL GROUP BY 1",
    ),
    script(
        "S5",
        "SET, then SELECT",
        Both("SEP-305"),
        &["SET septum.binding = '{stolen}'", "SELECT secret FROM accounts"],
    ),
    script(
        "S5",
        "SET LOCAL in a transaction",
        Both("SEP-305"),
        &["BEGIN", "SET LOCAL septum.binding = '{stolen}'", "SELECT secret FROM accounts"],
    ),
    script(
        "S5",
        "RESET, then SELECT",
        Both("SEP-305"),
        &["BEGIN", "RESET septum.binding", "SELECT secret FROM accounts"],
    ),
    script(
        "S5",
        "SET TO DEFAULT",
        Both("SEP-305"),
        &["BEGIN", "SET septum.binding TO DEFAULT", "SELECT secret FROM accounts"],
    ),
    statement("S5", "SET FROM CURRENT", Both("SEP-304"), "SET septum.binding FROM CURRENT"),
    statement("S6", "reading the seal", Guard("SEP-305"), "SHOW septum.binding"),
    statement(
        "S6",
        "reading the seal by function",
        Guard("SEP-305"),
        "SELECT current_setting('septum.binding', true)",
    ),
    script(
        "S8",
        "a quoted name in capitals",
        Both("SEP-305"),
        &["SET \"Septum\".\"BINDING\" = '{stolen}'", "SELECT secret FROM accounts"],
    ),
    script(
        "S8",
        "a name with comments and spaces in it",
        Both("SEP-305"),
        &["SET septum /*x*/ . /**/ binding = '{stolen}'", "SELECT secret FROM accounts"],
    ),
    script(
        "S8",
        "a name in Unicode escapes",
        Both("SEP-305"),
        &["SET U&\"septu\\006D\".binding = '{stolen}'", "SELECT secret FROM accounts"],
    ),
    statement(
        "S8",
        "set_config in Unicode escapes",
        Both("SEP-305"),
        "SELECT secret FROM accounts, U&\"set\\005fconfig\"('septum.binding', {forged}, false)",
    ),
    statement(
        "S8",
        "a name that is put together",
        Both("SEP-303"),
        "SELECT secret FROM accounts, set_config('sep' || 'tum.binding', {forged}, false)",
    ),
    statement(
        "S8",
        "a name out of a table",
        Both("SEP-303"),
        "SELECT secret FROM accounts, LATERAL set_config('septum.' || secret, {forged}, false)",
    ),
    statement(
        "S9",
        "set_config behind an operator",
        Both("SEP-314"),
        "SELECT secret FROM accounts WHERE ('septum.binding' OPERATOR(pg_temp.<~) '3') <> ''",
    ),
    statement(
        "S9",
        "set_config behind an aggregate",
        Both("SEP-303"),
        "SELECT pg_temp.ag('2'), max(secret) FROM accounts",
    ),
    statement(
        "S9",
        "set_config behind a cast",
        Both("SEP-315"),
        "SELECT CAST(row('2')::pg_temp.tt AS text), max(secret) FROM accounts",
    ),
    statement(
        "S9",
        "set_config behind a function of the application's",
        Rows,
        "SELECT rebind({forged}), max(secret) FROM accounts",
    ),
    script(
        "S10",
        "a SET without the word, row_security",
        Both("SEP-306"),
        &[
            "BEGIN; UPDATE pg_settings SET setting = 'off' WHERE name = 'row_security'",
            "SELECT secret FROM accounts",
        ],
    ),
    script(
        "S17",
        "code in a DO block",
        Both("SEP-302"),
        &[
            "DO $$ DECLARE found text; BEGIN PERFORM set_config('septum.binding', {forged}, false); \
           SELECT max(secret) INTO found FROM accounts; RAISE NOTICE 'found %', found; END $$",
        ],
    ),
    script(
        "S20",
        "COMMIT drops the bind, a new one follows",
        Both("SEP-305"),
        &["SELECT 1; COMMIT; SET septum.binding = '{stolen}'; SELECT secret FROM accounts; BEGIN"],
    ),
    script(
        "S20",
        "COMMIT inside one text",
        Rows,
        &["SELECT 1; COMMIT; SELECT secret FROM accounts"],
    ),
    script(
        "S21",
        "whose seal was here before",
        Rows,
        &["BEGIN", "SELECT 1", "COMMIT", "SELECT secret FROM accounts"],
    ),
    script(
        "S22",
        "ROLLBACK brings back what was before",
        Rows,
        &["BEGIN", "SELECT 1", "ROLLBACK", "SELECT secret FROM accounts"],
    ),
    script(
        "S23",
        "ROLLBACK TO a savepoint that is older than the bind",
        Rows,
        &["BEGIN; SAVEPOINT s; SELECT 1", "ROLLBACK TO s; SELECT secret FROM accounts"],
    ),
    script(
        "S24",
        "COMMIT AND CHAIN",
        Rows,
        &["BEGIN; SELECT 1; COMMIT AND CHAIN", "SELECT secret FROM accounts"],
    ),
    script(
        "S24",
        "ROLLBACK AND CHAIN",
        Rows,
        &["BEGIN; SELECT 1; ROLLBACK AND CHAIN; SELECT secret FROM accounts"],
    ),
    script(
        "S25",
        "SET LOCAL outside a transaction",
        Both("SEP-305"),
        &["SET LOCAL septum.binding = '{stolen}'; SELECT secret FROM accounts"],
    ),
    statement("S26", "a procedure that commits", Both("SEP-302"), "CALL hop()"),
    statement(
        "S172",
        "a forged context token in a comment",
        Proxy("SEP-109"),
        "SELECT secret FROM accounts /*septum_token='{token}'*/",
    ),
    statement(
        "S172",
        "the same by a connection that nothing binds",
        Proxy("SEP-109"),
        "SELECT secret FROM accounts /*septum_token='{token}'*/",
    )
    .by_nobody(),
    statement(
        "S172",
        "two comments, one for whoever reads first",
        Proxy("SEP-313"),
        "SELECT secret FROM accounts /*septum_token='{token}'*/ /*septum_token='{token}'*/",
    ),
    statement(
        "S172",
        "a forged context token by SET",
        Proxy("SEP-109"),
        "SET septum.token = '{token}'",
    ),
    statement(
        "S172",
        "a forged context token by SET, nothing bound",
        Proxy("SEP-109"),
        "SET septum.token = '{token}'",
    )
    .by_nobody(),
    statement(
        "H52",
        "a connection that nothing binds",
        Both("SEP-309"),
        "SELECT secret FROM accounts",
    )
    .by_nobody(),
    statement("H52", "the same, writing", Both("SEP-309"), "UPDATE accounts SET secret = 'taken'")
        .by_nobody(),
    statement(
        "S172",
        "the trace of no request under way",
        Both("SEP-112"),
        "SELECT secret FROM accounts /*traceparent='{traceparent}'*/",
    )
    .by_nobody(),
];
