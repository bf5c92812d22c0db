//! A template together with its parameters' values: what a stack is made from.

use crate::{
    Environment, Graph, Template, TemplateError, error,
    evaluate::Evaluator,
    function::Function,
    parameter::Parameter,
    resource::Resource,
    template::Output,
    walk::{self, Branches},
};
use indexmap::IndexMap;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What a request says about a parameter.
#[derive(Clone, PartialEq, Eq)]
pub enum ParameterInput {
    Value(String),
    /// Keep the value that the stack has.
    UsePrevious,
}

/// The value may be a secret, and this type does not know.
impl fmt::Debug for ParameterInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(****)",
            Self::UsePrevious => "UsePrevious",
        })
    }
}

/// What the pseudo parameters say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackContext {
    pub region: String,
    pub account_id: String,
    pub stack_name: String,
    pub stack_id: String,
    pub notification_arns: Vec<String>,
}

impl StackContext {
    pub fn partition(&self) -> &'static str {
        match self.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    pub fn url_suffix(&self) -> &'static str {
        if self.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
    }
}

/// A parameter with its value.
#[derive(Clone, PartialEq)]
pub struct BoundParameter {
    given: String,
    resolved: Option<String>,
    value: Value,
    no_echo: bool,
}

/// What is printed in place of a secret. AWS: four asterisks, for whatever value.
const HIDDEN: &str = "****";

impl BoundParameter {
    /// What was given, to keep for the next update.
    pub fn given(&self) -> &str {
        &self.given
    }
    /// The value in the parameter store, for the types that name one: to keep with what was given.
    pub fn resolved(&self) -> Option<&str> {
        self.resolved.as_deref()
    }
    /// What may be shown: the value, or asterisks.
    pub fn shown(&self) -> &str {
        if self.no_echo { HIDDEN } else { &self.given }
    }
    /// The value in the parameter store, for the types that name one, as it may be shown.
    pub fn shown_resolved(&self) -> Option<&str> {
        self.resolved.as_deref().map(|resolved| if self.no_echo { HIDDEN } else { resolved })
    }
    /// What `Ref` says.
    pub fn value(&self) -> &Value {
        &self.value
    }
}

impl fmt::Debug for BoundParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

/// A template whose parameters have values, whose rules hold and whose conditions are decided.
#[derive(Clone, Debug)]
pub struct Bound {
    template: Template,
    parameters: BTreeMap<String, BoundParameter>,
    conditions: IndexMap<String, bool>,
    context: StackContext,
    graph: Graph,
}

impl Template {
    /// The names that parameters of the `AWS::SSM::Parameter::Value` types give: what [`Template::bind`] wants
    /// to know the values of.
    pub fn stored_parameters(
        &self,
        given: &BTreeMap<String, ParameterInput>,
        previous: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>, TemplateError> {
        let values = values(self, given, previous)?;
        Ok(values
            .into_iter()
            .filter(|(name, _)| self.parameters[name].kind.is_stored())
            .map(|(_, value)| value)
            .collect())
    }

    /// Gives the parameters their values, checks them and the rules, and decides the conditions.
    ///
    /// `previous` holds the values of the stack that is updated; `stored` the values of the parameter store's
    /// parameters that [`Template::stored_parameters`] names, in which a missing name is an error.
    pub fn bind(
        self,
        given: &BTreeMap<String, ParameterInput>,
        previous: &BTreeMap<String, String>,
        stored: &BTreeMap<String, String>,
        context: StackContext,
        environment: &dyn Environment,
    ) -> Result<Bound, TemplateError> {
        let values = values(&self, given, previous)?;
        let mut parameters = BTreeMap::new();
        for (name, value) in &values {
            let bound = bind_one(&self.parameters[name], value.clone(), stored)?;
            parameters.insert(name.clone(), bound);
        }
        let template = match self.loops_over_parameters {
            Some(document) => Self::of(document, &values)?,
            None => self,
        };
        let graph = Graph::default();
        let mut bound = Bound { template, parameters, conditions: IndexMap::new(), context, graph };
        bound.check_rules(environment).map_err(|error| bound.without_secrets(&error))?;
        bound.decide(environment)?;
        bound.check_outputs()?;
        bound.graph = Graph::of(&bound)?;
        Ok(bound)
    }
}

/// The value of every parameter, from the request, the stack or its default.
fn values(
    template: &Template,
    given: &BTreeMap<String, ParameterInput>,
    previous: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let unknown: Vec<_> = given.keys().filter(|name| !template.parameters.contains_key(*name)).collect();
    if !unknown.is_empty() {
        let unknown = error::names(unknown);
        return Err(TemplateError::new(format!("Parameters: {unknown} do not exist in the template")));
    }
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for parameter in template.parameters.values() {
        let name = &parameter.name;
        let value = match given.get(name) {
            Some(ParameterInput::Value(value)) => Some(value),
            Some(ParameterInput::UsePrevious) => Some(previous.get(name).ok_or_else(|| {
                TemplateError::new(format!(
                    "Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter \
                     key not in the previous template"
                ))
            })?),
            None => parameter.default.as_ref(),
        };
        match value {
            Some(value) => drop(values.insert(name.clone(), value.clone())),
            None => missing.push(name),
        }
    }
    if missing.is_empty() {
        return Ok(values);
    }
    Err(TemplateError::new(format!("Parameters: {} must have values", error::names(missing))))
}

fn bind_one(
    parameter: &Parameter,
    given: String,
    stored: &BTreeMap<String, String>,
) -> Result<BoundParameter, TemplateError> {
    parameter.check(&given)?;
    let resolved = match parameter.kind.is_stored() {
        false => None,
        true => Some(stored.get(&given).cloned().ok_or_else(|| {
            let given = if parameter.no_echo { HIDDEN } else { &given };
            TemplateError::new(format!("Unable to fetch parameters [{given}] from parameter store for this account."))
        })?),
    };
    let value = parameter.kind.value_of(resolved.as_ref().unwrap_or(&given));
    Ok(BoundParameter { given, resolved, value, no_echo: parameter.no_echo })
}

impl Bound {
    pub fn template(&self) -> &Template {
        &self.template
    }
    pub fn parameters(&self) -> &BTreeMap<String, BoundParameter> {
        &self.parameters
    }
    pub fn conditions(&self) -> &IndexMap<String, bool> {
        &self.conditions
    }
    pub fn context(&self) -> &StackContext {
        &self.context
    }
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Whether what has this condition, or none, is part of the stack.
    pub fn is_active(&self, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| self.conditions.get(name).copied().unwrap_or(false))
    }
    /// The resources of the stack.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.template.resources.values().filter(|resource| self.is_active(resource.condition.as_deref()))
    }
    /// The resource of this name, if the stack has it.
    pub fn resource(&self, logical_id: &str) -> Option<&Resource> {
        let resource = self.template.resources.get(logical_id)?;
        self.is_active(resource.condition.as_deref()).then_some(resource)
    }
    /// The outputs of the stack.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &Output)> {
        let outputs = self.template.outputs.iter().map(|(name, output)| (name.as_str(), output));
        outputs.filter(|(_, output)| self.is_active(output.condition.as_deref()))
    }

    /// The value of an expression: a resource's properties, metadata or policies. None is `AWS::NoValue`.
    /// Dynamic references are left in place: see [`crate::dynamic`].
    pub fn evaluate(&self, value: &Value, environment: &dyn Environment) -> Result<Option<Value>, TemplateError> {
        self.evaluator(environment).value(value).map_err(|error| self.without_secrets(&error))
    }

    /// A resource's properties with their functions evaluated.
    pub fn properties(&self, resource: &Resource, environment: &dyn Environment) -> Result<Value, TemplateError> {
        let evaluated = self.evaluate(&resource.properties, environment)?;
        Ok(evaluated.unwrap_or_else(|| Value::Object(serde_json::Map::new())))
    }

    /// The value of an output or of an export's name, which must be text.
    pub fn evaluate_text(&self, value: &Value, environment: &dyn Environment) -> Result<String, TemplateError> {
        let evaluated = self.evaluate(value, environment)?;
        evaluated
            .as_ref()
            .and_then(crate::function::scalar_text)
            .ok_or_else(|| TemplateError::format("The Value field of every Outputs member must evaluate to a String."))
    }

    /// A message may repeat a value that a function was given.
    fn without_secrets(&self, error: &TemplateError) -> TemplateError {
        let mut message = error.message().to_owned();
        for parameter in self.parameters.values().filter(|parameter| parameter.no_echo) {
            for secret in [Some(&parameter.given), parameter.resolved.as_ref()].into_iter().flatten() {
                if !secret.is_empty() {
                    message = message.replace(secret, HIDDEN);
                }
            }
        }
        TemplateError::new(message)
    }

    /// Where a value of the stack mentions resources, branches not taken aside: for the details of a change set.
    pub fn mentions(&self, value: &Value) -> Result<Vec<ResourceMention>, TemplateError> {
        let branches = |condition: &str| Branches::taken(self.is_active(Some(condition)));
        let mut found = Vec::new();
        walk::functions(value, &branches, &mut String::new(), &mut |function, path| {
            for mention in walk::mentions(&function)? {
                if self.template.resources.contains_key(mention.name) {
                    found.push(ResourceMention::new(&mention, path));
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn evaluator<'a>(&'a self, environment: &'a dyn Environment) -> Evaluator<'a> {
        Evaluator {
            declared: &self.template.parameters,
            parameters: &self.parameters,
            mappings: &self.template.mappings,
            conditions: &self.conditions,
            context: &self.context,
            environment,
        }
    }

    fn check_rules(&self, environment: &dyn Environment) -> Result<(), TemplateError> {
        let evaluator = self.evaluator(environment);
        for (name, rule) in &self.template.rules {
            if let Some(condition) = &rule.condition
                && !evaluator.truth(condition)?
            {
                continue;
            }
            for assertion in &rule.assertions {
                if !evaluator.truth(&assertion.assert)? {
                    // The words around the description are ours: no AWS answer was at hand.
                    let said = assertion.description.as_deref().unwrap_or("an assertion does not hold");
                    return Err(TemplateError::function(format_args!("Rule {name} failed: {said}")));
                }
            }
        }
        Ok(())
    }

    /// Decides the conditions, each after those that it is made of.
    fn decide(&mut self, environment: &dyn Environment) -> Result<(), TemplateError> {
        let mut needs = IndexMap::new();
        for (name, definition) in &self.template.conditions {
            let mut others = BTreeSet::new();
            walk::functions(definition, &|_| Branches::Both, &mut String::new(), &mut |function, _| {
                if let Function::Condition(name) | Function::If { condition: name, .. } = function {
                    others.insert(name.to_owned());
                }
                Ok(())
            })?;
            needs.insert(name.clone(), others);
        }
        let order = Graph::from_needs(needs);
        let cycle = order.cycle();
        if !cycle.is_empty() {
            let cycle = error::names(cycle);
            return Err(TemplateError::format(format_args!("Circular dependency between conditions: {cycle}")));
        }
        for name in order.waves().into_iter().flatten() {
            let holds = self.evaluator(environment).truth(&self.template.conditions[name]);
            let holds = holds.map_err(|error| self.without_secrets(&error))?;
            self.conditions.insert(name.to_owned(), holds);
        }
        Ok(())
    }

    /// An output that is part of the stack mentions only resources that are.
    fn check_outputs(&self) -> Result<(), TemplateError> {
        let mut absent = BTreeSet::new();
        for (_, output) in self.outputs() {
            for value in [Some(&output.value), output.export_name.as_ref()].into_iter().flatten() {
                let mentions = self.mentions(value)?.into_iter().map(|mention| mention.logical_id);
                absent.extend(mentions.filter(|id| self.resource(id).is_none()));
            }
        }
        if absent.is_empty() { Ok(()) } else { Err(crate::function::unresolved(&absent, "Outputs")) }
    }
}

/// A resource mentioned in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceMention {
    /// The JSON pointer to the function that mentions it.
    pub path: String,
    pub logical_id: String,
    /// The attribute, or none for `Ref`.
    pub attribute: Option<String>,
}

impl ResourceMention {
    fn new(mention: &walk::Mention<'_>, path: &str) -> Self {
        let attribute = match mention.kind {
            walk::MentionKind::Ref => None,
            walk::MentionKind::GetAtt(attribute) => Some(attribute.unwrap_or_default().to_owned()),
            walk::MentionKind::SubAttribute(attribute) => Some(attribute.to_owned()),
        };
        Self { path: path.to_owned(), logical_id: mention.name.to_owned(), attribute }
    }
}
