//! What is refused before the first step, with the whole list.

use super::{insufficient, invalid, world};
use crate::{cfn, state::validation};
use api_cloudformation::{Capability as Given, type_names::TYPE_NAMES};
use kernel::{Cloud, Outcome};
use serde_json::Value as Json;
use template::{Bound, Capability, Template, TemplateError};
use wire::properties::{self, ProblemKind};

/// That the caller consented to what the template may do.
pub(crate) fn capabilities(template: &Template, given: &[Given]) -> Outcome<()> {
    let is_given = |required: &Capability| match required {
        Capability::Iam => given.iter().any(|one| matches!(one, Given::CapabilityIam | Given::CapabilityNamedIam)),
        Capability::NamedIam => given.contains(&Given::CapabilityNamedIam),
        Capability::AutoExpand => given.contains(&Given::CapabilityAutoExpand),
    };
    let missing: Vec<_> = template.required_capabilities().into_iter().filter(|one| !is_given(one)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.into_iter().map(Capability::as_str).collect();
    Err(insufficient(&names.join(", ")))
}

/// That the template holds only types that the caller listed: `AWS::*`, `AWS::EC2::*`, `AWS::EC2::VPC`, `Custom::*`.
pub(crate) fn allowed_types(template: &Template, listed: Option<&[String]>) -> Outcome<()> {
    let Some(listed) = listed.filter(|listed| !listed.is_empty()) else { return Ok(()) };
    let is_listed = |name: &str| {
        listed.iter().any(|allowed| match allowed.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => allowed == name,
        })
    };
    match template.resource_types().into_iter().find(|name| !is_listed(name)) {
        None => Ok(()),
        Some(name) => Err(validation(format!(
            "Resource type {name} is not allowed by parameter ResourceTypes [{}]",
            listed.join(", ")
        ))),
    }
}

/// AWS: a resource keeps its type as long as it keeps its name.
pub(crate) fn types_stay(before: &Template, now: &Template) -> Outcome<()> {
    let changed = now.resources.values().filter(|resource| {
        before.resources.get(&resource.logical_id).is_some_and(|old| old.type_name != resource.type_name)
    });
    let changed: Vec<_> = changed.map(|resource| resource.logical_id.as_str()).collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(validation(format!(
        "Update of resource type is not permitted. The new template modifies resource type of the following resources: \
         [{}]",
        changed.join(", ")
    )))
}

/// That every type and property is one that is honoured here.
///
/// What AWS itself would refuse about a property (unknown, missing, of the wrong type) fails its resource at run
/// time, as on AWS.
pub(crate) fn supported(cloud: &Cloud, bound: &Bound) -> Outcome<()> {
    let resources = bound.template().resources.values();
    let unknown: std::collections::BTreeSet<_> =
        resources.map(|resource| resource.type_name.as_str()).filter(|name| !is_known(cloud, name)).collect();
    if !unknown.is_empty() {
        let unknown: Vec<_> = unknown.into_iter().collect();
        let unknown = unknown.join(", ");
        return Err(validation(format!("Template format error: Unrecognized resource types: [{unknown}]")));
    }
    let mut missing = Vec::new();
    for resource in bound.resources() {
        let (id, type_name) = (&resource.logical_id, &resource.type_name);
        let Some(found) = cfn::find(cloud, type_name) else {
            missing.push(format!("{type_name} ({id})"));
            continue;
        };
        let known = known(bound, &resource.properties)?;
        let problems = properties::decode(found.schema().properties, &known).err().unwrap_or_default();
        for problem in problems.iter().filter(|problem| problem.kind == ProblemKind::Unsupported) {
            missing.push(format!("property {} of {type_name} ({id})", problem.path));
        }
        let attributes = [("CreationPolicy", &resource.creation_policy), ("UpdatePolicy", &resource.update_policy)];
        for (name, _) in attributes.iter().filter(|(_, value)| value.is_some()) {
            missing.push(format!("attribute {name} of {type_name} ({id})"));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(validation(format!("Maquette does not support: {}", missing.join(", "))))
}

/// Whether AWS has such a type, or it is one that a template's own code makes.
fn is_known(cloud: &Cloud, name: &str) -> bool {
    cfn::find(cloud, name).is_some() || TYPE_NAMES.lines().any(|known| known == name)
}

/// The properties as far as they are known before anything is made.
fn known(bound: &Bound, value: &Json) -> Outcome<Json> {
    let region = bound.context().region.clone();
    let environment = world::Symbols { region: &region };
    let evaluated: Result<_, TemplateError> = bound.evaluate(value, &environment);
    Ok(match (evaluated, value) {
        (Ok(value), _) => value.unwrap_or_default(),
        // A function over what is not known yet stands for its value.
        (Err(_), Json::Object(members)) if members.len() != 1 || !is_function(members) => {
            let known = |(name, member): (&String, &Json)| Ok((name.clone(), known(bound, member)?));
            Json::Object(members.iter().map(known).collect::<Outcome<_>>()?)
        }
        (Err(_), Json::Array(items)) => {
            Json::Array(items.iter().map(|item| known(bound, item)).collect::<Outcome<_>>()?)
        }
        (Err(_), Json::Object(_)) => world::unknown("function"),
        (Err(error), _) => return Err(invalid(&error)),
    })
}

fn is_function(members: &serde_json::Map<String, Json>) -> bool {
    members.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
}
