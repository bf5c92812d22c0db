//! What `ValidateTemplate` and `GetTemplateSummary` say about a template.

use crate::{Template, function::scalar_text, resource::Resource};
use std::collections::BTreeSet;

/// What a caller must acknowledge before a template is used, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub required: Vec<Capability>,
    /// The sentence that goes with them.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    Iam,
    NamedIam,
    AutoExpand,
}

impl Capability {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Iam => "CAPABILITY_IAM",
            Self::NamedIam => "CAPABILITY_NAMED_IAM",
            Self::AutoExpand => "CAPABILITY_AUTO_EXPAND",
        }
    }
}

const NESTED_STACK: &str = "AWS::CloudFormation::Stack";

/// The types that give permissions, with the property that gives them a name of the template's choice.
/// Source: the `Capabilities` parameter of CreateStack in the API reference.
const IAM_TYPES: [(&str, Option<&str>); 8] = [
    ("AWS::IAM::AccessKey", None),
    ("AWS::IAM::Group", Some("GroupName")),
    ("AWS::IAM::InstanceProfile", Some("InstanceProfileName")),
    ("AWS::IAM::ManagedPolicy", Some("ManagedPolicyName")),
    ("AWS::IAM::Policy", None),
    ("AWS::IAM::Role", Some("RoleName")),
    ("AWS::IAM::User", Some("UserName")),
    ("AWS::IAM::UserToGroupAddition", None),
];

impl Template {
    /// The types of the template's resources, each once, in order.
    pub fn resource_types(&self) -> BTreeSet<&str> {
        self.resources.values().map(|resource| resource.type_name.as_str()).collect()
    }

    /// The capabilities without which the template is refused: what a nested stack needs is asked when it is made.
    pub fn required_capabilities(&self) -> BTreeSet<Capability> {
        let own = self.resources.values().filter(|resource| resource.type_name != NESTED_STACK);
        let mut required: BTreeSet<_> = own.flat_map(needed_by).collect();
        if required.contains(&Capability::NamedIam) {
            required.remove(&Capability::Iam);
        }
        required.extend((!self.transforms.is_empty()).then_some(Capability::AutoExpand));
        required
    }

    /// The capabilities that the template is said to need. A condition does not matter: what may be made counts.
    pub fn capabilities(&self) -> Capabilities {
        let mut required = BTreeSet::new();
        let mut types = BTreeSet::new();
        for resource in self.resources.values() {
            let needed = needed_by(resource);
            if !needed.is_empty() {
                types.insert(resource.type_name.as_str());
            }
            required.extend(needed);
        }
        if required.contains(&Capability::NamedIam) {
            required.remove(&Capability::Iam);
        }
        let mut reasons = Vec::new();
        if !types.is_empty() {
            reasons.push(format!("The following resource(s) require capabilities: {}", crate::error::names(types)));
        }
        if !self.transforms.is_empty() {
            required.insert(Capability::AutoExpand);
            let transforms = crate::error::names(&self.transforms);
            reasons.push(format!("The following transform(s) require capabilities: {transforms}"));
        }
        let reason = (!reasons.is_empty()).then(|| reasons.join(". "));
        Capabilities { required: required.into_iter().collect(), reason }
    }

    /// `Metadata` as text, the way GetTemplateSummary answers it.
    pub fn metadata_text(&self) -> Option<String> {
        self.metadata.as_ref().map(|metadata| scalar_text(metadata).unwrap_or_else(|| metadata.to_string()))
    }
}

fn needed_by(resource: &Resource) -> Vec<Capability> {
    // AWS: a nested stack may hold anything.
    if resource.type_name == NESTED_STACK {
        return vec![Capability::NamedIam, Capability::AutoExpand];
    }
    let Some((_, name)) = IAM_TYPES.iter().find(|(type_name, _)| *type_name == resource.type_name) else {
        return Vec::new();
    };
    let is_named = name.is_some_and(|name| resource.properties.get(name).is_some());
    vec![if is_named { Capability::NamedIam } else { Capability::Iam }]
}
