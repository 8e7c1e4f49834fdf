use crate::place::{By, is_told_the_same};
use crate::psycopg::python;

#[tokio::test]
async fn asyncpg_is_told_what_postgresql_tells() {
    let Some(python) = python("asyncpg", "use_asyncpg.py") else { return };
    is_told_the_same(By::Credential, async |place| place.tell(python()).await).await;
}
