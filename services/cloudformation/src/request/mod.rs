//! From what a caller sends to what a stack is to be made from: everything that is checked before the first step.

pub(crate) mod changes;
mod check;
mod source;
pub(crate) mod world;

pub(crate) use source::Source;

use crate::state::{Actor, Desired, Stack, validation};
use api_cloudformation::{Capability, Parameter, Tag, errors};
use base::Arn;
use kernel::{Call, Cloud, Outcome};
use std::collections::BTreeMap;
use template::{Bound, ParameterInput, StackContext, Template, TemplateError};

/// What CreateStack, UpdateStack and CreateChangeSet have in common.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) source: Source,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) capabilities: Vec<Capability>,
    pub(crate) resource_types: Option<Vec<String>>,
    pub(crate) tags: Option<Vec<Tag>>,
    pub(crate) role: Option<String>,
}

/// A request that may be carried out.
pub(crate) struct Prepared {
    pub(crate) desired: Desired,
    pub(crate) bound: Bound,
    pub(crate) actor: Actor,
}

/// AWS quota: tags of a stack.
const MOST_TAGS: usize = 50;

pub(crate) fn invalid(error: &TemplateError) -> shape::ApiError {
    validation(error.message())
}

/// Reads, binds and checks. `before` is the stack that is updated.
pub(crate) async fn prepare(
    cloud: &Cloud,
    call: &Call,
    before: Option<&Stack>,
    context: StackContext,
    request: Request,
) -> Outcome<Prepared> {
    let previous = before.map(|stack| &stack.desired);
    let body = request.source.read(cloud, call, previous).await?;
    let template = Template::parse(&body).map_err(|error| invalid(&error))?;
    check::capabilities(&template, &request.capabilities)?;
    check::allowed_types(&template, request.resource_types.as_deref())?;
    if let Some(before) = previous {
        let before = Template::parse(&before.template).map_err(|error| invalid(&error))?;
        check::types_stay(&before, &template)?;
    }
    let actor = Actor::of(call, request.role.or_else(|| before.and_then(|stack| stack.role.clone())));
    let acting = world::acting_call(cloud, call, &actor, &context.stack_id).await?;
    let given = given(&request.parameters, previous)?;
    let nothing = BTreeMap::new();
    let old_values = previous.map_or(&nothing, |desired| &desired.parameters);
    let names = template.stored_parameters(&given, old_values).map_err(|error| invalid(&error))?;
    let mut stored = BTreeMap::new();
    for name in names {
        if let Some(value) = world::find_parameter(cloud, &acting, &name).await? {
            stored.insert(name, value);
        }
    }
    let tags = tags(request.tags, previous)?;
    let environment = world::Symbols { region: call.region.as_str() };
    let bound = template.bind(&given, old_values, &stored, context, &environment).map_err(|error| invalid(&error))?;
    check::supported(cloud, &bound)?;
    let desired = Desired {
        template: body,
        parameters: bound.parameters().iter().map(|(name, value)| (name.clone(), value.given().to_owned())).collect(),
        stored,
        shown: shown(&bound),
        tags,
        capabilities: request.capabilities.iter().map(ToString::to_string).collect(),
        description: bound.template().description.clone(),
    };
    Ok(Prepared { desired, bound, actor })
}

/// The template of a stack with its values, as it was bound when it was accepted.
pub(crate) fn rebind(desired: &Desired, context: StackContext) -> Result<Bound, TemplateError> {
    let region = context.region.clone();
    let given = desired.parameters.iter();
    let given = given.map(|(name, value)| (name.clone(), ParameterInput::Value(value.clone()))).collect();
    let environment = world::Symbols { region: &region };
    Template::parse(&desired.template)?.bind(&given, &BTreeMap::new(), &desired.stored, context, &environment)
}

pub(crate) fn context(call: &Call, name: &str, id: &str) -> StackContext {
    StackContext {
        region: call.region.to_string(),
        account_id: call.account.to_string(),
        stack_name: name.to_owned(),
        stack_id: id.to_owned(),
        notification_arns: Vec::new(),
    }
}

fn given(parameters: &[Parameter], previous: Option<&Desired>) -> Outcome<BTreeMap<String, ParameterInput>> {
    let mut given = BTreeMap::new();
    for parameter in parameters {
        let key = parameter.parameter_key.clone().unwrap_or_default();
        let input = match (&parameter.parameter_value, parameter.use_previous_value == Some(true)) {
            (Some(_), true) => {
                return Err(validation(format!(
                    "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true and also specify \
                     a parameter value"
                )));
            }
            (Some(value), false) => ParameterInput::Value(value.clone()),
            (None, true) if previous.is_none() => {
                return Err(validation(format!(
                    "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a parameter \
                     key not in the previous template"
                )));
            }
            (None, true) => ParameterInput::UsePrevious,
            (None, false) => {
                return Err(validation(format!(
                    "Invalid input for parameter key {key}. Must specify either ParameterValue or UsePreviousValue"
                )));
            }
        };
        given.insert(key, input);
    }
    Ok(given)
}

fn tags(given: Option<Vec<Tag>>, previous: Option<&Desired>) -> Outcome<Vec<(String, String)>> {
    // AWS: an update that does not mention tags keeps the stack's; an empty list removes them.
    let Some(given) = given else { return Ok(previous.map(|desired| desired.tags.clone()).unwrap_or_default()) };
    if given.len() > MOST_TAGS {
        return Err(validation(format!("Number of tags exceeds the maximum of {MOST_TAGS}")));
    }
    let mut tags = BTreeMap::new();
    for Tag { key, value } in given {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(validation(format!("aws: prefixed tag key names are not allowed for external use. [{key}]")));
        }
        if tags.insert(key.clone(), value).is_some() {
            return Err(validation(format!("Duplicate tag keys found: {key}")));
        }
    }
    Ok(tags.into_iter().collect())
}

fn shown(bound: &Bound) -> Vec<(String, String, Option<String>)> {
    let shown = |(name, value): (&String, &template::BoundParameter)| {
        (name.clone(), value.shown().to_owned(), value.shown_resolved().map(str::to_owned))
    };
    bound.parameters().iter().map(shown).collect()
}

/// The role that a request names, if what it names can be one.
pub(crate) fn role_arn(role: Option<&str>) -> Option<Arn> {
    role.and_then(|role| role.parse().ok())
}

/// The error for a template that needs more consent than it was given.
fn insufficient(required: &str) -> shape::ApiError {
    errors::insufficient_capabilities_exception(format!("Requires capabilities : [{required}]"))
}

/// Whether the stack would be the same afterwards.
pub(crate) fn changes_nothing(call: &Call, stack: &Stack, prepared: &Prepared) -> Outcome<bool> {
    let old = rebind(&stack.desired, context(call, &stack.name, &stack.id)).map_err(|error| invalid(&error))?;
    let new = &prepared.bound;
    let is_same = template::diff(&old, new).is_empty()
        && stack.desired.tags == prepared.desired.tags
        && outputs(&old, call) == outputs(new, call);
    Ok(is_same)
}

/// The outputs, with names for what is known only at run time.
fn outputs(bound: &Bound, call: &Call) -> Vec<serde_json::Value> {
    let symbols = world::Symbols { region: call.region.as_str() };
    let known = |value: &serde_json::Value| bound.evaluate(value, &symbols).unwrap_or_else(|_| Some(value.clone()));
    bound
        .outputs()
        .map(|(key, output)| {
            let name = output.export_name.as_ref().and_then(known);
            serde_json::json!([key, known(&output.value), name, output.description])
        })
        .collect()
}
