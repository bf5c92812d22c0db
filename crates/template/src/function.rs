//! The intrinsic functions: what they look like, and what CloudFormation says when they are written wrongly.
//!
//! [`Function::of`] is the one place that knows a function's shape; the checks, the graph and the evaluator
//! all look at its answer. The sentences are CloudFormation's, except where none was at hand: those of `Fn::Cidr`,
//! `Fn::Length`, `Fn::ToJsonString`, the functions of rules, and a function with siblings.

use crate::{TemplateError, error};
use serde_json::{Map, Value};

/// An intrinsic function as written, its arguments not yet evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Function<'a> {
    Ref(&'a str),
    Condition(&'a str),
    GetAtt { resource: &'a str, attribute: Attribute<'a> },
    Sub { text: &'a str, variables: Option<&'a Map<String, Value>> },
    Join { delimiter: &'a str, list: &'a Value },
    Select { index: &'a Value, list: &'a Value },
    Split { delimiter: &'a str, source: &'a Value },
    If { condition: &'a str, then: &'a Value, otherwise: &'a Value },
    FindInMap { keys: &'a [Value], default: Option<&'a Value> },
    Base64(&'a Value),
    GetAzs(&'a Value),
    ImportValue(&'a Value),
    Cidr { block: &'a Value, count: &'a Value, bits: Option<&'a Value> },
    Equals(&'a Value, &'a Value),
    And(&'a [Value]),
    Or(&'a [Value]),
    Not(&'a Value),
    Length(&'a Value),
    ToJsonString(&'a Value),
    Contains(&'a Value, &'a Value),
    EachMemberEquals(&'a Value, &'a Value),
    EachMemberIn(&'a Value, &'a Value),
    RefAll(&'a str),
    ValueOf { parameter: &'a str, attribute: &'a str },
    ValueOfAll { parameter_type: &'a str, attribute: &'a str },
}

/// An attribute's name, which may be a `Ref` to a parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Attribute<'a> {
    Named(&'a str),
    Computed(&'a Value),
}

const SUPPORTED: &str = "Fn::Base64, Fn::Cidr, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, \
    Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, \
    Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub";

impl<'a> Function<'a> {
    /// The function that a value is, if it is one: an object whose only member is the function's name.
    pub(crate) fn of(value: &'a Value) -> Result<Option<Self>, TemplateError> {
        let Value::Object(members) = value else { return Ok(None) };
        if members.len() != 1 {
            return match members.keys().find(|name| name.starts_with("Fn::")) {
                Some(name) => Err(TemplateError::format(format_args!("{name} must be the only member of its object"))),
                None => Ok(None),
            };
        }
        let (name, argument) = members.iter().next().expect("one member");
        match name.as_str() {
            "Ref" => match argument {
                Value::String(target) => Ok(Some(Self::Ref(target))),
                _ => Err(TemplateError::format("every Ref object must have a single String value.")),
            },
            // A property may be called Condition too; only a name in text is the function.
            "Condition" => Ok(argument.as_str().map(Self::Condition)),
            _ => name.strip_prefix("Fn::").map(|name| Self::named(name, argument)).transpose(),
        }
    }

    fn named(name: &str, argument: &'a Value) -> Result<Self, TemplateError> {
        match name {
            "GetAtt" => get_att(argument),
            "Sub" => sub(argument),
            "Join" => join(argument),
            "Select" => select(argument),
            "Split" => split(argument),
            "If" => if_(argument),
            "FindInMap" => find_in_map(argument),
            "Base64" => Ok(Self::Base64(argument)),
            "GetAZs" => Ok(Self::GetAzs(argument)),
            "ImportValue" => Ok(Self::ImportValue(argument)),
            "Cidr" => cidr(argument),
            "Equals" => pair(argument)
                .map(|(left, right)| Self::Equals(left, right))
                .ok_or_else(|| TemplateError::function("Fn::Equals requires a list argument with two elements")),
            "And" => operands(name, argument).map(Self::And),
            "Or" => operands(name, argument).map(Self::Or),
            "Not" => match argument.as_array().map(Vec::as_slice) {
                Some([operand]) => Ok(Self::Not(operand)),
                _ => Err(TemplateError::function("Fn::Not requires a list argument with one element")),
            },
            "Length" => Ok(Self::Length(argument)),
            "ToJsonString" => match argument {
                Value::Object(_) | Value::Array(_) => Ok(Self::ToJsonString(argument)),
                _ => Err(TemplateError::function("Fn::ToJsonString requires an object or an array as its argument")),
            },
            "Transform" => {
                let name = argument.get("Name").and_then(Value::as_str).unwrap_or_default();
                Err(unsupported_transform(name))
            }
            _ => rule_function(name, argument),
        }
    }
}

/// A macro that does not exist here. What CloudFormation says of a macro that does not exist there, and what does.
pub(crate) fn unsupported_transform(name: &str) -> TemplateError {
    TemplateError::new(format!("No transform named {name} found. Supported transforms are: [AWS::LanguageExtensions]"))
}

fn rule_function<'a>(name: &str, argument: &'a Value) -> Result<Function<'a>, TemplateError> {
    let requires = |what: &str| TemplateError::function(format_args!("Fn::{name} requires {what}"));
    let lists = || pair(argument).ok_or_else(|| requires("a list argument with two elements"));
    let names = || {
        pair(argument)
            .and_then(|(left, right)| Some((left.as_str()?, right.as_str()?)))
            .ok_or_else(|| requires("a list argument with two strings"))
    };
    Ok(match name {
        "Contains" => lists().map(|(list, value)| Function::Contains(list, value))?,
        "EachMemberEquals" => lists().map(|(list, value)| Function::EachMemberEquals(list, value))?,
        "EachMemberIn" => lists().map(|(list, allowed)| Function::EachMemberIn(list, allowed))?,
        "RefAll" => Function::RefAll(argument.as_str().ok_or_else(|| requires("a parameter type"))?),
        "ValueOf" => names().map(|(parameter, attribute)| Function::ValueOf { parameter, attribute })?,
        "ValueOfAll" => {
            names().map(|(parameter_type, attribute)| Function::ValueOfAll { parameter_type, attribute })?
        }
        _ => return Err(unsupported(&format!("Fn::{name}"))),
    })
}

pub(crate) fn unsupported(name: &str) -> TemplateError {
    TemplateError::function(format_args!(
        "Encountered unsupported function: {name} Supported functions are: [{SUPPORTED}]"
    ))
}

fn pair(argument: &Value) -> Option<(&Value, &Value)> {
    match argument.as_array()?.as_slice() {
        [left, right] => Some((left, right)),
        _ => None,
    }
}

fn operands<'a>(name: &str, argument: &'a Value) -> Result<&'a [Value], TemplateError> {
    match argument.as_array() {
        Some(operands) if (2..=10).contains(&operands.len()) => Ok(operands),
        _ => Err(TemplateError::function(format_args!(
            "every Fn::{name} object requires a list of at least 2 and at most 10 boolean parameters."
        ))),
    }
}

fn get_att(argument: &Value) -> Result<Function<'_>, TemplateError> {
    let parts = match argument {
        Value::String(text) => text.split_once('.').map(|(resource, name)| (resource, Attribute::Named(name))),
        Value::Array(items) => match items.as_slice() {
            [Value::String(resource), Value::String(name)] => Some((resource.as_str(), Attribute::Named(name))),
            [Value::String(resource), computed @ Value::Object(_)] => {
                Some((resource.as_str(), Attribute::Computed(computed)))
            }
            _ => None,
        },
        _ => None,
    };
    match parts {
        Some((resource, attribute)) if !resource.is_empty() && !matches!(attribute, Attribute::Named("")) => {
            Ok(Function::GetAtt { resource, attribute })
        }
        _ => Err(TemplateError::function(
            "every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
        )),
    }
}

fn sub(argument: &Value) -> Result<Function<'_>, TemplateError> {
    let function = match argument {
        Value::String(text) => Some(Function::Sub { text, variables: None }),
        _ => pair(argument)
            .and_then(|(text, variables)| Some((text.as_str()?, variables.as_object()?)))
            .map(|(text, variables)| Function::Sub { text, variables: Some(variables) }),
    };
    function.ok_or_else(|| {
        TemplateError::function(
            "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first \
             argument, and an optional second argument to specify a mapping of values to replace in the string",
        )
    })
}

pub(crate) fn join_usage() -> TemplateError {
    TemplateError::function(
        "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined \
         or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
    )
}

fn join(argument: &Value) -> Result<Function<'_>, TemplateError> {
    match pair(argument) {
        Some((Value::String(delimiter), list @ (Value::Array(_) | Value::Object(_)))) => {
            Ok(Function::Join { delimiter, list })
        }
        _ => Err(join_usage()),
    }
}

pub(crate) fn select_usage() -> TemplateError {
    TemplateError::function("Fn::Select requires a list argument with two elements: an integer index and a list")
}

fn select(argument: &Value) -> Result<Function<'_>, TemplateError> {
    let items = argument.as_array().map(Vec::as_slice);
    let valid = |index: &Value| match index {
        Value::String(text) => text.parse::<usize>().is_ok(),
        Value::Number(number) => number.is_u64(),
        _ => index.is_object(),
    };
    match items {
        Some([index, list @ (Value::Array(_) | Value::Object(_))]) if valid(index) => {
            Ok(Function::Select { index, list })
        }
        Some([index, _]) if valid(index) => Err(select_usage()),
        Some([_, _]) | None | Some([]) => Err(select_index_usage()),
        Some(_) => Err(select_usage()),
    }
}

pub(crate) fn select_index_usage() -> TemplateError {
    TemplateError::function("Fn::Select requires a list argument with a valid index value as its first element")
}

pub(crate) fn split_usage() -> TemplateError {
    TemplateError::function(
        "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a \
         function that returns a string to be split.",
    )
}

fn split(argument: &Value) -> Result<Function<'_>, TemplateError> {
    match pair(argument) {
        Some((Value::String(delimiter), source)) if !delimiter.is_empty() && !source.is_array() => {
            Ok(Function::Split { delimiter, source })
        }
        _ => Err(split_usage()),
    }
}

fn if_(argument: &Value) -> Result<Function<'_>, TemplateError> {
    match argument.as_array().map(Vec::as_slice) {
        Some([Value::String(condition), then, otherwise]) => Ok(Function::If { condition, then, otherwise }),
        Some([Value::String(_), ..]) => {
            Err(TemplateError::function("Fn::If requires a list argument with three elements"))
        }
        _ => Err(TemplateError::function("Fn::If requires a list argument with the first element being a condition")),
    }
}

pub(crate) fn find_in_map_usage() -> TemplateError {
    TemplateError::function(
        "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return \
         value",
    )
}

fn find_in_map(argument: &Value) -> Result<Function<'_>, TemplateError> {
    let is_key = |key: &Value| key.is_string() || key.is_number() || key.is_boolean() || key.is_object();
    match argument.as_array().map(Vec::as_slice) {
        Some(keys @ [_, _, _]) if keys.iter().all(is_key) => Ok(Function::FindInMap { keys, default: None }),
        Some(keys @ [_, _, _, fallback]) if keys[..3].iter().all(is_key) => match fallback.get("DefaultValue") {
            Some(default) => Ok(Function::FindInMap { keys: &keys[..3], default: Some(default) }),
            None => Err(find_in_map_usage()),
        },
        _ => Err(find_in_map_usage()),
    }
}

fn cidr(argument: &Value) -> Result<Function<'_>, TemplateError> {
    match argument.as_array().map(Vec::as_slice) {
        Some([block, count]) => Ok(Function::Cidr { block, count, bits: None }),
        Some([block, count, bits]) => Ok(Function::Cidr { block, count, bits: Some(bits) }),
        _ => Err(TemplateError::function(
            "every Fn::Cidr object requires two or three parameters, the ipBlock, the count and the cidrBits",
        )),
    }
}

/// A piece of the text of `Fn::Sub`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// `${Name}` or `${Resource.Attribute}`.
    Variable(&'a str),
    /// `${!Name}`, which stays in the text as `${Name}`.
    Literal(&'a str),
}

/// Cuts the text of `Fn::Sub`. A `${` without its brace stays as it is.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, name, after)) =
        rest.split_once("${").and_then(|(before, tail)| tail.split_once('}').map(|(name, after)| (before, name, after)))
    {
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(match name.strip_prefix('!') {
            Some(literal) => Piece::Literal(literal),
            None => Piece::Variable(variable_name(name)?),
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

fn variable_name(name: &str) -> Result<&str, TemplateError> {
    let name = name.trim();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
    if !name.is_empty() && name.chars().all(is_allowed) {
        return Ok(name);
    }
    Err(TemplateError::function(
        "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons",
    ))
}

/// What `Ref` knows without the template.
pub(crate) const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// The name of a function for messages, if the value is a function.
pub(crate) fn name_of(value: &Value) -> Option<&str> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    members.keys().next().map(String::as_str).filter(|name| *name == "Ref" || name.starts_with("Fn::"))
}

/// A scalar as text; `None` for lists and objects.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

pub(crate) fn unresolved<T: AsRef<str>>(targets: impl IntoIterator<Item = T>, section: &str) -> TemplateError {
    let targets = error::names(targets);
    TemplateError::format(format_args!(
        "Unresolved resource dependencies {targets} in the {section} block of the template"
    ))
}
