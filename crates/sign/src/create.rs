//! Creating signatures: for our own clients, for CloudFront's calls to S3, for tests.

use crate::{
    canonical::{self, ALGORITHM, Style},
    chunked::ChunkChain,
    key::{Credentials, Scope, SigningKey},
    payload::HASH_HEADER,
};
use base::Timestamp;
use http::{HeaderName, HeaderValue, Uri, header, request::Parts};
use std::fmt;

/// Headers that a hop on the way may change, so that they are never signed.
const UNSIGNED: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::EXPECT,
    header::TRANSFER_ENCODING,
    header::USER_AGENT,
    HeaderName::from_static("x-amzn-trace-id"),
];

/// Signs requests of one principal to one service in one region.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    pub credentials: &'a Credentials,
    pub region: &'a str,
    pub service: &'a str,
}

/// A request that cannot be signed: its host, token or payload hash is no header value, or its query no URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CannotSign;

impl fmt::Display for CannotSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request has a part that no header or URI may hold, so it cannot be signed")
    }
}

impl std::error::Error for CannotSign {}

impl Signer<'_> {
    /// Signs in the `Authorization` header, over every header but those that a hop may change, and returns the
    /// signature. `payload` is a hash ([`crate::sha256_hex`]) or, for S3, one of its words such as `UNSIGNED-PAYLOAD`.
    pub fn sign(&self, parts: &mut Parts, payload: &str, now: Timestamp) -> Result<String, CannotSign> {
        let host = canonical::host(parts);
        set(parts, header::HOST, &host)?;
        set(parts, HeaderName::from_static("x-amz-date"), &now.basic())?;
        if let Some(token) = &self.credentials.session_token {
            set(parts, HeaderName::from_static("x-amz-security-token"), token.as_str())?;
        }
        if Style::of(self.service) == Style::S3 {
            set(parts, HeaderName::from_static(HASH_HEADER), payload)?;
        }
        let signed = signed_headers(parts);
        let signature = self.signature(parts, &signed, payload, now);
        let authorization = format!(
            "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={signature}",
            self.credentials.access_key_id,
            self.scope(now),
            signed.join(";")
        );
        set(parts, header::AUTHORIZATION, &authorization)?;
        Ok(signature)
    }

    /// Signs in the query: whoever holds the URI may send the request for `expires_seconds`.
    pub fn presign(
        &self,
        parts: &mut Parts,
        expires_seconds: i64,
        payload: &str,
        now: Timestamp,
    ) -> Result<(), CannotSign> {
        let host = canonical::host(parts);
        set(parts, header::HOST, &host)?;
        let signed = signed_headers(parts);
        let credential = format!("{}/{}", self.credentials.access_key_id, self.scope(now));
        let mut added = vec![
            ("X-Amz-Algorithm", ALGORITHM.to_owned()),
            ("X-Amz-Credential", credential),
            ("X-Amz-Date", now.basic()),
            ("X-Amz-Expires", expires_seconds.to_string()),
            ("X-Amz-SignedHeaders", signed.join(";")),
        ];
        if let Some(token) = &self.credentials.session_token {
            added.push(("X-Amz-Security-Token", token.as_str().to_owned()));
        }
        let added: Vec<String> =
            added.iter().map(|(name, value)| format!("{name}={}", canonical::encode_query(value.as_bytes()))).collect();
        add_to_query(&mut parts.uri, &added.join("&"))?;
        let signature = self.signature(parts, &signed, payload, now);
        add_to_query(&mut parts.uri, &format!("X-Amz-Signature={signature}"))
    }

    /// The chain of a streamed body, whose first link is the `signature` of its headers.
    pub fn chunks(&self, signature: String, now: Timestamp) -> ChunkChain {
        let scope = self.scope(now);
        ChunkChain::new(SigningKey::derive(&self.credentials.secret, &scope), now, scope, signature)
    }

    fn scope(&self, now: Timestamp) -> Scope {
        let mut date = now.basic();
        date.truncate("YYYYMMDD".len());
        Scope { date, region: self.region.to_owned(), service: self.service.to_owned() }
    }

    fn signature(&self, parts: &Parts, signed: &[String], payload: &str, now: Timestamp) -> String {
        let scope = self.scope(now);
        let canonical = canonical::canonical_request(Style::of(self.service), parts, signed, payload);
        let text = canonical::string_to_sign(now, &scope, &canonical);
        SigningKey::derive(&self.credentials.secret, &scope).sign(&text)
    }
}

fn signed_headers(parts: &Parts) -> Vec<String> {
    let mut names: Vec<String> =
        parts.headers.keys().filter(|name| !UNSIGNED.contains(name)).map(ToString::to_string).collect();
    names.sort();
    names
}

fn set(parts: &mut Parts, name: HeaderName, value: &str) -> Result<(), CannotSign> {
    let mut header = HeaderValue::from_str(value).map_err(|_| CannotSign)?;
    header.set_sensitive(name == header::AUTHORIZATION || name == "x-amz-security-token");
    parts.headers.insert(name, header);
    Ok(())
}

fn add_to_query(uri: &mut Uri, added: &str) -> Result<(), CannotSign> {
    let query = uri.query().filter(|query| !query.is_empty());
    let query = query.map_or_else(|| added.to_owned(), |query| format!("{query}&{added}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{}?{query}", uri.path()).parse().map_err(|_| CannotSign)?);
    *uri = Uri::from_parts(parts).map_err(|_| CannotSign)?;
    Ok(())
}
