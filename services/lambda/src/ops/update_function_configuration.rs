use super::{create_function, layer, update_function_code::STALE};
use crate::{
    Lambda,
    name::Name,
    settings,
    state::{self, Config, FUNCTIONS, LayerUse},
};
use api_lambda::{
    FunctionConfiguration, TracingMode, UpdateFunctionConfiguration, UpdateFunctionConfigurationRequest, errors,
};
use base::Arn;
use kernel::{Access, Call, Cloud, Outcome, Serve};

impl Serve<UpdateFunctionConfiguration> for Lambda {
    fn access(call: &Call, input: &UpdateFunctionConfigurationRequest) -> Access {
        let access = Access::to(Name::resource(call, &input.function_name, None));
        match input.role.as_ref().and_then(|role| role.parse::<Arn>().ok()) {
            Some(role) => access.and_pass_role(&role, "lambda.amazonaws.com"),
            None => access,
        }
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: UpdateFunctionConfigurationRequest,
    ) -> Outcome<FunctionConfiguration> {
        let name = Name::of_function(call, &input.function_name)?;
        cloud.read(&api_lambda::API, &name.scope, |tx| state::get_function(tx, &name))?;
        settings::check_supported(
            input.vpc_config.as_ref(),
            input.dead_letter_config.as_ref(),
            input.kms_key_arn.as_deref(),
            input.snap_start.as_ref(),
        )?;
        settings::log_group(input.logging_config.as_ref())?;
        if let Some(role) = &input.role {
            create_function::check_role(cloud, &name, role).await?;
        }
        if let Some(runtime) = &input.runtime {
            create_function::check_interpreter(self, &runtime.to_string()).await?;
        }
        let layers = input.layers.clone().map(|layers| layer::find_all(cloud, call, layers)).transpose()?;
        let (scope, call) = (name.scope.clone(), call.clone());
        cloud
            .write(&api_lambda::API, &scope, move |tx| {
                let mut function = state::get_function(tx, &name)?;
                if input.revision_id.as_ref().is_some_and(|wanted| *wanted != function.latest.revision) {
                    return Err(errors::precondition_failed_exception(STALE));
                }
                change(&mut function.latest, input, layers)?;
                function.latest.check()?;
                function.latest.revision = call.entropy.uuid();
                function.latest.modified = call.now;
                tx.put(&FUNCTIONS, name.function.clone(), &function)?;
                Ok(settings::tell_latest(&name, &function.latest))
            })
            .await
    }
}

/// What is given replaces what was; the rest stays.
fn change(
    config: &mut Config,
    input: UpdateFunctionConfigurationRequest,
    layers: Option<Vec<LayerUse>>,
) -> Outcome<()> {
    if input.logging_config.is_some() {
        config.log_group = settings::log_group(input.logging_config.as_ref())?;
    }
    let set = |into: &mut String, given: Option<String>| {
        if let Some(given) = given {
            *into = given;
        }
    };
    set(&mut config.role, input.role);
    set(&mut config.handler, input.handler);
    set(&mut config.description, input.description);
    set(&mut config.runtime, input.runtime.map(|runtime| runtime.to_string()));
    config.timeout_secs = input.timeout.unwrap_or(config.timeout_secs);
    config.memory_mb = input.memory_size.unwrap_or(config.memory_mb);
    config.ephemeral_mb = input.ephemeral_storage.map_or(config.ephemeral_mb, |storage| storage.size);
    if let Some(environment) = input.environment {
        config.environment = environment.variables.unwrap_or_default();
    }
    if let Some(mode) = input.tracing_config.and_then(|tracing| tracing.mode) {
        config.is_traced = mode == TracingMode::Active;
    }
    if let Some(layers) = layers {
        config.layers = layers;
    }
    Ok(())
}
