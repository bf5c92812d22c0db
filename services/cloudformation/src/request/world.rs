//! What a template may ask of the world outside of it, and as whom.

use crate::state::{Actor, validation};
use base::Arn;
use kernel::{Call, Cloud, Outcome, Principal};
use serde_json::{Value as Json, json};
use shape::{ApiError, Value};
use std::collections::BTreeMap;
use template::{
    Environment, TemplateError,
    dynamic::{self, DynamicReference},
};

/// The name under which CloudFormation appears.
pub(crate) const SERVICE: &str = "cloudformation.amazonaws.com";
/// The session's name when a service role is assumed.
const SESSION: &str = "AWSCloudFormation";

/// The call with which a stack's resources are made: the service role's, else the caller's own.
pub(crate) async fn acting_call(cloud: &Cloud, anonymous: &Call, actor: &Actor, stack_id: &str) -> Outcome<Call> {
    let Some(role) = &actor.role else { return Ok(actor.call(anonymous.clone()).forwarded_by(SERVICE)) };
    let refused = || validation(format!("Role {role} is invalid or cannot be assumed"));
    let arn: Arn = role.parse().map_err(|_| refused())?;
    let Some(spec) = cloud.find_operation("sts", "AssumeRole") else {
        return Err(validation("RoleARN is not supported by Maquette without STS."));
    };
    let source: Arn = stack_id.parse().unwrap_or_else(|_| anonymous.arn("cloudformation", "stack/*"));
    let service = cloud.service_call(SERVICE, &anonymous.account, &anonymous.region, &source);
    let input = wire::properties::decode(spec.input, &json!({"RoleArn": role, "RoleSessionName": SESSION}))
        .map_err(|_| refused())?;
    let output = cloud
        .dispatch(spec, service.clone(), input)
        .await
        .map_err(|error: ApiError| if error.fault.is_some() { error } else { refused() })?;
    let id = output
        .member(spec.output, "AssumedRoleUser")
        .zip(spec.output.members().iter().find(|member| member.name == "AssumedRoleUser"))
        .and_then(|(user, member)| user.member(member.schema, "AssumedRoleId"))
        .and_then(Value::as_text)
        .ok_or_else(refused)?;
    let role_id = id.split(':').next().unwrap_or_default();
    Ok(Call { principal: Principal::assumed_role(&arn, role_id, SESSION), context: kernel::Context::new(), ..service })
}

/// The value of a parameter of the parameter store, if it is there.
pub(crate) async fn find_parameter(cloud: &Cloud, call: &Call, name: &str) -> Outcome<Option<String>> {
    let input = api_ssm::GetParameterRequest { name: name.to_owned(), ..Default::default() };
    match cloud.call::<api_ssm::GetParameter>(call, input).await {
        Ok(answer) => Ok(answer.parameter.and_then(|parameter| parameter.value)),
        Err(error) if error.is(&api_ssm::errors::ParameterNotFound) => Ok(None),
        Err(error) if error.fault.is_some() => Err(error),
        Err(error) => Err(validation(error.message)),
    }
}

/// Puts the values of dynamic references in their place.
pub(crate) async fn resolve(cloud: &Cloud, call: &Call, properties: &Json) -> Outcome<Json> {
    let refuse = |error: &TemplateError| validation(error.message());
    let references = dynamic::references(properties).map_err(|error| refuse(&error))?;
    if references.is_empty() {
        return Ok(properties.clone());
    }
    let mut found = BTreeMap::new();
    for reference in references {
        let value = match &reference {
            DynamicReference::Ssm { name, version } => {
                let full = version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}:{version}"));
                find_parameter(cloud, call, &full)
                    .await?
                    .ok_or_else(|| validation(format!("Parameters: [ssm:{full}] cannot be found.")))?
            }
            DynamicReference::SsmSecure { name, .. } => {
                return Err(validation(format!("Maquette does not support: the dynamic reference ssm-secure:{name}")));
            }
            DynamicReference::Secret { secret_id, .. } => {
                return Err(validation(format!(
                    "Maquette does not support: the dynamic reference secretsmanager:{secret_id}"
                )));
            }
        };
        found.insert(reference, value);
    }
    let mut resolved = properties.clone();
    dynamic::replace(&mut resolved, &mut |reference| Ok(found.get(reference).cloned().unwrap_or_default()))
        .map_err(|error| refuse(&error))?;
    Ok(resolved)
}

/// The zones of a region, as an account sees them.
pub(crate) fn availability_zones(region: &str) -> Vec<String> {
    let zones = match region {
        "us-east-1" => "abcdef",
        "us-west-2" => "abcd",
        "us-west-1" => "ab",
        "ap-northeast-1" => "acd",
        _ => "abc",
    };
    zones.chars().map(|zone| format!("{region}{zone}")).collect()
}

/// The world before anything was made: what is not known yet is a name.
pub(crate) struct Symbols<'a> {
    pub(crate) region: &'a str,
}

impl Environment for Symbols<'_> {
    fn reference(&self, logical_id: &str) -> Result<Json, TemplateError> {
        Ok(unknown(logical_id))
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Json, TemplateError> {
        Ok(unknown(&format!("{logical_id}.{attribute}")))
    }
    fn import(&self, export_name: &str) -> Result<Json, TemplateError> {
        Ok(unknown(&format!("import {export_name}")))
    }
    fn availability_zones(&self, region: &str) -> Result<Vec<String>, TemplateError> {
        Ok(availability_zones(if region.is_empty() { self.region } else { region }))
    }
}

/// In the place of a value that only exists at run time.
pub(crate) fn unknown(what: &str) -> Json {
    Json::from(format!("<{what}>"))
}
