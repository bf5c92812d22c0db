//! How asynchronous invocations are tried: PutFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfig,
//! GetFunctionEventInvokeConfig, ListFunctionEventInvokeConfigs, DeleteFunctionEventInvokeConfig.

use super::list_functions::page;
use crate::{
    Lambda,
    name::Name,
    settings::wrong,
    state::{self, INVOKE_CONFIGS, InvokeConfig, LATEST},
};
use api_lambda::{
    DeleteFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfigOutputNothing,
    DeleteFunctionEventInvokeConfigRequest, DestinationConfig, FunctionEventInvokeConfig, GetFunctionEventInvokeConfig,
    GetFunctionEventInvokeConfigRequest, ListFunctionEventInvokeConfigs, ListFunctionEventInvokeConfigsRequest,
    ListFunctionEventInvokeConfigsResponse, OnFailure, OnSuccess, PutFunctionEventInvokeConfig,
    PutFunctionEventInvokeConfigRequest, UpdateFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfigRequest,
    errors,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use shape::ApiError;

/// By function and qualifier; `$LATEST` is what no qualifier means.
fn key(name: &Name) -> (String, String) {
    let qualifier = name.qualifier.clone().filter(|qualifier| qualifier != LATEST);
    (name.function.clone(), qualifier.unwrap_or_default())
}

fn tell(name: &Name, config: &InvokeConfig) -> FunctionEventInvokeConfig {
    let nowhere = DestinationConfig { on_success: Some(OnSuccess::default()), on_failure: Some(OnFailure::default()) };
    FunctionEventInvokeConfig {
        last_modified: Some(config.modified),
        // AWS: here `$LATEST` is named even where nothing was.
        function_arn: Some(name.qualified(Some(name.qualifier.as_deref().unwrap_or(LATEST))).to_string()),
        maximum_retry_attempts: config.most_retries,
        maximum_event_age_in_seconds: config.most_age_secs,
        destination_config: Some(nowhere),
    }
}

fn check(destinations: Option<&DestinationConfig>) -> Outcome<()> {
    let Some(destinations) = destinations else { return Ok(()) };
    let success = destinations.on_success.as_ref().and_then(|to| to.destination.as_deref());
    let failure = destinations.on_failure.as_ref().and_then(|to| to.destination.as_deref());
    if success.or(failure).is_some_and(|destination| !destination.is_empty()) {
        return Err(ApiError::not_implemented("DestinationConfig of a function's asynchronous invocations"));
    }
    Ok(())
}

fn find(tx: &Tx<'_>, name: &Name) -> Outcome<InvokeConfig> {
    let found = tx.get(&INVOKE_CONFIGS, key(name))?;
    found.ok_or_else(|| {
        let arn = name.qualified(Some(name.qualifier.as_deref().unwrap_or(LATEST)));
        errors::resource_not_found_exception(format!("The function {arn} doesn't have an EventInvokeConfig"))
    })
}

impl Write<PutFunctionEventInvokeConfig> for Lambda {
    fn access(call: &Call, input: &PutFunctionEventInvokeConfigRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: PutFunctionEventInvokeConfigRequest,
    ) -> Outcome<FunctionEventInvokeConfig> {
        let (most_retries, most_age_secs) = (input.maximum_retry_attempts, input.maximum_event_age_in_seconds);
        if most_retries.is_none() && most_age_secs.is_none() && input.destination_config.is_none() {
            return Err(wrong("You must specify at least one of error handling or destination setting."));
        }
        check(input.destination_config.as_ref())?;
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        state::get_version(&tx, &name)?;
        let config = InvokeConfig { most_retries, most_age_secs, modified: call.now };
        tx.put(&INVOKE_CONFIGS, key(&name), &config)?;
        Ok(tell(&name, &config))
    }
}

impl Write<UpdateFunctionEventInvokeConfig> for Lambda {
    fn access(call: &Call, input: &UpdateFunctionEventInvokeConfigRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: UpdateFunctionEventInvokeConfigRequest,
    ) -> Outcome<FunctionEventInvokeConfig> {
        check(input.destination_config.as_ref())?;
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        let before = find(&tx, &name)?;
        let config = InvokeConfig {
            most_retries: input.maximum_retry_attempts.or(before.most_retries),
            most_age_secs: input.maximum_event_age_in_seconds.or(before.most_age_secs),
            modified: call.now,
        };
        tx.put(&INVOKE_CONFIGS, key(&name), &config)?;
        Ok(tell(&name, &config))
    }
}

impl Read<GetFunctionEventInvokeConfig> for Lambda {
    fn access(call: &Call, input: &GetFunctionEventInvokeConfigRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }
    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetFunctionEventInvokeConfigRequest,
    ) -> Outcome<FunctionEventInvokeConfig> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        Ok(tell(&name, &find(&tx.peek(&name.scope), &name)?))
    }
}

impl Read<ListFunctionEventInvokeConfigs> for Lambda {
    fn access(call: &Call, input: &ListFunctionEventInvokeConfigsRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: ListFunctionEventInvokeConfigsRequest,
    ) -> Outcome<ListFunctionEventInvokeConfigsResponse> {
        let name = Name::of_function(call, &input.function_name)?.unqualified();
        let tx = tx.peek(&name.scope);
        state::get_function(&tx, &name)?;
        let mut all = Vec::new();
        for ((_, qualifier), config) in tx.list(&INVOKE_CONFIGS, (name.function.clone(),))? {
            let qualifier = Some(qualifier).filter(|qualifier| !qualifier.is_empty());
            all.push(tell(&Name { qualifier, ..name.clone() }, &config));
        }
        let (configs, next_marker) = page(all, input.marker.as_deref(), input.max_items);
        Ok(ListFunctionEventInvokeConfigsResponse { function_event_invoke_configs: Some(configs), next_marker })
    }
}

impl Write<DeleteFunctionEventInvokeConfig> for Lambda {
    fn access(call: &Call, input: &DeleteFunctionEventInvokeConfigRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteFunctionEventInvokeConfigRequest,
    ) -> Outcome<DeleteFunctionEventInvokeConfigOutputNothing> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        find(&tx, &name)?;
        tx.delete(&INVOKE_CONFIGS, key(&name));
        Ok(DeleteFunctionEventInvokeConfigOutputNothing {})
    }
}
