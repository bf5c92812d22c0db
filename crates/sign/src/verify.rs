//! Verifying, in two steps: [`parse`] reads what a request presents, so that the caller can look up the secret;
//! [`Presented::verify`] checks it. Nothing of the request is believed before the second step has passed.

use crate::{
    canonical::{self, ALGORITHM, Style},
    chunked::{ChunkChain, Decoder},
    error::{ExpiresFault, Mismatch, Place, ScopeFault, SignError},
    key::{Scope, Secret, SessionToken, SigningKey, TERMINATOR},
    payload::{HASH_HEADER, Payload, PayloadHash, UNSIGNED_PAYLOAD},
};
use base::Timestamp;
use http::{header, request::Parts};
use std::collections::BTreeMap;

/// How far the time of a signature may be from ours, either way.
pub const MAX_SKEW_SECONDS: i64 = 15 * 60;
/// AWS quota: the longest life of a presigned request, seven days.
pub const MAX_EXPIRES_SECONDS: i64 = 604_800;

/// What a request claims: who signed it, for what, when. Unverified.
#[derive(Clone, Debug)]
pub struct Presented {
    pub access_key_id: String,
    pub scope: Scope,
    pub signed_at: Timestamp,
    /// In small letters, sorted.
    pub signed_headers: Vec<String>,
    pub token: Option<SessionToken>,
    pub kind: Kind,
    signature: String,
}

/// Where the signature stands, and with a query how long it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Header,
    Query { expires_seconds: i64 },
}

impl Kind {
    pub const fn place(self) -> Place {
        match self {
            Self::Header => Place::Header,
            Self::Query { .. } => Place::Query,
        }
    }
}

/// Reads the signature of a request; `None` when it has none.
pub fn parse(parts: &Parts) -> Result<Option<Presented>, SignError> {
    let authorization = parts.headers.get(header::AUTHORIZATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let query = QueryParameters::of(parts.uri.query().unwrap_or_default());
    match (authorization, query.claims_signature()) {
        (Some(authorization), true) if is_signature(&authorization) => {
            Err(SignError::TwoMechanisms { authorization: authorization.into_owned() })
        }
        (Some(authorization), false) => parse_header(parts, authorization.trim()).map(Some),
        (_, true) => parse_query(parts, &query).map(Some),
        (None, false) => Ok(None),
    }
}

fn is_signature(authorization: &str) -> bool {
    authorization.starts_with("AWS4-") || authorization.starts_with("AWS ")
}

fn parse_header(parts: &Parts, authorization: &str) -> Result<Presented, SignError> {
    let owned = || authorization.to_owned();
    let (algorithm, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    match algorithm {
        ALGORITHM => {}
        "AWS4-ECDSA-P256-SHA256" => return Err(SignError::SigV4a),
        "AWS" => return Err(SignError::SigV2),
        _ => return Err(SignError::Unsupported { authorization: owned() }),
    }
    let mut pairs = BTreeMap::new();
    for part in rest.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| SignError::NotAPair { part: part.to_owned(), authorization: owned() })?;
        pairs.insert(name.trim(), value.trim());
    }
    let date = parts.headers.get("x-amz-date").or_else(|| parts.headers.get(header::DATE));
    let missing: Vec<_> =
        ["Credential", "Signature", "SignedHeaders"].into_iter().filter(|name| !pairs.contains_key(name)).collect();
    let (true, Some(date)) = (missing.is_empty(), date) else {
        return Err(SignError::HeaderIncomplete { missing, no_date: date.is_none(), authorization: owned() });
    };
    let date = String::from_utf8_lossy(date.as_bytes());
    let signed_at = Timestamp::parse_basic(&date)
        .or_else(|| Timestamp::parse_http_date(&date))
        .ok_or_else(|| SignError::BadDate { place: Place::Header, date: date.clone().into_owned() })?;
    let (access_key_id, scope) = parse_credential(pairs["Credential"], signed_at, Place::Header)?;
    let token = parts.headers.get("x-amz-security-token").map(|token| String::from_utf8_lossy(token.as_bytes()));
    Ok(Presented {
        access_key_id,
        scope,
        signed_at,
        signed_headers: header_names(pairs["SignedHeaders"]),
        token: token.map(SessionToken::new),
        kind: Kind::Header,
        signature: pairs["Signature"].to_owned(),
    })
}

/// The parameters of a query by name. Of a name that comes twice the last counts; both are in what is signed.
struct QueryParameters(BTreeMap<String, String>);

impl QueryParameters {
    fn of(query: &str) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self(canonical::query_pairs(query).map(|(name, value)| (text(name), text(value))).collect())
    }
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
    fn is_version_2(&self) -> bool {
        self.has("AWSAccessKeyId") && self.has("Signature")
    }
    fn claims_signature(&self) -> bool {
        self.has("X-Amz-Algorithm")
            || self.has("X-Amz-Signature")
            || self.has("X-Amz-Credential")
            || self.is_version_2()
    }
}

fn parse_query(parts: &Parts, query: &QueryParameters) -> Result<Presented, SignError> {
    const NEEDED: [&str; 5] =
        ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
    match query.get("X-Amz-Algorithm") {
        None if query.is_version_2() => return Err(SignError::SigV2),
        Some("AWS4-ECDSA-P256-SHA256") => return Err(SignError::SigV4a),
        None | Some(ALGORITHM) => {}
        Some(algorithm) => return Err(SignError::UnknownAlgorithm { algorithm: algorithm.to_owned() }),
    }
    let missing: Vec<_> = NEEDED.into_iter().filter(|name| !query.has(name)).collect();
    let &[credential, signature, signed_headers, date] =
        NEEDED[1..].iter().filter_map(|name| query.get(name)).collect::<Vec<_>>().as_slice()
    else {
        return Err(SignError::QueryIncomplete { missing });
    };
    if !missing.is_empty() {
        return Err(SignError::QueryIncomplete { missing });
    }
    let signed_at = Timestamp::parse_basic(date)
        .ok_or_else(|| SignError::BadDate { place: Place::Query, date: date.to_owned() })?;
    let (access_key_id, scope) = parse_credential(credential, signed_at, Place::Query)?;
    let expires_seconds = match query.get("X-Amz-Expires") {
        Some(text) => parse_expires(text)?,
        // AWS: S3 insists on X-Amz-Expires; STS and others take its absence as the usual fifteen minutes.
        None if Style::of(&scope.service) == Style::S3 => {
            return Err(SignError::QueryIncomplete { missing: vec!["X-Amz-Expires"] });
        }
        None => MAX_SKEW_SECONDS,
    };
    let in_header = || parts.headers.get("x-amz-security-token").and_then(|token| token.to_str().ok());
    Ok(Presented {
        access_key_id,
        scope,
        signed_at,
        signed_headers: header_names(signed_headers),
        token: query.get("X-Amz-Security-Token").or_else(in_header).map(SessionToken::new),
        kind: Kind::Query { expires_seconds },
        signature: signature.to_owned(),
    })
}

fn parse_expires(text: &str) -> Result<i64, SignError> {
    let seconds: i64 = text.parse().map_err(|_| SignError::BadExpires(ExpiresFault::NotANumber))?;
    match seconds {
        ..0 => Err(SignError::BadExpires(ExpiresFault::Negative)),
        0..=MAX_EXPIRES_SECONDS => Ok(seconds),
        _ => Err(SignError::BadExpires(ExpiresFault::TooLong)),
    }
}

fn parse_credential(credential: &str, signed_at: Timestamp, place: Place) -> Result<(String, Scope), SignError> {
    // The key id is ours to give and holds no slash.
    let parts: Vec<&str> = credential.split('/').collect();
    let &[key, date, region, service, terminator] = parts.as_slice() else {
        return Err(SignError::BadCredential { place, credential: credential.to_owned() });
    };
    let bad = |fault| Err(SignError::BadScope { place, fault });
    if terminator != TERMINATOR {
        return bad(ScopeFault::Terminator { given: terminator.to_owned() });
    }
    if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
        return bad(ScopeFault::DateFormat { scope: date.to_owned() });
    }
    let request = signed_at.basic();
    if !request.starts_with(date) {
        return bad(ScopeFault::Date { scope: date.to_owned(), request });
    }
    let scope = Scope { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() };
    Ok((key.to_owned(), scope))
}

fn header_names(list: &str) -> Vec<String> {
    let mut names: Vec<String> =
        list.split(';').map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty()).collect();
    names.sort();
    names
}

impl Presented {
    pub fn style(&self) -> Style {
        Style::of(&self.scope.service)
    }

    /// Checks that the signature is meant for the service and, where it matters, the region that it reached.
    pub fn check_scope(&self, service: &str, region: Option<&str>) -> Result<(), SignError> {
        let place = self.kind.place();
        if self.scope.service != service {
            let fault = ScopeFault::Service { given: self.scope.service.clone(), expected: service.to_owned() };
            return Err(SignError::BadScope { place, fault });
        }
        match region {
            Some(region) if region != self.scope.region => {
                let fault = ScopeFault::Region { given: self.scope.region.clone(), expected: region.to_owned() };
                Err(SignError::BadScope { place, fault })
            }
            _ => Ok(()),
        }
    }

    /// Whether `secret` signed this request for this moment. The body is believed as `payload_hash` says.
    pub fn verify(
        &self,
        secret: &Secret,
        parts: &Parts,
        payload_hash: PayloadHash<'_>,
        now: Timestamp,
    ) -> Result<(), SignError> {
        self.check_time(now)?;
        self.check_signed_headers(parts)?;
        let payload = self.payload_text(parts, payload_hash)?;
        let canonical_request = canonical::canonical_request(self.style(), parts, &self.signed_headers, &payload);
        let string_to_sign = canonical::string_to_sign(self.signed_at, &self.scope, &canonical_request);
        if SigningKey::derive(secret, &self.scope).verify(&string_to_sign, &self.signature) {
            return Ok(());
        }
        Err(SignError::Mismatch(Box::new(Mismatch {
            access_key_id: self.access_key_id.clone(),
            scope: self.scope.clone(),
            signature: self.signature.clone(),
            canonical_request,
            string_to_sign,
        })))
    }

    fn check_time(&self, now: Timestamp) -> Result<(), SignError> {
        let signed_at = self.signed_at;
        match self.kind {
            Kind::Header if now.millis_since(signed_at).abs() > MAX_SKEW_SECONDS * 1000 => {
                Err(SignError::Skewed { signed_at, now })
            }
            Kind::Query { .. } if signed_at > now.plus_secs(MAX_SKEW_SECONDS) => {
                Err(SignError::NotYetValid { signed_at, now })
            }
            Kind::Query { expires_seconds } if now > signed_at.plus_secs(expires_seconds) => {
                Err(SignError::Expired { signed_at, expires_seconds, now })
            }
            _ => Ok(()),
        }
    }

    fn check_signed_headers(&self, parts: &Parts) -> Result<(), SignError> {
        let is_signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        let mut headers: Vec<String> = Vec::new();
        if !is_signed("host") {
            headers.push("host".to_owned());
        }
        if self.style() == Style::S3 {
            // AWS: S3 refuses a request with an x-amz- header that its signature does not cover; others do not care.
            let extra = parts.headers.keys().map(http::HeaderName::as_str);
            headers.extend(extra.filter(|name| name.starts_with("x-amz-") && !is_signed(name)).map(ToOwned::to_owned));
        }
        headers.sort();
        if headers.is_empty() { Ok(()) } else { Err(SignError::NotSigned { headers }) }
    }

    fn payload_text(&self, parts: &Parts, payload_hash: PayloadHash<'_>) -> Result<String, SignError> {
        if let PayloadHash::Computed(hash) = payload_hash {
            return Ok(hash.to_owned());
        }
        let query = QueryParameters::of(parts.uri.query().unwrap_or_default());
        let in_query = query.get("X-Amz-Content-Sha256").map(ToOwned::to_owned);
        let in_header =
            parts.headers.get(HASH_HEADER).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        match (self.kind, in_query.or(in_header)) {
            (Kind::Query { .. }, None) => Ok(UNSIGNED_PAYLOAD.to_owned()),
            (Kind::Header, None) => Err(SignError::BadPayloadHash { given: None }),
            (_, Some(text)) => Payload::parse(&text).map(|_| text),
        }
    }

    /// A decoder of the streamed chunks whose first link is this signature. Call it once the signature is verified.
    pub fn chunks(&self, secret: &Secret) -> Decoder {
        let key = SigningKey::derive(secret, &self.scope);
        Decoder::signed(ChunkChain::new(key, self.signed_at, self.scope.clone(), self.signature.clone()))
    }
}
