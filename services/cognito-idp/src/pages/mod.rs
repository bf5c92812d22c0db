//! What a pool serves to browsers: the hosted pages and the OAuth endpoints under its domain, and the public keys and
//! discovery document under the issuer's name.
//!
//! Invariants: nobody is sent to an address that the client did not register; what a form sends counts only with the
//! token that the page's cookie holds, too; everything that comes from outside is escaped where it is shown.

mod authorize;
mod discovery;
mod form;
mod html;
mod logout;
mod oauth;

use crate::{
    Cognito,
    people::Visit,
    state::{DOMAINS, Home},
    turn::Turn,
};
use api_cognito_idp::API;
use base::Fault;
use bytes::Bytes;
pub(crate) use discovery::Discovery;
use http::{HeaderValue, Method, StatusCode, Uri, header};
use kernel::{Call, Cloud, Outcome, Request, Response, Scope, Site, Tx};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use shape::{ApiError, ByteStream};
use std::{collections::BTreeMap, sync::Arc};

/// A form of the hosted pages is never larger.
const MOST_FORM_BYTES: usize = 64 * 1024;

/// The hosted pages: `https://PREFIX.auth.REGION.amazoncognito.com`.
pub(crate) struct Hosted(pub(crate) Arc<Cognito>);

/// What a browser asks.
#[derive(Clone)]
struct Asked {
    home: Home,
    method: Method,
    path: String,
    query: Fields,
    form: Fields,
    cookies: Fields,
    authorization: Option<String>,
}

/// Names and values of a query, a form or a cookie header.
#[derive(Clone, Debug, Default)]
struct Fields(BTreeMap<String, String>);

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
    fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }
    fn decode(text: &str) -> Self {
        let clear = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (clear(n), clear(v))).collect())
    }
    fn cookies(text: &str) -> Self {
        let pairs = text.split(';').filter_map(|pair| pair.trim().split_once('='));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
    /// As a query.
    fn encode(&self) -> String {
        let pairs: Vec<_> =
            self.0.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        pairs.join("&")
    }
}

/// All but the letters that RFC 3986 leaves alone.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// What a browser gets.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: Vec<(header::HeaderName, String)>,
    body: String,
}

impl Reply {
    fn new(status: StatusCode, kind: &str, body: String) -> Self {
        let headers = vec![
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CACHE_CONTROL, "no-cache, no-store, max-age=0, must-revalidate".to_owned()),
        ];
        Self { status, headers, body }
    }
    fn page(status: StatusCode, body: String) -> Self {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
        Self::new(status, "text/html;charset=UTF-8", body)
            .with(header::CONTENT_SECURITY_POLICY, policy)
            .with(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .with(header::X_FRAME_OPTIONS, "DENY")
            .with(header::REFERRER_POLICY, "no-referrer")
    }
    fn json(status: StatusCode, json: &serde_json::Value) -> Self {
        Self::new(status, "application/json;charset=UTF-8", json.to_string())
            .with(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
    }
    fn redirect(to: &str) -> Self {
        Self::new(StatusCode::FOUND, "text/html;charset=UTF-8", String::new()).with(header::LOCATION, to)
    }
    fn with(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    fn cookie(self, name: &str, value: &str, lives_secs: i64) -> Self {
        let cookie = format!("{name}={value}; Path=/; Max-Age={lives_secs}; Secure; HttpOnly; SameSite=Lax");
        self.with(header::SET_COOKIE, cookie)
    }
    fn into_response(self) -> Response {
        let mut response = Response::new(ByteStream::from(Bytes::from(self.body)));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            // What cannot stand in a header came from outside and was percent-encoded; a leftover is dropped.
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

impl Site for Hosted {
    fn owns(&self, host: &str, _: &Method, _: &Uri) -> bool {
        host.strip_suffix(".amazoncognito.com").is_some_and(|rest| rest.contains(".auth."))
    }

    async fn answer(&self, cloud: &Cloud, call: &Call, request: Request) -> Response {
        let asked = match read(cloud, request).await {
            Ok(Some(asked)) => asked,
            Ok(None) => {
                return html::plain_error(StatusCode::BAD_REQUEST, "There is no user pool at this address.")
                    .into_response();
            }
            Err(reply) => return reply.into_response(),
        };
        let call = Call { account: asked.home.account.clone(), region: asked.home.region.clone(), ..call.clone() };
        self.0.route(cloud, &call, asked).await.into_response()
    }
}

/// The request, if a pool has its host.
async fn read(cloud: &Cloud, request: Request) -> Result<Option<Asked>, Reply> {
    let (parts, body) = request.into_parts();
    let header =
        |name: header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = parts.uri.host().map_or_else(|| header(header::HOST).to_owned(), ToOwned::to_owned);
    // An alias (`….amazoncognito.com.localhost:4566`) reaches the same pages.
    let prefix = host.split(".auth.").next().unwrap_or_default().to_ascii_lowercase();
    let domain = cloud.read(&API, &Scope::shared(), |tx| tx.get(&DOMAINS, &*prefix));
    let domain = domain.map_err(|fault: Fault| failure(&fault.into()))?;
    let Some(domain) = domain else { return Ok(None) };
    let too_large = |_| html::plain_error(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large.");
    let form = match parts.method {
        Method::POST => body.collect(MOST_FORM_BYTES).await.map_err(too_large)?,
        _ => Bytes::new(),
    };
    let cookies: Vec<_> =
        parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    Ok(Some(Asked {
        home: domain.home,
        path: parts.uri.path().to_owned(),
        query: Fields::decode(parts.uri.query().unwrap_or_default()),
        form: Fields::decode(&String::from_utf8_lossy(&form)),
        cookies: Fields::cookies(&cookies.join("; ")),
        authorization: parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(Into::into),
        method: parts.method,
    }))
}

/// What went wrong inside, without a word of it.
fn failure(error: &ApiError) -> Reply {
    if let Some(fault) = &error.fault {
        tracing::error!(%fault, "a hosted page failed");
    }
    html::plain_error(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
}

impl Cognito {
    async fn route(&self, cloud: &Cloud, call: &Call, asked: Asked) -> Reply {
        let is_post = asked.method == Method::POST;
        if asked.method == Method::OPTIONS {
            return oauth::preflight();
        }
        let reply = match (&*asked.path, is_post) {
            ("/oauth2/authorize", _) => self.authorize(cloud, call, asked).await,
            ("/oauth2/token", true) => self.token(cloud, call, asked).await,
            ("/oauth2/userInfo", _) => self.user_info(cloud, call, asked).await,
            ("/oauth2/revoke", true) => self.revoke(cloud, call, asked).await,
            ("/logout", _) => self.logout(cloud, call, asked).await,
            ("/error", _) => Ok(html::error_page(&asked)),
            ("/confirmUser", false) => self.confirm_by_link(cloud, call, asked).await,
            ("/", false) => Ok(Reply::redirect(&format!("/login?{}", asked.query.encode()))),
            (path, _) if form::PATHS.contains(&path) => self.form(cloud, call, asked).await,
            _ => Ok(html::plain_error(StatusCode::NOT_FOUND, "There is no such page.")),
        };
        reply.unwrap_or_else(|error| failure(&error))
    }

    /// Work in the pool of the address that was asked.
    async fn at<T: Send + 'static>(
        &self,
        cloud: &Cloud,
        call: &Call,
        asked: Asked,
        work: impl Fn(&mut Tx<'_>, &Call, &mut Turn, &Asked) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        self.turn(cloud, call, move |tx, call, turn| work(tx, call, turn, &asked)).await
    }
}

/// The client that a page is asked for, if the pool has it.
fn visit(tx: &Tx<'_>, asked: &Asked, client_id: &str) -> Result<Visit, Reply> {
    Visit::new(tx, &asked.home.pool, client_id)
        .map_err(|_| html::plain_error(StatusCode::BAD_REQUEST, "Client does not exist."))
}
