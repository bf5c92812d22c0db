//! botocore's protocol cases, from the server's side: its requests are read, and its answers are written.
//!
//! The files are fetched by `conformance/fetch-protocol-cases`; without them these tests say so and pass.

use super::{
    compare::{canonical, cbor_shown, same, shown, value},
    model::{Suite, text},
};
use crate::{Incoming, Outgoing, decode, encode, encode_error, find_operation};
use http::{Request, Response, request::Parts};
use serde_json::Value as Json;
use shape::{ApiError, Bytes, Member, Place, Protocol};
use std::{fs, path::PathBuf};

const FILES: [(&str, Protocol); 10] = [
    ("json", Protocol::AwsJson11),
    ("json_1_0", Protocol::AwsJson10),
    ("rest-json", Protocol::RestJson),
    ("rest-xml", Protocol::RestXml),
    ("query", Protocol::Query),
    ("ec2", Protocol::Ec2Query),
    ("smithy-rpc-v2-cbor", Protocol::RpcV2Cbor),
    ("json_1_0-query-compatible", Protocol::AwsJson10),
    ("smithy-rpc-v2-cbor-query-compatible", Protocol::RpcV2Cbor),
    ("smithy-rpc-v2-cbor-non-query-compatible", Protocol::RpcV2Cbor),
];

pub(super) fn folder() -> Option<PathBuf> {
    if let Ok(named) = std::env::var("BOTOCORE_PROTOCOLS") {
        return Some(named.into());
    }
    let cache = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.cache");
    let entries = fs::read_dir(cache).ok()?.filter_map(Result::ok);
    entries.map(|entry| entry.path().join("tests/unit/protocols")).find(|path| path.is_dir())
}

/// Runs every case of one direction that `not_ours` does not name, and says which fail.
fn run(direction: &str, not_ours: &[(&str, &str)], check: impl Fn(&Suite<'_>, &Json) -> Result<(), String>) {
    let Some(folder) = folder() else {
        println!("skipped: botocore's protocol cases are not here; conformance/fetch-protocol-cases fetches them");
        return;
    };
    let mut failures = Vec::new();
    for (file, protocol) in FILES {
        let path = folder.join(direction).join(format!("{file}.json"));
        let suites: Vec<Json> = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for suite in &suites {
            for case in suite["cases"].as_array().into_iter().flatten() {
                let id = case["id"].as_str().unwrap_or_default();
                if not_ours
                    .iter()
                    .any(|(part, _)| part.strip_prefix('=').map_or(id.contains(part), |whole| id == whole))
                {
                    skipped += 1;
                    continue;
                }
                match check(&Suite { json: suite, protocol }, case) {
                    Ok(()) => passed += 1,
                    Err(why) => {
                        failed += 1;
                        failures.push(format!("{direction} {file} {id}: {why}"));
                    }
                }
            }
        }
        println!("{direction} {file}: {passed} passed, {failed} failed, {skipped} skipped");
    }
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
}

fn body_of(suite: &Suite<'_>, said: &Json) -> Bytes {
    let text = said["body"].as_str().unwrap_or_default();
    if suite.protocol == Protocol::RpcV2Cbor { crate::text::blob(text).unwrap() } else { Bytes::from(text.to_owned()) }
}

fn request(suite: &Suite<'_>, case: &Json) -> (Parts, Bytes) {
    let said = &case["serialized"];
    let mut request = Request::builder().method(said["method"].as_str().unwrap()).uri(said["uri"].as_str().unwrap());
    for (name, value) in said["headers"].as_object().into_iter().flatten() {
        let lines = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        for line in lines {
            request = request.header(name, line.as_str().unwrap());
        }
    }
    (request.body(()).unwrap().into_parts().0, body_of(suite, said))
}

fn reads(suite: &Suite<'_>, case: &Json) -> Result<(), String> {
    let operation = suite.operation(&case["given"]);
    let (parts, body) = request(suite, case);
    let action = (suite.protocol == Protocol::Query || suite.protocol == Protocol::Ec2Query).then_some(operation.name);
    let routed =
        find_operation(suite.api(Vec::leak(vec![operation])), &parts, action).map_err(|why| format!("{why:?}"))?;
    let input = decode(&routed, &parts, Incoming::Bytes(body)).map_err(|why| why.to_string())?;
    let found = shown(&input, operation.input);
    let mut wanted = if case["params"].is_null() { serde_json::json!({}) } else { case["params"].clone() };
    drop_named(operation.input.members(), &mut wanted);
    if same(&wanted, &found) { Ok(()) } else { Err(format!("\n  wanted {wanted}\n  found  {found}")) }
}

/// A map of query parameters holds here what no other member names; the cases of restJson repeat the others in it.
fn drop_named(members: &[Member], params: &mut Json) {
    for map in members.iter().filter(|member| member.place == Place::QueryMap) {
        let Some(Json::Object(entries)) = params.get_mut(map.name) else { continue };
        entries
            .retain(|key, _| !members.iter().any(|member| matches!(member.place, Place::Query(name) if name == key)));
        if entries.is_empty() {
            params[map.name] = Json::Null;
        }
    }
}

fn writes(suite: &Suite<'_>, case: &Json) -> Result<(), String> {
    let operation = suite.operation(&case["given"]);
    let response = match case.get("error") {
        None => encode(operation, suite.protocol, value(&case["result"], operation.output), "foo-id"),
        Some(detail) => {
            let spec = operation.errors[0];
            let message = case["errorMessage"].as_str().unwrap_or_default();
            let status = u16::try_from(case["response"]["status_code"].as_u64().unwrap_or(500)).unwrap();
            let mut error = ApiError::new(text(&case["errorCode"]), status, message);
            error.detail = Some(Box::new((spec.schema, value(detail, spec.schema))));
            Ok(encode_error(operation.api, Some(operation), suite.protocol, &error, "foo-id", "/"))
        }
    };
    compare(suite, &response.map_err(|why| why.to_string())?, &case["response"])
}

fn compare(suite: &Suite<'_>, response: &Response<Outgoing>, wanted: &Json) -> Result<(), String> {
    if let Some(status) =
        wanted["status_code"].as_u64().filter(|status| *status != u64::from(response.status().as_u16()))
    {
        return Err(format!("wanted status {status}, found {}", response.status()));
    }
    let body = wanted["body"].as_str().unwrap_or_default().trim();
    // An answer without members may have no body, whatever its type.
    let says_nothing = matches!(body, "" | "{}");
    let headers = wanted["headers"].as_object().into_iter().flatten();
    for (name, value) in
        headers.filter(|(name, _)| *name != "Content-Length" && !(says_nothing && *name == "Content-Type"))
    {
        let found = response.headers().get(name).and_then(|value| value.to_str().ok());
        let wanted = value.as_str().unwrap_or_default();
        let kind = |value: &str| value.split(";charset").next().unwrap_or_default().to_owned();
        if found.map(kind) != Some(kind(wanted)) {
            return Err(format!("wanted {name}: {wanted}, found {found:?}"));
        }
    }
    let Outgoing::Bytes(found) = response.body() else { return Err("a stream".into()) };
    if suite.protocol == Protocol::RpcV2Cbor {
        let (wanted, found) = (cbor_shown(&body_of(suite, wanted)), cbor_shown(found));
        return if wanted == found { Ok(()) } else { Err(format!("\n  wanted {wanted}\n  found  {found}")) };
    }
    let found_text = String::from_utf8_lossy(found).into_owned();
    if body.is_empty() && matches!(wanted["body"], Json::Null) {
        return Ok(());
    }
    if body.starts_with('<') {
        let (wanted, found) = (canonical(body.as_bytes()), canonical(found));
        return if wanted == found { Ok(()) } else { Err(format!("\n  wanted {wanted}\n  found {found}")) };
    }
    let as_json = |text: &str| serde_json::from_str::<Json>(text).ok();
    match (as_json(body), as_json(&found_text)) {
        (Some(wanted), Some(found)) if same(&without_namespace(wanted.clone()), &found) => Ok(()),
        _ if body == found_text => Ok(()),
        _ if says_nothing && matches!(&*found_text, "" | "{}") => Ok(()),
        _ => Err(format!("\n  wanted {body}\n  found  {found_text}")),
    }
}

#[test]
fn every_request_is_read() {
    let not_ours = [
        ("SDKAppliedContentEncoding", "the case shows no body"),
        ("SDKAppend", "the case shows no body"),
        ("HostWithPath", "a path before the API's own, which the gateway has taken off"),
        ("AwsJson10EndpointTrait", "the case shows no target header"),
        ("IdempotencyTokenAutoFill", "the client adds a member"),
        ("PrefixHeadersAreNotPresent", "the client leaves an empty map out"),
        ("OmitsEmptyListQueryValues", "the client leaves empty lists out"),
        ("EmptyQueryMaps", "the client leaves an empty map out"),
        ("Ec2EmptyQueryLists", "the client leaves an empty list out"),
        ("QueryPrecedence", "the client writes one of two values for a name"),
        ("MediaTypeHeaderInputBase64", "the case gives JSON as a text"),
        ("HttpWithEmptyStructurePayload", "the client writes an absent payload as an empty one"),
        ("HttpWithHeadersButNoPayload", "the client writes an absent payload as an empty one"),
    ];
    run("input", &not_ours, reads);
}

#[test]
fn every_answer_is_written() {
    let not_ours = [
        ("DateTimeWithNegativeOffset", "times are written in UTC"),
        ("DateTimeWithPositiveOffset", "times are written in UTC"),
        ("nexpected", "what a client must put up with"),
        ("DeserializeIgnoreType", "what a client must put up with"),
        ("RpcV2CborDeserializesDenseSetMapAndSkipsNull", "what a client must put up with"),
        ("RpcV2CborExtraFields", "what a client must put up with"),
        ("RpcV2CborClientDoesntDeserializeNull", "what a client must put up with"),
        ("RpcV2CborPayloadWithUnsetUnion", "the answer is that of another case"),
        ("FooErrorUsing", "another way to name an error: ours is __type, or the header"),
        ("RestJsonFooErrorWithDunderType", "another way to name an error: ours is the header"),
        ("DunderTypeUriAndNamespace", "another way to name an error: ours is __type"),
        ("AwsJson11IntEnums", "the case has the headers of a request"),
        ("parses_the_request_id_from_the_response", "an id of another request"),
        ("MediaTypeHeaderOutputBase64", "the case gives JSON as a text"),
        ("=ComplexError", "the case does not say its message"),
        ("=Ec2ComplexError", "the case does not say its message"),
        ("=InvalidGreetingError", "the answer has a member that the shape has not"),
        ("=IgnoreQueryParamsInResponse", "an answer without members has no body"),
        ("=XmlNamespaces", "a structure's own namespace is written where it is the root"),
        ("PayloadWithXmlNamespaceAndPrefix", "schemas have no prefixed namespace; no model in use here has one"),
        ("FlattenedXmlMapWithXmlNamespace", "no model in use here has a namespace on a flattened map"),
    ];
    run("output", &not_ours, writes);
}

/// Services differ in what they write before an error's name, and clients drop it.
fn without_namespace(mut json: Json) -> Json {
    if let Some(Json::String(name)) = json.get_mut("__type")
        && let Some((_, bare)) = name.split_once('#')
    {
        *name = bare.to_owned();
    }
    json
}
