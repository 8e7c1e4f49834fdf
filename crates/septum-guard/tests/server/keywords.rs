//! Words are keywords in some versions of PostgreSQL and names in others: a name that the
//! canonical text leaves unquoted must be that name to the server.

use septum_sql::parse_script;

use crate::support::{meaning, server};

#[tokio::test]
async fn every_keyword_of_the_server_is_still_a_name_where_it_was_one() {
    let server = server().await;
    let words = server.query("SELECT word::text FROM pg_get_keywords()", &[]).await.unwrap();
    let mut understood = 0;
    for row in &words {
        let word: &str = row.get(0);
        let quoted = format!("\"{word}\"");
        server
            .batch_execute(
                &"CREATE DOMAIN § AS int; CREATE TABLE t (§ int); CREATE SCHEMA §;
                  CREATE TABLE §.§ (§ int);
                  CREATE FUNCTION §(§ int) RETURNS int LANGUAGE sql AS 'SELECT 1'"
                    .replace('§', &quoted),
            )
            .await
            .unwrap();
        for text in [
            "SELECT § FROM t",
            "SELECT §, t.§, §.§ FROM t, t AS §",
            "SELECT 1 AS §, 2 § FROM §.§",
            "SELECT §(1), §(§ => 2), §.§::§ FROM §.§",
            "SELECT NULL::§, CAST(1 AS §), § '1'",
            "WITH §(§) AS (SELECT 1) SELECT § FROM §",
            "SELECT § FROM (VALUES (1)) AS §(§)",
            "SELECT sum(§) OVER § FROM t WINDOW § AS (PARTITION BY §)",
            "SELECT -§, § + 1, § IS NULL, § BETWEEN § AND § FROM t ORDER BY §",
            "SELECT * FROM t JOIN §.§ USING (§)",
            "INSERT INTO §.§ (§) SELECT § FROM t RETURNING §",
            "UPDATE §.§ SET § = §.§ + 1 FROM t AS o WHERE §.§ = o.§",
            "DELETE FROM §.§ AS § WHERE §.§ = 1",
        ] {
            let text = text.replace('§', &quoted);
            // What the deparser can't quote is refused.
            let Ok(script) = parse_script(&text) else { continue };
            let canonical = script.first().unwrap().canonical();
            let (ours, theirs) = (meaning(&server, canonical).await, meaning(&server, &text).await);
            assert_eq!(ours, theirs, "{text}\n{canonical}");
            understood += usize::from(theirs.is_ok());
        }
        let gone = "DROP SCHEMA § CASCADE; DROP TABLE t; DROP FUNCTION public.§(int);
                    DROP DOMAIN public.§"
            .replace('§', &quoted);
        server.batch_execute(&gone).await.unwrap();
    }
    assert!(understood > 11 * words.len(), "{understood} of {} words", words.len());
}
