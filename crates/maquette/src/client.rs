//! Asking the running model about itself.

use crate::model::Running;
use http::{Method, Request};
use http_io::{Body, Origin, Timeouts, fetch};
use serde_json::Value as Json;
use std::time::Duration;

/// A status of many stacks is not long.
const LARGEST_ANSWER: usize = 64 << 20;

/// `GET /_maquette/PATH`
pub(crate) fn get(model: &Running, path: &str) -> Result<Json, String> {
    ask(model, Method::GET, path, Body::empty())
}

/// `POST /_maquette/PATH`
pub(crate) fn post(model: &Running, path: &str, json: &Json) -> Result<Json, String> {
    ask(model, Method::POST, path, Body::from(json.to_string()))
}

fn ask(model: &Running, method: Method, path: &str, body: Body) -> Result<Json, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| format!("the runtime does not start: {why}"))?;
    let address = format!("127.0.0.1:{}", model.port);
    let request = Request::builder()
        .method(method)
        .uri(format!("/_maquette/{path}"))
        .header("host", &address)
        .header("x-maquette-intent", "command line")
        .body(body)
        .map_err(|why| why.to_string())?;
    let origin = Origin { address: address.clone(), tls: None };
    let timeouts = Timeouts { connect: Duration::from_secs(5), answer: Duration::from_secs(60) };
    runtime.block_on(async {
        let unreachable = |why: String| format!("the model at {address} does not answer: {why}");
        let response = fetch(&origin, request, timeouts).await.map_err(|why| unreachable(why.to_string()))?;
        let status = response.status();
        let bytes = response.into_body().collect(LARGEST_ANSWER).await.map_err(|why| unreachable(why.to_string()))?;
        let json: Json = serde_json::from_slice(&bytes)
            .map_err(|_| format!("{status}: {}", String::from_utf8_lossy(&bytes).trim()))?;
        match json["error"].as_str() {
            Some(why) if !status.is_success() => Err(why.to_owned()),
            _ => Ok(json),
        }
    })
}
