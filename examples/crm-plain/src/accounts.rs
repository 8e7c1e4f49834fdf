use axum::Json;
use axum::extract::{Form, Path, Query, State};
use axum::response::{Html, Redirect};
use deadpool_postgres::Pool;
use maud::html;
use serde::{Deserialize, Serialize};
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::activities::{self, Activity};
use crate::db::{Db, Trace};
use crate::deals::{self, Deal};
use crate::error::Error;
use crate::page;

#[derive(Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    search: String,
}

/// An account in a list.
#[derive(Serialize)]
pub(crate) struct Account {
    id: String,
    name: String,
    industry: String,
    city: String,
}

#[derive(Serialize)]
pub(crate) struct Contact {
    id: Uuid,
    name: String,
    email: String,
    phones: Vec<String>,
}

#[derive(Serialize)]
pub(crate) struct Detail {
    id: Uuid,
    name: String,
    industry: String,
    city: String,
    tags: Vec<String>,
    profile: serde_json::Value,
    contacts: Vec<Contact>,
    deals: Vec<Deal>,
    activities: Vec<Activity>,
    notes: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct NewContact {
    name: String,
    email: String,
}

async fn find(db: &Db, search: &str) -> Result<Vec<Account>, Error> {
    // DELIBERATE SQL INJECTION: what the user typed becomes SQL, the oldest mistake there is,
    // and by the simple protocol, which would even take several statements. It is here to show
    // that it ends at the tenant's own rows. Do not copy; use a parameter.
    let sql = format!(
        "SELECT id::text, name, industry, city FROM accounts \
         WHERE name ILIKE '%{search}%' ORDER BY name LIMIT 50"
    );
    let rows = db.text_rows(&sql).await?;
    let text = |column: Option<&str>| column.unwrap_or_default().to_owned();
    let accounts = rows.iter().map(|row| Account {
        id: text(row.get(0)),
        name: text(row.try_get(1).ok().flatten()),
        industry: text(row.try_get(2).ok().flatten()),
        city: text(row.try_get(3).ok().flatten()),
    });
    Ok(accounts.collect())
}

async fn load(db: &Db, id: Uuid) -> Result<Detail, Error> {
    let with = [(&id as _, Type::UUID)];
    let account = db
        .row("SELECT name, industry, city, tags, profile FROM accounts WHERE id = $1", &with)
        .await?;
    let contacts = db
        .rows(
            "SELECT id, name, email, phones FROM contacts WHERE account_id = $1 ORDER BY name",
            &with,
        )
        .await?;
    let notes = db
        .rows(
            "SELECT body FROM notes WHERE account_id = $1 ORDER BY created_at DESC LIMIT 20",
            &with,
        )
        .await?;
    Ok(Detail {
        id,
        name: account.get(0),
        industry: account.get(1),
        city: account.get(2),
        tags: account.get(3),
        profile: account.get(4),
        contacts: contacts
            .iter()
            .map(|row| Contact {
                id: row.get(0),
                name: row.get(1),
                email: row.get(2),
                phones: row.get(3),
            })
            .collect(),
        deals: deals::of_account(db, id).await?,
        activities: activities::of_account(db, id).await?,
        notes: notes.iter().map(|row| row.get(0)).collect(),
    })
}

async fn insert_contact(db: &Db, account: Uuid, new: &NewContact) -> Result<Contact, Error> {
    let row = db
        .row(
            "INSERT INTO contacts (account_id, name, email) VALUES ($1, $2, $3) \
             RETURNING id, name, email, phones",
            &[(&account, Type::UUID), (&new.name, Type::TEXT), (&new.email, Type::TEXT)],
        )
        .await?;
    Ok(Contact { id: row.get(0), name: row.get(1), email: row.get(2), phones: row.get(3) })
}

pub(crate) async fn list(
    State(pool): State<Pool>,
    trace: Trace,
    Query(query): Query<Search>,
) -> Result<Json<Vec<Account>>, Error> {
    let db = Db::connect(&pool, trace).await?;
    Ok(Json(find(&db, &query.search).await?))
}

pub(crate) async fn detail(
    State(pool): State<Pool>,
    trace: Trace,
    Path(id): Path<Uuid>,
) -> Result<Json<Detail>, Error> {
    let db = Db::connect(&pool, trace).await?;
    Ok(Json(load(&db, id).await?))
}

pub(crate) async fn create_contact(
    State(pool): State<Pool>,
    trace: Trace,
    Path(id): Path<Uuid>,
    Json(new): Json<NewContact>,
) -> Result<Json<Contact>, Error> {
    let db = Db::connect(&pool, trace).await?;
    Ok(Json(insert_contact(&db, id, &new).await?))
}

pub(crate) async fn create_contact_form(
    State(pool): State<Pool>,
    trace: Trace,
    Path(id): Path<Uuid>,
    Form(new): Form<NewContact>,
) -> Result<Redirect, Error> {
    let db = Db::connect(&pool, trace).await?;
    insert_contact(&db, id, &new).await?;
    Ok(Redirect::to(&format!("/accounts/{id}")))
}

pub(crate) async fn page(
    State(pool): State<Pool>,
    trace: Trace,
    Query(query): Query<Search>,
) -> Result<Html<String>, Error> {
    let db = Db::connect(&pool, trace).await?;
    let accounts = find(&db, &query.search).await?;
    Ok(page::render(
        "Accounts",
        &html! {
            form.search {
                input name="search" value=(query.search) placeholder="Search accounts" autofocus;
                button { "Search" }
            }
            table {
                thead { tr { th { "Name" } th { "Industry" } th { "City" } } }
                tbody {
                    @for account in &accounts {
                        tr {
                            td { a href={ "/accounts/" (account.id) } { (account.name) } }
                            td { (account.industry) }
                            td { (account.city) }
                        }
                    }
                }
            }
            p.quiet { (accounts.len()) " shown" }
        },
    ))
}

pub(crate) async fn detail_page(
    State(pool): State<Pool>,
    trace: Trace,
    Path(id): Path<Uuid>,
) -> Result<Html<String>, Error> {
    let db = Db::connect(&pool, trace).await?;
    let account = load(&db, id).await?;
    Ok(page::render(
        &account.name,
        &html! {
            p.quiet {
                (account.industry) " · " (account.city)
                @for tag in &account.tags { " " span.tag { (tag) } }
            }
            h2 { "Deals" }
            (deals::table(&account.deals))
            h2 { "Contacts" }
            table {
                tbody {
                    @for contact in &account.contacts {
                        tr {
                            td { (contact.name) }
                            td { (contact.email) }
                            td { (contact.phones.join(", ")) }
                        }
                    }
                }
            }
            form method="post" action={ "/accounts/" (account.id) "/contacts" } {
                input name="name" placeholder="Name" required;
                input name="email" type="email" placeholder="E-mail" required;
                button { "Add contact" }
            }
            h2 { "Notes" }
            @for note in &account.notes { p { (note) } }
            h2 { "Activities" }
            (activities::table(&account.activities))
        },
    ))
}
