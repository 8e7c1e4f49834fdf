//! Septum and PostgreSQL read the same in a text: the same number of statements, and in each the
//! same relations. What is compared is what the server locks while it analyses the text, and the
//! canonical text, with what the facts name.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "the report, and a panic is one too")]

mod differentials;

use septum_sql::parse_script;
use septum_tests::attacks::Site;
use septum_tests::{Cluster, Reader, run_script};

async fn agree<'a>(reader: &mut Reader, texts: impl IntoIterator<Item = &'a str>) -> [usize; 2] {
    let agreed = reader.compare_all(texts).await.unwrap();
    println!("{:#?}", agreed.outcomes);
    [agreed.with_relations, agreed.all]
}

#[tokio::test]
async fn s136_s150_both_read_the_same_in_hand_made_texts() {
    let cluster = Cluster::start().unwrap();
    run_script(&cluster.dsn("postgres"), differentials::SETUP).await.unwrap();
    let mut reader = Reader::open(&cluster, "postgres").await.unwrap();
    let texts = differentials::all();
    let mut problems = Vec::new();
    for text in &texts {
        // The server runs these; what it refuses it has not counted.
        let ours = parse_script(text).map(|script| script.len());
        if let (Ok(ours), Some(theirs)) = (&ours, reader.count(text).await.unwrap())
            && *ours != theirs
        {
            problems.push(format!("{text:?}: {ours}, the server: {theirs}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let all = texts.len();
    let [with_relations, agreed] = agree(&mut reader, texts.iter().map(String::as_str)).await;
    assert!(with_relations * 2 > all && agreed * 3 > all * 2, "{with_relations} {agreed} of {all}");
}

/// No client can send one: the protocol's strings end there. Nor does Septum read past it.
#[test]
fn s149_a_zero_byte_ends_no_text_early() {
    for text in ["SELECT 1\0, (SELECT id FROM t)", "\0", "SELECT id FROM t;\0 SELECT id FROM u"] {
        assert!(parse_script(text).is_err(), "{text:?}");
    }
}

#[tokio::test]
async fn both_read_the_same_in_every_production_of_the_grammar() {
    let cluster = Cluster::start().unwrap();
    let setup = include_str!("../../../crates/septum-guard/tests/fixtures/meaning.setup.sql");
    run_script(&cluster.dsn("postgres"), setup).await.unwrap();
    let mut reader = Reader::open(&cluster, "postgres").await.unwrap();
    let meaning = include_str!("../../../crates/septum-guard/tests/fixtures/meaning.sql");
    let statements = include_str!("../../../crates/septum-guard/tests/fixtures/statements.sql");
    let productions = include_str!("../../../crates/septum-sql/tests/fixtures/canonical.sql");
    let texts = meaning.lines().chain(statements.lines()).chain(productions.split("\n--\n"));
    let [with_relations, agreed] = agree(&mut reader, texts).await;
    assert!(with_relations > 40 && agreed > 60, "{with_relations} {agreed}");
}

#[tokio::test]
async fn both_read_the_same_in_every_attack() {
    let site = Site::start().await.unwrap();
    let mut reader = Reader::open(site.cluster(), "crm").await.unwrap();
    let texts = site.statements().await.unwrap();
    let [with_relations, agreed] = agree(&mut reader, texts.iter().map(String::as_str)).await;
    assert!(with_relations > 40 && agreed > 80, "{with_relations} {agreed}");
}
