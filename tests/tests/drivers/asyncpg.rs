use crate::place::is_told_the_same;
use crate::psycopg::python;

#[tokio::test]
async fn asyncpg_is_told_what_postgresql_tells() {
    let Some(python) = python("asyncpg", "use_asyncpg.py") else { return };
    is_told_the_same(async |place| place.tell(python()).await).await;
}
