use axum::Json;
use axum::extract::State;
use axum::response::Html;
use deadpool_postgres::Pool;
use maud::{Markup, html};
use serde::Serialize;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::db::{Db, Trace};
use crate::error::Error;
use crate::page;

const COLUMNS: &str = "to_char(a.occurred_at, 'YYYY-MM-DD HH24:MI'), a.kind::text, a.summary, \
                       a.account_id, c.name";

#[derive(Serialize)]
pub(crate) struct Activity {
    occurred_at: String,
    kind: String,
    summary: String,
    account_id: Uuid,
    account: String,
}

fn read(row: &Row) -> Activity {
    Activity {
        occurred_at: row.get(0),
        kind: row.get(1),
        summary: row.get(2),
        account_id: row.get(3),
        account: row.get(4),
    }
}

pub(crate) async fn of_account(db: &Db, account: Uuid) -> Result<Vec<Activity>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM activities a JOIN accounts c ON c.id = a.account_id \
         WHERE a.account_id = $1 ORDER BY a.occurred_at DESC LIMIT 20"
    );
    Ok(db.rows(&sql, &[(&account, Type::UUID)]).await?.iter().map(read).collect())
}

async fn newest(db: &Db) -> Result<Vec<Activity>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM activities a JOIN accounts c ON c.id = a.account_id \
         ORDER BY a.occurred_at DESC LIMIT 100"
    );
    Ok(db.rows(&sql, &[]).await?.iter().map(read).collect())
}

pub(crate) async fn list(
    State(pool): State<Pool>,
    trace: Trace,
) -> Result<Json<Vec<Activity>>, Error> {
    let db = Db::connect(&pool, trace).await?;
    Ok(Json(newest(&db).await?))
}

pub(crate) async fn page(State(pool): State<Pool>, trace: Trace) -> Result<Html<String>, Error> {
    let db = Db::connect(&pool, trace).await?;
    Ok(page::render("Activities", &table(&newest(&db).await?)))
}

pub(crate) fn table(activities: &[Activity]) -> Markup {
    html! {
        table {
            tbody {
                @for activity in activities {
                    tr {
                        td.quiet { (activity.occurred_at) }
                        td { span.tag { (activity.kind) } }
                        td { (activity.summary) }
                        td { a href={ "/accounts/" (activity.account_id) } { (activity.account) } }
                    }
                }
            }
        }
    }
}
