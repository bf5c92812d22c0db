//! The Runtime API, as the official runtime clients and the Lambda Web Adapter speak it, and as much of the Extensions
//! API as needs no events: an extension that registers for none is served, one that wants INVOKE or SHUTDOWN is refused.

use crate::engine::{
    output::Sink,
    port::{Port, Reply},
};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::HeaderValue};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinSet};

/// AWS quota: what a function may answer.
pub(super) const MOST_ANSWER_BYTES: usize = 6 * 1024 * 1024 + 100;
/// Requests to extensions and errors are small.
const MOST_OTHER_BYTES: usize = 256 * 1024;
const MOST_CONNECTIONS: usize = 64;

/// One environment's API.
pub(super) struct Api {
    pub(super) port: Arc<Port>,
    pub(super) sink: Arc<Sink>,
    pub(super) timeout: Duration,
    pub(super) function: String,
    pub(super) version: String,
    pub(super) handler: String,
    /// Milliseconds since 1970 by the machine's clock, which is the one that the function sees.
    pub(super) machine_now: Box<dyn Fn() -> i64 + Send + Sync>,
}

impl Api {
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((connection, _)) = listener.accept().await {
            while connections.try_join_next().is_some() {}
            if connections.len() >= MOST_CONNECTIONS {
                continue;
            }
            // An answer in two packets would wait for the other side's acknowledgement.
            let _ = connection.set_nodelay(true);
            let api = self.clone();
            let service = service_fn(move |request| {
                let api = api.clone();
                async move { Ok::<_, Infallible>(api.answer(request).await) }
            });
            connections.spawn(async move {
                // A client that breaks off is the function's own affair.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
            });
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (request.method(), parts.as_slice()) {
            (&Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => self.next().await,
            (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "response"]) => {
                self.response(id, request).await
            }
            (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "error"]) => self.error(id, request).await,
            (&Method::POST, ["2018-06-01", "runtime", "init", "error"]) => {
                match collect(request, MOST_OTHER_BYTES).await {
                    Some(body) => self.port.fail_init(body),
                    None => {
                        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "The error is too long");
                    }
                }
                accepted()
            }
            (&Method::POST, ["2020-01-01", "extension", "register"]) => self.register(request).await,
            (&Method::GET, ["2020-01-01", "extension", "event", "next"]) => std::future::pending().await,
            (&Method::POST, ["2020-01-01", "extension", "init" | "exit", "error"]) => accepted(),
            _ => refuse(StatusCode::NOT_FOUND, "ResourceNotFound", "There is no such path in the Runtime API here"),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        let job = self.port.next().await;
        self.sink.push(&format!("START RequestId: {} Version: {}", job.request_id, self.version));
        let deadline = (self.machine_now)() + i64::try_from(self.timeout.as_millis()).unwrap_or(i64::MAX);
        let mut response = Response::new(Full::new(job.payload));
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        set("content-type", "application/json");
        set("lambda-runtime-aws-request-id", &job.request_id);
        set("lambda-runtime-deadline-ms", &deadline.to_string());
        set("lambda-runtime-invoked-function-arn", &job.invoked_arn);
        set("lambda-runtime-trace-id", &job.trace_id);
        if let Some(context) = &job.client_context {
            set("lambda-runtime-client-context", context);
        }
        self.port.take(job.request_id, job.reply);
        response
    }

    async fn response(&self, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if !self.port.is_current(id) {
            return wrong_id();
        }
        match collect(request, MOST_ANSWER_BYTES).await {
            Some(body) if self.port.reply(id, Reply::Response(body.clone())) => accepted(),
            Some(_) => wrong_id(),
            None => {
                let message =
                    format!("Response payload size exceeded maximum allowed payload size ({MOST_ANSWER_BYTES} bytes).");
                let error = json!({"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"});
                self.port.reply(id, Reply::Error(error.to_string().into()));
                refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
            }
        }
    }

    async fn error(&self, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
        match collect(request, MOST_ANSWER_BYTES).await {
            Some(body) if self.port.reply(id, Reply::Error(body.clone())) => accepted(),
            Some(_) => wrong_id(),
            None => refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "The error is too long"),
        }
    }

    async fn register(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let Some(body) = collect(request, MOST_OTHER_BYTES).await else { return wrong_id() };
        let asked: Json = serde_json::from_slice(&body).unwrap_or_default();
        if asked["events"].as_array().is_some_and(|events| !events.is_empty()) {
            let message = "Extensions that register for events are not supported by Maquette";
            return refuse(StatusCode::FORBIDDEN, "Extension.NotSupported", message);
        }
        let told = json!({
            "functionName": self.function, "functionVersion": self.version, "handler": self.handler,
        });
        let mut response = answer(StatusCode::OK, &told);
        let id = HeaderValue::from_static("00000000-0000-4000-8000-000000000001");
        response.headers_mut().insert("lambda-extension-identifier", id);
        response
    }
}

async fn collect(request: Request<Incoming>, most: usize) -> Option<Bytes> {
    Limited::new(request.into_body(), most).collect().await.ok().map(http_body_util::Collected::to_bytes)
}

fn answer(status: StatusCode, json: &Json) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(json.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}

fn accepted() -> Response<Full<Bytes>> {
    answer(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response<Full<Bytes>> {
    answer(status, &json!({"errorType": kind, "errorMessage": message}))
}

fn wrong_id() -> Response<Full<Bytes>> {
    refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}
