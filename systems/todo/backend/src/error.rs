//! Everything that can go wrong, and how it is told: `{"message": …}` with a status.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Debug)]
pub enum Error {
    /// The request cannot be meant like this; the caller can mend it.
    Invalid(StatusCode, String),
    /// No caller: the authorizer in front is missing or let something odd through.
    NoCaller,
    NoSuchTask,
    NoSuchRoute,
    MethodNotAllowed,
    /// Storage failed. The cause is for the log, not for the caller.
    Storage(String),
}

impl From<JsonRejection> for Error {
    fn from(rejection: JsonRejection) -> Self {
        Self::Invalid(rejection.status(), rejection.body_text())
    }
}

impl From<QueryRejection> for Error {
    fn from(rejection: QueryRejection) -> Self {
        Self::Invalid(rejection.status(), rejection.body_text())
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::Invalid(status, message) => (status, message),
            Self::NoCaller => (StatusCode::UNAUTHORIZED, "sign in first: the request carries no verified token".into()),
            Self::NoSuchTask => (StatusCode::NOT_FOUND, "there is no such task".into()),
            Self::NoSuchRoute => (StatusCode::NOT_FOUND, "there is nothing at this address".into()),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "this address does not understand this method".into())
            }
            Self::Storage(cause) => {
                tracing::error!(cause, "storage failed");
                (StatusCode::SERVICE_UNAVAILABLE, "the tasks are out of reach at the moment; try again".into())
            }
        };
        (status, Json(json!({ "message": message }))).into_response()
    }
}
