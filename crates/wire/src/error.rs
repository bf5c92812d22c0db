//! Errors out: the same error, worded by each protocol, with the habits of the services that have their own.

use crate::{
    cbor,
    encode::{Outgoing, host_id, json_type, namespace, set_body, sign_with_request_id, xmlns},
    json, rest,
    xml::{Times, Writer},
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Map as Object, Value as Json};
use shape::{Api, ApiError, ErrorSpec, Fields, Kind, Member, OperationSpec, Place, Protocol, Schema, Value};

/// The answer that tells `error`. `resource` is the path that S3 repeats.
pub fn encode_error(
    api: &Api,
    operation: Option<&OperationSpec>,
    protocol: Protocol,
    error: &ApiError,
    request_id: &str,
    resource: &str,
) -> Response<Outgoing> {
    let mut response = Response::new(Outgoing::empty());
    *response.status_mut() = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    sign_with_request_id(api, request_id, response.headers_mut());
    let spec = operation.and_then(|operation| operation.errors.iter().find(|spec| spec.code == error.code).copied());
    // The shape of an error: its own, or the one that the model has under its code.
    let schema = error.detail.as_ref().map(|detail| detail.0).or_else(|| spec.map(|spec| spec.schema));
    if let Some(spec) = spec.filter(|spec| spec.name != spec.code)
        && matches!(protocol, Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor)
    {
        // AWS: SQS and CloudWatch once spoke query; clients still know their errors by the codes of that time.
        let blame = if error.status < 500 { "Sender" } else { "Receiver" };
        set_header(response.headers_mut(), "x-amzn-query-error", &format!("{};{blame}", spec.code));
    }
    if let Some((members, fields)) =
        detail(error).filter(|_| matches!(protocol, Protocol::RestJson | Protocol::RestXml))
    {
        // What a header cannot hold is left out: the error itself matters more.
        rest::write(members, fields, response.headers_mut()).ok();
    }
    match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            if api.name.starts_with("cognito") {
                set_header(response.headers_mut(), "x-amzn-errortype", error.code);
                set_header(response.headers_mut(), "x-amzn-errormessage", &error.message);
            }
            let mut body = Object::new();
            body.insert("__type".into(), typed(api, spec, error).into());
            set_body(&mut response, json_type(protocol), json_body(body, error, schema));
        }
        Protocol::RpcV2Cbor => {
            let body = cbor::write_error(&typed(api, spec, error), &error.message, detail(error));
            cbor::set_body(&mut response, body);
        }
        Protocol::RestJson => {
            set_header(response.headers_mut(), "x-amzn-errortype", error.code);
            let mut body = Object::new();
            // AWS: Lambda says whose mistake it was.
            if api.name == "lambda" && schema.is_some_and(|schema| has_member(schema, "Type")) {
                body.insert("Type".into(), if error.status < 500 { "User" } else { "Service" }.into());
            }
            set_body(&mut response, "application/json", json_body(body, error, schema));
        }
        Protocol::Query => {
            let mut writer = Writer::plain(Times::of(api));
            enclosed(&mut writer, api, error, request_id);
            set_body(&mut response, "text/xml", writer.out);
        }
        Protocol::Ec2Query => set_body(&mut response, "text/xml;charset=UTF-8", ec2(error, request_id)),
        Protocol::RestXml if api.name == "s3" => s3(operation, error, request_id, resource, &mut response),
        Protocol::RestXml => {
            let mut writer = Writer::declared(Times::of(api));
            enclosed(&mut writer, api, error, request_id);
            set_body(&mut response, "application/xml", writer.out);
        }
    }
    response
}

fn has_member(schema: &Schema, name: &str) -> bool {
    schema.members().iter().any(|member| member.wire_name() == name)
}

fn set_header(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // A message may hold what a header cannot; it is in the body as well.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The code with the namespace that the service gives it. Clients look only behind the `#`.
fn typed(api: &Api, spec: Option<&ErrorSpec>, error: &ApiError) -> String {
    let name = spec.map_or(error.code, |spec| spec.name);
    match (api.name, spec) {
        ("dynamodb", Some(_)) => format!("com.amazonaws.dynamodb.v20120810#{name}"),
        ("dynamodb", None) if name == "ValidationException" => format!("com.amazon.coral.validate#{name}"),
        ("dynamodb", None) => format!("com.amazon.coral.service#{name}"),
        ("sqs", Some(_)) => format!("com.amazonaws.sqs#{name}"),
        _ => name.into(),
    }
}

fn json_body(mut body: Object<String, Json>, error: &ApiError, schema: Option<&'static Schema>) -> String {
    // Models spell it `message` or `Message`.
    let is_message = |member: &&Member| member.wire_name().eq_ignore_ascii_case("message");
    let modelled =
        schema.and_then(|schema| schema.members().iter().find(is_message)).map_or("message", Member::wire_name);
    // AWS: DynamoDB writes `Message` where the error says more than that; boto3 shows the difference.
    let name =
        if error.code == "ConditionalCheckFailedException" && error.detail.is_some() { "Message" } else { modelled };
    if !error.message.is_empty() {
        body.insert(name.into(), error.message.as_str().into());
    }
    if let Some((members, fields)) = detail(error)
        && let Json::Object(detail) = json::write_members(members, fields)
    {
        // What the constructor said about the message stands; a typed detail leaves it empty.
        let news =
            detail.into_iter().filter(|(key, value)| key != modelled || !value.as_str().unwrap_or("").is_empty());
        body.extend(news);
    }
    Json::Object(body).to_string()
}

fn detail(error: &ApiError) -> Option<(&'static [Member], &Fields)> {
    let (schema, value) = error.detail.as_deref()?;
    match (value, &schema.kind) {
        (Value::Structure(fields), Kind::Structure { members, .. }) => Some((members, fields)),
        _ => None,
    }
}

/// `<Code>`, `<Message>` and what else the error's shape says.
fn code_and_detail(writer: &mut Writer, error: &ApiError) {
    writer.text("Code", error.code);
    if !error.message.is_empty() {
        writer.text("Message", &error.message);
    }
    for (name, text) in &error.elements {
        writer.text(name, text);
    }
    let Some((members, fields)) = detail(error) else { return };
    for (index, value) in fields.iter() {
        let Some(member) = members.get(index) else { continue };
        let is_said = ["code", "message", "type"].iter().any(|name| member.wire_name().eq_ignore_ascii_case(name));
        if !is_said && member.place == Place::Body && !matches!(value, Value::Null) {
            writer.value(member.wire_name(), member.schema, value, Some(member));
        }
    }
}

/// The form of the query services, CloudFront and Route 53.
fn enclosed(writer: &mut Writer, api: &Api, error: &ApiError, request_id: &str) {
    let uri = namespace(api);
    writer.open("ErrorResponse", xmlns(&uri).as_slice());
    writer.open("Error", &[]);
    writer.text("Type", if error.status < 500 { "Sender" } else { "Receiver" });
    code_and_detail(writer, error);
    writer.close("Error");
    writer.text("RequestId", request_id);
    writer.close("ErrorResponse");
}

fn ec2(error: &ApiError, request_id: &str) -> String {
    let mut writer = Writer::declared(Times::AsNeeded);
    writer.open("Response", &[]);
    writer.open("Errors", &[]);
    writer.open("Error", &[]);
    code_and_detail(&mut writer, error);
    writer.close("Error");
    writer.close("Errors");
    writer.text("RequestID", request_id);
    writer.close("Response");
    writer.out
}

fn s3(
    operation: Option<&OperationSpec>,
    error: &ApiError,
    request_id: &str,
    resource: &str,
    response: &mut Response<Outgoing>,
) {
    let is_head = operation.is_some_and(|operation| operation.http.method == "HEAD");
    if is_head || response.status() == StatusCode::NOT_MODIFIED {
        return;
    }
    let mut writer = Writer::declared(Times::Millis);
    writer.open("Error", &[]);
    code_and_detail(&mut writer, error);
    writer.text("Resource", resource);
    writer.text("RequestId", request_id);
    writer.text("HostId", &host_id(request_id));
    writer.close("Error");
    set_body(response, "application/xml", writer.out);
}
