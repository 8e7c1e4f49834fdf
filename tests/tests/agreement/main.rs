//! Septum and PostgreSQL read the same in a text: the same number of statements, and in each the
//! same relations. What is compared is what the server locks while it analyses the text, and the
//! canonical text, with what the facts name.
#![expect(clippy::unwrap_used, reason = "a panic is the report")]

mod differentials;

use std::collections::BTreeMap;

use septum_sql::parse_script;
use septum_tests::attacks::Site;
use septum_tests::{Agreement, Cluster, Reader, run_script};

/// Holds the texts against a server and returns how many agree, with relations and at all.
async fn agree(reader: &mut Reader, texts: impl IntoIterator<Item = String>) -> [usize; 2] {
    let (mut counts, mut problems) = (BTreeMap::new(), Vec::new());
    let mut with_relations = 0;
    for text in texts {
        let agreement = reader.compare(&text).await.unwrap();
        let name = match &agreement {
            Agreement::Agreed { relations } => {
                with_relations += usize::from(*relations > 0);
                "agreed".to_owned()
            }
            Agreement::RefusedHere => "refused by Septum alone or as well".to_owned(),
            Agreement::RefusedThere(code) => format!("refused by the server: {code}"),
            Agreement::NotRead => "not analysed before it runs".to_owned(),
            Agreement::Disagreed(how) => {
                problems.push(format!("{text:?}: {how}"));
                "DISAGREED".to_owned()
            }
        };
        *counts.entry(name).or_insert(0) += 1;
    }
    println!("{counts:#?}");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    [with_relations, counts.get("agreed").copied().unwrap_or_default()]
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
    let [with_relations, agreed] = agree(&mut reader, texts).await;
    assert!(with_relations * 2 > all && agreed * 3 > all * 2, "{with_relations} {agreed} of {all}");
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
    let [with_relations, agreed] = agree(&mut reader, texts.map(str::to_owned)).await;
    assert!(with_relations > 40 && agreed > 60, "{with_relations} {agreed}");
}

#[tokio::test]
async fn both_read_the_same_in_every_attack() {
    let site = Site::start().await.unwrap();
    let mut reader = Reader::open(site.cluster(), "crm").await.unwrap();
    let texts = site.statements().await.unwrap();
    let [with_relations, agreed] = agree(&mut reader, texts).await;
    assert!(with_relations > 40 && agreed > 80, "{with_relations} {agreed}");
}
