//! A request as the API sees it.

use crate::route::decode;
use base::Timestamp;
use http::{HeaderMap, request::Parts};
use shape::Map;

#[derive(Debug)]
pub(crate) struct Incoming<'r> {
    pub(crate) parts: &'r Parts,
    pub(crate) body: &'r [u8],
    pub(crate) api: &'r str,
    pub(crate) account: &'r str,
    pub(crate) stage: &'r str,
    /// The key of the route that was taken.
    pub(crate) route_key: &'r str,
    /// The path behind the stage, as it was sent.
    pub(crate) path: &'r str,
    pub(crate) parameters: &'r Map<String>,
    pub(crate) domain: &'r str,
    pub(crate) request_id: &'r str,
    pub(crate) source_ip: &'r str,
    pub(crate) now: Timestamp,
}

impl Incoming<'_> {
    /// AWS: functions see the whole path, decoded, and the stage in it unless it is `$default`.
    pub(crate) fn raw_path(&self) -> String {
        let path = decode(self.path);
        if self.stage == "$default" { path } else { format!("/{}{path}", self.stage) }
    }
    pub(crate) fn method(&self) -> &str {
        self.parts.method.as_str()
    }
    pub(crate) fn raw_query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        query_pairs(self.raw_query())
    }
    /// All values of a header (its name in small letters), joined by commas.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        joined(&self.parts.headers, name)
    }
    pub(crate) fn query_value(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.query().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect();
        (!values.is_empty()).then(|| values.join(","))
    }
    /// A variable of the request's context, as mappings and identity sources name it.
    pub(crate) fn context(&self, name: &str) -> Option<String> {
        Some(match name {
            "accountId" => self.account.into(),
            "apiId" => self.api.into(),
            "domainName" => self.domain.into(),
            "domainPrefix" => self.domain_prefix().into(),
            "extendedRequestId" | "requestId" => self.request_id.into(),
            "httpMethod" => self.method().into(),
            "path" => self.raw_path(),
            "protocol" => self.protocol(),
            "routeKey" => self.route_key.into(),
            "stage" => self.stage.into(),
            "requestTime" => self.time(),
            "requestTimeEpoch" => self.now.secs().to_string(),
            "identity.sourceIp" => self.source_ip.into(),
            "identity.userAgent" => self.user_agent(),
            _ => return None,
        })
    }
    pub(crate) fn domain_prefix(&self) -> &str {
        self.domain.split('.').next().unwrap_or_default()
    }
    pub(crate) fn protocol(&self) -> String {
        format!("{:?}", self.parts.version)
    }
    pub(crate) fn user_agent(&self) -> String {
        self.header("user-agent").unwrap_or_default()
    }
    /// `20/Nov/2026:18:17:00 +0000`
    pub(crate) fn time(&self) -> String {
        // `Fri, 20 Nov 2026 18:17:00 GMT`
        let date = self.now.http_date();
        let mut words = date.split(' ').skip(1);
        let mut next = || words.next().unwrap_or_default();
        let (day, month, year, clock) = (next(), next(), next(), next());
        format!("{day}/{month}/{year}:{clock} +0000")
    }
    /// Each cookie by itself.
    pub(crate) fn cookies(&self) -> Vec<String> {
        let all = self.parts.headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|line| line.split(';')).map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
    }
    /// AWS: only texts are passed as they are; what else a body may be is passed in base64.
    pub(crate) fn has_text_body(&self) -> bool {
        let is_encoded = self.header("content-encoding").is_some_and(|coding| coding != "identity");
        let kind = self.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let is_text = kind.is_empty()
            || kind.starts_with("text/")
            || ["application/json", "application/javascript", "application/xml", "application/graphql"].contains(&kind)
            || kind.ends_with("+json")
            || kind.ends_with("+xml");
        is_text && !is_encoded && std::str::from_utf8(self.body).is_ok()
    }
}

/// All values of a header, joined by commas; bytes beyond ASCII as they are, where they are UTF-8.
pub(crate) fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| text_of(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(","))
}

pub(crate) fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn query_pairs(query: &str) -> Vec<(String, String)> {
    let plain = |text: &str| decode(&text.replace('+', " "));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (plain(key), plain(value))
        })
        .collect()
}
