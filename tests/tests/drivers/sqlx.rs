use std::fmt::{Debug, Write as _};
use std::time::Duration;

use futures_util::{TryStreamExt as _, future};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{
    PgArgumentBuffer, PgConnectOptions, PgHasArrayType, PgPoolCopyExt as _, PgPoolOptions, PgRow,
    PgSslMode, PgTypeInfo, PgValueRef,
};
use sqlx::{Acquire as _, Decode, Encode, Error, PgPool, Postgres, Row as _, Type};

use crate::place::{By, ENDLESS, FAILING, Place, is_told_the_same};

#[tokio::test]
async fn sqlx_is_told_what_postgresql_tells() {
    is_told_the_same(By::Credential, async |place| {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(place.port)
            .username(&place.user)
            .password(&place.password)
            .database(place.database)
            .ssl_mode(PgSslMode::Disable);
        let pool = PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
        let mut program = Program { pool, told: String::new(), place };
        program.place.ready().await;
        program.rows().await.unwrap();
        program.transactions().await.unwrap();
        program.cursors().await.unwrap();
        program.copies().await.unwrap();
        program.at_once().await.unwrap();
        program.errors().await.unwrap();
        program.cancels().await.unwrap();
        program.pool.close().await;
        program.told.replace(&program.place.mark, "MARK")
    })
    .await;
}

struct Program {
    pool: PgPool,
    place: Place,
    told: String,
}

/// What the work fails with.
fn code<T>(result: Result<T, Error>) -> String {
    let Err(error) = result else { return "no error".into() };
    let code = error.as_database_error().and_then(|error| error.code().map(String::from));
    code.unwrap_or_else(|| error.to_string())
}

fn column(row: &PgRow) -> i32 {
    row.get(0)
}

/// A type of the database's own, as `derive(sqlx::Type)` makes it: the driver asks the catalog
/// for its number.
#[derive(Debug)]
struct Mood(String);

impl Type<Postgres> for Mood {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("mood")
    }
}

impl PgHasArrayType for Mood {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("mood")
    }
}

impl Encode<'_, Postgres> for Mood {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <&str as Encode<Postgres>>::encode(&self.0, buffer)
    }
}

impl Decode<'_, Postgres> for Mood {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self(<String as Decode<Postgres>>::decode(value)?))
    }
}

impl Program {
    fn tell(&mut self, what: impl Debug) {
        writeln!(self.told, "{what:?}").unwrap();
    }

    async fn ids(&self) -> Result<Vec<i32>, Error> {
        let rows =
            sqlx::query("SELECT id, mark FROM things ORDER BY id").fetch_all(&self.pool).await?;
        assert!(rows.iter().all(|row| row.get::<&str, _>(1) == self.place.mark));
        Ok(rows.iter().map(column).collect())
    }

    async fn rows(&mut self) -> Result<(), Error> {
        let insert = "INSERT INTO things (id, mark, feeling, tags, moods, raw)
                      VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        for id in [1, 2] {
            let row = sqlx::query(insert)
                .bind(id)
                .bind(&self.place.mark)
                .bind(Mood("high".into()))
                .bind(["a", "b\"{,}"])
                .bind([Mood("low".into()), Mood("high".into())])
                .bind(&b"\0\\\xff"[..])
                .fetch_one(&self.pool)
                .await?;
            self.tell(column(&row));
        }
        for id in 3..9 {
            let insert = sqlx::query("INSERT INTO things (id, mark) VALUES ($1, $2)").bind(id);
            insert.bind(&self.place.mark).execute(&self.pool).await?;
        }
        let select = "SELECT id, mark, feeling, tags, moods, raw FROM things WHERE id < 4";
        for row in sqlx::query(select).fetch_all(&self.pool).await? {
            let (id, mark): (i32, &str) = (row.get(0), row.get(1));
            let (feeling, tags): (Option<Mood>, Vec<String>) = (row.get(2), row.get(3));
            let (moods, raw): (Vec<Mood>, Option<&[u8]>) = (row.get(4), row.get(5));
            let told = format!("{id} {mark} {feeling:?} {tags:?} {moods:?} {raw:?}");
            self.tell(told);
        }
        let update = "UPDATE things SET share = 1 WHERE id = ANY($1)";
        let updated = sqlx::query(update).bind([1, 2, 9]).execute(&self.pool).await?;
        self.tell(updated.rows_affected());
        let delete = sqlx::query("DELETE FROM things WHERE id >= $1").bind(7);
        let deleted = delete.execute(&self.pool).await?.rows_affected();
        self.tell(deleted);
        let script = "SELECT 1; SELECT id FROM things WHERE id = 2; SHOW server_version_num";
        let rows = sqlx::raw_sql(script).fetch_all(&self.pool).await?;
        self.tell(rows.iter().map(PgRow::len).collect::<Vec<_>>());
        self.tell(self.ids().await?);
        Ok(())
    }

    async fn transactions(&mut self) -> Result<(), Error> {
        let mark = self.place.mark.clone();
        let insert = |id: i32| {
            sqlx::query("INSERT INTO things (id, mark) VALUES ($1, $2)").bind(id).bind(&mark)
        };
        let mut outer = self.pool.begin().await?;
        insert(10).execute(&mut *outer).await?;
        let mut inner = outer.begin().await?;
        insert(11).execute(&mut *inner).await?;
        let error = insert(10).execute(&mut *inner).await.unwrap_err();
        let constraint = error.as_database_error().and_then(|error| error.constraint());
        let failed = (constraint.map(str::to_owned), code::<()>(Err(error)));
        inner.rollback().await?;
        let mut inner = outer.begin().await?;
        insert(12).execute(&mut *inner).await?;
        inner.commit().await?;
        outer.commit().await?;
        // One that is dropped is rolled back before its connection is used again.
        let mut dropped = self.pool.begin().await?;
        sqlx::query("DELETE FROM things").execute(&mut *dropped).await?;
        drop(dropped);
        let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY";
        let mut serializable = self.pool.begin_with(begin).await?;
        let show = sqlx::query("SHOW transaction_isolation").fetch_one(&mut *serializable).await?;
        let refused = code(sqlx::query("DELETE FROM things").execute(&mut *serializable).await);
        serializable.rollback().await?;
        self.tell((failed, show.get::<String, _>(0), refused));
        self.tell(self.ids().await?);
        Ok(())
    }

    async fn cursors(&mut self) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        let declare =
            "DECLARE c SCROLL CURSOR FOR SELECT id FROM things WHERE mark = $1 ORDER BY id";
        // PostgreSQL itself takes a parameter here.
        sqlx::query(declare).bind(&self.place.mark).execute(&mut *transaction).await?;
        let two = sqlx::query("FETCH 2 FROM c").fetch_all(&mut *transaction).await?;
        let moved = sqlx::query("MOVE LAST IN c").execute(&mut *transaction).await?;
        let prior = sqlx::query("FETCH PRIOR FROM c").fetch_one(&mut *transaction).await?;
        sqlx::query("CLOSE c").execute(&mut *transaction).await?;
        transaction.commit().await?;
        let two: Vec<_> = two.iter().map(column).collect();
        self.tell((two, moved.rows_affected(), column(&prior)));
        let mut stream = sqlx::query("SELECT id FROM things ORDER BY id").fetch(&self.pool);
        let mut streamed = Vec::new();
        while let Some(row) = stream.try_next().await? {
            streamed.push(column(&row));
        }
        drop(stream);
        self.tell(streamed);
        Ok(())
    }

    async fn copies(&mut self) -> Result<(), Error> {
        let mark = self.place.mark.clone();
        let mut copy = self.pool.copy_in_raw("COPY things (id, mark, amount) FROM STDIN").await?;
        let rows: Vec<_> = (1000..11000).map(|id| format!("{id}\t{mark}\t0.50\n")).collect();
        copy.send(rows.concat().into_bytes()).await?;
        let copied = copy.finish().await?;
        let csv = "COPY things (id, mark) FROM STDIN (FORMAT csv, HEADER)";
        let mut copy = self.pool.copy_in_raw(csv).await?;
        copy.send(format!("id,mark\r\n11000,\"{mark}\"\r\n").into_bytes()).await?;
        let csv = copy.finish().await?;
        let mut copy = self.pool.copy_in_raw("COPY things (id, mark) FROM STDIN").await?;
        copy.send(format!("20\t{mark}\n20\t{mark}\n").into_bytes()).await?;
        let twice = code(copy.finish().await);
        let mut copy = self.pool.copy_in_raw("COPY things (id, mark) FROM STDIN").await?;
        copy.send(format!("21\t{mark}\n").into_bytes()).await?;
        copy.abort("no more of it").await?;
        let out = "COPY (SELECT id, mark FROM things ORDER BY id) TO STDOUT (FORMAT csv)";
        let parts: Vec<_> = self.pool.copy_out_raw(out).await?.try_collect().await?;
        let length = parts.concat().len();
        self.tell((copied, csv, twice, length));
        let sum = "SELECT count(*), sum(amount)::text, min(mark), max(mark) FROM things";
        let row = sqlx::query(sum).fetch_one(&self.pool).await?;
        let sum: (i64, &str, &str, &str) = (row.get(0), row.get(1), row.get(2), row.get(3));
        self.tell(sum);
        let delete = sqlx::query("DELETE FROM things WHERE id >= 1000");
        let deleted = delete.execute(&self.pool).await?.rows_affected();
        self.tell(deleted);
        Ok(())
    }

    async fn at_once(&mut self) -> Result<(), Error> {
        let asked = (0..50).map(|number| {
            let select = "SELECT $1::int, mark FROM things WHERE id = 1";
            sqlx::query(select).bind(number).fetch_one(&self.pool)
        });
        let rows = future::try_join_all(asked).await?;
        assert!(rows.iter().all(|row| row.get::<&str, _>(1) == self.place.mark));
        self.tell(rows.iter().map(column).collect::<Vec<_>>());
        Ok(())
    }

    async fn errors(&mut self) -> Result<(), Error> {
        for query in FAILING {
            let extended = code(sqlx::query(query).execute(&self.pool).await);
            let simple = code(sqlx::raw_sql(query).execute(&self.pool).await);
            self.tell((query, extended, simple));
        }
        self.tell(self.ids().await?);
        Ok(())
    }

    /// The driver has no cancel: who gives up drops the connection, and Septum ends the query.
    async fn cancels(&mut self) -> Result<(), Error> {
        let mut connection = self.pool.acquire().await?.detach();
        let endless = sqlx::query(ENDLESS).fetch_one(&mut connection);
        let given_up = tokio::time::timeout(Duration::from_millis(200), endless).await.is_err();
        drop(connection);
        self.tell(given_up);
        self.tell(self.ids().await?);
        Ok(())
    }
}
