//! `https://ID.execute-api.REGION.amazonaws.com`: what a deployed API answers.
//!
//! A request reads two small rows (whose the API is, what its stage serves). What a deployment serves never changes,
//! so its routing table is compiled once and kept by the deployment's id: nothing has to be invalidated.

mod authorize;
mod function;
mod integrate;
mod keys;
mod live;
mod throttle;

use crate::{
    api::API,
    limits::MOST_PAYLOAD_BYTES,
    proxy::incoming::Incoming,
    route::{Match, decode},
    state::{self, OWNERS, Owner, STAGES, Stage},
};
use base::Fault;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use kernel::{Call, Cloud, Request, Response, Scope, Site};
use live::{Live, LiveRoute};
use serde_json::json;
use shape::{ByteStream, Bytes, Map, StreamError};
use std::sync::Arc;

/// All HTTP APIs of the model.
#[derive(Debug, Default)]
pub(crate) struct HttpApis {
    live: live::Cache,
    keys: keys::Cache,
    answers: authorize::Cache,
    buckets: throttle::Buckets,
}

/// A request on its way through one stage.
#[derive(Clone, Copy, Debug)]
struct Journey<'j> {
    cloud: &'j Cloud,
    owner: &'j Owner,
    live: &'j Live,
    route: &'j LiveRoute,
    request: &'j Incoming<'j>,
    variables: &'j Map<String>,
}

impl Site for HttpApis {
    fn owns(&self, host: &str, _: &Method, _: &Uri) -> bool {
        api_of(host).is_some()
    }

    async fn answer(&self, cloud: &Cloud, call: &Call, request: Request) -> Response {
        // As AWS makes them: sixteen characters that end in `=`.
        let request_id = STANDARD.encode(call.entropy.bytes::<11>());
        let mut response = self.serve(cloud, call, request, &request_id).await.unwrap_or_else(|fault| {
            tracing::error!(request = request_id, %fault, "a request to an HTTP API failed");
            message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        });
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response
    }
}

impl HttpApis {
    async fn serve(&self, cloud: &Cloud, call: &Call, request: Request, request_id: &str) -> Result<Response, Fault> {
        let domain = real_name(&call.host);
        let (parts, body) = request.into_parts();
        let Some(found) = self.find(cloud, &domain, parts.uri.path())? else {
            return Ok(message(StatusCode::NOT_FOUND, "Not Found"));
        };
        let mut response = self.pass(cloud, call, &found, &domain, request_id, (&parts, body)).await;
        if let Some(cors) = &found.live.cors {
            cors.apply(&parts.headers, parts.method == Method::OPTIONS, response.headers_mut());
        }
        Ok(response)
    }

    /// The stage that a path leads to, and what it serves.
    fn find(&self, cloud: &Cloud, domain: &str, path: &str) -> Result<Option<Found>, Fault> {
        let Some(api) = api_of(domain) else { return Ok(None) };
        let owner = cloud.read(&API, &state::owners(), |tx| tx.get(&OWNERS, api))?;
        let Some(owner) = owner else { return Ok(None) };
        let scope = Scope::new(&owner.account, &owner.region);
        cloud.read(&API, &scope, |tx| {
            let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
            let named = decode(first);
            let by_name = if named.is_empty() { None } else { tx.get(&STAGES, (api, named.as_str()))? };
            let (name, stage, rest) = match by_name {
                Some(stage) => (named, stage, &path[(first.len() + 1).min(path.len())..]),
                None => match tx.get(&STAGES, (api, "$default"))? {
                    Some(stage) => ("$default".to_owned(), stage, path),
                    None => return Ok(None),
                },
            };
            let Some(deployment) = &stage.deployment else { return Ok(None) };
            let Some(live) = self.live.get(tx, api, deployment)? else { return Ok(None) };
            if live.is_endpoint_disabled {
                return Ok(None);
            }
            let path = if rest.is_empty() { "/" } else { rest }.to_owned();
            Ok(Some(Found { api: api.into(), owner, name, stage, path, live }))
        })
    }

    async fn pass(
        &self,
        cloud: &Cloud,
        call: &Call,
        found: &Found,
        domain: &str,
        request_id: &str,
        (parts, body): (&Parts, ByteStream),
    ) -> Response {
        if parts.headers.contains_key(header::UPGRADE) && parts.headers.contains_key("sec-websocket-key") {
            return message(StatusCode::BAD_REQUEST, "Bad Request");
        }
        let is_options = parts.method == Method::OPTIONS;
        let Some(Match { route, parameters }) = found.live.table.find(parts.method.as_str(), &found.path) else {
            if is_options && found.live.cors.is_some() {
                return status(StatusCode::NO_CONTENT);
            }
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let body = match body.collect(MOST_PAYLOAD_BYTES).await {
            Ok(body) => body,
            Err(StreamError::Refused { .. }) => {
                return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
            }
            Err(_) => return message(StatusCode::BAD_REQUEST, "Bad Request"),
        };
        let request = Incoming {
            parts,
            body: &body,
            api: &found.api,
            account: found.owner.account.as_str(),
            stage: &found.name,
            route_key: &route.key,
            path: &found.path,
            parameters: &parameters,
            domain,
            request_id,
            source_ip: &call.source_ip,
            now: call.now,
        };
        let none = Map::new();
        let variables = found.stage.variables.as_ref().unwrap_or(&none);
        let journey = Journey { cloud, owner: &found.owner, live: &found.live, route, request: &request, variables };
        if !self.buckets.admit(&journey, &found.stage, call.now) {
            return message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
        }
        match self.authorize(&journey).await {
            Ok(who) => integrate::integrate(&journey, who.as_ref()).await,
            Err(refused) => refused,
        }
    }
}

/// A stage that serves something.
struct Found {
    api: String,
    owner: Owner,
    name: String,
    stage: Stage,
    /// The path behind the stage.
    path: String,
    live: Arc<Live>,
}

/// The API's id of `ID.execute-api.REGION.amazonaws.com`.
fn api_of(host: &str) -> Option<&str> {
    let (id, rest) = host.split_once('.')?;
    let region = rest.strip_prefix("execute-api.")?.strip_suffix(".amazonaws.com")?;
    (!id.is_empty() && !region.is_empty() && !region.contains('.')).then_some(id)
}

/// The host's name on AWS, without port and alias.
fn real_name(host: &str) -> String {
    let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    name.strip_suffix(".localhost").map(str::to_owned).unwrap_or(name)
}

/// `{"message":"Not Found"}`
fn message(status: StatusCode, text: &str) -> Response {
    let mut response = Response::new(ByteStream::from(Bytes::from(json!({ "message": text }).to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(ByteStream::empty());
    *response.status_mut() = status;
    response
}

/// A failure whose cause lies in the configuration: AWS says no more than the message; here a header tells why.
fn explained(status: StatusCode, text: &str, why: &str) -> Response {
    let mut response = message(status, text);
    let plain: String = why.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { ' ' }).collect();
    if let Ok(why) = HeaderValue::from_str(&plain) {
        response.headers_mut().insert("x-maquette-explanation", why);
    }
    response
}
