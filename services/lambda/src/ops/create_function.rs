use super::{code::Source, layer, publish_version};
use crate::{
    Lambda,
    engine::assume,
    name::Name,
    runtime::Family,
    settings::{self, DEFAULT_EPHEMERAL_MB, DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_SECS, wrong},
    state::{Config, FUNCTIONS, Function},
};
use api_lambda::{CreateFunction, CreateFunctionRequest, FunctionConfiguration, PackageType, TracingMode, errors};
use base::Arn;
use kernel::{Access, Call, Cloud, Outcome, Serve};
use shape::{ApiError, Map};

impl Serve<CreateFunction> for Lambda {
    fn access(call: &Call, input: &CreateFunctionRequest) -> Access {
        let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        let access = Access::to(Name::resource(call, &input.function_name, None)).with_tags(tags);
        match input.role.parse::<Arn>() {
            Ok(role) => access.and_pass_role(&role, "lambda.amazonaws.com"),
            Err(_) => access,
        }
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: CreateFunctionRequest) -> Outcome<FunctionConfiguration> {
        let name = Name::of_function(call, &input.function_name)?.unqualified();
        check(&input)?;
        let is_there = |tx: &kernel::Tx<'_>| tx.has(&FUNCTIONS, name.function.clone());
        if cloud.read(&api_lambda::API, &name.scope, is_there)? {
            return Err(exists(&name));
        }
        check_role(cloud, &name, &input.role).await?;
        let runtime = input.runtime.as_ref().map(ToString::to_string).unwrap_or_default();
        check_interpreter(self, &runtime).await?;
        let source = Source {
            zip: input.code.zip_file,
            bucket: input.code.s3_bucket,
            key: input.code.s3_key,
            version: input.code.s3_object_version,
            image: input.code.image_uri,
        };
        let config = Config {
            runtime,
            role: input.role,
            handler: input.handler.unwrap_or_default(),
            description: input.description.unwrap_or_default(),
            timeout_secs: input.timeout.unwrap_or(DEFAULT_TIMEOUT_SECS),
            memory_mb: input.memory_size.unwrap_or(DEFAULT_MEMORY_MB),
            environment: input.environment.and_then(|environment| environment.variables).unwrap_or_default(),
            is_traced: input.tracing_config.and_then(|tracing| tracing.mode) == Some(TracingMode::Active),
            layers: layer::find_all(cloud, call, input.layers.unwrap_or_default())?,
            ephemeral_mb: input.ephemeral_storage.map_or(DEFAULT_EPHEMERAL_MB, |storage| storage.size),
            log_group: settings::log_group(input.logging_config.as_ref())?,
            code: source.fetch(cloud, call, &self.engine).await?,
            revision: call.entropy.uuid(),
            modified: call.now,
        };
        config.check()?;
        let function = Function {
            latest: config,
            next_version: 1,
            tags: input.tags.unwrap_or_default(),
            reserved_concurrency: None,
            policies: Map::new(),
        };
        let is_published = input.publish == Some(true);
        let (scope, call) = (name.scope.clone(), call.clone());
        cloud
            .write(&api_lambda::API, &scope, move |tx| {
                // Somebody else may have been faster while the code was on its way.
                if tx.has(&FUNCTIONS, name.function.clone())? {
                    return Err(exists(&name));
                }
                tx.put(&FUNCTIONS, name.function.clone(), &function)?;
                if is_published {
                    return publish_version::publish(tx, &call, &name, None);
                }
                Ok(settings::tell_latest(&name, &function.latest))
            })
            .await
    }
}

fn exists(name: &Name) -> ApiError {
    errors::resource_conflict_exception(format!("Function already exist: {}", name.function))
}

/// What is refused before anything is fetched.
fn check(input: &CreateFunctionRequest) -> Outcome<()> {
    if input.package_type == Some(PackageType::Image) || input.code.image_uri.is_some() {
        return Err(ApiError::not_implemented("PackageType Image of a function"));
    }
    if input.runtime.is_none() || input.handler.is_none() {
        return Err(wrong(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    }
    settings::check_supported(
        input.vpc_config.as_ref(),
        input.dead_letter_config.as_ref(),
        input.kms_key_arn.as_deref(),
        input.snap_start.as_ref(),
    )?;
    settings::check_architectures(input.architectures.as_deref())
}

/// AWS tries the role at once, so that a function without one cannot be made.
pub(super) async fn check_role(cloud: &Cloud, name: &Name, role: &str) -> Outcome<()> {
    match assume(cloud, name, role).await {
        Err(error) if error.fault.is_none() => {
            Err(wrong("The role defined for the function cannot be assumed by Lambda."))
        }
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// A runtime that cannot run here is refused when the function is made, not when it is called.
pub(super) async fn check_interpreter(lambda: &Lambda, runtime: &str) -> Outcome<()> {
    let family = Family::of(runtime).map_err(ApiError::not_implemented)?;
    let (interpreters, runtime) = (lambda.engine.interpreters.clone(), runtime.to_owned());
    let found = tokio::task::spawn_blocking(move || interpreters.launcher(family, &runtime).map(drop)).await;
    let found =
        found.map_err(|panic| base::Fault::internal("looking for an interpreter broke off").caused_by(panic))?;
    found.map_err(wrong)
}
