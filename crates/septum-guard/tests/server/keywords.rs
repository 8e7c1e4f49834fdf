//! Words are keywords in some versions of PostgreSQL and names in others: a name that the
//! canonical text leaves unquoted must be that name to the server.

use septum_sql::parse_script;

use crate::support::{meaning, server};

/// Where a name may stand; § is the word, quoted.
const TEMPLATES: [&str; 13] = [
    "SELECT § FROM §.t",
    "SELECT t.§, §.§ FROM §.t, §.t AS §",
    "SELECT 1 AS §, 2 § FROM §.§",
    "SELECT §(1), §(§ => 2), §.§::§ FROM §.§",
    "SELECT NULL::§, CAST(1 AS §), § '1'",
    "WITH §(§) AS (SELECT 1) SELECT § FROM §",
    "SELECT § FROM (VALUES (1)) AS §(§)",
    "SELECT sum(§) OVER § FROM §.t WINDOW § AS (PARTITION BY §)",
    "SELECT -§, § + 1, § IS NULL, § BETWEEN § AND § FROM §.t ORDER BY §",
    "SELECT * FROM §.t JOIN §.§ USING (§)",
    "INSERT INTO §.§ (§) SELECT § FROM §.t RETURNING §",
    "UPDATE §.§ SET § = §.§ + 1 FROM §.t AS o WHERE §.§ = o.§",
    "DELETE FROM §.§ AS § WHERE §.§ = 1",
];

#[tokio::test]
async fn every_keyword_of_the_server_is_still_a_name_where_it_was_one() {
    let server = server().await;
    let words = server.query("SELECT word::text FROM pg_get_keywords()", &[]).await.unwrap();
    let words: Vec<String> =
        words.iter().map(|row| format!("\"{}\"", row.get::<_, &str>(0))).collect();
    let objects = "CREATE DOMAIN § AS int; CREATE SCHEMA §;
        CREATE TABLE §.t (§ int); CREATE TABLE §.§ (§ int);
        CREATE FUNCTION §(§ int) RETURNS int LANGUAGE sql AS 'SELECT 1';";
    let objects: String = words.iter().map(|word| objects.replace('§', word)).collect();
    server.batch_execute(&objects).await.unwrap();
    let mut understood = 0;
    for word in &words {
        let pairs: Vec<(String, String)> = TEMPLATES
            .iter()
            .map(|template| template.replace('§', word))
            .filter_map(|text| {
                // What the deparser can't quote is refused.
                let script = parse_script(&text).ok()?;
                Some((text, script.first()?.canonical().to_owned()))
            })
            .collect();
        // All of them in one function; one by one where the server refuses one.
        let all =
            |of: fn(&(String, String)) -> &str| pairs.iter().map(of).collect::<Vec<_>>().join("; ");
        let (theirs, ours) = (all(|pair| &pair.0), all(|pair| &pair.1));
        let theirs = meaning(&server, &theirs).await;
        if theirs.is_ok() {
            assert_eq!(meaning(&server, &ours).await, theirs, "{word}");
            understood += pairs.len();
        } else {
            for (text, canonical) in &pairs {
                let theirs = meaning(&server, text).await;
                assert_eq!(meaning(&server, canonical).await, theirs, "{text}\n{canonical}");
                understood += usize::from(theirs.is_ok());
            }
        }
    }
    assert!(understood > 12 * words.len(), "{understood} of {} words", words.len());
}
