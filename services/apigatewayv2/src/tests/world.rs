//! A model with a function whose answers the test chooses, an issuer of tokens, and a browser.

use crate::api;
use api_lambda::{InvocationRequest, InvocationResponse, Invoke};
use base::{Arn, Fault};
use http::{HeaderMap, StatusCode};
use kernel::{Access, Call, Cloud, Directory, Outcome, Request, ResourcePolicy, Response, Serve, Service, Tx, Web};
use serde_json::{Value as Json, json};
use shape::{ByteStream, Bytes};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
};
use testkit::Model;

pub(super) const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:hello";

/// What the function answers, and what it was asked.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) answer: Mutex<String>,
    pub(super) error: Mutex<Option<String>>,
    pub(super) events: Mutex<Vec<Json>>,
    /// The `aws:SourceArn` that its policy allows; none, and nobody may call it.
    pub(super) allowed: Mutex<Option<String>>,
    pub(super) hangs: Mutex<bool>,
}

struct FakeLambda(Arc<Function>);

impl Serve<Invoke> for FakeLambda {
    fn access(_: &Call, input: &InvocationRequest) -> Access {
        Access::to(&input.function_name)
    }
    async fn serve(&self, _: &Cloud, _: &Call, input: InvocationRequest) -> Outcome<InvocationResponse> {
        let event = serde_json::from_slice(&input.payload.unwrap_or_default()).unwrap();
        self.0.events.lock().unwrap().push(event);
        let hangs = *self.0.hangs.lock().unwrap();
        if hangs {
            std::future::pending::<()>().await;
        }
        Ok(InvocationResponse {
            status_code: Some(200),
            function_error: self.0.error.lock().unwrap().clone(),
            payload: Some(Bytes::from(self.0.answer.lock().unwrap().clone())),
            ..Default::default()
        })
    }
}

impl Directory for FakeLambda {
    fn resource_policy(&self, _: &Tx<'_>, _: &Arn, _: &str) -> Result<Option<ResourcePolicy>, Fault> {
        let Some(allowed) = self.0.allowed.lock().unwrap().clone() else { return Ok(None) };
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "lambda:InvokeFunction",
            "Resource": FUNCTION, "Condition": {"ArnLike": {"aws:SourceArn": allowed}},
        }]});
        Ok(Some(ResourcePolicy {
            name: "the function's policy".into(),
            text: policy.to_string(),
            kind: policy::Kind::Resource,
            is_required: false,
        }))
    }
}

/// Answers of hosts, by address.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    pub(super) pages: Mutex<Vec<(String, String)>>,
    pub(super) asked: Mutex<Vec<(String, HeaderMap)>>,
}

impl Web for Hosts {
    fn fetch<'a>(&'a self, _: &'a Cloud, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>> {
        let address = request.uri().to_string();
        self.asked.lock().unwrap().push((address.clone(), request.headers().clone()));
        let pages = self.pages.lock().unwrap();
        let found = pages.iter().find(|(page, _)| *page == address).map(|(_, text)| text.clone());
        let mut response = Response::new(ByteStream::from(Bytes::from(found.clone().unwrap_or_default())));
        if found.is_none() {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        Box::pin(std::future::ready(response))
    }
}

pub(super) struct World {
    pub(super) model: Model,
    pub(super) function: Arc<Function>,
    pub(super) hosts: Arc<Hosts>,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Read {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub(super) fn new() -> Self {
        let function = Arc::new(Function {
            answer: Mutex::new(r#"{"statusCode":200,"body":"hello"}"#.into()),
            error: Mutex::default(),
            events: Mutex::default(),
            allowed: Mutex::new(Some("arn:aws:execute-api:us-east-1:000000000000:*".into())),
            hangs: Mutex::new(false),
        });
        let lambda = Service::of(&api_lambda::API, FakeLambda(function.clone())).serve::<Invoke>().directory().build();
        let model = Model::new(vec![crate::service(), lambda]);
        let hosts = Arc::new(Hosts::default());
        model.cloud.set_web(hosts.clone());
        Self { model, function, hosts }
    }

    /// An API with these routes to the function and an automatically deployed default stage: its id.
    pub(super) async fn api(&self, routes: &[&str]) -> String {
        let input =
            api::CreateApiRequest { name: "todo".into(), protocol_type: api::ProtocolType::Http, ..Default::default() };
        let id = self.model.ask::<api::CreateApi>(input).await.unwrap().api_id.unwrap();
        let stage = api::CreateStageRequest {
            api_id: id.clone(),
            stage_name: "$default".into(),
            auto_deploy: Some(true),
            ..Default::default()
        };
        self.model.ask::<api::CreateStage>(stage).await.unwrap();
        let integration = self.integration(&id, "2.0").await;
        for key in routes {
            self.route(&id, key, &integration).await;
        }
        id
    }

    pub(super) async fn integration(&self, api: &str, payload: &str) -> String {
        let input = api::CreateIntegrationRequest {
            api_id: api.into(),
            integration_type: api::IntegrationType::AwsProxy,
            integration_uri: Some(FUNCTION.into()),
            payload_format_version: Some(payload.into()),
            ..Default::default()
        };
        self.model.ask::<api::CreateIntegration>(input).await.unwrap().integration_id.unwrap()
    }

    pub(super) async fn route(&self, api: &str, key: &str, integration: &str) -> String {
        let input = api::CreateRouteRequest {
            api_id: api.into(),
            route_key: key.into(),
            target: Some(format!("integrations/{integration}")),
            ..Default::default()
        };
        self.model.ask::<api::CreateRoute>(input).await.unwrap().route_id.unwrap()
    }

    pub(super) async fn set_cors(&self, api: &str, cors: api::Cors) {
        let input = api::UpdateApiRequest { api_id: api.into(), cors_configuration: Some(cors), ..Default::default() };
        self.model.ask::<api::UpdateApi>(input).await.unwrap();
    }

    pub(super) async fn get(&self, api: &str, path: &str) -> Read {
        self.send(api, "GET", path, &[], "").await
    }

    pub(super) async fn send(&self, api: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Read {
        let host = format!("{api}.execute-api.us-east-1.amazonaws.com");
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(ByteStream::from(Bytes::from(body.to_owned()))).unwrap();
        let (parts, body) = request.into_parts();
        let site = self.model.cloud.find_site(&host, &parts).expect("the host is an API's");
        let call = Call { host, source_ip: "203.0.113.7".into(), ..self.model.anonymous() };
        let response = site.answer(&self.model.cloud, &call, Request::from_parts(parts, body)).await;
        let (parts, body) = response.into_parts();
        let body = body.collect(1 << 24).await.unwrap();
        Read { status: parts.status.as_u16(), headers: parts.headers, body: String::from_utf8(body.into()).unwrap() }
    }

    pub(super) fn event(&self) -> Json {
        self.function.events.lock().unwrap().last().cloned().expect("the function was called")
    }
    pub(super) fn answer_with(&self, answer: &str) {
        *self.function.answer.lock().unwrap() = answer.into();
    }
}
