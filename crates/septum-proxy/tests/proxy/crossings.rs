//! A value that meets a tenant column and is not the bound tenant's key is an attempt to cross.

use futures_util::SinkExt as _;
use tokio_postgres::types::{ToSql, Type};

use crate::fixture::Fixture;

type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Those that are attempts, and those that are not.
const TEXTS: [(&str, bool); 12] = [
    ("SELECT name FROM accounts WHERE tenant_id = 2", true),
    ("SELECT name FROM accounts WHERE tenant_id = '02'", true),
    ("SELECT name FROM accounts WHERE tenant_id IN (1, 2)", true),
    ("SELECT name FROM accounts WHERE tenant_id = 4711", true),
    ("SELECT name FROM accounts a WHERE 2 = a.tenant_id AND id = 1", true),
    ("WITH w AS (SELECT id FROM accounts WHERE tenant_id = 2) SELECT * FROM w", true),
    ("SELECT name FROM accounts WHERE tenant_id = 1", false),
    ("SELECT name FROM accounts WHERE tenant_id = ' 01 '", false),
    ("SELECT name FROM accounts WHERE tenant_id IN (1, 1)", false),
    ("SELECT name FROM accounts WHERE id = 2", false),
    ("SELECT name FROM accounts", false),
    ("UPDATE accounts SET name = '2' WHERE id = 2 AND tenant_id = 1", false),
];

#[tokio::test]
async fn s151_s158_another_key_of_any_type_is_recorded_once_whoever_it_is() {
    let fixture = Fixture::start().await;
    let client = fixture.client("acme").await;
    let recorded = async |what: &str| {
        client.simple_query("SELECT 1").await.unwrap();
        client.simple_query("SELECT 1").await.unwrap();
        let codes = fixture.recorded();
        assert!(codes.iter().all(|code| *code == "SEP-317"), "{what}: {codes:?}");
        codes.len()
    };
    let mut so_far = 0;
    for (text, crossing) in TEXTS {
        client.simple_query(text).await.unwrap();
        so_far += usize::from(crossing);
        assert_eq!(recorded(text).await, so_far, "{text}");
        client.query(text, &[]).await.unwrap();
        so_far += usize::from(crossing);
        assert_eq!(recorded(text).await, so_far, "{text}, prepared");
    }
    let by_key = "SELECT name FROM accounts WHERE tenant_id = $1";
    let by_keys = "SELECT name FROM accounts WHERE tenant_id = ANY ($1)";
    let sent: [(&str, Type, Values<'_>, bool); 8] = [
        (by_key, Type::INT4, &[&2i32], true),
        (by_key, Type::INT4, &[&1i32], false),
        (by_key, Type::INT8, &[&4711i64], true),
        (by_key, Type::INT8, &[&1i64], false),
        (by_key, Type::INT2, &[&2i16], true),
        (by_key, Type::INT4, &[&None::<i32>], false),
        (by_keys, Type::INT4_ARRAY, &[&vec![1i32, 2]], true),
        (by_keys, Type::INT4_ARRAY, &[&vec![1i32]], false),
    ];
    for (text, type_of, values, crossing) in sent {
        let what = format!("{text} {type_of} {values:?}");
        let statement = client.prepare_typed(text, &[type_of]).await.unwrap();
        client.query(&statement, values).await.unwrap();
        so_far += usize::from(crossing);
        assert_eq!(recorded(&what).await, so_far, "{what}");
    }
    let copy = "COPY accounts (id, tenant_id, name) FROM STDIN";
    for (tenant, crossing) in [("1", false), ("2", true)] {
        let mut sink = Box::pin(client.copy_in::<_, bytes::Bytes>(copy).await.unwrap());
        let rows = format!("70{tenant}\t{tenant}\tx\n80{tenant}\t{tenant}\tx\n");
        sink.send(rows.into()).await.unwrap();
        assert_eq!(sink.as_mut().finish().await.is_err(), crossing);
        so_far += usize::from(crossing);
        client.simple_query("SELECT 1").await.unwrap();
        let foreign = fixture.recorded().iter().filter(|code| **code == "SEP-317").count();
        assert_eq!(foreign, so_far, "a copy");
    }
    fixture.stop().await;
}
