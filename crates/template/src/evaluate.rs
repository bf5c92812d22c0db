//! The value of an expression: functions replaced by what they say.
//!
//! One evaluator serves conditions, rules, properties and outputs; what it may look up decides what it can
//! evaluate. `AWS::NoValue` is the absence of a value (`None`) and takes its property or item with it.

use crate::{
    Mapping, Parameter, TemplateError,
    bind::{BoundParameter, StackContext},
    cidr,
    function::{self, Attribute, Function, Piece, pieces, scalar_text},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What the world outside of the template knows.
pub trait Environment {
    /// What `Ref` of a resource says: its physical id, as a rule.
    fn reference(&self, logical_id: &str) -> Result<Value, TemplateError>;
    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, TemplateError>;
    /// The value that another stack exports under this name.
    fn import(&self, export_name: &str) -> Result<Value, TemplateError>;
    fn availability_zones(&self, region: &str) -> Result<Vec<String>, TemplateError>;
    /// The attribute of the thing that a parameter of an AWS-specific type names (`Fn::ValueOf` in rules).
    fn value_of(&self, parameter: &Parameter, id: &str, attribute: &str) -> Result<Value, TemplateError> {
        let (_, _) = (id, attribute);
        let name = &parameter.name;
        Err(TemplateError::new(format!("Fn::ValueOf and Fn::ValueOfAll are not supported (parameter {name})")))
    }
}

/// What an expression may use.
pub(crate) struct Evaluator<'a> {
    pub(crate) declared: &'a IndexMap<String, Parameter>,
    pub(crate) parameters: &'a BTreeMap<String, BoundParameter>,
    pub(crate) mappings: &'a IndexMap<String, Mapping>,
    pub(crate) conditions: &'a IndexMap<String, bool>,
    pub(crate) context: &'a StackContext,
    pub(crate) environment: &'a dyn Environment,
}

type Evaluated = Result<Option<Value>, TemplateError>;

impl Evaluator<'_> {
    /// The value, or none where it is `AWS::NoValue`.
    pub(crate) fn value(&self, value: &Value) -> Evaluated {
        if let Some(function) = Function::of(value)?
            && !matches!(function, Function::Condition(_))
        {
            return self.function(&function);
        }
        Ok(Some(match value {
            Value::Array(items) => {
                let items = items.iter().filter_map(|item| self.value(item).transpose());
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let members = members.iter().filter_map(|(name, member)| {
                    let member = self.value(member).transpose()?;
                    Some(member.map(|member| (name.clone(), member)))
                });
                Value::Object(members.collect::<Result<Map<_, _>, _>>()?)
            }
            scalar => scalar.clone(),
        }))
    }

    fn function(&self, function: &Function<'_>) -> Evaluated {
        let value = match *function {
            Function::Ref(name) => return self.reference(name),
            Function::If { condition, then, otherwise } => {
                return self.value(if self.condition(condition)? { then } else { otherwise });
            }
            Function::Select { index, list } => return self.select(index, list).map(Some),
            Function::FindInMap { keys, default } => return self.find_in_map(keys, default),
            Function::GetAtt { resource, attribute } => self.attribute(resource, attribute)?,
            Function::Sub { text, variables } => Value::String(self.substitute(text, variables)?),
            Function::Join { delimiter, list } => Value::String(self.join(delimiter, list)?),
            Function::Split { delimiter, source } => {
                let source = self.text(source)?.ok_or_else(function::split_usage)?;
                Value::Array(source.split(delimiter).map(Value::from).collect())
            }
            Function::Base64(argument) => {
                let text = self.typed_text("Fn::Base64", argument)?;
                Value::String(BASE64_STANDARD.encode(text))
            }
            Function::GetAzs(argument) => {
                let region = self.typed_text("Fn::GetAZs", argument)?;
                let region = if region.is_empty() { &self.context.region } else { &region };
                self.environment.availability_zones(region)?.into_iter().map(Value::from).collect()
            }
            Function::ImportValue(argument) => {
                let name = self.typed_text("Fn::ImportValue", argument)?;
                self.environment.import(&name)?
            }
            Function::Cidr { block, count, bits } => self.cidr(block, count, bits)?,
            Function::Length(argument) => match self.value(argument)? {
                Some(Value::Array(items)) => Value::from(items.len()),
                _ => return Err(TemplateError::function("Fn::Length requires a list as its argument")),
            },
            Function::ToJsonString(argument) => Value::String(self.value(argument)?.unwrap_or_default().to_string()),
            Function::RefAll(parameter_type) => self.all_of(parameter_type),
            Function::ValueOf { parameter, attribute } => self.value_of(parameter, attribute)?,
            Function::ValueOfAll { parameter_type, attribute } => {
                let of_type = |parameter: &&Parameter| parameter.kind.name() == parameter_type;
                let names = self.declared.values().filter(of_type);
                let values = names.map(|parameter| self.value_of(&parameter.name, attribute));
                Value::Array(flat(values.collect::<Result<Vec<_>, _>>()?))
            }
            Function::Condition(_)
            | Function::Equals(..)
            | Function::And(_)
            | Function::Or(_)
            | Function::Not(_)
            | Function::Contains(..)
            | Function::EachMemberEquals(..)
            | Function::EachMemberIn(..) => Value::Bool(self.holds(function)?),
        };
        Ok(Some(value))
    }

    /// Whether a condition or an assertion holds.
    pub(crate) fn truth(&self, value: &Value) -> Result<bool, TemplateError> {
        if let Some(function) = Function::of(value)? {
            return self.holds(&function);
        }
        match value {
            Value::Bool(truth) => Ok(*truth),
            Value::String(text) if text == "true" => Ok(true),
            Value::String(text) if text == "false" => Ok(false),
            _ => Err(TemplateError::format(
                "Conditions can only be boolean operations on parameters and other conditions",
            )),
        }
    }

    fn holds(&self, function: &Function<'_>) -> Result<bool, TemplateError> {
        match *function {
            Function::Condition(name) => self.condition(name),
            Function::Equals(left, right) => Ok(self.comparable(left)? == self.comparable(right)?),
            Function::And(operands) => all(operands, |operand| self.truth(operand)),
            Function::Or(operands) => Ok(!all(operands, |operand| Ok(!self.truth(operand)?))?),
            Function::Not(operand) => Ok(!self.truth(operand)?),
            Function::Contains(list, value) => {
                let value = self.comparable(value)?;
                Ok(self.members(list)?.contains(&value))
            }
            Function::EachMemberEquals(list, value) => {
                let value = self.comparable(value)?;
                Ok(self.members(list)?.iter().all(|member| *member == value))
            }
            Function::EachMemberIn(list, allowed) => {
                let allowed = self.members(allowed)?;
                Ok(self.members(list)?.iter().all(|member| allowed.contains(member)))
            }
            _ => match self.function(function)? {
                Some(value) if !value.is_object() => self.truth(&value),
                _ => Err(TemplateError::function("a condition evaluates to neither true nor false")),
            },
        }
    }

    fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        self.conditions
            .get(name)
            .copied()
            .ok_or_else(|| TemplateError::function(format_args!("unresolved condition dependency {name} in Condition")))
    }

    /// A value as comparisons see it. AWS: they compare text, so `true` is `"true"` and `1` is `"1"`.
    fn comparable(&self, value: &Value) -> Result<Value, TemplateError> {
        Ok(canonical(self.value(value)?.unwrap_or_default()))
    }

    fn members(&self, list: &Value) -> Result<Vec<Value>, TemplateError> {
        match self.comparable(list)? {
            Value::Array(members) => Ok(flat(members)),
            single => Ok(vec![single]),
        }
    }

    fn reference(&self, name: &str) -> Evaluated {
        let context = self.context;
        Ok(Some(match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::AccountId" => context.account_id.as_str().into(),
            "AWS::NotificationARNs" => context.notification_arns.clone().into(),
            "AWS::Partition" => context.partition().into(),
            "AWS::Region" => context.region.as_str().into(),
            "AWS::StackId" => context.stack_id.as_str().into(),
            "AWS::StackName" => context.stack_name.as_str().into(),
            "AWS::URLSuffix" => context.url_suffix().into(),
            _ => match self.parameters.get(name) {
                Some(parameter) => parameter.value().clone(),
                None => self.environment.reference(name)?,
            },
        }))
    }

    fn attribute(&self, resource: &str, attribute: Attribute<'_>) -> Result<Value, TemplateError> {
        match attribute {
            Attribute::Named(name) => self.environment.attribute(resource, name),
            Attribute::Computed(name) => {
                let name = self.typed_text("Fn::GetAtt", name)?;
                self.environment.attribute(resource, &name)
            }
        }
    }

    fn substitute(&self, text: &str, variables: Option<&Map<String, Value>>) -> Result<String, TemplateError> {
        let mut result = String::with_capacity(text.len());
        for piece in pieces(text)? {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Literal(name) => {
                    result.push_str("${");
                    result.push_str(name);
                    result.push('}');
                }
                Piece::Variable(name) => {
                    let value = match (variables.and_then(|given| given.get(name)), name.split_once('.')) {
                        (Some(given), _) => self.value(given)?,
                        (None, Some((resource, attribute))) => Some(self.environment.attribute(resource, attribute)?),
                        (None, None) => self.reference(name)?,
                    };
                    let value = value.as_ref().and_then(scalar_text).ok_or_else(|| {
                        TemplateError::function(format_args!("Fn::Sub variable {name} must evaluate to a string"))
                    })?;
                    result.push_str(&value);
                }
            }
        }
        Ok(result)
    }

    fn join(&self, delimiter: &str, list: &Value) -> Result<String, TemplateError> {
        let Some(Value::Array(items)) = self.value(list)? else { return Err(function::join_usage()) };
        let texts: Option<Vec<_>> = items.iter().map(scalar_text).collect();
        Ok(texts.ok_or_else(function::join_usage)?.join(delimiter))
    }

    fn select(&self, index: &Value, list: &Value) -> Result<Value, TemplateError> {
        let index = self.text(index)?.and_then(|index| index.parse::<usize>().ok());
        let index = index.ok_or_else(function::select_index_usage)?;
        match self.value(list)? {
            Some(Value::Array(mut items)) if index < items.len() => Ok(items.swap_remove(index)),
            Some(Value::Array(_)) => Err(TemplateError::function(format_args!(
                "Fn::Select cannot select nonexistent value at index {index}"
            ))),
            _ => Err(function::select_usage()),
        }
    }

    fn find_in_map(&self, keys: &[Value], default: Option<&Value>) -> Evaluated {
        let keys = keys.iter().map(|key| self.text(key)?.ok_or_else(function::find_in_map_usage));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let [map, first, second] = keys.as_slice() else { return Err(function::find_in_map_usage()) };
        let found = self.mappings.get(map).and_then(|map| map.get(first)).and_then(|values| values.get(second));
        match (found, default) {
            (Some(found), _) => Ok(Some(found.clone())),
            (None, Some(default)) => self.value(default),
            (None, None) if !self.mappings.contains_key(map) => Err(TemplateError::function(format_args!(
                "Mapping named '{map}' is not present in the 'Mappings' section of template."
            ))),
            (None, None) => {
                Err(TemplateError::function(format_args!("Unable to get mapping for {map}::{first}::{second}")))
            }
        }
    }

    fn cidr(&self, block: &Value, count: &Value, bits: Option<&Value>) -> Result<Value, TemplateError> {
        let block = self.typed_text("Fn::Cidr", block)?;
        let number = |value: &Value| {
            let number = self.text(value)?.and_then(|text| text.parse::<u32>().ok());
            number.ok_or_else(|| TemplateError::function("Fn::Cidr requires its count and cidrBits to be integers"))
        };
        let bits = bits.map(number).transpose()?;
        Ok(cidr::subnets(&block, number(count)?, bits)?.into_iter().map(Value::String).collect())
    }

    /// The values of all parameters of a type.
    fn all_of(&self, parameter_type: &str) -> Value {
        let of_type = |parameter: &&Parameter| parameter.kind.name() == parameter_type;
        let names = self.declared.values().filter(of_type).map(|parameter| &parameter.name);
        let values = names.filter_map(|name| self.parameters.get(name)).map(|parameter| parameter.value().clone());
        Value::Array(flat(values.collect()))
    }

    fn value_of(&self, name: &str, attribute: &str) -> Result<Value, TemplateError> {
        let undefined = || function::unresolved([name], "Rules");
        let parameter = self.declared.get(name).ok_or_else(undefined)?;
        let value = self.parameters.get(name).ok_or_else(undefined)?.value();
        match value {
            Value::Array(ids) => ids
                .iter()
                .filter_map(Value::as_str)
                .map(|id| self.environment.value_of(parameter, id, attribute))
                .collect(),
            id => self.environment.value_of(parameter, id.as_str().unwrap_or_default(), attribute),
        }
    }

    fn typed_text(&self, function: &str, value: &Value) -> Result<String, TemplateError> {
        self.text(value)?.ok_or_else(|| {
            TemplateError::function(format_args!("every {function} object must have a String-typed value."))
        })
    }

    /// A value as text; none if it is a list, an object or absent.
    fn text(&self, value: &Value) -> Result<Option<String>, TemplateError> {
        Ok(self.value(value)?.as_ref().and_then(scalar_text))
    }
}

fn all(operands: &[Value], holds: impl Fn(&Value) -> Result<bool, TemplateError>) -> Result<bool, TemplateError> {
    // Every operand is evaluated, so that an error does not hide behind the first false one.
    operands.iter().try_fold(true, |so_far, operand| Ok(holds(operand)? && so_far))
}

fn canonical(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        value => scalar_text(&value).map_or(value, Value::String),
    }
}

fn flat(values: Vec<Value>) -> Vec<Value> {
    let spread = |value| match value {
        Value::Array(items) => items,
        single => vec![single],
    };
    values.into_iter().flat_map(spread).collect()
}
