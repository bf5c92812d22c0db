//! A member of the `Resources` section.

use crate::{TemplateError, function::scalar_text};
use serde_json::{Map, Value};

/// A resource as declared; its properties still hold their functions.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    pub logical_id: String,
    pub type_name: String,
    pub properties: Value,
    pub depends_on: Vec<String>,
    pub condition: Option<String>,
    /// As written; [`Resource::deletion_policy`] knows the default.
    pub declared_deletion_policy: Option<DeletionPolicy>,
    pub declared_update_replace_policy: Option<DeletionPolicy>,
    pub creation_policy: Option<Value>,
    pub update_policy: Option<Value>,
    pub metadata: Option<Value>,
}

/// What becomes of the thing behind a resource that leaves the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionPolicy {
    Delete,
    Retain,
    /// Kept, unless the creation of the stack is what is rolled back.
    RetainExceptOnCreate,
    Snapshot,
}

impl DeletionPolicy {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Delete" => Self::Delete,
            "Retain" => Self::Retain,
            "RetainExceptOnCreate" => Self::RetainExceptOnCreate,
            "Snapshot" => Self::Snapshot,
            _ => return None,
        })
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }
}

/// Resource types whose data can be kept as a snapshot. Source: the user guide's page on DeletionPolicy.
const SNAPSHOT_TYPES: [&str; 9] = [
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::Neptune::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

/// The attributes that a resource may have.
const ATTRIBUTES: [&str; 11] = [
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Metadata",
    "Description",
    "Version",
];

impl Resource {
    pub(crate) fn parse(logical_id: &str, definition: &Value) -> Result<Self, TemplateError> {
        let malformed = |what: &str| TemplateError::format(format_args!("[/Resources/{logical_id}] {what}"));
        let members = definition.as_object().ok_or_else(|| malformed("resource definition is malformed"))?;
        if let Some(unknown) = members.keys().find(|key| !ATTRIBUTES.contains(&key.as_str())) {
            return Err(TemplateError::new(format!("Invalid template resource property '{unknown}'")));
        }
        let type_name = match members.get("Type") {
            None => return Err(malformed("Every Resources object must contain a Type member.")),
            Some(Value::String(name)) if !name.is_empty() => name.clone(),
            Some(_) => return Err(malformed("Every Type member must be a string.")),
        };
        if !is_type_name(&type_name) {
            return Err(TemplateError::format(format_args!("Unrecognized resource types: [{type_name}]")));
        }
        let object = |key: &str| match members.get(key) {
            Some(value) if !value.is_object() => Err(malformed(&format!("Every {key} member must be an object."))),
            value => Ok(value.cloned()),
        };
        Ok(Self {
            logical_id: logical_id.to_owned(),
            properties: object("Properties")?.unwrap_or_else(|| Value::Object(Map::new())),
            depends_on: depends_on(members)
                .ok_or_else(|| TemplateError::format("DependsOn must be a string or list of strings."))?,
            condition: condition(members)?,
            declared_deletion_policy: policy(&type_name, members, "DeletionPolicy")?,
            declared_update_replace_policy: policy(&type_name, members, "UpdateReplacePolicy")?,
            creation_policy: object("CreationPolicy")?,
            update_policy: object("UpdatePolicy")?,
            metadata: object("Metadata")?,
            type_name,
        })
    }

    /// AWS: clusters and stand-alone instances of RDS are kept as a snapshot unless the template says otherwise.
    pub fn deletion_policy(&self) -> DeletionPolicy {
        self.declared_deletion_policy.unwrap_or(match self.type_name.as_str() {
            "AWS::RDS::DBCluster" => DeletionPolicy::Snapshot,
            "AWS::RDS::DBInstance" if self.properties.get("DBClusterIdentifier").is_none() => DeletionPolicy::Snapshot,
            _ => DeletionPolicy::Delete,
        })
    }

    pub fn update_replace_policy(&self) -> DeletionPolicy {
        self.declared_update_replace_policy.unwrap_or(DeletionPolicy::Delete)
    }

    /// `Custom::…` and `AWS::CloudFormation::CustomResource`: the template's own code makes it.
    pub fn is_custom(&self) -> bool {
        self.type_name.starts_with("Custom::") || self.type_name == "AWS::CloudFormation::CustomResource"
    }
}

/// `A::B::C`, `A::B::C::MODULE` or `Custom::Name`.
fn is_type_name(name: &str) -> bool {
    if let Some(custom) = name.strip_prefix("Custom::") {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '-');
        return (1..=60).contains(&custom.len()) && custom.chars().all(is_allowed);
    }
    let parts: Vec<_> = name.split("::").collect();
    (3..=4).contains(&parts.len())
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn depends_on(members: &Map<String, Value>) -> Option<Vec<String>> {
    match members.get("DependsOn") {
        None => Some(Vec::new()),
        Some(Value::String(one)) => Some(vec![one.clone()]),
        Some(Value::Array(several)) => several.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        Some(_) => None,
    }
}

pub(crate) fn condition(members: &Map<String, Value>) -> Result<Option<String>, TemplateError> {
    match members.get("Condition") {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err(TemplateError::format("Every Condition member must be a string.")),
    }
}

fn policy(type_name: &str, members: &Map<String, Value>, key: &str) -> Result<Option<DeletionPolicy>, TemplateError> {
    let Some(value) = members.get(key) else { return Ok(None) };
    let Some(name) = scalar_text(value) else {
        return Err(TemplateError::format(format_args!("Every {key} member must be a string.")));
    };
    let policy = DeletionPolicy::parse(&name)
        .filter(|policy| key == "DeletionPolicy" || *policy != DeletionPolicy::RetainExceptOnCreate)
        .ok_or_else(|| {
            TemplateError::format(format_args!("Unrecognized {key} {name} for resource type {type_name}"))
        })?;
    if policy == DeletionPolicy::Snapshot && !SNAPSHOT_TYPES.contains(&type_name) {
        return Err(TemplateError::format(format_args!("resource type {type_name} does not support {key} Snapshot")));
    }
    Ok(Some(policy))
}
