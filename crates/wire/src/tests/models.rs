//! Every operation of AWS's rest APIs is found by its own request. The models come with the protocol cases.

use super::{cases, model::Suite};
use crate::find_operation;
use http::{Request, request::Parts};
use serde_json::{Value as Json, json};
use shape::{OperationSpec, Place, Protocol};

const MODELS: [(&str, Protocol); 5] = [
    ("s3/2006-03-01", Protocol::RestXml),
    ("route53/2013-04-01", Protocol::RestXml),
    ("lambda/2015-03-31", Protocol::RestJson),
    ("apigateway/2015-07-09", Protocol::RestJson),
    ("apigatewayv2/2018-11-29", Protocol::RestJson),
];

/// Operations that share a request with the one that took their place.
const SHADOWED: [&str; 5] = [
    "GetBucketLifecycleConfiguration",
    "GetBucketNotificationConfiguration",
    "PutBucketLifecycleConfiguration",
    "PutBucketNotificationConfiguration",
    "ListDirectoryBuckets",
];

/// A request with nothing but what the operation requires.
fn least(operation: &OperationSpec) -> Parts {
    let (path, query) = operation.http.uri.split_once('?').unwrap_or((operation.http.uri, ""));
    let filled = path.split('/').map(|part| match part {
        greedy if greedy.ends_with("+}") => "some/where",
        label if label.starts_with('{') => "label",
        literal => literal,
    });
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
    let mut request = Request::builder().method(operation.http.method);
    for member in operation.input.members().iter().filter(|member| member.is_required) {
        match member.place {
            Place::Query(name) => pairs.push(format!("{name}=1")),
            Place::Header(name) => request = request.header(name, "x"),
            _ => {}
        }
    }
    let uri = format!("{}?{}", filled.collect::<Vec<_>>().join("/"), pairs.join("&"));
    request.uri(uri).body(()).unwrap().into_parts().0
}

#[test]
fn every_operation_of_a_real_api_is_found_by_its_own_request() {
    let Some(root) = cases::folder() else {
        println!("skipped: AWS's models are not here; conformance/fetch-protocol-cases fetches them");
        return;
    };
    for (name, protocol) in MODELS {
        let path = root.join("../../../botocore/data").join(name).join("service-2.json");
        let Ok(bytes) = std::fs::read(&path) else {
            println!("skipped: there is no {}", path.display());
            continue;
        };
        let model: Json = serde_json::from_slice(&bytes).unwrap();
        let suite = Suite { json: &model, protocol };
        let given = model["operations"].as_object().unwrap().iter();
        let given = given.map(|(name, it)| json!({"name": name, "http": it["http"], "input": it["input"]}));
        let operations = Vec::leak(given.map(|it| suite.operation(&it)).collect());
        let api = suite.api(operations);
        for operation in operations.iter().filter(|operation| !SHADOWED.contains(&operation.name)) {
            let found = find_operation(api, &least(operation), None).map(|routed| routed.operation.name);
            assert_eq!(found.ok(), Some(operation.name), "{name} {:?}", operation.http);
        }
    }
}
