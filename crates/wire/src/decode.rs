//! Requests in.

use crate::{
    cbor, form,
    json::{self, Wording},
    rest,
    route::Routed,
    text::{Malformed, Read},
    xml,
};
use base::Fault;
use http::request::Parts;
use shape::{Api, ApiError, ByteStream, Bytes, Fields, Kind, Member, OperationSpec, Protocol, Schema, Value};

/// A body longer than this is not read as a document. AWS: the largest is Lambda's function code inside JSON.
const LARGEST_DOCUMENT: usize = 96 << 20;
/// No form or XML document of AWS comes near this.
const LARGEST_TREE: usize = 16 << 20;

/// The body of a request. [`takes_stream`] says which the operation wants.
#[derive(Debug)]
pub enum Incoming {
    Bytes(Bytes),
    Stream(ByteStream),
}

/// Whether the body of `operation` is handed on as a stream.
pub fn takes_stream(operation: &OperationSpec) -> bool {
    operation.input.payload().is_some_and(|(_, member)| matches!(member.schema.kind, Kind::Stream))
}

/// The input of an operation, before it is validated.
pub fn decode(routed: &Routed, parts: &Parts, body: Incoming) -> Result<Value, ApiError> {
    let (operation, protocol) = (routed.operation, routed.protocol);
    let mut fields = Fields::of(operation.input);
    if matches!(protocol, Protocol::RestJson | Protocol::RestXml) {
        rest::read(operation.input, &routed.labels, parts, &mut fields)
            .map_err(|Malformed(name)| parameter_error(operation.api, &name))?;
        if let Some((index, member)) = operation.input.payload() {
            fields.put(index, payload(operation.api, protocol, member, body)?);
            return Ok(Value::Structure(fields));
        }
    }
    let Incoming::Bytes(body) = body else {
        let said = format!("{} takes no stream, and was given one", operation.name);
        return Err(Fault::internal(said).into());
    };
    check_size(protocol, body.len())?;
    let input = operation.input;
    let read = match protocol {
        Protocol::Query | Protocol::Ec2Query => {
            return read_form(operation, protocol, parts, &body)
                .map_err(|wrong| body_error(operation.api, protocol, wrong));
        }
        Protocol::RestXml => read_xml_members(input, &body, &mut fields),
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson => json::parse(&body)
            .and_then(|json| json::read_members(input.members(), json, &mut fields, wording(operation.api))),
        Protocol::RpcV2Cbor => {
            cbor::parse(&body).and_then(|tree| cbor::read_members(input.members(), tree, &mut fields))
        }
    };
    read.map_err(|wrong| body_error(operation.api, protocol, wrong))?;
    Ok(Value::Structure(fields))
}

fn read_form(operation: &OperationSpec, protocol: Protocol, parts: &Parts, body: &[u8]) -> Read<Value> {
    let body = std::str::from_utf8(body).map_err(|_| Malformed("The form is not UTF-8".into()))?;
    let fields = if body.trim().is_empty() { parts.uri.query().unwrap_or_default() } else { body.trim() };
    form::read(operation.input, form::parse(fields)?, protocol)
}

fn read_xml_members(input: &'static Schema, body: &[u8], fields: &mut Fields) -> Read<()> {
    if !input.members().iter().any(|member| member.place == shape::Place::Body) {
        return Ok(());
    }
    xml::read_members(input.members(), &mut xml::parse(body)?, fields)
}

/// The member that is the whole body; absent where the body is empty.
fn payload(api: &Api, protocol: Protocol, member: &'static Member, body: Incoming) -> Result<Option<Value>, ApiError> {
    let bytes = match (body, &member.schema.kind) {
        (Incoming::Stream(stream), Kind::Stream) => return Ok(Some(Value::Stream(stream))),
        (Incoming::Bytes(bytes), Kind::Stream) => return Ok(Some(Value::Stream(bytes.into()))),
        (Incoming::Stream(_), _) => {
            return Err(Fault::internal(format!("{} is no stream, and was given one", member.name)).into());
        }
        (Incoming::Bytes(bytes), _) => bytes,
    };
    if bytes.is_empty() {
        return Ok(None);
    }
    let read = match (&member.schema.kind, protocol) {
        (Kind::Blob, _) => return Ok(Some(Value::Blob(bytes))),
        (Kind::Text { .. }, _) => {
            std::str::from_utf8(&bytes).map(|text| Value::Text(text.into())).map_err(|_| Malformed(String::new()))
        }
        (_, Protocol::RestXml) => {
            check_size(protocol, bytes.len())?;
            xml::parse(&bytes).and_then(|root| xml::read(member.schema, root))
        }
        _ => {
            check_size(protocol, bytes.len())?;
            json::parse(&bytes).and_then(|json| json::read(member.schema, json, wording(api)))
        }
    };
    read.map(Some).map_err(|wrong| body_error(api, protocol, wrong))
}

fn check_size(protocol: Protocol, length: usize) -> Result<(), ApiError> {
    let largest = match protocol {
        Protocol::RestXml | Protocol::Query | Protocol::Ec2Query => LARGEST_TREE,
        _ => LARGEST_DOCUMENT,
    };
    if length <= largest {
        return Ok(());
    }
    let said = format!("The request is longer than the {largest} bytes that are read at most");
    Err(ApiError::new("RequestEntityTooLargeException", 413, said))
}

fn wording(api: &Api) -> Wording {
    if api.name.starts_with("dynamodb") { Wording::DynamoDb } else { Wording::Common }
}

/// A body that does not follow the model, in the words of the protocol.
fn body_error(api: &Api, protocol: Protocol, Malformed(message): Malformed) -> ApiError {
    match protocol {
        Protocol::RestXml if api.name == "s3" => ApiError::new(
            "MalformedXML",
            400,
            "The XML you provided was not well-formed or did not validate against our published schema",
        ),
        Protocol::RestXml if message.is_empty() => ApiError::new("MalformedInput", 400, "Could not parse XML"),
        Protocol::RestXml | Protocol::Query | Protocol::Ec2Query => ApiError::new("MalformedInput", 400, message),
        _ => ApiError::new("SerializationException", 400, message),
    }
}

/// A header, query parameter or label that does not follow the model.
fn parameter_error(api: &Api, name: &str) -> ApiError {
    match (api.protocol, api.name) {
        (Protocol::RestXml, "s3") if matches!(name, "max-keys" | "max-parts" | "max-uploads" | "partNumber") => {
            ApiError::new("InvalidArgument", 400, format!("Provided {name} not an integer or within integer range"))
        }
        (Protocol::RestXml, "s3") => ApiError::new("InvalidArgument", 400, format!("Invalid value for {name}")),
        (Protocol::RestXml, _) => ApiError::new("InvalidInput", 400, format!("Invalid value for {name}")),
        _ => ApiError::new("SerializationException", 400, format!("Invalid value for {name}")),
    }
}
