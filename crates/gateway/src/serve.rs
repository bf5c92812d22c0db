//! Whom a request is for, and the way there.

use crate::{
    api::{self, Destination},
    body, introspect,
    names::{self, Apis, Endpoint},
    proxy,
};
use async_trait::async_trait;
use base::{AccountId, Region};
use http::{Request, Response, StatusCode, header, request::Parts, uri::Authority};
use http_io::{Body, Connect, Handler, Limits, Peer, Server};
use kernel::{Call, Cloud, Via, Web};
use rustls::ServerConfig;
use shape::Api;
use sign::Presented;
use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Weak},
};
use tokio::{net::TcpStream, sync::Notify};

/// Answers everything that comes in by the port.
#[derive(Debug)]
pub struct Gateway {
    pub(crate) cloud: Cloud,
    apis: Apis,
    /// Speaks TLS to whoever begins with a handshake, with a certificate for the name that is asked for.
    tls: Option<Arc<ServerConfig>>,
    /// This, for connections that hold it.
    itself: Weak<Self>,
    pub(crate) control: Arc<Control>,
    pub(crate) status: Arc<dyn Status>,
}

/// What the model's command line asks of the services: who has the list of them answers.
pub trait Status: Send + Sync + std::fmt::Debug + 'static {
    /// Stacks, resources, addresses.
    fn status<'a>(&'a self, cloud: &'a Cloud) -> Pin<Box<dyn Future<Output = serde_json::Value> + Send + 'a>>;
}

/// What the port lets its owner do to the process.
#[derive(Debug, Default)]
pub struct Control {
    /// Woken when `maquette down` asks to stop.
    pub stop: Notify,
}

/// The tag of requests that services make to the model's own hosts.
const VIA_INSIDE: &str = "inside";
/// The tag of connections from sandboxes, which reach the model's hosts and nothing else.
const VIA_SANDBOX: &str = "sandbox";

impl Gateway {
    /// The gateway of `cloud`, which from now on reaches its own hosts through it.
    pub fn of(cloud: &Cloud, tls: Option<Arc<ServerConfig>>, status: Arc<dyn Status>) -> Arc<Self> {
        let apis = Apis(cloud.services().iter().map(kernel::Service::api).collect());
        let gateway = Arc::new_cyclic(|itself| Self {
            cloud: cloud.clone(),
            apis,
            tls,
            itself: itself.clone(),
            control: Arc::default(),
            status,
        });
        cloud.set_web(gateway.clone());
        gateway
    }
    /// What serves connections that come in by `via`.
    pub fn server(&self, via: &'static str) -> Option<Server> {
        let handler = self.itself.upgrade()?;
        let (tls, clock) = (self.tls.clone(), self.cloud.clock().clone());
        Some(Server { handler, tls, clock, via, limits: Limits::default() })
    }
    pub fn control(&self) -> &Arc<Control> {
        &self.control
    }

    async fn route(&self, request: Request<Body>, peer: &Peer) -> Response<Body> {
        if proxy::leads_out(request.uri()) && !is_inside(peer) {
            return proxy::forward(request).await;
        }
        let authority = authority(&request, peer);
        let host = names::real_host(&authority);
        if host.is_none() && !is_inside(peer) && request.uri().path().starts_with(introspect::PREFIX) {
            return introspect::answer(self, request).await;
        }
        let call = self.call(&authority, &request, peer);
        let (parts, body) = request.into_parts();
        if let Some(host) = &host
            && let Some(site) = self.cloud.find_site(host, &parts)
        {
            return self.answer_site(&site, call, parts, body).await;
        }
        let presented = sign::parse(&parts);
        let (body, destination) = match host.as_deref() {
            Some(host) => (body, self.by_host(host, presented.as_ref().ok().and_then(Option::as_ref))),
            None => match self.by_request(&parts, presented.as_ref().ok().and_then(Option::as_ref)) {
                Some(destination) => (body, Ok(destination)),
                None => self.by_form(&parts, body).await,
            },
        };
        match destination {
            Ok(destination) => self.answer_api(destination, presented, Request::from_parts(parts, body), call).await,
            Err(why) => unknown(&parts, &why),
        }
    }

    async fn answer_site(&self, site: &kernel::SiteRef, call: Call, parts: Parts, body: Body) -> Response<Body> {
        let length = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let stream = body::incoming(body, length, crate::verify::Checks::Nothing);
        let is_head = parts.method == http::Method::HEAD;
        let response = site.answer(&self.cloud, &call, Request::from_parts(parts, stream)).await;
        response.map(|stream| if is_head { Body::empty() } else { body::outgoing(stream) })
    }

    /// A call of nobody yet; the signature says whose it is.
    fn call(&self, authority: &str, request: &Request<Body>, peer: &Peer) -> Call {
        let call = self.cloud.anonymous_call(&AccountId::default_root(), &Region::us_east_1());
        let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Call {
            source_ip: peer.addr.ip().to_canonical().to_string(),
            user_agent: user_agent.unwrap_or_default().to_owned(),
            host: authority.to_owned(),
            is_secure: peer.is_tls || peer.via == VIA_INSIDE,
            ..call
        }
    }

    fn by_host(&self, host: &str, presented: Option<&Presented>) -> Result<Destination, String> {
        let Some(endpoint) = names::endpoint(host) else {
            return match presented.map(|presented| presented.scope.service.as_str()) {
                // A bucket in front of an overridden endpoint: `photos.localhost`.
                Some("s3") => Ok(Destination {
                    apis: self.apis.by_signing_name("s3"),
                    endpoint: Endpoint { prefix: "s3".into(), region: None, bucket: Some(host.to_owned()) },
                }),
                _ => Err(format!("{host} is not a name of this model")),
            };
        };
        let apis = self.apis.by_endpoint(&endpoint.prefix);
        if apis.is_empty() {
            return Err(format!("the service behind {host} is not supported by Maquette"));
        }
        Ok(Destination { apis, endpoint })
    }

    /// By what a request at a bare address says: its signature's scope, its target, its query.
    fn by_request(&self, parts: &Parts, presented: Option<&Presented>) -> Option<Destination> {
        let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
        let found = if let Some(presented) = presented {
            self.apis.by_signing_name(&presented.scope.service)
        } else if let Some(target) = target {
            self.apis.by_target(target)
        } else {
            let query = parts.uri.query().unwrap_or_default().as_bytes();
            let action = api::form_field(query, "Action")?;
            self.apis.by_action(api::form_field(query, "Version").as_deref(), &action)
        };
        let endpoint = Endpoint::default();
        (!found.is_empty()).then_some(Destination { apis: found, endpoint })
    }

    /// By an unsigned form's action; what is no form is a bucket's path.
    async fn by_form(&self, parts: &Parts, body: Body) -> (Body, Result<Destination, String>) {
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let destination = |apis: Vec<&'static Api>| {
            if apis.is_empty() {
                let said = "the request names no service: no known host, no signature, no target, no action";
                return Err(said.to_owned());
            }
            Ok(Destination { apis, endpoint: Endpoint::default() })
        };
        if !content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            let service = match sign::parse(parts) {
                Ok(Some(presented)) => {
                    return (body, Err(format!("service {} is not supported by Maquette", presented.scope.service)));
                }
                _ => "s3",
            };
            return (body, destination(self.apis.by_signing_name(service)));
        }
        match body.collect(UNSIGNED_FORM_BYTES).await {
            Ok(bytes) => {
                let action = api::form_field(&bytes, "Action").unwrap_or_default();
                let found = self.apis.by_action(api::form_field(&bytes, "Version").as_deref(), &action);
                (Body::from(bytes), destination(found))
            }
            Err(error) => (Body::empty(), Err(error.to_string())),
        }
    }
}

/// Forms that are called unsigned carry a token, and nothing longer.
const UNSIGNED_FORM_BYTES: usize = 1 << 20;

#[async_trait]
impl Handler for Gateway {
    async fn handle(&self, request: Request<Body>, peer: &Peer) -> Response<Body> {
        self.route(request, peer).await
    }
    async fn connect(&self, authority: &Authority, _: &Parts, peer: &Peer) -> Connect {
        match proxy::decide(authority) {
            Connect::Tunnel { .. } if is_inside(peer) => {
                Connect::Refuse(proxy::plain(StatusCode::FORBIDDEN, "sandboxes reach the model's own hosts only"))
            }
            decision => decision,
        }
    }
}

impl Web for Gateway {
    fn fetch<'a>(
        &'a self,
        _: &'a Cloud,
        request: kernel::Request,
    ) -> Pin<Box<dyn Future<Output = kernel::Response> + Send + 'a>> {
        Box::pin(async move {
            let peer = Peer {
                addr: SocketAddr::from(([127, 0, 0, 1], 0)),
                is_tls: request.uri().scheme_str() != Some("http"),
                sni: None,
                connected_to: None,
                via: VIA_INSIDE,
            };
            let response = self.route(request.map(body::outgoing), &peer).await;
            response.map(|body| body::incoming(body, None, crate::verify::Checks::Nothing))
        })
    }

    fn accept<'a>(
        &'a self,
        _: &'a Cloud,
        connection: TcpStream,
        via: &'a Via,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            let Some(server) = self.server(VIA_SANDBOX) else { return };
            let ip = via.source_ip.parse().unwrap_or(std::net::Ipv4Addr::LOCALHOST.into());
            if let Err(error) = connection.set_nodelay(true) {
                tracing::debug!(%error, "a sandbox's connection was gone before it was served");
            }
            server.serve_one(connection, SocketAddr::new(ip, via.port)).await;
        })
    }
}

fn is_inside(peer: &Peer) -> bool {
    peer.via == VIA_INSIDE || peer.via == VIA_SANDBOX
}

/// The host that a request is for: of an absolute URI, the header, or the tunnel that it came through.
fn authority(request: &Request<Body>, peer: &Peer) -> String {
    let named = request.uri().authority().map(ToString::to_string);
    let header = || request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let tunnel = || peer.connected_to.as_ref().map(ToString::to_string);
    named.or_else(header).or_else(tunnel).unwrap_or_default()
}

fn unknown(parts: &Parts, why: &str) -> Response<Body> {
    let code = if why.contains("not supported") { "NotImplemented" } else { "UnknownEndpoint" };
    let status = if code == "NotImplemented" { StatusCode::NOT_IMPLEMENTED } else { StatusCode::NOT_FOUND };
    let is_json = parts
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-amz-json"));
    let text = if is_json || parts.headers.contains_key("x-amz-target") {
        serde_json::json!({"__type": code, "message": format!("{why}.")}).to_string()
    } else {
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{}.</Message></Error></ErrorResponse>",
            why.replace('&', "&amp;").replace('<', "&lt;")
        )
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let kind = if is_json { "application/json" } else { "text/xml" };
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response.headers_mut().insert("x-amzn-errortype", header::HeaderValue::from_static(code));
    response
}
