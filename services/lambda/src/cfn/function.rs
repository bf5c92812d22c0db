//! `AWS::Lambda::Function`.

use super::gone_is_deleted;
use crate::{
    code,
    runtime::{Family, NODE_RESPONSE, PYTHON_RESPONSE},
    settings::{self, wrong},
};
use api_lambda::{
    Architecture, CreateFunction, CreateFunctionRequest, DeleteFunction, DeleteFunctionConcurrency,
    DeleteFunctionConcurrencyRequest, DeleteFunctionRequest, Environment, EphemeralStorage, FunctionCode, GetFunction,
    GetFunctionRequest, LogFormat, LoggingConfig, PackageType, PutFunctionConcurrency, PutFunctionConcurrencyRequest,
    Runtime, SnapStart, SnapStartApplyOn, TagResource, TagResourceRequest, TracingConfig, TracingMode, UntagResource,
    UntagResourceRequest, UpdateFunctionCode, UpdateFunctionCodeRequest, UpdateFunctionConfiguration,
    UpdateFunctionConfigurationRequest,
    cfn::{FUNCTION, Function, FunctionOfCode},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct FunctionResource;

/// AWS quota: the length of a function's name.
const NAME_CHARS: usize = 64;

impl Resource for FunctionResource {
    type Properties = Function;

    fn schema(&self) -> &'static shape::Resource {
        &FUNCTION
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Function) -> Outcome<String> {
        let name = name_of(stack, &properties);
        let settings = configuration(&name, &properties)?;
        let input = CreateFunctionRequest {
            function_name: name.clone(),
            runtime: settings.runtime,
            role: properties.role.clone(),
            handler: settings.handler,
            code: package(&properties)?,
            description: settings.description,
            timeout: settings.timeout,
            memory_size: settings.memory_size,
            package_type: properties.package_type.as_deref().and_then(PackageType::parse),
            environment: settings.environment,
            tracing_config: settings.tracing_config,
            tags: Some(tags_of(stack, &properties)),
            layers: settings.layers,
            architectures: architectures(&properties),
            ephemeral_storage: settings.ephemeral_storage,
            snap_start: settings.snap_start,
            logging_config: settings.logging_config,
            ..Default::default()
        };
        cloud.call::<CreateFunction>(&stack.call, input).await?;
        reserve(cloud, stack, &name, &properties).await?;
        Ok(name)
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Function) -> Outcome<Option<String>> {
        if properties.function_name.is_some() {
            return Ok(None);
        }
        let name = name_of(stack, &properties);
        let input = GetFunctionRequest { function_name: name.clone(), ..Default::default() };
        match cloud.call::<GetFunction>(&stack.call, input).await {
            Ok(_) => {
                reserve(cloud, stack, &name, &properties).await?;
                Ok(Some(name))
            }
            Err(error) if error.is(&errors::ResourceNotFoundException) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn attributes(&self, _: &Cloud, stack: &StackCall, id: &str, _: Function) -> Outcome<Map<Json>> {
        let arn = stack.call.arn("lambda", format_args!("function:{id}"));
        Ok([("Arn".into(), Json::from(arn.to_string()))].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: Function,
        new: Function,
    ) -> Outcome<Updated> {
        // Code that stands in the template depends on the runtime, too.
        if (&old.code, &old.runtime, &old.architectures) != (&new.code, &new.runtime, &new.architectures) {
            let code = package(&new)?;
            let input = UpdateFunctionCodeRequest {
                function_name: id.into(),
                zip_file: code.zip_file,
                s3_bucket: code.s3_bucket,
                s3_key: code.s3_key,
                s3_object_version: code.s3_object_version,
                architectures: architectures(&new),
                ..Default::default()
            };
            cloud.call::<UpdateFunctionCode>(&stack.call, input).await?;
        }
        cloud.call::<UpdateFunctionConfiguration>(&stack.call, configuration(id, &new)?).await?;
        if new.reserved_concurrent_executions.is_some() {
            reserve(cloud, stack, id, &new).await?;
        } else if old.reserved_concurrent_executions.is_some() {
            let input = DeleteFunctionConcurrencyRequest { function_name: id.into() };
            cloud.call::<DeleteFunctionConcurrency>(&stack.call, input).await?;
        }
        let resource = stack.call.arn("lambda", format_args!("function:{id}")).to_string();
        let (before, after) = (tags_of(stack, &old), tags_of(stack, &new));
        let gone: Vec<String> = before.into_keys().filter(|key| !after.contains_key(key)).collect();
        if !gone.is_empty() {
            let input = UntagResourceRequest { resource: resource.clone(), tag_keys: gone };
            cloud.call::<UntagResource>(&stack.call, input).await?;
        }
        cloud.call::<TagResource>(&stack.call, TagResourceRequest { resource, tags: after }).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Function) -> Outcome<()> {
        let input = DeleteFunctionRequest { function_name: id.into(), ..Default::default() };
        gone_is_deleted(cloud.call::<DeleteFunction>(&stack.call, input).await)
    }
}

fn name_of(stack: &StackCall, properties: &Function) -> String {
    properties.function_name.clone().unwrap_or_else(|| stack.physical_name(NAME_CHARS))
}

fn tags_of(stack: &StackCall, properties: &Function) -> Map<String> {
    let own = properties.tags.iter().flatten();
    stack.tags_with(own.map(|tag| (tag.key.clone(), tag.value.clone().unwrap_or_default()))).into_iter().collect()
}

fn architectures(properties: &Function) -> Option<Vec<Architecture>> {
    let given = properties.architectures.as_ref()?;
    Some(given.iter().filter_map(|name| Architecture::parse(name)).collect())
}

async fn reserve(cloud: &Cloud, stack: &StackCall, name: &str, properties: &Function) -> Outcome<()> {
    let Some(count) = properties.reserved_concurrent_executions else { return Ok(()) };
    let input = PutFunctionConcurrencyRequest {
        function_name: name.into(),
        reserved_concurrent_executions: i32::try_from(count).unwrap_or(i32::MAX),
    };
    cloud.call::<PutFunctionConcurrency>(&stack.call, input).await.map(drop)
}

/// What both creating and updating set. What a template does not say goes back to AWS's default.
fn configuration(name: &str, properties: &Function) -> Outcome<UpdateFunctionConfigurationRequest> {
    let number =
        |given: Option<i64>, default: i32| given.map_or(default, |value| i32::try_from(value).unwrap_or(i32::MAX));
    let storage = properties.ephemeral_storage.as_ref().map(|storage| storage.size);
    let tracing = properties.tracing_config.as_ref().and_then(|tracing| tracing.mode.as_deref());
    let snap = properties.snap_start.as_ref().and_then(|snap| SnapStartApplyOn::parse(&snap.apply_on));
    Ok(UpdateFunctionConfigurationRequest {
        function_name: name.into(),
        role: Some(properties.role.clone()),
        handler: properties.handler.clone(),
        description: Some(properties.description.clone().unwrap_or_default()),
        timeout: Some(number(properties.timeout, settings::DEFAULT_TIMEOUT_SECS)),
        memory_size: Some(number(properties.memory_size, settings::DEFAULT_MEMORY_MB)),
        environment: Some(Environment { variables: Some(variables(properties)?) }),
        runtime: properties.runtime.as_deref().and_then(Runtime::parse),
        tracing_config: Some(TracingConfig {
            mode: Some(tracing.and_then(TracingMode::parse).unwrap_or(TracingMode::PassThrough)),
        }),
        layers: Some(properties.layers.clone().unwrap_or_default()),
        ephemeral_storage: Some(EphemeralStorage { size: number(storage, settings::DEFAULT_EPHEMERAL_MB) }),
        snap_start: snap.map(|apply_on| SnapStart { apply_on: Some(apply_on) }),
        logging_config: properties.logging_config.as_ref().map(|logging| LoggingConfig {
            log_format: logging.log_format.as_deref().and_then(LogFormat::parse),
            application_log_level: logging
                .application_log_level
                .as_deref()
                .and_then(api_lambda::ApplicationLogLevel::parse),
            system_log_level: logging.system_log_level.as_deref().and_then(api_lambda::SystemLogLevel::parse),
            log_group: logging.log_group.clone(),
        }),
        ..Default::default()
    })
}

/// A template's numbers and booleans become texts.
fn variables(properties: &Function) -> Outcome<Map<String>> {
    let given = properties.environment.as_ref().and_then(|environment| environment.variables.as_ref());
    let Some(given) = given else { return Ok(Map::new()) };
    let members = given.as_object().ok_or_else(|| wrong("Environment.Variables has to be a map."))?;
    members
        .iter()
        .map(|(name, value)| match value {
            Json::String(text) => Ok((name.clone(), text.clone())),
            Json::Number(_) | Json::Bool(_) => Ok((name.clone(), value.to_string())),
            _ => Err(wrong(format!("The environment variable {name} has to be a text."))),
        })
        .collect()
}

fn package(properties: &Function) -> Outcome<FunctionCode> {
    let FunctionOfCode { zip_file, s3_bucket, s3_key, s3_object_version, .. } = properties.code.clone();
    let zip_file = match zip_file {
        Some(text) => Some(inline(&text, properties.runtime.as_deref().unwrap_or_default())?.into()),
        None => None,
    };
    Ok(FunctionCode { zip_file, s3_bucket, s3_key, s3_object_version, ..Default::default() })
}

/// Code that stands in the template becomes `index.py` or `index.js`, beside the module that answers CloudFormation.
fn inline(text: &str, runtime: &str) -> Outcome<Vec<u8>> {
    let files = match Family::of(runtime).map_err(ApiError::not_implemented)? {
        Family::Python => vec![("index.py", text), ("cfnresponse.py", PYTHON_RESPONSE)],
        Family::Node => vec![("index.js", text), ("node_modules/cfn-response.js", NODE_RESPONSE)],
        Family::Provided => {
            return Err(wrong("ZipFile can only be used when Runtime is set to either of nodejs or python."));
        }
    };
    code::pack(&files).map_err(|why| base::Fault::internal(format!("a text could not be packed: {why:?}")).into())
}
