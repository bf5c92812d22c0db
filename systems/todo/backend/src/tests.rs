//! The router as a client sees it, over tasks kept in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http_body_util::BodyExt;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::api::router;
use crate::dynamo::{from_item, to_item};
use crate::error::Error;
use crate::identity::Voucher;
use crate::task::{Change, Owner, Page, Task, TaskId, Tasks, Title};

#[derive(Debug, Default)]
struct InMemory(Mutex<BTreeMap<(Owner, TaskId), Task>>);

#[async_trait]
impl Tasks for InMemory {
    async fn add(&self, owner: &Owner, task: &Task) -> Result<(), Error> {
        self.0.lock().unwrap().insert((owner.clone(), task.id), task.clone());
        Ok(())
    }
    async fn list(&self, owner: &Owner, after: Option<TaskId>, limit: u32) -> Result<Page, Error> {
        let rows = self.0.lock().unwrap();
        let mine = rows.iter().rev().filter(|((of, id), _)| of == owner && after.is_none_or(|after| *id < after));
        let tasks: Vec<Task> = mine.map(|(_, task)| task.clone()).take(limit as usize).collect();
        let next = tasks.last().map(|task| task.id).filter(|_| tasks.len() == limit as usize);
        Ok(Page { tasks, next })
    }
    async fn find(&self, owner: &Owner, id: TaskId) -> Result<Option<Task>, Error> {
        Ok(self.0.lock().unwrap().get(&(owner.clone(), id)).cloned())
    }
    async fn change(&self, owner: &Owner, id: TaskId, change: Change) -> Result<Option<Task>, Error> {
        let mut rows = self.0.lock().unwrap();
        let Some(task) = rows.get_mut(&(owner.clone(), id)) else { return Ok(None) };
        task.title = change.title.unwrap_or(task.title.clone());
        task.done = change.done.unwrap_or(task.done);
        Ok(Some(task.clone()))
    }
    async fn delete(&self, owner: &Owner, id: TaskId) -> Result<bool, Error> {
        Ok(self.0.lock().unwrap().remove(&(owner.clone(), id)).is_some())
    }
}

/// Storage that is down.
#[derive(Debug)]
struct Down;

#[async_trait]
impl Tasks for Down {
    async fn add(&self, _: &Owner, _: &Task) -> Result<(), Error> {
        Err(Error::Storage("AccessDenied on table/secret-name".into()))
    }
    async fn list(&self, _: &Owner, _: Option<TaskId>, _: u32) -> Result<Page, Error> {
        Err(Error::Storage("AccessDenied on table/secret-name".into()))
    }
    async fn find(&self, _: &Owner, _: TaskId) -> Result<Option<Task>, Error> {
        Err(Error::Storage("down".into()))
    }
    async fn change(&self, _: &Owner, _: TaskId, _: Change) -> Result<Option<Task>, Error> {
        Err(Error::Storage("down".into()))
    }
    async fn delete(&self, _: &Owner, _: TaskId) -> Result<bool, Error> {
        Err(Error::Storage("down".into()))
    }
}

struct Client {
    router: Router,
    voucher: Voucher,
}

impl Client {
    fn new(voucher: Voucher) -> Self {
        Self { router: router(Arc::new(InMemory::default()), voucher), voucher }
    }

    /// A request of `owner`, vouched for as the mode wants it.
    async fn call(&self, owner: &str, line: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = plain(line, body);
        match self.voucher {
            Voucher::Authorizer => {
                request.extensions_mut().insert(event_context(json!({ "jwt": { "claims": { "sub": owner } } })));
            }
            Voucher::Upstream => {
                request.headers_mut().insert("authorization", bearer(owner).parse().unwrap());
            }
        }
        send(&self.router, request).await
    }

    async fn add(&self, owner: &str, title: &str) -> String {
        let (status, task) = self.call(owner, "POST /tasks", Some(json!({ "title": title }))).await;
        assert_eq!(status, StatusCode::CREATED, "{task}");
        task["id"].as_str().unwrap().to_owned()
    }

    async fn titles(&self, owner: &str) -> Vec<String> {
        let (_, page) = self.call(owner, "GET /tasks", None).await;
        page["tasks"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
    }
}

fn plain(line: &str, body: Option<Value>) -> Request<Body> {
    let (method, uri) = line.split_once(' ').unwrap();
    let request = Request::builder().method(method).uri(uri).header("content-type", "application/json");
    request.body(body.map_or(Body::empty(), |body| Body::from(body.to_string()))).unwrap()
}

async fn send(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() })
}

fn bearer(owner: &str) -> String {
    format!("Bearer e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(json!({ "sub": owner }).to_string()))
}

fn event_context(authorizer: Value) -> RequestContext {
    let http = json!({ "method": "GET", "path": "/" });
    RequestContext::ApiGatewayV2(
        serde_json::from_value(json!({ "timeEpoch": 0, "http": http, "authorizer": authorizer })).unwrap(),
    )
}

#[tokio::test]
async fn a_task_is_added_ticked_off_renamed_and_deleted() {
    for voucher in [Voucher::Authorizer, Voucher::Upstream] {
        let client = Client::new(voucher);
        let id = client.add("ada", "  Water the plants ").await;
        let task = format!("/tasks/{id}");

        let (_, found) = client.call("ada", &format!("GET {task}"), None).await;
        assert_eq!((&found["title"], &found["done"]), (&json!("Water the plants"), &json!(false)));
        assert!(found["createdAt"].as_u64().unwrap() > 1_700_000_000_000);

        let (status, done) = client.call("ada", &format!("PATCH {task}"), Some(json!({ "done": true }))).await;
        assert_eq!((status, &done["done"], &done["title"]), (StatusCode::OK, &json!(true), &found["title"]));
        let (_, renamed) = client.call("ada", &format!("PATCH {task}"), Some(json!({ "title": "Rest" }))).await;
        assert_eq!((&renamed["done"], &renamed["title"]), (&json!(true), &json!("Rest")));

        assert_eq!(client.call("ada", &format!("DELETE {task}"), None).await, (StatusCode::NO_CONTENT, Value::Null));
        let (status, gone) = client.call("ada", &format!("DELETE {task}"), None).await;
        assert_eq!((status, gone), (StatusCode::NOT_FOUND, json!({ "message": "there is no such task" })));
    }
}

#[tokio::test]
async fn nobody_sees_or_touches_the_tasks_of_another() {
    let client = Client::new(Voucher::Authorizer);
    let id = client.add("ada", "Hers").await;
    assert!(client.titles("bob").await.is_empty());
    for line in ["GET", "DELETE"] {
        assert_eq!(client.call("bob", &format!("{line} /tasks/{id}"), None).await.0, StatusCode::NOT_FOUND);
    }
    let taken = client.call("bob", &format!("PATCH /tasks/{id}"), Some(json!({ "title": "Mine" }))).await;
    assert_eq!(taken.0, StatusCode::NOT_FOUND);
    assert_eq!(client.titles("ada").await, ["Hers"]);
}

#[tokio::test]
async fn the_list_has_the_newest_first_and_continues_where_a_page_ended() {
    let client = Client::new(Voucher::Upstream);
    for title in ["one", "two", "three"] {
        client.add("ada", title).await;
    }
    assert_eq!(client.titles("ada").await, ["three", "two", "one"]);
    let (_, first) = client.call("ada", "GET /tasks?limit=2", None).await;
    let next = first["next"].as_str().unwrap();
    let (_, second) = client.call("ada", &format!("GET /tasks?limit=2&after={next}"), None).await;
    assert_eq!((&second["tasks"][0]["title"], &second["next"]), (&json!("one"), &Value::Null));
}

#[tokio::test]
async fn a_request_that_cannot_be_meant_is_told_what_is_wrong_with_it() {
    let client = Client::new(Voucher::Authorizer);
    let id = client.add("ada", "Anything").await;
    let cases = [
        ("POST /tasks".to_owned(), json!({ "title": "   " }), "must not be empty"),
        ("POST /tasks".to_owned(), json!({ "title": "ä".repeat(201) }), "201 characters"),
        ("POST /tasks".to_owned(), json!({}), "missing field `title`"),
        ("POST /tasks".to_owned(), json!({ "title": "x", "owner": "bob" }), "unknown field `owner`"),
        (format!("PATCH /tasks/{id}"), json!({}), "nothing to change"),
        (format!("PATCH /tasks/{id}"), json!({ "done": "yes" }), "invalid type"),
        ("GET /tasks?limit=0".to_owned(), Value::Null, "from 1 to 100"),
        ("GET /tasks?after=yesterday".to_owned(), Value::Null, "after"),
    ];
    for (line, body, expected) in cases {
        let (status, answer) = client.call("ada", &line, Some(body)).await;
        assert!(status.is_client_error(), "{line}: {status}");
        assert!(answer["message"].as_str().unwrap().contains(expected), "{line}: {answer}");
    }
    client.add("ada", &"ä".repeat(200)).await;
}

#[tokio::test]
async fn malformed_json_and_oversized_bodies_are_refused_as_json() {
    let client = Client::new(Voucher::Upstream);
    for (body, expected) in [("{", StatusCode::BAD_REQUEST), (&*"x".repeat(20_000), StatusCode::PAYLOAD_TOO_LARGE)] {
        let mut request = plain("POST /tasks", None);
        request.headers_mut().insert("authorization", bearer("ada").parse().unwrap());
        *request.body_mut() = Body::from(body.to_owned());
        let (status, answer) = send(&client.router, request).await;
        assert_eq!(status, expected);
        assert!(answer["message"].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn without_a_verified_caller_there_is_nothing_but_health() {
    for voucher in [Voucher::Authorizer, Voucher::Upstream] {
        let client = Client::new(voucher);
        assert_eq!(send(&client.router, plain("GET /tasks", None)).await.0, StatusCode::UNAUTHORIZED);
        let health = send(&client.router, plain("GET /health", None)).await;
        assert_eq!(health, (StatusCode::OK, json!({ "status": "ok" })));
    }
}

#[tokio::test]
async fn on_lambda_a_token_that_no_authorizer_vouched_for_counts_for_nothing() {
    let client = Client::new(Voucher::Authorizer);
    let mut request = plain("GET /tasks", None);
    request.headers_mut().insert("authorization", bearer("ada").parse().unwrap());
    request.extensions_mut().insert(event_context(Value::Null));
    assert_eq!(send(&client.router, request).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_without_a_usable_payload_is_no_caller() {
    let client = Client::new(Voucher::Upstream);
    for header in ["Bearer", "Bearer x", "Bearer a.!!.c", "Bearer a.e30.c", "Basic YTpi", &bearer("")] {
        let mut request = plain("GET /tasks", None);
        request.headers_mut().insert("authorization", header.parse().unwrap());
        assert_eq!(send(&client.router, request).await.0, StatusCode::UNAUTHORIZED, "{header}");
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_named_as_such() {
    let client = Client::new(Voucher::Upstream);
    assert_eq!(client.call("ada", "GET /nothing/here", None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(client.call("ada", "GET /tasks/not-an-id", None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(client.call("ada", "PUT /tasks", None).await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(client.call("ada", "GET /", None).await.1["name"], "todo");
}

#[tokio::test]
async fn a_preflight_needs_no_caller() {
    let client = Client::new(Voucher::Authorizer);
    for path in ["/", "/tasks", "/tasks/1", "/no/such/thing"] {
        assert_eq!(send(&client.router, plain(&format!("OPTIONS {path}"), None)).await.0, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn when_storage_is_down_the_answer_says_so_and_keeps_the_cause_to_itself() {
    let client = Client { router: router(Arc::new(Down), Voucher::Upstream), voucher: Voucher::Upstream };
    let (status, answer) = client.call("ada", "GET /tasks", None).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answer.to_string().contains("secret-name"), "{answer}");
}

#[test]
fn a_task_comes_back_from_its_item_as_it_went_in() {
    let task = Task::new(Title::try_from("Ünïcode ✓".to_owned()).unwrap());
    let item = to_item(&Owner("ada".into()), &task);
    assert_eq!(from_item(&item).unwrap(), task);
    let mut broken = item;
    broken.remove("title");
    assert!(matches!(from_item(&broken), Err(Error::Storage(_))));
}
