//! GetFunction and GetFunctionConfiguration.

use crate::{
    Lambda,
    name::Name,
    settings, site,
    state::{self, LATEST},
};
use api_lambda::{
    Concurrency, FunctionCodeLocation, FunctionConfiguration, GetFunction, GetFunctionConfiguration,
    GetFunctionConfigurationRequest, GetFunctionRequest, GetFunctionResponse,
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// The version that a name leads to. AWS: the ARN in the answer ends as the caller's name did.
pub(super) fn find(tx: &Tx<'_>, name: &Name) -> Outcome<(state::Config, FunctionConfiguration)> {
    let (version, config) = state::get_version(tx, name)?;
    let told = settings::tell(name, &version, name.qualifier.as_deref(), &config);
    Ok((config, told))
}

impl Read<GetFunction> for Lambda {
    fn access(call: &Call, input: &GetFunctionRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetFunctionRequest) -> Outcome<GetFunctionResponse> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let tx = tx.peek(&name.scope);
        let function = state::get_function(&tx, &name)?;
        let (config, configuration) = find(&tx, &name)?;
        let is_whole = name.qualifier.as_deref().is_none_or(|qualifier| qualifier == LATEST);
        let reserved = function.reserved_concurrency.filter(|_| is_whole);
        Ok(GetFunctionResponse {
            configuration: Some(configuration),
            code: Some(FunctionCodeLocation {
                repository_type: Some("S3".into()),
                location: Some(site::location(call, &config.code)),
            }),
            tags: Some(function.tags).filter(|tags| !tags.is_empty()),
            concurrency: reserved.map(|count| Concurrency { reserved_concurrent_executions: Some(count) }),
        })
    }
}

impl Read<GetFunctionConfiguration> for Lambda {
    fn access(call: &Call, input: &GetFunctionConfigurationRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetFunctionConfigurationRequest) -> Outcome<FunctionConfiguration> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        Ok(find(&tx.peek(&name.scope), &name)?.1)
    }
}
