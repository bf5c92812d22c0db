use super::{
    start::no_stack_with_id,
    validate_template::{capabilities, shown_default},
};
use crate::{
    CloudFormation,
    api::{
        API, GetTemplateSummary, GetTemplateSummaryInput, GetTemplateSummaryOutput, ParameterConstraints,
        ParameterDeclaration, ResourceIdentifierSummary,
    },
    request::{Source, invalid},
    state::{find_stack, stack_arn},
};
use kernel::{Access, Call, Cloud, Outcome, Serve};
use std::collections::BTreeMap;
use template::{Parameter, Template};

impl Serve<GetTemplateSummary> for CloudFormation {
    fn access(call: &Call, input: &GetTemplateSummaryInput) -> Access {
        let access = match &input.stack_name {
            Some(name) => Access::to(stack_arn(call, name)),
            None => Access::any(),
        };
        match &input.template_url {
            Some(url) => access.with("cloudformation:TemplateUrl", url.as_str()),
            None => access,
        }
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: GetTemplateSummaryInput,
    ) -> Outcome<GetTemplateSummaryOutput> {
        let body = match &input.stack_name {
            Some(name) => {
                let scope = cloud.scope_of(&API, call);
                let stack = cloud.read(&API, &scope, |tx| find_stack(tx, name))?;
                stack.ok_or_else(|| no_stack_with_id(name))?.desired.template
            }
            None => {
                let source = Source { body: input.template_body, url: input.template_url, is_previous: false };
                source.read(cloud, call, None).await?
            }
        };
        let template = Template::parse(&body).map_err(|error| invalid(&error))?;
        let (capabilities, capabilities_reason) = capabilities(&template);
        Ok(GetTemplateSummaryOutput {
            parameters: Some(template.parameters.values().map(parameter).collect()),
            description: template.description.clone(),
            capabilities,
            capabilities_reason,
            resource_types: Some(template.resource_types().into_iter().map(str::to_owned).collect()),
            version: template.format_version.clone(),
            metadata: template.metadata_text(),
            declared_transforms: (!template.transforms.is_empty()).then(|| template.transforms.clone()),
            resource_identifier_summaries: Some(identifiers(cloud, &template)),
        })
    }
}

fn parameter(parameter: &Parameter) -> ParameterDeclaration {
    let allowed = (!parameter.allowed_values.is_empty()).then(|| parameter.allowed_values.clone());
    ParameterDeclaration {
        parameter_key: Some(parameter.name.clone()),
        default_value: shown_default(parameter),
        parameter_type: Some(parameter.kind.name()),
        no_echo: Some(parameter.no_echo),
        description: parameter.description.clone(),
        parameter_constraints: Some(ParameterConstraints { allowed_values: allowed }),
    }
}

/// What identifies the template's resources, type by type, for the types that are known here.
fn identifiers(cloud: &Cloud, template: &Template) -> Vec<ResourceIdentifierSummary> {
    let mut by_type: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for resource in template.resources.values() {
        by_type.entry(&resource.type_name).or_default().push(resource.logical_id.clone());
    }
    let summary = |(name, ids): (&str, Vec<String>)| {
        let identifier = crate::cfn::find(cloud, name)?.schema().primary_identifier;
        Some(ResourceIdentifierSummary {
            resource_type: Some(name.to_owned()),
            logical_resource_ids: Some(ids),
            resource_identifiers: Some(identifier.iter().map(|part| (*part).to_owned()).collect()),
        })
    };
    by_type.into_iter().filter_map(summary).collect()
}
