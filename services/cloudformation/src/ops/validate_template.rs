use crate::{
    CloudFormation,
    api::{Capability, TemplateParameter, ValidateTemplate, ValidateTemplateInput, ValidateTemplateOutput},
    request::{Source, invalid},
};
use kernel::{Access, Call, Cloud, Outcome, Serve};
use template::{Parameter, Template};

impl Serve<ValidateTemplate> for CloudFormation {
    fn access(_: &Call, input: &ValidateTemplateInput) -> Access {
        match &input.template_url {
            Some(url) => Access::any().with("cloudformation:TemplateUrl", url.as_str()),
            None => Access::any(),
        }
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: ValidateTemplateInput) -> Outcome<ValidateTemplateOutput> {
        let source = Source { body: input.template_body, url: input.template_url, is_previous: false };
        let body = source.read(cloud, call, None).await?;
        let template = Template::parse(&body).map_err(|error| invalid(&error))?;
        let (capabilities, capabilities_reason) = capabilities(&template);
        Ok(ValidateTemplateOutput {
            parameters: Some(template.parameters.values().map(parameter).collect()),
            description: template.description.clone(),
            capabilities,
            capabilities_reason,
            declared_transforms: (!template.transforms.is_empty()).then(|| template.transforms.clone()),
        })
    }
}

pub(super) fn capabilities(template: &Template) -> (Option<Vec<Capability>>, Option<String>) {
    let found = template.capabilities();
    let required = found.required.iter().filter_map(|one| Capability::parse(one.as_str()));
    let required: Vec<_> = required.collect();
    ((!required.is_empty()).then_some(required), found.reason)
}

/// The default of a secret parameter, as it may be shown.
pub(super) fn shown_default(parameter: &Parameter) -> Option<String> {
    parameter.default.clone().map(|default| if parameter.no_echo { "****".to_owned() } else { default })
}

fn parameter(parameter: &Parameter) -> TemplateParameter {
    TemplateParameter {
        parameter_key: Some(parameter.name.clone()),
        default_value: shown_default(parameter),
        no_echo: Some(parameter.no_echo),
        description: parameter.description.clone(),
    }
}
