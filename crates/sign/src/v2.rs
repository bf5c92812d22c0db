//! Presigned URLs of signature version 2, which S3 still takes.
//!
//! AWS: boto3 presigns with it in us-east-1 unless it is told otherwise, so half of all presigned URLs in programs are
//! of this kind. Headers signed with version 2 are refused; nobody makes them any more.

use crate::{
    canonical,
    error::{Mismatch, SignError},
    key::{Scope, Secret, SessionToken},
};
use base::Timestamp;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use http::{header, request::Parts};
use sha1::Sha1;
use std::{collections::BTreeMap, fmt::Write};

/// Query parameters that are part of the resource that is signed.
const SUBRESOURCES: [&str; 32] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
];

/// What a URL of version 2 claims. Unverified.
#[derive(Clone, Debug)]
pub struct PresentedV2 {
    pub access_key_id: String,
    pub token: Option<SessionToken>,
    expires: Timestamp,
    signature: String,
    parameters: BTreeMap<String, String>,
}

impl PresentedV2 {
    /// Reads the query; `None` where it is not of version 2.
    pub fn parse(parts: &Parts) -> Option<Self> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let pairs = canonical::query_pairs(parts.uri.query()?);
        let parameters: BTreeMap<String, String> = pairs.map(|(name, value)| (text(name), text(value))).collect();
        let access_key_id = parameters.get("AWSAccessKeyId")?.clone();
        let signature = parameters.get("Signature")?.clone();
        let expires = Timestamp::from_secs(parameters.get("Expires")?.parse().ok()?);
        let token = parameters.get("x-amz-security-token").map(SessionToken::new);
        Some(Self { access_key_id, token, expires, signature, parameters })
    }

    /// Whether `secret` signed this URL, and whether it still holds. `bucket` is the one that the host names.
    pub fn verify(
        &self,
        secret: &Secret,
        parts: &Parts,
        bucket: Option<&str>,
        now: Timestamp,
    ) -> Result<(), SignError> {
        if now > self.expires {
            return Err(SignError::Expired { signed_at: self.expires, expires_seconds: 0, now });
        }
        let string_to_sign = self.string_to_sign(parts, bucket);
        let mut mac = Hmac::<Sha1>::new_from_slice(secret.bytes()).expect("HMAC takes keys of any length");
        mac.update(string_to_sign.as_bytes());
        // Compared in constant time by the MAC itself.
        let given = STANDARD.decode(&self.signature).unwrap_or_default();
        mac.verify_slice(&given).map_err(|_| {
            SignError::Mismatch(Box::new(Mismatch {
                access_key_id: self.access_key_id.clone(),
                scope: Scope { date: String::new(), region: String::new(), service: "s3".into() },
                signature: self.signature.clone(),
                canonical_request: String::new(),
                string_to_sign,
            }))
        })
    }

    fn string_to_sign(&self, parts: &Parts, bucket: Option<&str>) -> String {
        let said = |name: &str| {
            let header = parts.headers.get(name).and_then(|value| value.to_str().ok());
            header.or_else(|| self.parameters.get(name).map(String::as_str)).unwrap_or_default().to_owned()
        };
        let mut text = format!("{}\n{}\n", parts.method, said("content-md5"));
        text += &format!("{}\n{}\n", said(header::CONTENT_TYPE.as_str()), self.expires.secs());
        for (name, value) in self.amz_headers(parts) {
            writeln!(text, "{name}:{value}").expect("writing to a string does not fail");
        }
        if let Some(bucket) = bucket {
            text += &format!("/{bucket}");
        }
        text += parts.uri.path();
        let mut separator = '?';
        for name in SUBRESOURCES {
            if let Some(value) = self.parameters.get(name) {
                text.push(separator);
                text += name;
                if !value.is_empty() {
                    text += &format!("={value}");
                }
                separator = '&';
            }
        }
        text
    }

    /// Headers that begin with `x-amz-`, whether they travel as headers or, in a URL, as parameters.
    fn amz_headers(&self, parts: &Parts) -> BTreeMap<String, String> {
        let headers = parts.headers.iter().filter(|(name, _)| name.as_str().starts_with("x-amz-"));
        let headers = headers.map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
        });
        let parameters = self.parameters.iter().filter(|(name, _)| name.starts_with("x-amz-"));
        headers.chain(parameters.map(|(name, value)| (name.clone(), value.clone()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_url_is_right_and_one_changed_is_not() {
        let parts =
            |query: &str| http::Request::get(format!("/photos/a/b%20c?{query}")).body(()).unwrap().into_parts().0;
        let secret = Secret::new("test");
        let signed = {
            let unsigned = parts("AWSAccessKeyId=test&Signature=&Expires=2000000000");
            let text = PresentedV2::parse(&unsigned).unwrap().string_to_sign(&unsigned, None);
            assert_eq!(text, "GET\n\n\n2000000000\n/photos/a/b%20c");
            let mut mac = Hmac::<Sha1>::new_from_slice(b"test").unwrap();
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes()).replace('+', "%2B")
        };
        let good = parts(&format!("AWSAccessKeyId=test&Signature={signed}&Expires=2000000000"));
        let bad = parts(&format!("AWSAccessKeyId=test&Signature={signed}&Expires=2000000001"));
        let now = Timestamp::from_secs(1_900_000_000);
        assert_eq!(PresentedV2::parse(&good).unwrap().verify(&secret, &good, None, now), Ok(()));
        assert!(matches!(
            PresentedV2::parse(&bad).unwrap().verify(&secret, &bad, None, now),
            Err(SignError::Mismatch(_))
        ));
        let late = Timestamp::from_secs(2_000_000_001);
        assert!(matches!(
            PresentedV2::parse(&good).unwrap().verify(&secret, &good, None, late),
            Err(SignError::Expired { .. })
        ));
    }
}
