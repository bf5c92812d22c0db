//! The signing cases that crate `aws-sigv4` publishes with its source, read from where cargo keeps it.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail with them")]

use base::Timestamp;
use http::{Request, request::Parts};
use serde_json::Value;
use sign::{PayloadHash, Secret, SignError, parse, sha256_hex};
use std::{fs, path::PathBuf, process::Command};

/// These need a path encoded once, in a service that is not S3; `aws-sigv4` passes them over as well.
const NEEDS_SINGLE_ENCODING: [&str; 3] = ["get-space-normalized", "get-space-unnormalized", "get-utf8"];
/// A token that is added to the query after signing: AWS IoT's way, which no service here follows.
const TOKEN_AFTER_SIGNING: &str = "post-sts-header-after";

fn suite() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", "host-tuple"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "aws-sigv4");
    let manifest = PathBuf::from(package.unwrap()["manifest_path"].as_str().unwrap());
    manifest.with_file_name("aws-signing-test-suite").join("v4")
}

/// A request in a file: lines of headers, folded ones included, then the body.
fn read_request(text: &str) -> (Parts, String) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let head = head.replace("\n ", " ");
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let mut request = Request::builder().method(first.next().unwrap()).uri(first.next().unwrap());
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap();
        request = request.header(name, value.trim());
    }
    (request.body(()).unwrap().into_parts().0, body.to_owned())
}

#[test]
fn every_case_that_aws_publishes_verifies_in_its_header_and_in_its_query() {
    let mut verified = 0;
    for case in fs::read_dir(suite()).unwrap().map(|entry| entry.unwrap().path()) {
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        let Ok(context) = fs::read_to_string(case.join("context.json")) else { continue };
        let context: Value = serde_json::from_str(&context).unwrap();
        if context["normalize"] == false || NEEDS_SINGLE_ENCODING.contains(&name.as_str()) {
            continue;
        }
        let secret = Secret::new(context["credentials"]["secret_access_key"].as_str().unwrap());
        let now = Timestamp::parse_iso(context["timestamp"].as_str().unwrap()).unwrap();
        for file in ["header-signed-request.txt", "query-signed-request.txt"] {
            if name == TOKEN_AFTER_SIGNING && file.starts_with("query") {
                continue;
            }
            let (parts, body) = read_request(&fs::read_to_string(case.join(file)).unwrap());
            let presented = parse(&parts).unwrap().unwrap();
            let hash = sha256_hex(body.as_bytes());
            let answer = presented.verify(&secret, &parts, PayloadHash::Computed(&hash), now);
            assert!(answer.is_ok(), "{name} {file}: {}", answer.unwrap_err());
            let wrong = presented.verify(&Secret::new("another"), &parts, PayloadHash::Computed(&hash), now);
            assert!(matches!(wrong, Err(SignError::Mismatch(_))), "{name} {file}");
            verified += 1;
        }
    }
    assert!(verified >= 50, "only {verified} cases ran: has the suite moved?");
}

#[test]
fn an_escaped_path_is_escaped_again_for_services_other_than_s3() {
    let case = suite().join("double-url-encode");
    let (parts, _) = read_request(&fs::read_to_string(case.join("header-signed-request.txt")).unwrap());
    let presented = parse(&parts).unwrap().unwrap();
    let hash = sha256_hex(b"");
    let answer = presented.verify(&Secret::new("unknown"), &parts, PayloadHash::Computed(&hash), presented.signed_at);
    let Err(SignError::Mismatch(mismatch)) = answer else { panic!("{answer:?}") };
    assert_eq!(mismatch.canonical_request, fs::read_to_string(case.join("header-canonical-request.txt")).unwrap());
}
