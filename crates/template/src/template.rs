//! A template: its sections, typed where the language has types.

use crate::{
    TemplateError, check, document,
    function::{scalar_text, unsupported_transform},
    language_extensions, limits,
    parameter::Parameter,
    resource::{self, Resource},
    rule::Rule,
};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A template that was read and passed every check that needs no parameter's value.
#[derive(Clone, Debug)]
pub struct Template {
    pub format_version: Option<String>,
    pub description: Option<String>,
    pub metadata: Option<Value>,
    /// In the order of the body, as are the other sections.
    pub parameters: IndexMap<String, Parameter>,
    pub rules: IndexMap<String, Rule>,
    pub mappings: IndexMap<String, Mapping>,
    pub conditions: IndexMap<String, Value>,
    pub transforms: Vec<String>,
    pub resources: IndexMap<String, Resource>,
    pub outputs: IndexMap<String, Output>,
    /// The document as it was before its loops were unrolled, if some loop runs over a parameter.
    pub(crate) loops_over_parameters: Option<Map<String, Value>>,
}

/// First key, second key, value.
pub type Mapping = IndexMap<String, Map<String, Value>>;

/// A member of the `Outputs` section.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub value: Value,
    pub description: Option<String>,
    /// `Export.Name`, which may be a function.
    pub export_name: Option<Value>,
    pub condition: Option<String>,
}

pub(crate) const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
];

impl Template {
    /// Reads a template in JSON or YAML and checks it.
    ///
    /// A loop over a parameter runs over its default here, and over its value in [`Template::bind`]. Where there is
    /// no default, what the loop makes is missing until then, and the checks wait.
    pub fn parse(body: &str) -> Result<Self, TemplateError> {
        match document::read(body)? {
            Value::Object(root) => Self::of(root, &BTreeMap::new()),
            _ => Err(TemplateError::format("unsupported structure.")),
        }
    }

    /// Reads a document, with the values that loops run over.
    pub(crate) fn of(mut root: Map<String, Value>, values: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let transforms = transforms(&root)?;
        let unknown: Vec<_> = root.keys().filter(|key| !SECTIONS.contains(&key.as_str())).cloned().collect();
        if !unknown.is_empty() {
            let unknown = unknown.join(", ");
            return Err(TemplateError::new(format!("Invalid template property or properties [{unknown}]")));
        }
        let parameters = section(&root, "Parameters", Parameter::parse)?;
        let mut loops_over_parameters = None;
        let mut is_complete = true;
        if transforms.iter().any(|name| name == LANGUAGE_EXTENSIONS) {
            let document = root.clone();
            let expanded = language_extensions::expand(&mut root, &parameters, values)?;
            is_complete = !expanded.misses_values;
            loops_over_parameters = expanded.reads_parameters.then_some(document);
        }
        let template = Self {
            format_version: format_version(&root)?,
            description: description(&root)?,
            metadata: root.get("Metadata").cloned(),
            parameters,
            rules: section(&root, "Rules", Rule::parse)?,
            mappings: section(&root, "Mappings", mapping)?,
            conditions: section(&root, "Conditions", |_, definition| Ok(definition.clone()))?,
            transforms,
            resources: section(&root, "Resources", Resource::parse)?,
            outputs: section(&root, "Outputs", output)?,
            loops_over_parameters,
        };
        if is_complete {
            if template.resources.is_empty() {
                return Err(TemplateError::format("At least one Resources member must be defined."));
            }
            check::check(&template)?;
        }
        Ok(template)
    }

    pub(crate) fn has_language_extensions(&self) -> bool {
        self.transforms.iter().any(|name| name == LANGUAGE_EXTENSIONS)
    }
}

fn transforms(root: &Map<String, Value>) -> Result<Vec<String>, TemplateError> {
    let declared = match root.get("Transform") {
        None => return Ok(Vec::new()),
        Some(Value::Array(several)) => several.iter().collect(),
        Some(one) => vec![one],
    };
    let name_of = |declared: &Value| match declared {
        Value::String(name) => Ok(name.clone()),
        Value::Object(members) => match members.get("Name").and_then(Value::as_str) {
            Some(name) => Ok(name.to_owned()),
            None => Err(TemplateError::format("Every Transform object must contain a Name member.")),
        },
        _ => Err(TemplateError::format("Every Transform member must be a string or an object.")),
    };
    let names = declared.into_iter().map(name_of).collect::<Result<Vec<_>, _>>()?;
    match names.iter().find(|name| *name != LANGUAGE_EXTENSIONS) {
        Some(name) => Err(unsupported_transform(name)),
        None => Ok(names),
    }
}

fn format_version(root: &Map<String, Value>) -> Result<Option<String>, TemplateError> {
    match root.get("AWSTemplateFormatVersion") {
        None => Ok(None),
        Some(Value::String(version)) if version == "2010-09-09" => Ok(Some(version.clone())),
        Some(_) => Err(TemplateError::format("unsupported value for AWSTemplateFormatVersion.")),
    }
}

fn description(root: &Map<String, Value>) -> Result<Option<String>, TemplateError> {
    let Some(value) = root.get("Description") else { return Ok(None) };
    let text = scalar_text(value).ok_or_else(|| TemplateError::format("Every Description member must be a string."))?;
    let most = limits::DESCRIPTION_BYTES;
    if text.len() > most {
        return Err(TemplateError::format(format_args!("'Description' length is greater than {most}")));
    }
    Ok(Some(text))
}

/// A section's members, each read by `read`.
fn section<T>(
    root: &Map<String, Value>,
    name: &str,
    read: impl Fn(&str, &Value) -> Result<T, TemplateError>,
) -> Result<IndexMap<String, T>, TemplateError> {
    let Some(value) = root.get(name) else { return Ok(IndexMap::new()) };
    let members = value.as_object().ok_or_else(|| TemplateError::format(format_args!("{name} must be an object.")))?;
    let (singular, most) = match name {
        "Parameters" => ("Parameter", limits::PARAMETERS),
        "Resources" => ("Resource", limits::RESOURCES),
        "Outputs" => ("Output", limits::OUTPUTS),
        "Mappings" => ("Mapping", limits::MAPPINGS),
        _ => ("", usize::MAX),
    };
    if members.len() > most {
        let (lower, count) = (name.to_lowercase(), members.len());
        return Err(TemplateError::format(format_args!(
            "Number of {lower}, {count}, is greater than maximum allowed, {most}"
        )));
    }
    let read_member = |(key, value): (&String, &Value)| {
        let is_plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
        if !singular.is_empty() && !is_plain {
            return Err(TemplateError::format(format_args!("{singular} name {key} is non alphanumeric.")));
        }
        if !singular.is_empty() && key.len() > limits::NAME_CHARACTERS {
            let most = limits::NAME_CHARACTERS;
            return Err(TemplateError::format(format_args!("{singular} name {key} is longer than {most} characters.")));
        }
        Ok((key.clone(), read(key, value)?))
    };
    members.iter().map(read_member).collect()
}

fn mapping(name: &str, definition: &Value) -> Result<Mapping, TemplateError> {
    let not_a_map =
        |path: &str| TemplateError::format(format_args!("[/Mappings/{path}] Every Mappings attribute must be a map"));
    let first = definition.as_object().ok_or_else(|| not_a_map(name))?;
    if first.len() > limits::MAPPING_ATTRIBUTES {
        let (count, most) = (first.len(), limits::MAPPING_ATTRIBUTES);
        return Err(TemplateError::format(format_args!(
            "Number of attributes of mapping {name}, {count}, is greater than maximum allowed, {most}"
        )));
    }
    let second = |(key, value): (&String, &Value)| match value {
        Value::Object(values) => Ok((key.clone(), values.clone())),
        _ => Err(not_a_map(&format!("{name}/{key}"))),
    };
    first.iter().map(second).collect()
}

fn output(name: &str, definition: &Value) -> Result<Output, TemplateError> {
    let malformed = || TemplateError::format(format_args!("Output {name} is malformed."));
    let members = definition.as_object().ok_or_else(malformed)?;
    if let Some(unknown) =
        members.keys().find(|key| !["Value", "Description", "Export", "Condition"].contains(&key.as_str()))
    {
        return Err(TemplateError::new(format!("Invalid template output property '{unknown}'")));
    }
    let value = members.get("Value");
    let value = value.ok_or_else(|| TemplateError::format("Every Outputs member must contain a Value object"))?;
    if value.is_array() {
        return Err(TemplateError::format(
            "The Value field of every Outputs member must evaluate to a String and not a List.",
        ));
    }
    let description = match members.get("Description") {
        None => None,
        Some(text) => Some(scalar_text(text).ok_or_else(malformed)?),
    };
    let export_name = match members.get("Export") {
        None => None,
        Some(export) => {
            let export = export.as_object().filter(|export| export.len() == 1).ok_or_else(malformed)?;
            Some(export.get("Name").ok_or_else(malformed)?.clone())
        }
    };
    Ok(Output { value: value.clone(), description, export_name, condition: resource::condition(members)? })
}
