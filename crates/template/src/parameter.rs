//! The `Parameters` section: declarations, and whether a value is one that they allow.

use crate::{TemplateError, function::scalar_text, limits, pattern};
use serde_json::{Map, Value};
use std::fmt;

/// A declared parameter.
#[derive(Clone)]
pub struct Parameter {
    pub name: String,
    pub kind: ParameterType,
    pub default: Option<String>,
    pub allowed_values: Vec<String>,
    pub allowed_pattern: Option<String>,
    pub constraint_description: Option<String>,
    pub description: Option<String>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub min_value: Option<f64>,
    pub max_value: Option<f64>,
    /// Its value is a secret: shown as asterisks, never written to a log.
    pub no_echo: bool,
}

/// Without the default, which may be a secret.
impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, no_echo, .. } = self;
        let mut shown = f.debug_struct("Parameter");
        shown.field("name", name).field("kind", kind).field("no_echo", no_echo).finish_non_exhaustive()
    }
}

/// The type of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterType {
    Text,
    Number,
    NumberList,
    CommaDelimitedList,
    /// The identifier of something that exists, such as `AWS::EC2::Subnet::Id`.
    Resource(String),
    ResourceList(String),
    /// `AWS::SSM::Parameter::Value<…>`: what is given is the name of a parameter in the parameter store.
    Stored(Box<Self>),
}

/// AWS-specific parameter types. Source: the user guide's list of supported AWS-specific parameter types.
const RESOURCE_TYPES: [&str; 12] = [
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
    "String",
];

impl ParameterType {
    pub fn parse(name: &str) -> Option<Self> {
        let inner = |prefix: &str| name.strip_prefix(prefix)?.strip_suffix('>');
        match name {
            "String" => return Some(Self::Text),
            "Number" => return Some(Self::Number),
            "List<Number>" => return Some(Self::NumberList),
            "CommaDelimitedList" => return Some(Self::CommaDelimitedList),
            _ => {}
        }
        if let Some(stored) = inner("AWS::SSM::Parameter::Value<") {
            let stored = Self::parse(stored).filter(|kind| !matches!(kind, Self::Stored(_) | Self::Number))?;
            return Some(Self::Stored(Box::new(stored)));
        }
        if let Some(item) = inner("List<") {
            return RESOURCE_TYPES.contains(&item).then(|| Self::ResourceList(item.to_owned()));
        }
        RESOURCE_TYPES.contains(&name).then(|| Self::Resource(name.to_owned()))
    }

    /// The type as written in a template.
    pub fn name(&self) -> String {
        match self {
            Self::Text => "String".into(),
            Self::Number => "Number".into(),
            Self::NumberList => "List<Number>".into(),
            Self::CommaDelimitedList => "CommaDelimitedList".into(),
            Self::Resource(name) => name.clone(),
            Self::ResourceList(item) => format!("List<{item}>"),
            Self::Stored(inner) => format!("AWS::SSM::Parameter::Value<{}>", inner.name()),
        }
    }

    pub fn is_list(&self) -> bool {
        match self {
            Self::NumberList | Self::CommaDelimitedList | Self::ResourceList(_) => true,
            Self::Stored(inner) => inner.is_list(),
            Self::Text | Self::Number | Self::Resource(_) => false,
        }
    }

    pub fn is_stored(&self) -> bool {
        matches!(self, Self::Stored(_))
    }

    /// What `Ref` gives for a value of this type: text, or the list between its commas.
    pub(crate) fn value_of(&self, text: &str) -> Value {
        if !self.is_list() {
            return Value::String(text.to_owned());
        }
        Value::Array(text.split(',').map(|item| Value::String(item.trim().to_owned())).collect())
    }
}

impl Parameter {
    pub(crate) fn parse(name: &str, definition: &Value) -> Result<Self, TemplateError> {
        let members = definition
            .as_object()
            .ok_or_else(|| TemplateError::format("Every Parameters member must be an object."))?;
        const KNOWN: [&str; 11] = [
            "Type",
            "Default",
            "AllowedValues",
            "AllowedPattern",
            "ConstraintDescription",
            "Description",
            "MinLength",
            "MaxLength",
            "MinValue",
            "MaxValue",
            "NoEcho",
        ];
        if let Some(unknown) = members.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            return Err(TemplateError::new(format!("Invalid template parameter property '{unknown}'")));
        }
        let declared = text(members, "Type")?
            .ok_or_else(|| TemplateError::format("Every Parameters object must contain a Type member."))?;
        let kind = ParameterType::parse(&declared)
            .ok_or_else(|| TemplateError::format(format_args!("Unrecognized parameter type: {declared}")))?;
        let allowed_pattern = text(members, "AllowedPattern")?;
        if let Some(java) = &allowed_pattern {
            pattern::whole(java).map_err(|_| {
                TemplateError::format(format_args!(
                    "Parameter '{name}' AllowedPattern is not a valid regular expression"
                ))
            })?;
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            default: text(members, "Default")?,
            allowed_values: allowed_values(members)?,
            allowed_pattern,
            constraint_description: text(members, "ConstraintDescription")?,
            description: text(members, "Description")?,
            min_length: number(members, "MinLength")?,
            max_length: number(members, "MaxLength")?,
            min_value: number(members, "MinValue")?,
            max_value: number(members, "MaxValue")?,
            no_echo: number(members, "NoEcho")?.unwrap_or(false),
        })
    }

    /// Whether a value satisfies the declaration. The message never repeats the value.
    pub fn check(&self, value: &str) -> Result<(), TemplateError> {
        let name = &self.name;
        if value.len() > limits::PARAMETER_VALUE_BYTES {
            let most = limits::PARAMETER_VALUE_BYTES;
            return Err(TemplateError::new(format!("Parameter '{name}' must contain at most {most} characters")));
        }
        let items = if self.kind.is_list() { value.split(',').map(str::trim).collect() } else { vec![value] };
        let broken = items.into_iter().find_map(|item| self.broken_constraint(item));
        match (broken, &self.constraint_description) {
            (None, _) => Ok(()),
            (Some(_), Some(said)) => {
                Err(TemplateError::new(format!("Parameter {name} failed to satisfy constraint: {said}")))
            }
            (Some(broken), None) => Err(TemplateError::new(format!("Parameter '{name}' {broken}"))),
        }
    }

    fn broken_constraint(&self, item: &str) -> Option<String> {
        if !self.allowed_values.is_empty() && !self.allowed_values.iter().any(|allowed| same(&self.kind, allowed, item))
        {
            return Some("must be one of AllowedValues".into());
        }
        if matches!(self.kind, ParameterType::Number | ParameterType::NumberList) {
            return self.broken_number(item);
        }
        let length = item.chars().count() as u64;
        if let Some(least) = self.min_length.filter(|least| length < *least) {
            return Some(format!("must contain at least {least} characters"));
        }
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            return Some(format!("must contain at most {most} characters"));
        }
        let java = self.allowed_pattern.as_deref()?;
        // A pattern that runs away (the engine counts its steps) matches nothing.
        let matches = pattern::whole(java).is_ok_and(|regex| regex.is_match(item).unwrap_or(false));
        (!matches).then(|| format!("must match pattern {java}"))
    }

    fn broken_number(&self, item: &str) -> Option<String> {
        let Some(value) = item.parse::<f64>().ok().filter(|value| value.is_finite()) else {
            return Some("must be a number".into());
        };
        if let Some(least) = self.min_value.filter(|least| value < *least) {
            return Some(format!("must be a number not less than {least}"));
        }
        self.max_value.filter(|most| value > *most).map(|most| format!("must be a number not greater than {most}"))
    }
}

/// Numbers are the same by value: `1` allows `1.0`.
fn same(kind: &ParameterType, allowed: &str, given: &str) -> bool {
    let is_number = matches!(kind, ParameterType::Number | ParameterType::NumberList);
    allowed == given || is_number && matches!((allowed.parse::<f64>(), given.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

fn text(members: &Map<String, Value>, key: &str) -> Result<Option<String>, TemplateError> {
    let Some(value) = members.get(key) else { return Ok(None) };
    let text = scalar_text(value);
    text.map(Some).ok_or_else(|| TemplateError::format(format_args!("Every {key} member must be a string.")))
}

fn number<T: std::str::FromStr>(members: &Map<String, Value>, key: &str) -> Result<Option<T>, TemplateError> {
    let Some(text) = text(members, key)? else { return Ok(None) };
    let number = text.to_ascii_lowercase().parse().ok();
    let what = if key == "NoEcho" { "boolean" } else { "number" };
    number.map(Some).ok_or_else(|| TemplateError::format(format_args!("Every {key} member must be a {what}.")))
}

fn allowed_values(members: &Map<String, Value>) -> Result<Vec<String>, TemplateError> {
    let Some(value) = members.get("AllowedValues") else { return Ok(Vec::new()) };
    let values = value.as_array().and_then(|values| values.iter().map(scalar_text).collect());
    values.ok_or_else(|| TemplateError::format("Every AllowedValues member must be a list of strings."))
}
