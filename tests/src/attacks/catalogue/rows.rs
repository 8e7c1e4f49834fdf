//! Reading what is another tenant's, by statements that the guard lets pass: whoever holds the
//! rows of the relation shows the bound tenant's only.

use crate::attacks::attack::Held::{Both, Rows};
use crate::attacks::attack::{Attack, script, statement};

pub(super) const ATTACKS: &[Attack] = &[
    statement("S158", "no condition at all", Rows, "SELECT * FROM accounts"),
    statement(
        "S158",
        "another tenant's key as a literal",
        Rows,
        "SELECT secret FROM accounts WHERE tenant_id = '{globex}'",
    ),
    statement(
        "S158",
        "every key but one's own",
        Rows,
        "SELECT secret, weight FROM accounts WHERE tenant_id <> '{acme}' OR tenant_id::text > '6'",
    ),
    statement(
        "S152",
        "another spelling of another tenant's key",
        Rows,
        "SELECT secret FROM accounts WHERE tenant_id = upper('{{globex}}')::uuid",
    ),
    statement(
        "S157",
        "IS NOT DISTINCT FROM",
        Rows,
        "SELECT secret FROM accounts WHERE tenant_id IS NOT DISTINCT FROM '{globex}'",
    ),
    statement("S33", "a partition by its own name", Rows, "SELECT * FROM acts_globex"),
    statement("S34", "an inheritance child by its own name", Rows, "SELECT * FROM older_acts"),
    statement("S34", "a parent with its children", Rows, "SELECT * FROM old_acts"),
    statement("S34", "ONLY a parent", Rows, "SELECT * FROM ONLY old_acts"),
    statement("S37", "a view with its invoker's rights", Rows, "SELECT * FROM account_list"),
    statement(
        "S39",
        "a leaky function over a view",
        Rows,
        "SELECT id FROM account_list WHERE leak(secret)",
    ),
    statement(
        "S40",
        "a leaky function in WHERE",
        Rows,
        "SELECT id FROM accounts WHERE leak(secret)",
    ),
    statement(
        "S41",
        "a leaky function over a sub-select",
        Rows,
        "SELECT id FROM (SELECT * FROM accounts WHERE tenant_id = '{globex}') x WHERE leak(secret)",
    ),
    statement(
        "S43",
        "a cast that quotes what it fails on",
        Rows,
        "SELECT secret::int FROM accounts",
    ),
    statement(
        "S44",
        "FULL JOIN",
        Rows,
        "SELECT a.secret, b.secret FROM accounts a FULL JOIN accounts b \
         ON a.id = b.id AND a.tenant_id = '{acme}' AND b.tenant_id = '{acme}'",
    ),
    statement(
        "S45",
        "LEFT JOIN's preserved side",
        Rows,
        "SELECT a.secret FROM accounts a LEFT JOIN contacts b ON a.id = b.id AND a.tenant_id = '{acme}'",
    ),
    statement(
        "S46",
        "an alias that captures the condition",
        Rows,
        "SELECT x.secret FROM accounts x, (SELECT '{acme}'::uuid tenant_id) accounts \
         WHERE accounts.tenant_id = '{acme}'",
    ),
    statement(
        "S47",
        "OR binds weaker",
        Rows,
        "SELECT secret FROM accounts WHERE id = 150 OR id = 1 AND tenant_id = '{acme}'",
    ),
    statement(
        "S48",
        "a CTE under a table's name",
        Rows,
        "WITH contacts AS (SELECT * FROM accounts) SELECT * FROM contacts",
    ),
    statement(
        "S49",
        "sub-selects in every corner",
        Rows,
        "SELECT (SELECT max(secret) FROM accounts), ARRAY(SELECT secret FROM accounts), \
         CASE WHEN EXISTS (TABLE acts) THEN (SELECT max(summary) FROM acts) END \
         FROM (VALUES ((SELECT max(weight) FROM accounts))) v (w) \
         GROUP BY (SELECT max(name) FROM contacts), w \
         ORDER BY (SELECT min(secret) FROM accounts) LIMIT (SELECT count(*) FROM accounts)",
    ),
    statement(
        "S49",
        "a recursive CTE",
        Rows,
        "WITH RECURSIVE r AS (SELECT id, secret FROM accounts WHERE id = 1 UNION \
         SELECT a.id, a.secret FROM accounts a JOIN r ON a.id = r.id + 1) SELECT * FROM r",
    ),
    statement(
        "S49",
        "XMLTABLE, JSON and a function's argument",
        Rows,
        "SELECT x.*, to_json(ARRAY(SELECT a FROM accounts a)) \
         FROM XMLTABLE('/a' PASSING (SELECT xmlelement(NAME a, string_agg(secret, ',')) \
         FROM accounts) COLUMNS b text PATH '.') x",
    ),
    statement("S50", "TABLE", Rows, "TABLE accounts"),
    script(
        "S50",
        "a cursor",
        Rows,
        &[
            "BEGIN; DECLARE c SCROLL CURSOR FOR SELECT secret FROM accounts; FETCH ALL FROM c",
            "FETCH ABSOLUTE 200 FROM c",
        ],
    ),
    statement("S50", "COPY of a table", Rows, "COPY accounts TO STDOUT"),
    statement(
        "S50",
        "COPY of a query",
        Rows,
        "COPY (SELECT secret, weight FROM accounts) TO STDOUT (FORMAT csv)",
    ),
    statement("S135", "COPY of a partition", Rows, "COPY acts_globex TO STDOUT"),
    statement(
        "S50",
        "CREATE TABLE AS",
        Both("SEP-302"),
        "CREATE TABLE mine AS SELECT * FROM accounts",
    ),
    statement("S50", "SELECT INTO", Both("SEP-302"), "SELECT * INTO mine FROM accounts"),
    statement("S50", "CREATE VIEW", Both("SEP-302"), "CREATE VIEW mine AS SELECT * FROM accounts"),
    script(
        "S50",
        "PREPARE and EXECUTE",
        Both("SEP-316"),
        &["PREPARE p AS SELECT secret FROM accounts; EXECUTE p"],
    ),
    statement(
        "S52",
        "NATURAL and USING joins",
        Rows,
        "SELECT * FROM accounts NATURAL FULL JOIN contacts FULL JOIN acts USING (tenant_id, id)",
    ),
    statement(
        "S53",
        "windows and grouping sets over everybody's rows",
        Rows,
        "SELECT max(secret), rank() OVER (ORDER BY max(weight)), sum(sum(weight)) OVER () \
         FROM accounts GROUP BY GROUPING SETS ((), (id), (tenant_id))",
    ),
    statement(
        "S53",
        "set operations",
        Rows,
        "SELECT secret FROM accounts UNION ALL SELECT name FROM contacts \
         EXCEPT SELECT secret FROM accounts WHERE tenant_id = '{acme}'",
    ),
    statement(
        "S53a",
        "an operator of another schema",
        Both("SEP-314"),
        "SELECT secret FROM accounts WHERE tenant_id OPERATOR(public.=) '{globex}'",
    ),
    statement(
        "S132",
        "SQL in a string, by a function of the application's",
        Rows,
        "SELECT run('SELECT max(secret) FROM accounts')",
    ),
    statement(
        "S132",
        "the same, which forges the seal first",
        Rows,
        "SELECT run('SELECT max(secret) FROM accounts, \
         (SELECT set_config(''septum.binding'', ''{stolen}'', false)) s')",
    ),
    script(
        "S139",
        "a comment that ends where another reader goes on",
        Rows,
        &[
            "SELECT 1 --x\r, (SELECT max(secret) FROM accounts)",
            "SELECT 1 /* /* */ , 2 */, (SELECT max(secret) FROM accounts)",
        ],
    ),
    statement(
        "S141",
        "a string in two lines",
        Rows,
        "SELECT secret FROM accounts WHERE secret > 'can'\n'ary'",
    ),
    statement("S142", "a name in Unicode escapes", Rows, "SELECT * FROM U&\"\\0061ccounts\""),
    statement(
        "S160",
        "whole rows, composites and casts",
        Rows,
        "SELECT a::text, row_to_json(a), (a).s, a.* FROM accounts a (t, i, e, s)",
    ),
    statement(
        "S161",
        "inference by a condition",
        Rows,
        "SELECT sum(weight), max(weight) FROM accounts WHERE secret LIKE 'canary%' OR weight > 10",
    ),
];
