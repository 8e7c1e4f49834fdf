use std::convert::Infallible;

use anyhow::{Context, Result};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, NoTls, Row, SimpleQueryMessage, SimpleQueryRow};

use crate::error::Error;

/// A statement's parameters with their types: one round trip each, nothing prepared.
pub(crate) type Parameters<'a> = &'a [(&'a (dyn ToSql + Sync), Type)];

/// The pool that the whole application shares; it connects when it is first needed.
pub(crate) fn pool(url: &str, size: usize) -> Result<Pool> {
    let config: Config = url.parse().context("reading the database URL")?;
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(config, NoTls, manager);
    Ok(Pool::builder(manager).max_size(size).build()?)
}

/// The request's `traceparent`, passed on in a comment at the end of each statement, as
/// OpenTelemetry's sqlcommenter does. It is there to find a slow query's request again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace(Option<String>);

impl<S: Sync> FromRequestParts<S> for Trace {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get("traceparent").and_then(|value| value.to_str().ok());
        // Anything else could end the comment.
        let plain = |text: &&str| text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        Ok(Self(header.filter(plain).map(str::to_owned)))
    }
}

impl Trace {
    fn comment(&self, sql: &str) -> String {
        match &self.0 {
            Some(trace) => format!("{sql} /*traceparent='{trace}'*/"),
            None => sql.to_owned(),
        }
    }
}

/// A connection for the time of one request.
pub(crate) struct Db {
    client: Client,
    trace: Trace,
}

impl Db {
    pub(crate) async fn connect(pool: &Pool, trace: Trace) -> Result<Self, Error> {
        Ok(Self { client: pool.get().await?, trace })
    }

    pub(crate) async fn rows(&self, sql: &str, with: Parameters<'_>) -> Result<Vec<Row>, Error> {
        Ok(self.client.query_typed(&self.trace.comment(sql), with).await?)
    }

    /// The only row, or "not found".
    pub(crate) async fn row(&self, sql: &str, with: Parameters<'_>) -> Result<Row, Error> {
        self.rows(sql, with).await?.into_iter().next().ok_or(Error::NotFound)
    }

    /// Runs text by the simple protocol, which takes no parameters.
    pub(crate) async fn text_rows(&self, sql: &str) -> Result<Vec<SimpleQueryRow>, Error> {
        let messages = self.client.simple_query(&self.trace.comment(sql)).await?;
        let mut rows = Vec::new();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    pub(crate) async fn begin(&mut self) -> Result<Transaction<'_>, Error> {
        Ok(Transaction { inner: self.client.transaction().await?, trace: &self.trace })
    }
}

/// A transaction; it rolls back unless it is committed.
pub(crate) struct Transaction<'a> {
    inner: deadpool_postgres::Transaction<'a>,
    trace: &'a Trace,
}

impl Transaction<'_> {
    /// The only row, or "not found".
    pub(crate) async fn row(&self, sql: &str, with: Parameters<'_>) -> Result<Row, Error> {
        let rows = self.inner.query_typed(&self.trace.comment(sql), with).await?;
        rows.into_iter().next().ok_or(Error::NotFound)
    }

    pub(crate) async fn execute(&self, sql: &str, with: Parameters<'_>) -> Result<(), Error> {
        self.inner.query_typed(&self.trace.comment(sql), with).await?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        Ok(self.inner.commit().await?)
    }
}
