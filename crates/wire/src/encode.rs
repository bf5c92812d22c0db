//! Answers out.

use crate::{
    cbor, json, rest,
    text::Malformed,
    xml::{self, Times, Writer},
};
use base::Fault;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONTENT_RANGE, CONTENT_TYPE},
};
use shape::{Api, ApiError, ByteStream, Bytes, Fields, Kind, Member, OperationSpec, Place, Protocol, Value};

/// The body of an answer.
#[derive(Debug)]
pub enum Outgoing {
    Bytes(Bytes),
    Stream(ByteStream),
}

impl Outgoing {
    pub(crate) fn empty() -> Self {
        Self::Bytes(Bytes::new())
    }
}

/// The answer of `operation` in `protocol` (the one that the request spoke).
///
/// Fails, as a fault of ours, where a value does not fit its place: a header that cannot hold its text.
pub fn encode(
    operation: &'static OperationSpec,
    protocol: Protocol,
    output: Value,
    request_id: &str,
) -> Result<Response<Outgoing>, ApiError> {
    let Value::Structure(mut fields) = output else {
        return Err(Fault::internal(format!("{} answered with something else than a structure", operation.name)).into());
    };
    let mut response = Response::new(Outgoing::empty());
    *response.status_mut() = StatusCode::from_u16(operation.http.status).unwrap_or(StatusCode::OK);
    sign_with_request_id(operation.api, request_id, response.headers_mut());
    match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => {
            let json = json::write_members(operation.output.members(), &fields);
            set_body(&mut response, json_type(protocol), json.to_string());
        }
        Protocol::Query => {
            let body = query_body(operation, &fields, request_id);
            set_body(&mut response, "text/xml", body);
        }
        Protocol::Ec2Query => {
            let body = ec2_body(operation, &fields, request_id);
            set_body(&mut response, "text/xml;charset=UTF-8", body);
        }
        Protocol::RestJson | Protocol::RestXml => {
            let status = rest::write(operation.output.members(), &fields, response.headers_mut());
            let status = status.map_err(|Malformed(why)| Fault::internal(format!("{}: {why}", operation.name)))?;
            if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
                *response.status_mut() = status;
            }
            // AWS: the models of GetObject and HeadObject have no status; a part of an object is told by its range.
            if operation.api.name == "s3" && response.headers().contains_key(CONTENT_RANGE) {
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            }
            rest_body(operation, protocol, &mut fields, &mut response);
        }
        Protocol::RpcV2Cbor => {
            let body = cbor::write_members(operation.output.members(), &fields);
            cbor::set_body(&mut response, body);
        }
    }
    Ok(response)
}

pub(crate) fn json_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AwsJson10 => "application/x-amz-json-1.0",
        Protocol::AwsJson11 => "application/x-amz-json-1.1",
        _ => "application/json",
    }
}

pub(crate) fn set_body(response: &mut Response<Outgoing>, content_type: &'static str, body: String) {
    response.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    *response.body_mut() = Outgoing::Bytes(body.into());
}

/// The headers under which a client's log and ours find the same call.
pub(crate) fn sign_with_request_id(api: &Api, request_id: &str, headers: &mut HeaderMap) {
    let Ok(id) = HeaderValue::from_str(request_id) else { return };
    if api.name == "s3" {
        headers.insert("x-amz-request-id", id);
        if let Ok(host) = HeaderValue::from_str(&host_id(request_id)) {
            headers.insert("x-amz-id-2", host);
        }
    } else {
        headers.insert("x-amzn-requestid", id);
    }
}

/// S3's second id. It carries nothing new here; clients print it beside the first.
pub(crate) fn host_id(request_id: &str) -> String {
    crate::text::base64(request_id.as_bytes())
}

/// AWS: botocore's models of S3, CloudFront and Route 53 name their namespace per shape, not per service.
pub(crate) fn namespace(api: &Api) -> String {
    match api.name {
        _ if !api.xml_namespace.is_empty() => api.xml_namespace.into(),
        "s3" => "http://s3.amazonaws.com/doc/2006-03-01/".into(),
        "cloudfront" => format!("http://cloudfront.amazonaws.com/doc/{}/", api.version),
        "route53" => format!("https://route53.amazonaws.com/doc/{}/", api.version),
        _ => String::new(),
    }
}

pub(crate) fn xmlns(uri: &str) -> Option<(&str, &str)> {
    (!uri.is_empty()).then_some(("xmlns", uri))
}

fn query_body(operation: &OperationSpec, fields: &Fields, request_id: &str) -> String {
    let mut writer = Writer::plain(Times::of(operation.api));
    let root = format!("{}Response", operation.name);
    let uri = namespace(operation.api);
    writer.open(&root, xmlns(&uri).as_slice());
    if let Some(wrapper) = operation.result_wrapper {
        writer.structure(wrapper, None, operation.output.members(), fields);
    } else {
        writer.members(operation.output.members(), fields);
    }
    writer.open("ResponseMetadata", &[]);
    writer.text("RequestId", request_id);
    writer.close("ResponseMetadata");
    writer.close(&root);
    writer.out
}

fn ec2_body(operation: &OperationSpec, fields: &Fields, request_id: &str) -> String {
    let mut writer = Writer::declared(Times::of(operation.api));
    let root = format!("{}Response", operation.name);
    let uri = namespace(operation.api);
    writer.open(&root, xmlns(&uri).as_slice());
    writer.text("requestId", request_id);
    writer.members(operation.output.members(), fields);
    writer.close(&root);
    writer.out
}

fn rest_body(
    operation: &'static OperationSpec,
    protocol: Protocol,
    fields: &mut Fields,
    response: &mut Response<Outgoing>,
) {
    if let Some((index, member)) = operation.output.payload() {
        if let Some(value) = fields.take(index).filter(|value| !matches!(value, Value::Null)) {
            payload(operation, protocol, member, value, response);
        }
        return;
    }
    let members = operation.output.members();
    let has_body = members.iter().any(|member| member.place == Place::Body);
    if !has_body || response.status() == StatusCode::NO_CONTENT || operation.http.method == "HEAD" {
        if operation.http.method == "HEAD" && operation.api.name == "s3" {
            // AWS: HeadBucket has the type of the document that it does not send.
            response.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/xml"));
        }
        return;
    }
    if protocol == Protocol::RestJson {
        let json = json::write_members(members, fields);
        return set_body(response, "application/json", json.to_string());
    }
    let mut writer = Writer::declared(Times::of(operation.api));
    let uri = operation.output.xml_namespace.map_or_else(|| namespace(operation.api), Into::into);
    if operation.api.name == "s3" && operation.name == "GetBucketLocation" {
        // AWS: the one member is the root itself.
        writer.open("LocationConstraint", xmlns(&uri).as_slice());
        if let Some(region) = fields.get(0) {
            writer.scalar(members[0].schema, region, None);
        }
        writer.close("LocationConstraint");
    } else {
        writer.structure(root_name(operation), xmlns(&uri), members, fields);
    }
    set_body(response, "application/xml", writer.out);
}

fn payload(
    operation: &OperationSpec,
    protocol: Protocol,
    member: &Member,
    value: Value,
    response: &mut Response<Outgoing>,
) {
    let headers = response.headers_mut();
    match value {
        Value::Stream(stream) => {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(bytes_type(operation.api)));
            *response.body_mut() = Outgoing::Stream(stream);
        }
        Value::Blob(bytes) => {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(bytes_type(operation.api)));
            *response.body_mut() = Outgoing::Bytes(bytes);
        }
        // AWS: a bucket's policy is JSON under the name of a text.
        Value::Text(text) if operation.name == "GetBucketPolicy" => set_body(response, "application/json", text),
        Value::Text(text) => set_body(response, "text/plain", text),
        value if protocol == Protocol::RestJson => {
            let json = json::write(member.schema, &value, Some(member));
            set_body(response, "application/json", json.to_string());
        }
        value => {
            let mut writer = Writer::declared(Times::of(operation.api));
            let renamed = member.wire.filter(|wire| *wire != member.name);
            let name = renamed.or(member.schema.xml_name).unwrap_or(member.schema.name);
            if let (Value::Structure(fields), Kind::Structure { members, .. }) = (&value, &member.schema.kind) {
                let uri = member.xml_namespace.map(|(_, uri)| uri).or(member.schema.xml_namespace);
                let uri = uri.map_or_else(|| namespace(operation.api), Into::into);
                let prefix = member.xml_namespace.map_or("", |(prefix, _)| prefix);
                let declaration = xml::declaration(prefix);
                let extra = (!uri.is_empty()).then_some((declaration.as_str(), uri.as_str()));
                writer.structure(name, extra, members, fields);
            } else {
                writer.value(name, member.schema, &value, Some(member));
            }
            set_body(response, "application/xml", writer.out);
        }
    }
}

/// What bytes are where the operation does not say it. AWS: a function's answer counts as JSON, an object as bytes.
fn bytes_type(api: &Api) -> &'static str {
    match api.name {
        "lambda" => "application/json",
        "s3" => "binary/octet-stream",
        _ => "application/octet-stream",
    }
}

/// The name of a document. AWS: S3's are not in botocore's model, whose client does not look at them; others do.
fn root_name(operation: &OperationSpec) -> &'static str {
    if operation.api.name != "s3" {
        return operation.output.xml_name.unwrap_or(operation.output.name);
    }
    match operation.name {
        "CompleteMultipartUpload" => "CompleteMultipartUploadResult",
        "CreateMultipartUpload" => "InitiateMultipartUploadResult",
        "DeleteObjects" => "DeleteResult",
        "GetBucketAccelerateConfiguration" => "AccelerateConfiguration",
        "GetBucketAcl" | "GetObjectAcl" => "AccessControlPolicy",
        "GetBucketCors" => "CORSConfiguration",
        "GetBucketLifecycleConfiguration" => "LifecycleConfiguration",
        "GetBucketLogging" => "BucketLoggingStatus",
        "GetBucketNotificationConfiguration" => "NotificationConfiguration",
        "GetBucketRequestPayment" => "RequestPaymentConfiguration",
        "GetBucketTagging" | "GetObjectTagging" => "Tagging",
        "GetBucketVersioning" => "VersioningConfiguration",
        "GetBucketWebsite" => "WebsiteConfiguration",
        "GetObjectAttributes" => "GetObjectAttributesResponse",
        "ListBuckets" | "ListDirectoryBuckets" => "ListAllMyBucketsResult",
        "ListMultipartUploads" => "ListMultipartUploadsResult",
        "ListObjectVersions" => "ListVersionsResult",
        "ListObjects" | "ListObjectsV2" => "ListBucketResult",
        "ListParts" => "ListPartsResult",
        _ => operation.output.xml_name.unwrap_or(operation.output.name),
    }
}
