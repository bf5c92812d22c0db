//! botocore's models at run time: shapes out of JSON into leaked schemas.

use serde_json::Value as Json;
use shape::{Api, ErrorSpec, Http, Kind, Member, OperationSpec, Place, Protocol, Schema, TimeFormat};

/// How often a recursive shape is unrolled: no case nests deeper.
const UNROLLED: usize = 4;

fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

pub(super) fn text(json: &Json) -> &'static str {
    String::leak(json.as_str().unwrap_or_default().to_owned())
}

/// One suite of a case file.
pub(super) struct Suite<'a> {
    pub(super) json: &'a Json,
    pub(super) protocol: Protocol,
}

impl Suite<'_> {
    /// The operation of one case. Its API lists none: a cycle cannot be built at run time.
    pub(super) fn operation(&self, given: &Json) -> &'static OperationSpec {
        let http = &given["http"];
        let status = http["responseCode"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(200);
        let errors =
            given["errors"].as_array().into_iter().flatten().map(|error| self.error(error)).collect::<Vec<_>>();
        leaked(OperationSpec {
            result_wrapper: (self.protocol == Protocol::Query)
                .then(|| String::leak(format!("{}Result", text(&given["name"]))) as &str),
            ..OperationSpec::plain(
                text(&given["name"]),
                self.api(&[]),
                Http { method: text(&http["method"]), uri: text(&http["requestUri"]), status },
                (self.root(&given["input"]), self.root(&given["output"])),
                Vec::leak(errors),
            )
        })
    }

    /// The API with the operations that a case is about.
    pub(super) fn api(&self, operations: &'static [&'static OperationSpec]) -> &'static Api {
        let metadata = &self.json["metadata"];
        leaked(Api {
            name: "cases",
            signing_name: "cases",
            action_prefix: "cases",
            endpoint_prefix: "cases",
            version: text(&metadata["apiVersion"]),
            protocol: self.protocol,
            target_prefix: text(&metadata["targetPrefix"]),
            // The cases of the query protocols expect one that their models do not name.
            xml_namespace: if matches!(self.protocol, Protocol::Query | Protocol::Ec2Query) {
                "https://example.com/"
            } else {
                ""
            },
            is_global: false,
            validation_error: "ValidationException",
            operations,
            missing: &[],
        })
    }

    fn root(&self, reference: &Json) -> &'static Schema {
        let Some(name) = reference["shape"].as_str() else { return leaked(Schema::structure("Unit", &[])) };
        let mut schema = self.schema(name, &mut Vec::new());
        if let Some(name) = reference["locationName"].as_str() {
            schema.xml_name = Some(String::leak(name.to_owned()));
        }
        if let Some((_, uri)) = namespace(reference) {
            schema.xml_namespace = Some(uri);
        }
        leaked(schema)
    }

    fn error(&self, reference: &Json) -> &'static ErrorSpec {
        let shape = &self.json["shapes"][reference["shape"].as_str().unwrap_or_default()];
        let code = shape["error"].get("code").unwrap_or(&reference["shape"]);
        let status = shape["error"]["httpStatusCode"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(400);
        leaked(ErrorSpec { name: text(&reference["shape"]), code: text(code), status, schema: self.root(reference) })
    }

    fn reference(&self, reference: &Json, above: &mut Vec<String>) -> &'static Schema {
        let name = reference["shape"].as_str().unwrap_or_default();
        let mut schema = self.schema(name, above);
        if let Some(("", uri)) = namespace(reference) {
            schema.xml_namespace = Some(uri);
        }
        leaked(schema)
    }

    fn schema(&self, name: &str, above: &mut Vec<String>) -> Schema {
        let shape = &self.json["shapes"][name];
        let label = String::leak(name.to_owned());
        if shape["document"] == true || above.iter().filter(|other| *other == name).count() > UNROLLED {
            return Schema::document(label);
        }
        above.push(name.to_owned());
        let mut schema = match shape["type"].as_str().unwrap_or_default() {
            "boolean" => Schema::boolean(label),
            "integer" => Schema::integer(label),
            "long" => Schema::long(label),
            "float" => Schema::float(label),
            "double" => Schema::double(label),
            "blob" => Schema::blob(label),
            "timestamp" => Schema::timestamp(label),
            "list" => Schema::list(label, self.reference(&shape["member"], above)),
            "map" => {
                let (key, value) = (self.reference(&shape["key"], above), self.reference(&shape["value"], above));
                let own = |part: &Json, otherwise| part["locationName"].as_str().unwrap_or(otherwise).to_owned();
                let (key_name, value_name) = (own(&shape["key"], "key"), own(&shape["value"], "value"));
                Schema::map(label, key, value).entries(String::leak(key_name), String::leak(value_name))
            }
            "structure" => Schema::structure(label, self.members(shape, above)),
            _ => Schema::text(label),
        };
        above.pop();
        if let (Kind::List { xml_member, .. }, Some(name)) =
            (&mut schema.kind, shape["member"]["locationName"].as_str())
        {
            *xml_member = Some(String::leak(name.to_owned()));
        }
        if let Kind::Timestamp(format) = &mut schema.kind {
            *format = time_format(shape);
        }
        schema.xml_name = shape["locationName"].as_str().map(|name| String::leak(name.to_owned()) as &str);
        schema.xml_namespace = namespace(shape).map(|(_, uri)| uri);
        if shape["flattened"] == true { schema.flattened() } else { schema }
    }

    fn members(&self, shape: &Json, above: &mut Vec<String>) -> &'static [Member] {
        let Some(members) = shape["members"].as_object() else { return &[] };
        let members = members.iter().map(|(name, given)| {
            let schema = self.reference(given, above);
            let mut member = Member::new(String::leak(name.clone()), schema);
            let wire = given["locationName"].as_str().map(|wire| String::leak(wire.to_owned()) as &str);
            member.place = match (given["location"].as_str(), wire.unwrap_or(member.name)) {
                (Some("header"), wire) => Place::Header(wire),
                (Some("headers"), _) => Place::Headers(wire.unwrap_or_default()),
                (Some("querystring"), _) if matches!(schema.kind, Kind::Map { .. }) => Place::QueryMap,
                (Some("querystring"), wire) => Place::Query(wire),
                (Some("uri"), wire) => Place::Path(wire),
                (Some("statusCode"), _) => Place::StatusCode,
                _ if shape["payload"] == name.as_str() && self.protocol != Protocol::RpcV2Cbor => Place::Payload,
                _ => Place::Body,
            };
            member.wire = wire.filter(|_| given["location"].is_null());
            member.is_required =
                shape["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name.as_str()));
            member.is_flattened = given["flattened"] == true;
            member.is_json_value = given["jsonvalue"] == true;
            member.is_xml_attribute = given["xmlAttribute"] == true;
            member.time_format = time_format(given);
            member.xml_namespace = namespace(given);
            member
        });
        Vec::leak(members.collect())
    }
}

fn time_format(given: &Json) -> Option<TimeFormat> {
    match given["timestampFormat"].as_str()? {
        "iso8601" => Some(TimeFormat::Iso8601),
        "unixTimestamp" => Some(TimeFormat::EpochSeconds),
        _ => Some(TimeFormat::HttpDate),
    }
}

/// Prefix and address; some models write the address alone.
fn namespace(given: &Json) -> Option<(&'static str, &'static str)> {
    let said = &given["xmlNamespace"];
    let uri = said.as_str().or_else(|| said["uri"].as_str())?;
    Some((said.get("prefix").map_or("", text), String::leak(uri.to_owned())))
}
