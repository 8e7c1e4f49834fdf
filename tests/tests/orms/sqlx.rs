//! A CRM with sqlx, and what its `query!` asks of a database when a program is compiled.

use std::fmt::{Debug, Write as _};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::types::Json;
use sqlx::{Acquire as _, Error, Executor as _, PgPool, Postgres, QueryBuilder};

use crate::stage::{Place, is_told_the_same};

#[tokio::test]
async fn sqlx_works_for_two_tenants() {
    let (_, recording, postgresql) = is_told_the_same(async |place| {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(place.port)
            .username(&place.user)
            .password(&place.password)
            .database(place.database)
            .ssl_mode(PgSslMode::Disable);
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let mut program = Program { pool, told: String::new(), place };
        program.create().await.unwrap();
        program.read().await.unwrap();
        program.write().await.unwrap();
        program.compile().await;
        program.pool.close().await;
        program.place.without_mark(&program.told)
    })
    .await;
    recording.must_be_kept("sqlx", &format!("sqlx 0.8; PostgreSQL {postgresql}"));
}

/// A type of the database's own: the driver asks the catalog for its number.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Call,
}

impl sqlx::Type<Postgres> for Kind {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        sqlx::postgres::PgTypeInfo::with_name("activity_kind")
    }
}

impl sqlx::Encode<'_, Postgres> for Kind {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        let Self::Call = self;
        <&str as sqlx::Encode<Postgres>>::encode("call", buffer)
    }
}

struct Program {
    pool: PgPool,
    place: Place,
    told: String,
}

impl Program {
    fn tell(&mut self, what: impl Debug) {
        writeln!(self.told, "{what:?}").unwrap();
    }

    fn name(&self, name: &str) -> String {
        format!("{} {name}", self.place.mark())
    }

    async fn create(&mut self) -> Result<(), Error> {
        let bakery: i64 = sqlx::query_scalar(
            "INSERT INTO accounts (tenant_id, name, industry, city, tags, profile)
             VALUES ($1::text::uuid, $2, 'food', 'Bern', $3, $4) RETURNING id",
        )
        .bind(self.place.tenant)
        .bind(self.name("Bakery"))
        .bind(vec!["vip", "ch"])
        .bind(Json([("staff", 12)]))
        .fetch_one(&self.pool)
        .await?;
        let names: Vec<String> = (0..10).map(|at| self.name(&format!("0{at}"))).collect();
        let mut many = QueryBuilder::new("INSERT INTO accounts (name, industry, city) ");
        many.push_values(&names, |mut row, name| {
            row.push_bind(name).push_bind("trade").push_bind(Some("Zug"));
        });
        let made = many.build().execute(&self.pool).await?.rows_affected();
        let deals = sqlx::query(
            "INSERT INTO deals (account_id, title, amount, closes_on)
             SELECT id, 'Deal ' || row_number() OVER (ORDER BY name), n, date '2025-01-01' + 31
             FROM accounts JOIN UNNEST($1::text[], $2::bigint[]) AS given (name, n) USING (name)",
        )
        .bind(&names)
        .bind((0..10).map(|at| at * 100).collect::<Vec<i64>>())
        .execute(&self.pool)
        .await?
        .rows_affected();
        self.tell((made, deals));
        for name in ["Bob", "Bobby"] {
            let kept: String = sqlx::query_scalar(
                "INSERT INTO contacts (account_id, name, email) VALUES ($1, $2, $3)
                 ON CONFLICT (tenant_id, email) DO UPDATE SET name = excluded.name RETURNING name",
            )
            .bind(bakery)
            .bind(name)
            .bind(self.place.mark())
            .fetch_one(&self.pool)
            .await?;
            self.tell(kept);
        }
        sqlx::query("INSERT INTO activities (account_id, kind, summary) VALUES ($1, $2, $3)")
            .bind(bakery)
            .bind(Kind::Call)
            .bind("call")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn read(&mut self) -> Result<(), Error> {
        let found: Vec<(String, Option<String>, i64)> = sqlx::query_as(
            "SELECT a.name, c.name, count(d.id) FROM accounts a
             LEFT JOIN contacts c ON c.account_id = a.id LEFT JOIN deals d ON d.account_id = a.id
             WHERE a.name ILIKE '%' || $1 || '%' AND a.tags @> $2
             GROUP BY a.id, c.id ORDER BY a.name LIMIT $3 OFFSET $4",
        )
        .bind("bak")
        .bind(vec!["vip"])
        .bind(5_i64)
        .bind(0_i64)
        .fetch_all(&self.pool)
        .await?;
        self.tell(found);
        let months: Vec<(String, i64)> = sqlx::query_as(
            "SELECT to_char(date_trunc('month', closes_on), 'YYYY-MM'), sum(amount)::bigint
             FROM deals WHERE closes_on < now() + interval '1 year' GROUP BY 1 ORDER BY 1",
        )
        .fetch_all(&self.pool)
        .await?;
        self.tell(months);
        Ok(())
    }

    async fn write(&mut self) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        let locked: Vec<String> = sqlx::query_scalar(
            "SELECT title FROM deals WHERE amount > $1::bigint FOR UPDATE SKIP LOCKED",
        )
        .bind(700_i64)
        .fetch_all(&mut *transaction)
        .await?;
        let mut inner = transaction.begin().await?;
        let twice = sqlx::query("INSERT INTO accounts (name, industry) VALUES ($1, 'twice')")
            .bind(self.name("Bakery"))
            .execute(&mut *inner)
            .await;
        inner.rollback().await?;
        let won =
            sqlx::query("UPDATE deals SET stage = 'won', version = version + 1 WHERE title = $1")
                .bind("Deal 2")
                .execute(&mut *transaction)
                .await?;
        transaction.commit().await?;
        let twice = twice.map(drop).map_err(|error| {
            error.as_database_error().and_then(|error| error.constraint().map(String::from))
        });
        self.tell((locked.len(), twice, won.rows_affected()));
        let mut dropped = self.pool.begin().await?;
        sqlx::query("DELETE FROM accounts").execute(&mut *dropped).await?;
        drop(dropped);
        let gone = sqlx::query("DELETE FROM accounts WHERE city = $1")
            .bind("Bern")
            .execute(&self.pool)
            .await?;
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM accounts").fetch_one(&self.pool).await?;
        self.tell((gone.rows_affected(), left));
        Ok(())
    }

    /// As `query!` describes a statement: by way of EXPLAIN, which a tenant may not. It is meant
    /// for the developers' database, and for `SQLX_OFFLINE` elsewhere.
    async fn compile(&mut self) {
        let described = self.pool.describe("SELECT a.id, c.name FROM accounts a LEFT JOIN contacts c ON c.account_id = a.id WHERE a.id = $1").await;
        let code = described.err().map(|error| {
            error.as_database_error().and_then(|error| error.code().map(String::from))
        });
        let refused = Some(Some("42501".to_owned()));
        assert_eq!(code, if self.place.database == "alone" { None } else { refused });
        self.tell("refused to a tenant: describe");
    }
}
