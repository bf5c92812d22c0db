//! Reading values: one by name, several by name, and all below a path.

use crate::{
    Ssm,
    domain::{
        filter::{self, Facts},
        name::{self, Named},
        page::page,
    },
    state::{self, Version},
};
use api_ssm::{
    API, GetParameter, GetParameterRequest, GetParameterResult, GetParameters, GetParametersByPath,
    GetParametersByPathRequest, GetParametersByPathResult, GetParametersRequest, GetParametersResult, Parameter,
    ParameterType, errors,
};
use kernel::{Access, Call, Cloud, Outcome, Serve};
use shape::ApiError;

/// AWS: as many as a page of GetParametersByPath holds.
const PAGE: usize = 10;

impl Ssm {
    /// The value as the caller wants it.
    pub(super) fn value(
        &self,
        cloud: &Cloud,
        call: &Call,
        name: &str,
        version: &Version,
        decrypts: bool,
    ) -> Outcome<String> {
        if version.kind() == ParameterType::SecureString && decrypts {
            return Ok(self.key.open(cloud, &state::arn(call, name), &version.value)?);
        }
        Ok(version.value.clone())
    }

    fn parameter(
        &self,
        cloud: &Cloud,
        call: &Call,
        (name, number, version): (String, u64, Version),
        selector: Option<String>,
        decrypts: bool,
    ) -> Outcome<Parameter> {
        Ok(Parameter {
            arn: Some(state::arn(call, &name).to_string()),
            type_: Some(version.kind()),
            version: i64::try_from(number).ok(),
            value: Some(self.value(cloud, call, &name, &version, decrypts)?),
            last_modified_date: Some(version.modified),
            data_type: Some(version.data_type),
            name: Some(name),
            selector,
        })
    }

    fn get(&self, cloud: &Cloud, call: &Call, text: &str, decrypts: bool) -> Outcome<Parameter> {
        let named = Named::parse(text);
        let found = cloud.read(&API, &cloud.scope_of(&API, call), |tx| state::selected(tx, &named))?;
        self.parameter(cloud, call, found, named.shown_selector(), decrypts)
    }
}

/// The ARN that a caller's name stands for.
pub(super) fn arn(call: &Call, text: &str) -> String {
    let named = Named::parse(text);
    let bare = named.name.trim_start_matches('/');
    match named.account {
        Some(account) => format!("arn:aws:ssm:{}:{account}:parameter/{bare}", call.region),
        None => state::arn(call, bare).to_string(),
    }
}

impl Serve<GetParameter> for Ssm {
    fn access(call: &Call, input: &GetParameterRequest) -> Access {
        Access::to(arn(call, &input.name))
    }
    async fn serve(&self, cloud: &Cloud, call: &Call, input: GetParameterRequest) -> Outcome<GetParameterResult> {
        let parameter = self.get(cloud, call, &input.name, input.with_decryption == Some(true))?;
        Ok(GetParameterResult { parameter: Some(parameter) })
    }
}

impl Serve<GetParameters> for Ssm {
    fn access(call: &Call, input: &GetParametersRequest) -> Access {
        Access::to_each(input.names.iter().map(|name| arn(call, name)))
    }
    async fn serve(&self, cloud: &Cloud, call: &Call, input: GetParametersRequest) -> Outcome<GetParametersResult> {
        let (mut parameters, mut invalid) = (Vec::new(), Vec::new());
        for name in input.names {
            match self.get(cloud, call, &name, input.with_decryption == Some(true)) {
                Ok(parameter) => parameters.push(parameter),
                Err(error) if error.is(&errors::ParameterNotFound) || error.is(&errors::ParameterVersionNotFound) => {
                    invalid.push(name);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(GetParametersResult { parameters: Some(parameters), invalid_parameters: Some(invalid) })
    }
}

impl Serve<GetParametersByPath> for Ssm {
    fn access(call: &Call, input: &GetParametersByPathRequest) -> Access {
        Access::to(state::arn(call, &input.path)).with("ssm:Recursive", input.recursive.unwrap_or(false).to_string())
    }
    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: GetParametersByPathRequest,
    ) -> Outcome<GetParametersByPathResult> {
        name::check_path(&input.path)?;
        let filters = input.parameter_filters.unwrap_or_default();
        filter::check(&filters, true)?;
        let is_recursive = input.recursive == Some(true);
        let found = cloud.read(&API, &cloud.scope_of(&API, call), |tx| {
            let mut all = state::all_latest(tx)?;
            all.retain(|(name, _, version)| {
                let tags = Default::default();
                name::is_below(name, &input.path, is_recursive) && filter::takes(&filters, facts(name, version, &tags))
            });
            Ok::<_, ApiError>(all)
        })?;
        let most = input.max_results.and_then(|most| usize::try_from(most).ok()).unwrap_or(PAGE);
        let (found, next_token) = page(found, |(name, _, _)| name.clone(), input.next_token.as_deref(), most)?;
        let decrypts = input.with_decryption == Some(true);
        let parameters = found.into_iter().map(|found| self.parameter(cloud, call, found, None, decrypts));
        Ok(GetParametersByPathResult { parameters: Some(parameters.collect::<Outcome<_>>()?), next_token })
    }
}

pub(super) fn facts<'a>(
    name: &'a str,
    version: &'a Version,
    tags: &'a std::collections::BTreeMap<String, String>,
) -> Facts<'a> {
    Facts {
        name,
        kind: &version.kind,
        key_id: version.key_id(),
        tier: &version.tier,
        data_type: &version.data_type,
        labels: &version.labels,
        tags,
    }
}
