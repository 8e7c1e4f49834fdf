use std::path::Path;

use septum_tests::skip;
use tokio::process::Command;

use crate::place::{By, is_told_the_same};

#[tokio::test]
async fn node_pg_is_told_what_postgresql_tells() {
    let Some(folder) = std::env::var_os("SEPTUM_TEST_NODE_FOLDER") else {
        return skip("node pg", "no node with `pg`: run it by `cargo xtask test`");
    };
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers/use_pg.js");
    // Packages are looked for beside the program that asks for them.
    let start = format!("require('module')._initPaths(); require({program:?})");
    is_told_the_same(By::Credential, async |place| {
        let mut node = Command::new("node");
        node.args(["-e", &start]).env("NODE_PATH", Path::new(&folder).join("node_modules"));
        place.tell(node).await
    })
    .await;
}
