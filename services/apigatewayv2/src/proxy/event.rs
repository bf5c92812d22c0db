//! The two formats in which functions get a request. Members stand in AWS's order.

use super::incoming::{Incoming, text_of};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map as JsonMap, Value as Json, json};
use shape::Map;

/// What an authorizer found out, as `requestContext.authorizer` shows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Who {
    Jwt { claims: Map<String>, scopes: Option<Vec<String>> },
    Lambda(Json),
}

/// Payload format 2.0.
pub(crate) fn version_2(request: &Incoming<'_>, who: Option<&Who>, variables: &Map<String>) -> Json {
    let mut event = begin("2.0");
    event.insert("routeKey".into(), request.route_key.into());
    event.insert("rawPath".into(), request.raw_path().into());
    event.insert("rawQueryString".into(), request.raw_query().into());
    let cookies = request.cookies();
    if !cookies.is_empty() {
        event.insert("cookies".into(), cookies.into());
    }
    event.insert("headers".into(), headers(request, true).into());
    let query = joined_query(request);
    if !query.is_empty() {
        event.insert("queryStringParameters".into(), query.into());
    }
    event.insert("requestContext".into(), context_2(request, who));
    put_texts(&mut event, "pathParameters", request.parameters);
    put_texts(&mut event, "stageVariables", variables);
    let (body, is_encoded) = body(request);
    if let Some(body) = body {
        event.insert("body".into(), body.into());
    }
    event.insert("isBase64Encoded".into(), is_encoded.into());
    event.into()
}

/// Payload format 1.0, as REST APIs have it.
pub(crate) fn version_1(request: &Incoming<'_>, who: Option<&Who>, variables: &Map<String>) -> Json {
    let mut event = begin("1.0");
    event.insert("resource".into(), resource(request).into());
    event.insert("path".into(), request.raw_path().into());
    event.insert("httpMethod".into(), request.method().into());
    event.insert("headers".into(), last_headers(request).into());
    event.insert("multiValueHeaders".into(), multi_headers(request).into());
    let (single, multi) = query_1(request);
    event.insert("queryStringParameters".into(), single);
    event.insert("multiValueQueryStringParameters".into(), multi);
    event.insert("requestContext".into(), context_1(request, who));
    event.insert("pathParameters".into(), texts_or_null(request.parameters));
    event.insert("stageVariables".into(), texts_or_null(variables));
    let (body, is_encoded) = body(request);
    event.insert("body".into(), body.into());
    event.insert("isBase64Encoded".into(), is_encoded.into());
    event.into()
}

/// What a Lambda authorizer gets: the request without its body, and what identifies it.
pub(crate) fn authorizer_2(request: &Incoming<'_>, sources: &[String], arn: &str, variables: &Map<String>) -> Json {
    let Json::Object(event) = version_2(request, None, variables) else { return Json::Null };
    let mut all = JsonMap::new();
    for (name, value) in event {
        let is_first = name == "version";
        if !["body", "isBase64Encoded"].contains(&name.as_str()) {
            all.insert(name, value);
        }
        if is_first {
            all.insert("type".into(), "REQUEST".into());
            all.insert("routeArn".into(), arn.into());
            all.insert("identitySource".into(), sources.into());
        }
    }
    all.into()
}

pub(crate) fn authorizer_1(request: &Incoming<'_>, sources: &[String], arn: &str, variables: &Map<String>) -> Json {
    let Json::Object(event) = version_1(request, None, variables) else { return Json::Null };
    let mut all = JsonMap::new();
    for (name, value) in event {
        let is_first = name == "version";
        if !["body", "isBase64Encoded"].contains(&name.as_str()) {
            all.insert(name, value);
        }
        if is_first {
            all.insert("type".into(), "REQUEST".into());
            all.insert("methodArn".into(), arn.into());
            all.insert("identitySource".into(), sources.join(",").into());
            all.insert("authorizationToken".into(), sources.join(",").into());
        }
    }
    all.into()
}

fn begin(version: &str) -> JsonMap<String, Json> {
    JsonMap::from_iter([("version".to_owned(), version.into())])
}

/// AWS: names in small letters, values of one name joined by commas, cookies apart in format 2.0.
fn headers(request: &Incoming<'_>, without_cookies: bool) -> JsonMap<String, Json> {
    let mut all: Map<String> = Map::new();
    for (name, value) in &request.parts.headers {
        if without_cookies && name == "cookie" {
            continue;
        }
        let value = text_of(value.as_bytes());
        match all.get_mut(name.as_str()) {
            Some(before) => {
                before.push(',');
                before.push_str(&value);
            }
            None => {
                all.insert(name.to_string(), value);
            }
        }
    }
    all.into_iter().map(|(name, value)| (name, value.into())).collect()
}

fn last_headers(request: &Incoming<'_>) -> JsonMap<String, Json> {
    let all: Map<String> =
        request.parts.headers.iter().map(|(name, value)| (name.to_string(), text_of(value.as_bytes()))).collect();
    all.into_iter().map(|(name, value)| (name, value.into())).collect()
}

fn multi_headers(request: &Incoming<'_>) -> JsonMap<String, Json> {
    let mut all: Map<Vec<String>> = Map::new();
    for (name, value) in &request.parts.headers {
        all.entry(name.to_string()).or_default().push(text_of(value.as_bytes()));
    }
    all.into_iter().map(|(name, values)| (name, values.into())).collect()
}

fn joined_query(request: &Incoming<'_>) -> JsonMap<String, Json> {
    let mut all: Map<Vec<String>> = Map::new();
    for (key, value) in request.query() {
        all.entry(key).or_default().push(value);
    }
    all.into_iter().map(|(key, values)| (key, values.join(",").into())).collect()
}

fn query_1(request: &Incoming<'_>) -> (Json, Json) {
    let mut multi: Map<Vec<String>> = Map::new();
    for (key, value) in request.query() {
        multi.entry(key).or_default().push(value);
    }
    if multi.is_empty() {
        return (Json::Null, Json::Null);
    }
    let single: JsonMap<_, _> =
        multi.iter().map(|(key, values)| (key.clone(), values.last().cloned().unwrap_or_default().into())).collect();
    (single.into(), multi.into_iter().map(|(key, values)| (key, Json::from(values))).collect::<JsonMap<_, _>>().into())
}

fn context_2(request: &Incoming<'_>, who: Option<&Who>) -> Json {
    let mut context = JsonMap::new();
    context.insert("accountId".into(), request.account.into());
    context.insert("apiId".into(), request.api.into());
    match who {
        Some(Who::Jwt { claims, scopes }) => {
            context.insert("authorizer".into(), json!({"jwt": {"claims": claims, "scopes": scopes}}));
        }
        Some(Who::Lambda(found)) => {
            context.insert("authorizer".into(), json!({"lambda": found}));
        }
        None => {}
    }
    context.insert("domainName".into(), request.domain.into());
    context.insert("domainPrefix".into(), request.domain_prefix().into());
    context.insert(
        "http".into(),
        json!({
            "method": request.method(),
            "path": request.raw_path(),
            "protocol": request.protocol(),
            "sourceIp": request.source_ip,
            "userAgent": request.user_agent(),
        }),
    );
    context.insert("requestId".into(), request.request_id.into());
    context.insert("routeKey".into(), request.route_key.into());
    context.insert("stage".into(), request.stage.into());
    context.insert("time".into(), request.time().into());
    context.insert("timeEpoch".into(), request.now.millis().into());
    context.into()
}

fn context_1(request: &Incoming<'_>, who: Option<&Who>) -> Json {
    let authorizer = match who {
        Some(Who::Jwt { claims, scopes }) => json!({"claims": claims, "scopes": scopes}),
        Some(Who::Lambda(found)) => found.clone(),
        None => json!({"claims": null, "scopes": null}),
    };
    json!({
        "accountId": request.account,
        "apiId": request.api,
        "authorizer": authorizer,
        "domainName": request.domain,
        "domainPrefix": request.domain_prefix(),
        "extendedRequestId": request.request_id,
        "httpMethod": request.method(),
        "identity": {
            "accessKey": null, "accountId": null, "caller": null, "cognitoAuthenticationProvider": null,
            "cognitoAuthenticationType": null, "cognitoIdentityId": null, "cognitoIdentityPoolId": null,
            "principalOrgId": null, "sourceIp": request.source_ip, "user": null,
            "userAgent": request.user_agent(), "userArn": null,
        },
        "path": request.raw_path(),
        "protocol": request.protocol(),
        "requestId": request.request_id,
        "requestTime": request.time(),
        "requestTimeEpoch": request.now.millis(),
        "resourceId": request.route_key,
        "resourcePath": resource(request),
        "stage": request.stage,
    })
}

/// The path of the route's key.
fn resource<'r>(request: &Incoming<'r>) -> &'r str {
    request.route_key.split_once(' ').map_or("$default", |(_, path)| path)
}

fn put_texts(event: &mut JsonMap<String, Json>, name: &str, texts: &Map<String>) {
    if !texts.is_empty() {
        event.insert(name.into(), json!(texts));
    }
}

fn texts_or_null(texts: &Map<String>) -> Json {
    if texts.is_empty() { Json::Null } else { json!(texts) }
}

fn body(request: &Incoming<'_>) -> (Option<String>, bool) {
    if request.body.is_empty() {
        (None, false)
    } else if request.has_text_body() {
        (Some(text_of(request.body)), false)
    } else {
        (Some(STANDARD.encode(request.body)), true)
    }
}
