use std::error::Error as _;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request got no page.
#[derive(Debug)]
pub(crate) enum Error {
    NotFound,
    Database(tokio_postgres::Error),
    NoConnection(deadpool_postgres::PoolError),
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl From<deadpool_postgres::PoolError> for Error {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::NoConnection(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        // The database's own words reach the user: careless, common, and here it shows what
        // Septum answers.
        let (status, text) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "not found".to_owned()),
            Self::Database(error) => (StatusCode::INTERNAL_SERVER_ERROR, describe(&error)),
            Self::NoConnection(error) => {
                let cause = error.source().map(ToString::to_string);
                (StatusCode::SERVICE_UNAVAILABLE, cause.unwrap_or_else(|| error.to_string()))
            }
        };
        (status, Json(json!({ "error": text }))).into_response()
    }
}

fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(refusal) => format!("{}: {}", refusal.code().code(), refusal.message()),
        None => error.to_string(),
    }
}
