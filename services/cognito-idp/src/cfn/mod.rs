//! The CloudFormation types.

mod client;
mod domain;
mod group;
mod pool;
mod resource_server;
mod user;

pub(crate) use client::UserPoolClientResource;
pub(crate) use domain::UserPoolDomainResource;
pub(crate) use group::{UserPoolGroupResource, UserPoolUserToGroupAttachmentResource};
pub(crate) use pool::UserPoolResource;
pub(crate) use resource_server::UserPoolResourceServerResource;
pub(crate) use user::UserPoolUserResource;

use api_cognito_idp::errors;
use kernel::Outcome;
use serde_json::Value as Json;
use shape::{ApiError, Shape, Value};
use wire::properties;

/// Properties become an operation's input: where both have a member of one name, it is the same. `more` are members
/// that the operation names otherwise.
fn convert<T: Shape>(
    schema: &'static shape::Schema,
    (from, properties): (&'static shape::Schema, impl Shape),
    more: &[(&str, &str)],
) -> Outcome<T> {
    let mut json = properties::encode(from, &properties.into_value());
    prune(schema, &mut json);
    for (name, value) in more {
        json[*name] = Json::from(*value);
    }
    let value: Value = properties::decode(schema, &json)
        .map_err(|problems| errors::invalid_parameter_exception(format!("Invalid properties: {problems:?}")))?;
    T::from_value(value)
        .map_err(|why| base::Fault::internal("properties do not fit the operation").caused_by(why).into())
}

/// Takes away what the operation has no member for.
fn prune(schema: &shape::Schema, json: &mut Json) {
    let Json::Object(object) = json else { return };
    object.retain(|name, _| schema.members().iter().any(|member| member.name == name));
}

/// What is not there is deleted already.
fn forgiving<T>(result: Outcome<T>) -> Outcome<()> {
    match result {
        Err(ApiError { code: "ResourceNotFoundException" | "UserNotFoundException", .. }) => Ok(()),
        other => other.map(drop),
    }
}

/// The parts of an id of several parts: `pool|name`.
fn parts(id: &str) -> (&str, &str) {
    id.split_once('|').unwrap_or((id, ""))
}
