//! The HTTP side: routes, what they accept, what they answer.
//!
//! | | | |
//! |---|---|---|
//! | `GET` | `/health` | whether the program runs; open to everybody |
//! | `GET` | `/tasks?after=ID&limit=N` | the caller's tasks, newest first |
//! | `POST` | `/tasks` | `{"title"}`: 201 and the new task |
//! | `GET` | `/tasks/{id}` | one task |
//! | `PATCH` | `/tasks/{id}` | `{"title"?, "done"?}`: the task as it is then |
//! | `DELETE` | `/tasks/{id}` | 204 |

use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, options};
use axum::{Json, Router};
use lambda_http::Context;
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::identity::Voucher;
use crate::task::{Change, Owner, PAGE_MAX, Page, Task, TaskId, Tasks, Title};

/// Ample for a title of 200 characters, however it is escaped.
const BODY_MAX_BYTES: usize = 16 * 1024;

#[derive(Clone)]
struct App {
    tasks: Arc<dyn Tasks>,
    voucher: Voucher,
}

impl FromRef<App> for Arc<dyn Tasks> {
    fn from_ref(app: &App) -> Self {
        app.tasks.clone()
    }
}

pub fn router(tasks: Arc<dyn Tasks>, voucher: Voucher) -> Router {
    Router::new()
        .route("/", get(about).options(preflight))
        .route("/health", get(health).options(preflight))
        .route("/tasks", get(list).post(add).options(preflight))
        .route("/tasks/{id}", get(find).patch(change).delete(delete).options(preflight))
        .route("/{*rest}", options(preflight).fallback(nothing_here))
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn(log))
        .with_state(App { tasks, voucher })
}

async fn about() -> Json<serde_json::Value> {
    Json(json!({ "name": "todo", "version": env!("CARGO_PKG_VERSION") }))
}

/// Says that the program serves, and asks nobody else: a health check that fails with DynamoDB would have every
/// instance replaced for a fault that no replacement mends.
async fn health() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

/// The HTTP API adds the CORS headers of its own configuration to this empty answer.
async fn preflight() -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn nothing_here() -> Error {
    Error::NoSuchRoute
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    after: Option<TaskId>,
    limit: Option<u32>,
}

async fn list(
    owner: Owner,
    State(tasks): State<Arc<dyn Tasks>>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Page>, Error> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(PAGE_MAX);
    if !(1..=PAGE_MAX).contains(&limit) {
        let message = format!("limit is {limit}; it must be from 1 to {PAGE_MAX}");
        return Err(Error::Invalid(StatusCode::BAD_REQUEST, message));
    }
    Ok(Json(tasks.list(&owner, query.after, limit).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTask {
    title: Title,
}

async fn add(
    owner: Owner,
    State(tasks): State<Arc<dyn Tasks>>,
    body: Result<Json<NewTask>, JsonRejection>,
) -> Result<Response, Error> {
    let Json(new) = body?;
    let task = Task::new(new.title);
    tasks.add(&owner, &task).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/tasks/{}", task.id))], Json(task)).into_response())
}

async fn find(owner: Owner, State(tasks): State<Arc<dyn Tasks>>, Path(id): Path<String>) -> Result<Json<Task>, Error> {
    let id = TaskId::parse(&id).ok_or(Error::NoSuchTask)?;
    tasks.find(&owner, id).await?.map(Json).ok_or(Error::NoSuchTask)
}

async fn change(
    owner: Owner,
    State(tasks): State<Arc<dyn Tasks>>,
    Path(id): Path<String>,
    body: Result<Json<Change>, JsonRejection>,
) -> Result<Json<Task>, Error> {
    let id = TaskId::parse(&id).ok_or(Error::NoSuchTask)?;
    let Json(change) = body?;
    if change.title.is_none() && change.done.is_none() {
        return Err(Error::Invalid(StatusCode::BAD_REQUEST, "nothing to change: give title, done or both".into()));
    }
    tasks.change(&owner, id, change).await?.map(Json).ok_or(Error::NoSuchTask)
}

async fn delete(
    owner: Owner,
    State(tasks): State<Arc<dyn Tasks>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    let id = TaskId::parse(&id).ok_or(Error::NoSuchTask)?;
    if tasks.delete(&owner, id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NoSuchTask) }
}

/// A handler that names its caller cannot be reached without one.
impl FromRequestParts<App> for Owner {
    type Rejection = Error;

    async fn from_request_parts(request: &mut Parts, app: &App) -> Result<Self, Error> {
        app.voucher.owner(request)
    }
}

/// One line per request. No title and no token ever reaches the log.
async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let request_id = request.extensions().get::<Context>().map(|context| context.request_id.clone());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    if method == Method::GET && path == "/health" {
        tracing::debug!(%method, path, status, micros, request_id, "answered");
    } else {
        tracing::info!(%method, path, status, micros, request_id, "answered");
    }
    response
}
