//! `https://ID.lambda-url.REGION.on.aws`: functions that answer HTTP themselves.
//!
//! A request is an invocation by nobody: the function's own policy has to allow it, for both actions that AWS asks for
//! since October 2025. Left out: signed requests (AuthType AWS_IAM) and streamed answers; neither can be configured.

mod answer;
mod cors;
mod event;

use crate::{
    engine::{Engine, Invocation},
    name::Name,
    ops::invoke,
    state::{HOSTS, Host, URLS, Url},
};
use api_lambda::Invoke;
use base::{Fault, Region};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use kernel::{Access, Call, Cloud, Request, Response, Scope, Site};
use serde_json::json;
use shape::{ByteStream, Bytes, Operation, StreamError};
use std::sync::Arc;

/// AWS quota.
const MOST_BODY_BYTES: usize = 6 * 1024 * 1024;

/// All function URLs of the model.
#[derive(Debug)]
pub(crate) struct FunctionUrls(Arc<Engine>);

/// The URL of this id.
pub(crate) fn address(id: &str, region: &Region) -> String {
    format!("https://{id}.lambda-url.{region}.on.aws/")
}

/// The id in `ID.lambda-url.REGION.on.aws`.
fn id_of(host: &str) -> Option<&str> {
    let (id, rest) = host.split_once('.')?;
    let region = rest.strip_prefix("lambda-url.")?.strip_suffix(".on.aws")?;
    (!id.is_empty() && !region.is_empty() && !region.contains('.')).then_some(id)
}

impl FunctionUrls {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, domain: &str, request: Request) -> Result<Response, Fault> {
        let Some((host, url)) = find(cloud, domain)? else { return Ok(forbidden("no function has this URL")) };
        let (parts, body) = request.into_parts();
        let mut response = match &url.cors {
            Some(cors) if cors::is_preflight(&parts) => {
                // AWS answers these by itself.
                let mut response = Response::new(ByteStream::empty());
                cors.apply(&parts, response.headers_mut());
                return Ok(response);
            }
            _ => match body.collect(MOST_BODY_BYTES).await {
                Ok(body) => self.invoke(cloud, call, &host, (&parts, body, domain)).await,
                Err(StreamError::Refused { .. }) => message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
                Err(_) => message(StatusCode::BAD_REQUEST, "Bad Request"),
            },
        };
        if let Some(cors) = &url.cors {
            cors.apply(&parts, response.headers_mut());
        }
        Ok(response)
    }

    async fn invoke(
        &self,
        cloud: &Cloud,
        call: &Call,
        host: &Host,
        (parts, body, domain): (&http::request::Parts, Bytes, &str),
    ) -> Response {
        let qualifier = Some(host.qualifier.clone()).filter(|qualifier| !qualifier.is_empty());
        let name = Name { scope: host.scope.clone(), function: host.function.clone(), qualifier };
        let call = Call { account: host.scope.account.clone(), region: host.scope.region.clone(), ..call.clone() };
        let arn = name.arn();
        let access = Access::action("lambda:InvokeFunctionUrl", &arn)
            .with("lambda:FunctionUrlAuthType", "NONE")
            .and("lambda:InvokeFunction", &arn)
            .with("lambda:FunctionUrlAuthType", "NONE")
            .with("lambda:InvokedViaFunctionUrl", "true");
        if let Err(denied) = cloud.authorize(Invoke::SPEC, &call, &access) {
            return forbidden(&format!("{denied}; see: maquette explain denied {}", call.request_id));
        }
        let target = match cloud.read(&api_lambda::API, &name.scope, |tx| invoke::target(tx, &call, &name)) {
            Ok(target) => target,
            Err(error) => return failed(&error),
        };
        let event = event::of(&event::Incoming { parts, body: &body, domain, call: &call }).to_string();
        let asked = Invocation {
            request_id: call.request_id.clone(),
            payload: event.into(),
            client_context: None,
            wants_tail: false,
        };
        match self.0.invoke(cloud, &target, asked).await {
            Ok(ran) if ran.is_error => {
                explained(StatusCode::BAD_GATEWAY, "Internal Server Error", "the function failed")
            }
            Ok(ran) => answer::of(&ran.payload).map_or_else(
                || explained(StatusCode::BAD_GATEWAY, "Internal Server Error", "the function's answer is malformed"),
                |answer| answer.map(ByteStream::from),
            ),
            Err(error) => failed(&error),
        }
    }
}

impl Site for FunctionUrls {
    fn owns(&self, host: &str, _: &Method, _: &Uri) -> bool {
        id_of(host).is_some()
    }

    async fn answer(&self, cloud: &Cloud, call: &Call, request: Request) -> Response {
        let domain = call.host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let domain = domain.strip_suffix(".localhost").unwrap_or(&domain);
        let mut response = self.serve(cloud, call, domain, request).await.unwrap_or_else(|fault| {
            tracing::error!(request = call.request_id, %fault, "a request to a function URL failed");
            message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        });
        if let Ok(id) = HeaderValue::from_str(&call.request_id) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        response
    }
}

fn find(cloud: &Cloud, domain: &str) -> Result<Option<(Host, Url)>, Fault> {
    let Some(id) = id_of(domain) else { return Ok(None) };
    let host = cloud.read(&api_lambda::API, &Scope::shared(), |tx| tx.get(&HOSTS, id.to_owned()))?;
    // An id is asked for under its own region's name only.
    let Some(host) = host.filter(|host| address(id, &host.scope.region).contains(domain)) else { return Ok(None) };
    let key = (host.function.clone(), host.qualifier.clone());
    let url = cloud.read::<_, Fault>(&api_lambda::API, &host.scope, |tx| tx.get(&URLS, key))?;
    Ok(url.map(|url| (host, url)))
}

fn failed(error: &shape::ApiError) -> Response {
    if error.status == 429 {
        return explained(StatusCode::TOO_MANY_REQUESTS, "Rate Exceeded.", &error.to_string());
    }
    explained(StatusCode::BAD_GATEWAY, "Internal Server Error", &error.to_string())
}

fn forbidden(why: &str) -> Response {
    let mut response = explained(StatusCode::FORBIDDEN, "Forbidden", why);
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static("AccessDeniedException"));
    response
}

fn message(status: StatusCode, text: &str) -> Response {
    let mut response = Response::new(ByteStream::from(Bytes::from(json!({ "Message": text }).to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// AWS says no more than the message; here a header tells why.
fn explained(status: StatusCode, text: &str, why: &str) -> Response {
    let mut response = message(status, text);
    let plain: String = why.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { ' ' }).collect();
    if let Ok(why) = HeaderValue::from_str(&plain) {
        response.headers_mut().insert("x-maquette-explanation", why);
    }
    response
}
