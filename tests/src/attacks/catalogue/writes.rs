//! Changing what is another tenant's, or planting rows there.

use crate::attacks::attack::Held::{Both, Guard, Rows};
use crate::attacks::attack::{Attack, How, other, script, statement};

pub(super) const ATTACKS: &[Attack] = &[
    statement("S32", "UPDATE of every row, unseen", Rows, "UPDATE accounts SET weight = weight"),
    statement(
        "S32",
        "UPDATE of another tenant's rows",
        Rows,
        "UPDATE accounts SET secret = 'taken' WHERE tenant_id = '{globex}' RETURNING *",
    ),
    statement(
        "S32",
        "DELETE of another tenant's rows",
        Rows,
        "DELETE FROM accounts WHERE tenant_id <> '{acme}' RETURNING *",
    ),
    statement(
        "S32",
        "giving one's own rows away",
        Rows,
        "UPDATE accounts SET tenant_id = '{globex}' WHERE id = 5",
    ),
    statement(
        "S33",
        "INSERT into another tenant's partition",
        Rows,
        "INSERT INTO acts_globex (tenant_id, id, summary) VALUES ('{globex}', 9, 'planted')",
    ),
    statement("S33", "DELETE from it", Rows, "DELETE FROM acts_globex"),
    other(
        "S33",
        "COPY into it",
        Rows,
        How::Copy("COPY acts_globex (tenant_id, id, summary) FROM STDIN", "{globex}\t9\tplanted\n"),
    ),
    other(
        "S135",
        "COPY of another tenant's row into a table",
        Rows,
        How::Copy(
            "COPY accounts (tenant_id, id, email) FROM STDIN (FORMAT csv)",
            "{globex},901,x@y\n",
        ),
    ),
    other(
        "S135",
        "the same behind a row of one's own",
        Rows,
        How::Copy(
            "COPY contacts (tenant_id, id, account_id) FROM STDIN (FORMAT csv)",
            "{acme},902,1\n{globex},902,1\n",
        ),
    ),
    statement(
        "S51",
        "a CTE that deletes",
        Rows,
        "WITH d AS (DELETE FROM accounts WHERE weight > 10 RETURNING *) SELECT * FROM d",
    ),
    statement(
        "S51",
        "UPDATE ... FROM",
        Rows,
        "UPDATE contacts SET name = a.secret FROM accounts a \
         WHERE a.id = contacts.id AND a.weight > 10 RETURNING *",
    ),
    statement(
        "S51",
        "DELETE ... USING",
        Rows,
        "DELETE FROM contacts USING accounts a WHERE a.weight > 10 RETURNING *",
    ),
    statement(
        "S51",
        "INSERT ... SELECT of what others have",
        Rows,
        "INSERT INTO acts (id, summary) SELECT 903, max(secret) FROM accounts WHERE weight > 10 \
         HAVING count(*) > 0 RETURNING *",
    ),
    statement(
        "S51",
        "MERGE over what others have",
        Rows,
        "MERGE INTO contacts c USING accounts a ON c.id = a.id AND a.weight > 10 \
         WHEN MATCHED AND a.weight > 10 THEN UPDATE SET name = 'taken'",
    ),
    statement(
        "S50",
        "COPY of an UPDATE's rows",
        Rows,
        "COPY (UPDATE accounts SET secret = secret RETURNING secret, weight) TO STDOUT",
    ),
    statement(
        "S53b",
        "INSERT under another tenant",
        Rows,
        "INSERT INTO accounts (tenant_id, id, email) VALUES ('{globex}', 904, 'x@y')",
    ),
    statement(
        "S53b",
        "INSERT of an older child's row",
        Rows,
        "INSERT INTO older_acts (tenant_id, summary) VALUES ('{globex}', 'planted')",
    ),
    statement(
        "S54",
        "a reference to another tenant's row",
        Rows,
        "INSERT INTO contacts (tenant_id, id, account_id) VALUES ('{globex}', 905, 150)",
    ),
    script(
        "S56",
        "a cascade from a row whose id others have too",
        Rows,
        &[
            "DELETE FROM accounts WHERE id = 4",
            "INSERT INTO accounts (id, email) VALUES (4, 'u4@example.com')",
        ],
    ),
    statement(
        "S58",
        "ON CONFLICT DO NOTHING on another tenant's key",
        Rows,
        "INSERT INTO accounts (tenant_id, id, email) VALUES ('{globex}', 7, 'u7@example.com') \
         ON CONFLICT DO NOTHING",
    ),
    statement(
        "S59",
        "ON CONFLICT DO UPDATE of another tenant's row",
        Rows,
        "INSERT INTO accounts AS a (tenant_id, id, email) VALUES ('{globex}', 7, 'u7@example.com') \
         ON CONFLICT (tenant_id, id) DO UPDATE SET secret = 'taken' WHERE leak(a.secret) \
         RETURNING a.secret",
    ),
    statement(
        "S60",
        "MERGE that inserts on not matched",
        Rows,
        "MERGE INTO accounts a USING (VALUES (7)) v (id) ON a.id = v.id AND a.tenant_id = '{globex}' \
         WHEN MATCHED THEN UPDATE SET secret = 'taken' \
         WHEN NOT MATCHED THEN INSERT (tenant_id, id, email) VALUES ('{globex}', 7, 'u7@example.com')",
    ),
    statement("S64", "TRUNCATE", Both("SEP-302"), "TRUNCATE accounts CASCADE"),
    statement(
        "S65",
        "a trigger that sees everybody's new rows",
        Both("SEP-302"),
        "CREATE TRIGGER t AFTER INSERT ON accounts \
         EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ),
    statement(
        "S67",
        "a rule that copies rows",
        Both("SEP-302"),
        "CREATE RULE r AS ON UPDATE TO accounts DO ALSO \
         INSERT INTO acts SELECT tenant_id, id, secret FROM accounts",
    ),
    statement(
        "S31",
        "a policy of one's own",
        Both("SEP-302"),
        "CREATE POLICY mine ON accounts USING (true)",
    ),
    statement(
        "S119",
        "switching row-level security off",
        Both("SEP-302"),
        "ALTER TABLE accounts DISABLE ROW LEVEL SECURITY",
    ),
    statement("S68", "constraints that wait", Guard("SEP-302"), "SET CONSTRAINTS ALL DEFERRED"),
    statement(
        "S55",
        "a reference to another tenant's row",
        Rows,
        "INSERT INTO contacts (id, account_id) VALUES (904, 300) RETURNING *",
    ),
    statement(
        "S66",
        "a reference from a table of one's own",
        Both("SEP-302"),
        "CREATE TABLE mine (t uuid, i int, FOREIGN KEY (t, i) REFERENCES accounts)",
    ),
    statement(
        "S29",
        "a function that claims to leak nothing",
        Both("SEP-302"),
        "CREATE FUNCTION see(text) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'",
    ),
    statement(
        "S76",
        "a temporary function in place of PostgreSQL's",
        Both("SEP-302"),
        "CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
    ),
    statement("S114", "a grant to everybody", Both("SEP-302"), "GRANT ALL ON accounts TO PUBLIC"),
];
