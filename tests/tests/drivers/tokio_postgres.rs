use std::fmt::{Debug, Write as _};
use std::pin::pin;
use std::time::SystemTime;

use futures_util::{SinkExt as _, TryStreamExt as _, future};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Error, IsolationLevel, NoTls, SimpleColumn, SimpleQueryMessage};

use crate::place::{By, ENDLESS, FAILING, Place, is_told_the_same};

#[tokio::test]
async fn tokio_postgres_is_told_what_postgresql_tells() {
    is_told_the_same(By::Token, async |place| {
        let client = septum_tests::connect(&place.dsn()).await.unwrap();
        if let Some(token) = &place.token {
            client.batch_execute(&format!("SET septum.token = '{token}'")).await.unwrap();
        }
        let mut program = Program { client, told: String::new(), place };
        program.place.ready().await;
        program.rows().await.unwrap();
        program.transactions().await.unwrap();
        program.cursors().await.unwrap();
        program.copies().await.unwrap();
        program.pipelines().await.unwrap();
        program.errors().await.unwrap();
        program.cancels().await.unwrap();
        program.told.replace(&program.place.mark, "MARK")
    })
    .await;
}

struct Program {
    client: Client,
    place: Place,
    told: String,
}

/// What the work fails with.
fn code<T>(result: Result<T, Error>) -> String {
    let Err(error) = result else { return "no error".into() };
    error.as_db_error().map_or_else(|| error.to_string(), |error| error.code().code().to_owned())
}

/// The value of a type that the driver does not know itself: it asks the catalog for it.
struct Mood(String);

impl Debug for Mood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> FromSql<'a> for Mood {
    fn from_sql(
        found: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(format!("{:?} {}", found.kind(), std::str::from_utf8(raw)?)))
    }

    fn accepts(found: &Type) -> bool {
        found.name() == "mood"
    }
}

impl Program {
    fn tell(&mut self, what: impl Debug) {
        writeln!(self.told, "{what:?}").unwrap();
    }

    async fn ids(&self) -> Result<Vec<i32>, Error> {
        let rows = self.client.query("SELECT id, mark FROM things ORDER BY id", &[]).await?;
        assert!(rows.iter().all(|row| row.get::<_, &str>(1) == self.place.mark), "{rows:?}");
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    async fn rows(&mut self) -> Result<(), Error> {
        let insert = "INSERT INTO things (id, mark, feeling, tags, moods, raw, made, share)
                      VALUES ($1, $2, 'high', $3, '{low,high}', $4, $5, 7) RETURNING id";
        let insert = self.client.prepare(insert).await?;
        self.tell(insert.params());
        for id in [1, 2] {
            let tags = vec!["a", "b\"{,}"];
            let raw = &b"\0\\\xff"[..];
            let row = self
                .client
                .query_one(&insert, &[&id, &self.place.mark, &tags, &raw, &SystemTime::UNIX_EPOCH])
                .await?;
            self.tell(row.get::<_, i32>(0));
        }
        for id in 3..9 {
            let insert = "INSERT INTO things (id, mark) VALUES ($1, $2)";
            self.client.execute(insert, &[&id, &self.place.mark]).await?;
        }
        let select = "SELECT id, mark, feeling, moods, tags, raw, made FROM things WHERE id < 3";
        for row in self.client.query(select, &[]).await? {
            let (id, mark): (i32, &str) = (row.get(0), row.get(1));
            let (feeling, moods): (Mood, Vec<Mood>) = (row.get(2), row.get(3));
            let (tags, raw): (Vec<&str>, &[u8]) = (row.get(4), row.get(5));
            let made: SystemTime = row.get(6);
            let told = format!("{id} {mark} {feeling:?} {moods:?} {tags:?} {raw:?} {made:?}");
            self.tell(told);
        }
        let typed = "SELECT id FROM things WHERE share = $1 ORDER BY id";
        let rows = self.client.query_typed(typed, &[(&7_i32, Type::INT4)]).await?;
        self.tell(rows.len());
        let update = "UPDATE things SET share = share + 1 WHERE id = ANY($1)";
        self.tell(self.client.execute(update, &[&vec![1, 2, 9]]).await?);
        self.tell(self.client.execute("DELETE FROM things WHERE id >= $1", &[&7]).await?);
        let script = "SET timezone = 'Asia/Tokyo'; SHOW timezone; SELECT 1 AS one; RESET timezone";
        for message in self.client.simple_query(script).await? {
            match message {
                SimpleQueryMessage::Row(row) => {
                    let columns: Vec<_> = row.columns().iter().map(SimpleColumn::name).collect();
                    self.tell((columns, row.get(0)));
                }
                other => self.tell(other),
            }
        }
        self.tell(self.ids().await?);
        Ok(())
    }

    async fn transactions(&mut self) -> Result<(), Error> {
        let mark = self.place.mark.clone();
        let insert = "INSERT INTO things (id, mark) VALUES ($1, $2)";
        let mut outer = self.client.transaction().await?;
        outer.execute(insert, &[&10, &mark]).await?;
        let inner = outer.transaction().await?;
        inner.execute(insert, &[&11, &mark]).await?;
        let failed = code(inner.execute(insert, &[&10, &mark]).await);
        inner.rollback().await?;
        let inner = outer.savepoint("by_name").await?;
        inner.execute(insert, &[&12, &mark]).await?;
        inner.commit().await?;
        outer.commit().await?;
        self.tell(failed);
        self.tell(self.ids().await?);
        // One that is dropped is rolled back.
        let dropped = self.client.transaction().await?;
        dropped.execute("DELETE FROM things", &[]).await?;
        drop(dropped);
        let serializable = self
            .client
            .build_transaction()
            .isolation_level(IsolationLevel::Serializable)
            .read_only(true)
            .start()
            .await?;
        let level: String = serializable.query_one("SHOW transaction_isolation", &[]).await?.get(0);
        let refused = code(serializable.execute("DELETE FROM things", &[]).await);
        serializable.rollback().await?;
        self.tell((level, refused));
        Ok(())
    }

    async fn cursors(&mut self) -> Result<(), Error> {
        let transaction = self.client.transaction().await?;
        let query = "SELECT id FROM things WHERE mark = $1 ORDER BY id";
        let portal = transaction.bind(query, &[&self.place.mark]).await?;
        let mut parts = Vec::new();
        for rows in [3, 2, 0] {
            let rows = transaction.query_portal(&portal, rows).await?;
            parts.push(rows.iter().map(|row| row.get(0)).collect::<Vec<i32>>());
        }
        transaction.batch_execute("DECLARE c SCROLL CURSOR FOR TABLE things").await?;
        let fetched = transaction.query("FETCH 2 FROM c", &[]).await?.len();
        let moved = transaction.execute("MOVE LAST IN c", &[]).await?;
        transaction.batch_execute("CLOSE c").await?;
        transaction.commit().await?;
        self.tell((parts, fetched, moved));
        let mut stream = pin!(self.client.query_raw(query, [&self.place.mark]).await?);
        let mut count = 0;
        while stream.try_next().await?.is_some() {
            count += 1;
        }
        self.tell(count);
        Ok(())
    }

    async fn copies(&mut self) -> Result<(), Error> {
        let mark = &self.place.mark;
        let sink = self.client.copy_in("COPY things (id, mark, amount) FROM STDIN").await?;
        let mut sink = pin!(sink);
        for id in 1000..11000 {
            sink.feed(bytes(format!("{id}\t{mark}\t0.50\n"))).await?;
        }
        let text = sink.finish().await?;
        let copy = "COPY things (id, mark) FROM STDIN (FORMAT binary)";
        let sink = self.client.copy_in(copy).await?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &[Type::INT4, Type::TEXT]));
        writer.as_mut().write(&[&11000, mark]).await?;
        let binary = writer.finish().await?;
        let mut sink = pin!(self.client.copy_in("COPY things (id, mark) FROM STDIN").await?);
        sink.feed(bytes(format!("20\t{mark}\n20\t{mark}\n"))).await?;
        let twice = code(sink.finish().await);
        // One that is dropped fails, and nothing of it stays.
        let mut sink = Box::pin(self.client.copy_in("COPY things (id, mark) FROM STDIN").await?);
        sink.send(bytes(format!("21\t{mark}\n"))).await?;
        drop(sink);
        let out = "COPY (SELECT id, mark FROM things ORDER BY id) TO STDOUT (FORMAT csv)";
        let parts: Vec<_> = self.client.copy_out(out).await?.try_collect().await?;
        let length = parts.concat().len();
        self.tell((text, binary, twice, length));
        let sum = "SELECT count(*), sum(amount)::text, min(mark), max(mark) FROM things";
        let row = self.client.query_one(sum, &[]).await?;
        let sum: (i64, &str, &str, &str) = (row.get(0), row.get(1), row.get(2), row.get(3));
        self.tell(sum);
        self.tell(self.client.execute("DELETE FROM things WHERE id >= 1000", &[]).await?);
        Ok(())
    }

    async fn pipelines(&mut self) -> Result<(), Error> {
        // Asked at once, they go out one behind the other before any answer comes.
        let select = self.client.prepare("SELECT $1::int, mark FROM things WHERE id = 1").await?;
        let numbers: Vec<i32> = (0..50).collect();
        let asked =
            numbers.iter().map(async |number| self.client.query_one(&select, &[number]).await);
        let rows = future::try_join_all(asked).await?;
        assert!(rows.iter().all(|row| row.get::<_, &str>(1) == self.place.mark));
        self.tell(rows.iter().map(|row| row.get(0)).collect::<Vec<i32>>() == numbers);
        let zero: [&(dyn ToSql + Sync); 1] = [&0];
        let failing = tokio::join!(
            self.client.query_one("SELECT 1", &[]),
            self.client.query_one("SELECT 1 / $1::int", &zero),
            self.client.query_one("SELECT 2", &[]),
        );
        self.tell((code(failing.0), code(failing.1), code(failing.2)));
        Ok(())
    }

    async fn errors(&mut self) -> Result<(), Error> {
        for query in FAILING {
            let simple = code(self.client.batch_execute(query).await);
            let extended = code(self.client.query(query, &[]).await);
            self.tell((query, simple, extended));
        }
        self.tell(self.ids().await?);
        Ok(())
    }

    async fn cancels(&mut self) -> Result<(), Error> {
        let token = self.client.cancel_token();
        let cancel = async {
            // A request that comes before the query does nothing: it is made again.
            loop {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                token.cancel_query(NoTls).await.unwrap();
            }
        };
        let cancelled = tokio::select! {
            ended = self.client.query(ENDLESS, &[]) => code(ended),
            () = cancel => unreachable!(),
        };
        self.tell(cancelled);
        self.tell(self.ids().await?);
        Ok(())
    }
}

fn bytes(text: String) -> bytes::Bytes {
    text.into()
}
