use axum::Json;
use axum::extract::{Form, Path, State};
use axum::response::{Html, Redirect};
use deadpool_postgres::Pool;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::db::{Db, Trace};
use crate::error::Error;
use crate::page;

/// The stages that a deal moves through, as in the database's type.
const STAGES: [&str; 5] = ["lead", "qualified", "proposal", "won", "lost"];
const COLUMNS: &str = "id, account_id, title, stage::text, amount_cents, currency::text";

#[derive(Serialize)]
pub(crate) struct Deal {
    id: Uuid,
    account_id: Uuid,
    title: String,
    stage: String,
    amount_cents: i64,
    currency: String,
}

#[derive(Deserialize)]
pub(crate) struct Move {
    stage: String,
}

fn read(row: &Row) -> Deal {
    Deal {
        id: row.get(0),
        account_id: row.get(1),
        title: row.get(2),
        stage: row.get(3),
        amount_cents: row.get(4),
        currency: row.get(5),
    }
}

pub(crate) async fn of_account(db: &Db, account: Uuid) -> Result<Vec<Deal>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM deals WHERE account_id = $1 ORDER BY closes_on");
    Ok(db.rows(&sql, &[(&account, Type::UUID)]).await?.iter().map(read).collect())
}

/// Moves a deal and writes the move into the account's history: both, or neither.
async fn change_stage(db: &mut Db, deal: Uuid, stage: &str) -> Result<Deal, Error> {
    let transaction = db.begin().await?;
    let before = transaction
        .row("SELECT stage::text FROM deals WHERE id = $1 FOR UPDATE", &[(&deal, Type::UUID)])
        .await?;
    let before: String = before.get(0);
    let sql = format!(
        "UPDATE deals SET stage = $2::text::deal_stage, updated_at = now() \
         WHERE id = $1 RETURNING {COLUMNS}"
    );
    let moved = transaction.row(&sql, &[(&deal, Type::UUID), (&stage, Type::TEXT)]).await?;
    let moved = read(&moved);
    let summary = format!("{}: {before} to {}", moved.title, moved.stage);
    transaction
        .execute(
            "INSERT INTO activities (account_id, kind, summary) VALUES ($1, 'stage_change', $2)",
            &[(&moved.account_id, Type::UUID), (&summary, Type::TEXT)],
        )
        .await?;
    transaction.commit().await?;
    Ok(moved)
}

/// How many of everything there are: this CRM's whole database, it believes.
pub(crate) async fn summary(State(pool): State<Pool>, trace: Trace) -> Result<Json<Value>, Error> {
    let db = Db::connect(&pool, trace).await?;
    let row = db
        .row(
            "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM contacts), \
             (SELECT count(*) FROM deals), (SELECT count(*) FROM activities), \
             (SELECT count(*) FROM notes)",
            &[],
        )
        .await?;
    let count = |column: usize| row.get::<_, i64>(column);
    Ok(Json(json!({
        "accounts": count(0),
        "contacts": count(1),
        "deals": count(2),
        "activities": count(3),
        "notes": count(4),
    })))
}

pub(crate) async fn move_stage(
    State(pool): State<Pool>,
    trace: Trace,
    Path(id): Path<Uuid>,
    Json(to): Json<Move>,
) -> Result<Json<Deal>, Error> {
    let mut db = Db::connect(&pool, trace).await?;
    Ok(Json(change_stage(&mut db, id, &to.stage).await?))
}

pub(crate) async fn move_stage_form(
    State(pool): State<Pool>,
    trace: Trace,
    Path(id): Path<Uuid>,
    Form(to): Form<Move>,
) -> Result<Redirect, Error> {
    let mut db = Db::connect(&pool, trace).await?;
    let deal = change_stage(&mut db, id, &to.stage).await?;
    Ok(Redirect::to(&format!("/accounts/{}", deal.account_id)))
}

pub(crate) async fn page(State(pool): State<Pool>, trace: Trace) -> Result<Html<String>, Error> {
    let db = Db::connect(&pool, trace).await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM deals WHERE stage IN ('qualified', 'proposal') \
         ORDER BY amount_cents DESC LIMIT 50"
    );
    let deals: Vec<Deal> = db.rows(&sql, &[]).await?.iter().map(read).collect();
    Ok(page::render("Biggest open deals", &table(&deals)))
}

pub(crate) fn table(deals: &[Deal]) -> Markup {
    html! {
        table {
            tbody {
                @for deal in deals {
                    tr {
                        td { a href={ "/accounts/" (deal.account_id) } { (deal.title) } }
                        td.number { (deal.amount_cents / 100) " " (deal.currency) }
                        td {
                            form method="post" action={ "/deals/" (deal.id) "/stage" } {
                                select name="stage" {
                                    @for stage in STAGES {
                                        option selected[stage == deal.stage] { (stage) }
                                    }
                                }
                                button { "Move" }
                            }
                        }
                    }
                }
            }
        }
    }
}
