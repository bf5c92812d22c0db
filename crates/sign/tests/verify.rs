//! Signatures of our own, AWS's published signer against our verifier, and what a client sees when one does not hold.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail with them")]

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use base::Timestamp;
use http::{Request, request::Parts};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use sign::{
    Answer, Credentials, Dialect, Kind, PayloadHash, Secret, SessionToken, SignError, Signer, parse, sha256_hex,
};
use std::time::{Duration, UNIX_EPOCH};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn at(text: &str) -> Timestamp {
    Timestamp::parse_basic(text).unwrap()
}

fn credentials(token: Option<&str>) -> Credentials {
    Credentials {
        access_key_id: "AKIDEXAMPLE".into(),
        secret: Secret::new(SECRET),
        session_token: token.map(SessionToken::new),
    }
}

fn get(uri: &str) -> Parts {
    Request::get(uri).body(()).unwrap().into_parts().0
}

fn signed(service: &str, uri: &str, payload: &str) -> Parts {
    let mut parts = get(uri);
    let credentials = credentials(None);
    let signer = Signer { credentials: &credentials, region: "us-east-1", service };
    signer.sign(&mut parts, payload, at("20150830T123600Z")).unwrap();
    parts
}

fn presigned(service: &str, uri: &str, expires_seconds: i64) -> Parts {
    let mut parts = get(uri);
    let credentials = credentials(None);
    let signer = Signer { credentials: &credentials, region: "us-east-1", service };
    let payload = if service == "s3" { "UNSIGNED-PAYLOAD".to_owned() } else { sha256_hex(b"") };
    signer.presign(&mut parts, expires_seconds, &payload, at("20150830T123600Z")).unwrap();
    parts
}

fn check(parts: &Parts, now: &str) -> Result<(), SignError> {
    let presented = parse(parts)?.ok_or(SignError::Absent)?;
    let empty = sha256_hex(b"");
    let hash = if presented.scope.service == "s3" { PayloadHash::Declared } else { PayloadHash::Computed(&empty) };
    presented.verify(&Secret::new(SECRET), parts, hash, at(now))
}

fn refusal(parts: &Parts, now: &str, dialect: Dialect) -> Answer {
    check(parts, now).unwrap_err().answer(dialect)
}

#[test]
fn what_we_sign_we_verify() {
    let now = "20150830T123600Z";
    for service in ["sts", "s3"] {
        assert_eq!(check(&signed(service, "https://h.example.com/a/b%20c?x=1&acl", &sha256_hex(b"")), now), Ok(()));
        assert_eq!(check(&presigned(service, "https://h.example.com/a/b%20c?x=1&acl", 60), now), Ok(()));
    }
}

#[test]
fn a_presigned_sts_identity_lives_as_long_as_it_says() {
    let parts = presigned("sts", "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", 60);
    assert_eq!(parse(&parts).unwrap().unwrap().kind, Kind::Query { expires_seconds: 60 });
    assert_eq!(check(&parts, "20150830T123700Z"), Ok(()));
    let late = refusal(&parts, "20150830T123701Z", Dialect::Xml);
    assert_eq!(late.code, "SignatureDoesNotMatch");
    assert_eq!(
        late.message,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T123701Z - 1 min.)"
    );
}

#[test]
fn a_header_signature_is_good_for_fifteen_minutes_either_way() {
    let parts = signed("sts", "https://sts.amazonaws.com/", &sha256_hex(b""));
    assert_eq!(check(&parts, "20150830T125100Z"), Ok(()));
    assert_eq!(check(&parts, "20150830T122100Z"), Ok(()));
    let late = refusal(&parts, "20150830T130000Z", Dialect::Json);
    assert_eq!((late.status, late.code), (403, "InvalidSignatureException"));
    assert_eq!(
        late.message,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T124500Z (20150830T130000Z - 15 min.)"
    );
    let early = refusal(&parts, "20150830T120000Z", Dialect::Xml);
    assert_eq!(
        early.message,
        "Signature not yet current: 20150830T123600Z is still later than 20150830T121500Z (20150830T120000Z + 15 min.)"
    );
    let s3 = signed("s3", "https://b.s3.amazonaws.com/k", "UNSIGNED-PAYLOAD");
    let skewed = refusal(&s3, "20150830T130000Z", Dialect::S3);
    assert_eq!(skewed.code, "RequestTimeTooSkewed");
    assert_eq!(skewed.fields[1], ("ServerTime", "2015-08-30T13:00:00Z".into()));
}

#[test]
fn an_expired_s3_link_says_when_it_expired() {
    let parts = presigned("s3", "https://b.s3.amazonaws.com/k", 60);
    let answer = refusal(&parts, "20150830T130000Z", Dialect::S3);
    assert_eq!((answer.status, answer.code, answer.message.as_str()), (403, "AccessDenied", "Request has expired"));
    let expected = [
        ("X-Amz-Expires", "60".to_owned()),
        ("Expires", "2015-08-30T12:37:00Z".to_owned()),
        ("ServerTime", "2015-08-30T13:00:00Z".to_owned()),
    ];
    assert_eq!(answer.fields, expected);
}

#[test]
fn a_link_for_longer_than_a_week_is_refused() {
    let parts = presigned("s3", "https://b.s3.amazonaws.com/k", 604_801);
    let answer = refusal(&parts, "20150830T123600Z", Dialect::S3);
    assert_eq!((answer.status, answer.code), (400, "AuthorizationQueryParametersError"));
    assert!(answer.message.starts_with("X-Amz-Expires must be less than a week"));
    assert_eq!(check(&presigned("s3", "https://b.s3.amazonaws.com/k", 604_800), "20150830T123600Z"), Ok(()));
}

#[test]
fn a_wrong_signature_shows_what_it_should_have_been_made_of() {
    let mut parts = signed("sts", "https://sts.amazonaws.com/", &sha256_hex(b""));
    parts.uri = "https://sts.amazonaws.com/?changed=yes".parse().unwrap();
    let answer = refusal(&parts, "20150830T123600Z", Dialect::Json);
    assert!(answer.message.contains("The Canonical String for this request should have been\n'GET\n/\nchanged=yes\n"));
    assert!(answer.message.contains("The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n"));

    let mut parts = signed("s3", "https://b.s3.amazonaws.com/k", "UNSIGNED-PAYLOAD");
    parts.uri = "https://b.s3.amazonaws.com/other".parse().unwrap();
    let answer = refusal(&parts, "20150830T123600Z", Dialect::S3);
    let names: Vec<_> = answer.fields.iter().map(|(name, _)| *name).collect();
    let expected = [
        "AWSAccessKeyId",
        "StringToSign",
        "SignatureProvided",
        "StringToSignBytes",
        "CanonicalRequest",
        "CanonicalRequestBytes",
    ];
    assert_eq!((answer.code, names.as_slice()), ("SignatureDoesNotMatch", expected.as_slice()));
}

#[test]
fn an_authorization_header_says_what_it_lacks() {
    let parts = Request::get("/").header("authorization", "AWS4-HMAC-SHA256 Signature=00").body(()).unwrap();
    let error = parse(&parts.into_parts().0).unwrap_err();
    let answer = error.answer(Dialect::Json);
    assert_eq!((answer.status, answer.code), (400, "IncompleteSignatureException"));
    assert_eq!(
        answer.message,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'SignedHeaders' \
         parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
         Authorization=AWS4-HMAC-SHA256 Signature=00"
    );
}

#[test]
fn other_kinds_of_signature_are_refused_by_name() {
    let parse_header = |value: &str| {
        let parts = Request::get("/").header("authorization", value).body(()).unwrap().into_parts().0;
        parse(&parts).unwrap_err()
    };
    assert_eq!(parse_header("AWS4-ECDSA-P256-SHA256 Credential=x"), SignError::SigV4a);
    assert_eq!(parse_header("AWS AKID:c2ln"), SignError::SigV2);
    assert!(matches!(parse_header("Bearer token"), SignError::Unsupported { .. }));
    let old = parse(&get("https://b.s3.amazonaws.com/k?AWSAccessKeyId=A&Signature=c2ln&Expires=1")).unwrap_err();
    assert_eq!(
        old.answer(Dialect::S3).message,
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    );
    assert!(parse(&get("https://b.s3.amazonaws.com/k?Expires=1")).unwrap().is_none());
}

#[test]
fn s3_refuses_an_amz_header_that_is_not_signed() {
    let mut parts = signed("s3", "https://b.s3.amazonaws.com/k", "UNSIGNED-PAYLOAD");
    parts.headers.insert("x-amz-acl", "public-read".parse().unwrap());
    let answer = refusal(&parts, "20150830T123600Z", Dialect::S3);
    assert_eq!((answer.code, &answer.fields[0]), ("AccessDenied", &("HeadersNotSigned", "x-amz-acl".to_owned())));
}

#[test]
fn a_credential_must_fit_the_day_the_service_and_the_region() {
    let parts = signed("sts", "https://sts.amazonaws.com/", &sha256_hex(b""));
    let presented = parse(&parts).unwrap().unwrap();
    assert_eq!(presented.check_scope("sts", Some("us-east-1")), Ok(()));
    let service = presented.check_scope("iam", None).unwrap_err();
    assert_eq!(service.answer(Dialect::Xml).message, "Credential should be scoped to correct service: 'iam'. ");
    let region = presented.check_scope("sts", Some("eu-west-1")).unwrap_err().answer(Dialect::S3);
    assert_eq!(
        region.message,
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"
    );
    let mut parts = parts;
    parts.headers.insert("x-amz-date", "20150831T000000Z".parse().unwrap());
    let day = parse(&parts).unwrap_err().answer(Dialect::Xml);
    assert!(day.message.ends_with("'20150830' != '20150831', from '20150831T000000Z'."), "{}", day.message);
}

#[test]
fn secrets_and_tokens_do_not_print() {
    let printed = format!("{:?}", credentials(Some("the-token")));
    assert!(!printed.contains(SECRET) && !printed.contains("the-token"), "{printed}");
}

/// What SDKs leave unescaped.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

fn uris() -> impl Strategy<Value = String> {
    let segments = prop::collection::vec("(\\.|\\.\\.|\\PC{0,5})", 0..5);
    let pairs = prop::collection::vec(("\\PC{1,5}", "\\PC{0,5}"), 0..4);
    (segments, pairs).prop_map(|(segments, pairs)| {
        let path: Vec<String> = segments.iter().map(|segment| escaped(segment)).collect();
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        format!("https://h.example.com:4566/{}{query}", path.join("/"))
    })
}

fn aws_signed(
    uri: &str,
    headers: &[(String, String)],
    body: &str,
    service: &str,
    in_query: bool,
    token: Option<String>,
) -> Parts {
    let identity = AwsCredentials::new("AKIDEXAMPLE", SECRET, token, None, "test").into();
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if in_query {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(900));
    }
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name(service)
        .time(UNIX_EPOCH + Duration::from_secs(1_440_938_160))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let payload =
        if service == "s3" && in_query { SignableBody::UnsignedPayload } else { SignableBody::Bytes(body.as_bytes()) };
    let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let signable = SignableRequest::new("PUT", uri, pairs, payload).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    let mut request = Request::put(uri);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut request = request.body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    request.into_parts().0
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_aws_signs_verifies(
        uri in uris(),
        headers in prop::collection::vec(("x-h[a-c]{1,2}", "[ -~]{0,12}"), 0..4),
        body in "\\PC{0,20}",
        is_s3: bool,
        in_query: bool,
        token in prop::option::of("[A-Za-z0-9/+=]{1,20}"),
    ) {
        let parts = aws_signed(&uri, &headers, &body, if is_s3 { "s3" } else { "lambda" }, in_query, token.clone());
        let presented = parse(&parts).unwrap().unwrap();
        let hash = sha256_hex(body.as_bytes());
        let payload = if is_s3 { PayloadHash::Declared } else { PayloadHash::Computed(&hash) };
        let answer = presented.verify(&Secret::new(SECRET), &parts, payload, at("20150830T123600Z"));
        prop_assert!(answer.is_ok(), "{:?}: {}", parts, answer.unwrap_err());
        prop_assert_eq!(presented.token.as_ref().map(SessionToken::as_str), token.as_deref());
    }

    #[test]
    fn no_authorization_header_panics(value in "(AWS4-HMAC-SHA256 )?[ -~]{0,80}", date in "[0-9TZ]{0,20}") {
        let request = Request::get("/").header("authorization", value).header("x-amz-date", date).body(()).unwrap();
        let parts = request.into_parts().0;
        for dialect in [Dialect::S3, Dialect::Ec2, Dialect::Xml, Dialect::Json] {
            if let Err(error) = check(&parts, "20150830T123600Z") {
                error.answer(dialect);
            }
        }
    }

    #[test]
    fn no_query_panics(pairs in prop::collection::vec((
        "(X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Content-Sha256)|AWSAccessKeyId|Signature)",
        "(AWS4-HMAC-SHA256|A/20150830/r/s3/aws4_request|20150830T123600Z|-?[0-9]{0,20}|host|[!-~&&[^#<>\"`{}|\\\\^]]{0,20})",
    ), 0..9)) {
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let Ok(request) = Request::get(format!("/?{}", query.join("&"))).body(()) else { return Ok(()) };
        let parts = request.into_parts().0;
        for dialect in [Dialect::S3, Dialect::Ec2, Dialect::Xml, Dialect::Json] {
            if let Err(error) = check(&parts, "20150830T123600Z") {
                error.answer(dialect);
            }
        }
    }
}
