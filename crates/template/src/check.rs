//! What can be refused without any parameter's value: undefined names, functions in the wrong place, cycles.
//!
//! AWS: names are checked in both branches of an `Fn::If`, whichever is taken later.

use crate::{
    Template, TemplateError,
    function::{Function, PSEUDO_PARAMETERS, name_of, unresolved, unsupported},
    graph::Graph,
    resource::Resource,
    walk::{self, Branches, Mention, MentionKind},
};
use indexmap::IndexSet;
use serde_json::Value;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Conditions,
    Rules,
    Resources,
    Outputs,
}

impl Section {
    fn name(self) -> &'static str {
        match self {
            Self::Conditions => "Conditions",
            Self::Rules => "Rules",
            Self::Resources => "Resources",
            Self::Outputs => "Outputs",
        }
    }
    fn sees_resources(self) -> bool {
        matches!(self, Self::Resources | Self::Outputs)
    }
}

pub(crate) fn check(template: &Template) -> Result<(), TemplateError> {
    let mut conditions = Check::of(template, Section::Conditions);
    for (name, definition) in &template.conditions {
        conditions.value(definition, &format!("/Conditions/{name}"))?;
        conditions.boolean(definition).map_err(|_| {
            TemplateError::format("Conditions can only be boolean operations on parameters and other conditions")
        })?;
    }
    conditions.finish()?;

    let mut rules = Check::of(template, Section::Rules);
    for (name, rule) in &template.rules {
        for value in rule.condition.iter().chain(rule.assertions.iter().map(|assertion| &assertion.assert)) {
            rules.value(value, &format!("/Rules/{name}"))?;
        }
    }
    rules.finish()?;

    let mut resources = Check::of(template, Section::Resources);
    for resource in template.resources.values() {
        resources.condition(resource.condition.as_deref())?;
        for (name, value) in parts(resource) {
            resources.value(value, &format!("/Resources/{}/{name}", resource.logical_id))?;
        }
        for target in &resource.depends_on {
            resources.require(template.resources.contains_key(target), target);
        }
    }
    resources.finish()?;

    let mut outputs = Check::of(template, Section::Outputs);
    for (name, output) in &template.outputs {
        outputs.condition(output.condition.as_deref())?;
        for value in [Some(&output.value), output.export_name.as_ref()].into_iter().flatten() {
            outputs.value(value, &format!("/Outputs/{name}"))?;
        }
    }
    outputs.finish()?;
    Graph::without_conditions(template)?;
    Ok(())
}

/// The parts of a resource that may hold functions.
pub(crate) fn parts(resource: &Resource) -> impl Iterator<Item = (&'static str, &Value)> {
    [
        ("Properties", Some(&resource.properties)),
        ("Metadata", resource.metadata.as_ref()),
        ("CreationPolicy", resource.creation_policy.as_ref()),
        ("UpdatePolicy", resource.update_policy.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name, value)))
}

struct Check<'a> {
    template: &'a Template,
    section: Section,
    unresolved: IndexSet<String>,
}

impl<'a> Check<'a> {
    fn of(template: &'a Template, section: Section) -> Self {
        Self { template, section, unresolved: IndexSet::new() }
    }

    fn value(&mut self, value: &Value, path: &str) -> Result<(), TemplateError> {
        walk::functions(value, &|_| Branches::Both, &mut path.to_owned(), &mut |function, _| self.function(&function))
    }

    fn function(&mut self, function: &Function<'_>) -> Result<(), TemplateError> {
        self.placement(function)?;
        for mention in walk::mentions(function)? {
            self.mention(mention)?;
        }
        match *function {
            Function::If { condition, .. } => self.defined_condition(condition, "Fn::If"),
            // In a resource, a property may be called Condition.
            Function::Condition(name) if self.section == Section::Conditions => {
                self.defined_condition(name, "Condition")
            }
            Function::FindInMap { keys, default: None } => match keys.first().and_then(Value::as_str) {
                Some(name) if !self.template.mappings.contains_key(name) => Err(TemplateError::function(format_args!(
                    "Mapping named '{name}' is not present in the 'Mappings' section of template."
                ))),
                _ => Ok(()),
            },
            Function::And(operands) => self.operands("And", operands),
            Function::Or(operands) => self.operands("Or", operands),
            Function::Not(operand) => self
                .boolean(operand)
                .map_err(|_| TemplateError::function("Fn::Not requires a list argument with one function token")),
            _ => Ok(()),
        }
    }

    fn placement(&self, function: &Function<'_>) -> Result<(), TemplateError> {
        let cannot_use =
            |name: &str| Err(TemplateError::function(format_args!("Cannot use {name} in {}", self.section.name())));
        let partially_collapsed =
            |name: &str| Err(TemplateError::function(format_args!("{name} cannot be partially collapsed")));
        let in_rules = self.section == Section::Rules;
        match function {
            Function::GetAtt { .. } if !self.section.sees_resources() => cannot_use("Fn::GetAtt"),
            Function::ImportValue(_) if !self.section.sees_resources() => cannot_use("Fn::ImportValue"),
            Function::Equals(..) if self.section.sees_resources() => partially_collapsed("Fn::Equals"),
            Function::And(_) if self.section.sees_resources() => partially_collapsed("Fn::And"),
            Function::Or(_) if self.section.sees_resources() => partially_collapsed("Fn::Or"),
            Function::Not(_) if self.section.sees_resources() => partially_collapsed("Fn::Not"),
            Function::If { .. } | Function::Condition(_) if in_rules => cannot_use("conditions"),
            Function::Contains(..) if !in_rules => Err(unsupported("Fn::Contains")),
            Function::EachMemberEquals(..) if !in_rules => Err(unsupported("Fn::EachMemberEquals")),
            Function::EachMemberIn(..) if !in_rules => Err(unsupported("Fn::EachMemberIn")),
            Function::RefAll(_) if !in_rules => Err(unsupported("Fn::RefAll")),
            Function::ValueOf { .. } if !in_rules => Err(unsupported("Fn::ValueOf")),
            Function::ValueOfAll { .. } if !in_rules => Err(unsupported("Fn::ValueOfAll")),
            Function::Length(_) if !self.template.has_language_extensions() => Err(unsupported("Fn::Length")),
            Function::ToJsonString(_) if !self.template.has_language_extensions() => {
                Err(unsupported("Fn::ToJsonString"))
            }
            _ => Ok(()),
        }
    }

    fn mention(&mut self, mention: Mention<'_>) -> Result<(), TemplateError> {
        let Mention { name, kind } = mention;
        let is_resource = self.section.sees_resources() && self.template.resources.contains_key(name);
        match kind {
            MentionKind::Ref => {
                let is_known = PSEUDO_PARAMETERS.contains(&name) || self.template.parameters.contains_key(name);
                self.require(is_resource || is_known, name);
                Ok(())
            }
            MentionKind::GetAtt(_) if !is_resource => Err(TemplateError::function(format_args!(
                "instance of Fn::GetAtt references undefined resource {name}"
            ))),
            MentionKind::SubAttribute(attribute) if !is_resource => Err(TemplateError::function(format_args!(
                "instance of Fn::Sub references invalid resource attribute {name}.{attribute}"
            ))),
            MentionKind::GetAtt(_) | MentionKind::SubAttribute(_) => Ok(()),
        }
    }

    fn require(&mut self, is_known: bool, name: &str) {
        if !is_known {
            self.unresolved.insert(name.to_owned());
        }
    }

    fn condition(&self, name: Option<&str>) -> Result<(), TemplateError> {
        match name.filter(|name| !self.template.conditions.contains_key(*name)) {
            None => Ok(()),
            Some(name) => Err(TemplateError::format(format_args!(
                "Unresolved condition dependency {name} in the {} block of the template",
                self.section.name()
            ))),
        }
    }

    fn defined_condition(&self, name: &str, function: &str) -> Result<(), TemplateError> {
        if self.template.conditions.contains_key(name) {
            return Ok(());
        }
        Err(TemplateError::function(format_args!("unresolved condition dependency {name} in {function}")))
    }

    fn operands(&self, name: &str, operands: &[Value]) -> Result<(), TemplateError> {
        operands.iter().try_for_each(|operand| self.boolean(operand)).map_err(|_| {
            TemplateError::function(format_args!(
                "every Fn::{name} object requires a list of at least 2 and at most 10 boolean parameters."
            ))
        })
    }

    /// Whether a value is a function that says true or false. The error is a mark, the caller words it.
    fn boolean(&self, value: &Value) -> Result<(), TemplateError> {
        let is_boolean = match Function::of(value)? {
            Some(
                Function::Equals(..) | Function::And(_) | Function::Or(_) | Function::Not(_) | Function::Condition(_),
            ) => true,
            Some(Function::Contains(..) | Function::EachMemberEquals(..) | Function::EachMemberIn(..)) => {
                self.section == Section::Rules
            }
            _ => false,
        };
        let found = name_of(value).unwrap_or("a literal");
        if is_boolean { Ok(()) } else { Err(TemplateError::function(format_args!("{found} is not a condition"))) }
    }

    fn finish(self) -> Result<(), TemplateError> {
        if self.unresolved.is_empty() {
            return Ok(());
        }
        if self.section.sees_resources() {
            return Err(unresolved(&self.unresolved, self.section.name()));
        }
        let names = crate::error::names(&self.unresolved);
        Err(TemplateError::format(format_args!(
            "Unresolved dependencies {names}. Cannot reference resources in the {} block of the template",
            self.section.name()
        )))
    }
}
