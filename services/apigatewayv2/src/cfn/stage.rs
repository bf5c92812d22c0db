//! `AWS::ApiGatewayV2::Stage`.

use super::{api::retag, gone_is_deleted, known, number};
use api_apigatewayv2::{
    CreateStage, CreateStageRequest, DeleteRouteSettings, DeleteRouteSettingsRequest, DeleteStage, DeleteStageRequest,
    GetStage, GetStageRequest, LoggingLevel, RouteSettings, UpdateStage, UpdateStageRequest,
    cfn::{STAGE, Stage, StageOfRouteSettings},
    errors::{self, NotFoundException},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct StageResource;

impl Resource for StageResource {
    type Properties = Stage;

    fn schema(&self) -> &'static shape::Resource {
        &STAGE
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Stage) -> Outcome<String> {
        let made = cloud.call::<CreateStage>(&stack.call, wanted(stack, properties)?).await?;
        Ok(made.stage_name.unwrap_or_default())
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Stage) -> Outcome<Option<String>> {
        let input = GetStageRequest { api_id: properties.api_id, stage_name: properties.stage_name };
        match cloud.call::<GetStage>(&stack.call, input).await {
            Ok(stage) => {
                let tags = stage.tags.unwrap_or_default();
                let is_ours = tags.get("aws:cloudformation:stack-id") == Some(&stack.stack_id);
                Ok(stage.stage_name.filter(|_| is_ours))
            }
            Err(error) if error.is(&NotFoundException) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Stage) -> Outcome<Map<Json>> {
        Ok([("Id".into(), id.into())].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, old: Stage, new: Stage) -> Outcome<Updated> {
        let tags = (tags(stack, &old), tags(stack, &new));
        let old = wanted(stack, old)?;
        let wanted = wanted(stack, new)?;
        let route_settings = wanted.route_settings.unwrap_or_default();
        for route_key in old.route_settings.unwrap_or_default().into_keys() {
            if !route_settings.contains_key(&route_key) {
                let input =
                    DeleteRouteSettingsRequest { api_id: wanted.api_id.clone(), route_key, stage_name: id.into() };
                gone_is_deleted(cloud.call::<DeleteRouteSettings>(&stack.call, input).await)?;
            }
        }
        // An empty value takes a variable away.
        let mut variables: Map<String> =
            old.stage_variables.unwrap_or_default().into_keys().map(|name| (name, String::new())).collect();
        variables.extend(wanted.stage_variables.unwrap_or_default());
        let path = format!("/apis/{}/stages/{id}", wanted.api_id);
        let input = UpdateStageRequest {
            api_id: wanted.api_id,
            auto_deploy: Some(wanted.auto_deploy.unwrap_or(false)),
            default_route_settings: wanted.default_route_settings,
            deployment_id: wanted.deployment_id,
            description: Some(wanted.description.unwrap_or_default()),
            route_settings: Some(route_settings),
            stage_name: id.into(),
            stage_variables: Some(variables),
        };
        cloud.call::<UpdateStage>(&stack.call, input).await?;
        retag(cloud, stack, &path, tags).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Stage) -> Outcome<()> {
        let input = DeleteStageRequest { api_id: properties.api_id, stage_name: id.into() };
        gone_is_deleted(cloud.call::<DeleteStage>(&stack.call, input).await)
    }
}

fn tags(stack: &StackCall, properties: &Stage) -> Map<String> {
    stack.tags_with(properties.tags.clone().unwrap_or_default()).into_iter().collect()
}

fn wanted(stack: &StackCall, properties: Stage) -> Outcome<CreateStageRequest> {
    let tags = tags(stack, &properties);
    let stage_variables = properties.stage_variables.map(|document| variables(&document)).transpose()?;
    Ok(CreateStageRequest {
        api_id: properties.api_id,
        auto_deploy: properties.auto_deploy,
        default_route_settings: properties.default_route_settings.map(default_settings).transpose()?,
        deployment_id: properties.deployment_id,
        description: properties.description,
        route_settings: properties.route_settings.map(|document| route_settings(&document)).transpose()?,
        stage_name: properties.stage_name,
        stage_variables,
        tags: Some(tags),
    })
}

fn default_settings(settings: StageOfRouteSettings) -> Outcome<RouteSettings> {
    Ok(RouteSettings {
        data_trace_enabled: settings.data_trace_enabled,
        detailed_metrics_enabled: settings.detailed_metrics_enabled,
        logging_level: known("LoggingLevel", settings.logging_level.as_deref(), LoggingLevel::parse)?,
        throttling_burst_limit: number("ThrottlingBurstLimit", settings.throttling_burst_limit)?,
        throttling_rate_limit: settings.throttling_rate_limit,
    })
}

fn malformed(property: &str) -> ApiError {
    errors::bad_request_exception(format!("{property} is not of the form that its type wants"))
}

/// By route key; templates write numbers and booleans as texts, too.
fn route_settings(document: &Json) -> Outcome<Map<RouteSettings>> {
    let malformed = || malformed("RouteSettings");
    let mut all = Map::new();
    for (key, one) in document.as_object().ok_or_else(malformed)? {
        let mut settings = RouteSettings::default();
        for (name, value) in one.as_object().ok_or_else(malformed)? {
            let text = plain(value).ok_or_else(malformed)?;
            match name.as_str() {
                "DataTraceEnabled" => settings.data_trace_enabled = Some(text.parse().map_err(|_| malformed())?),
                "DetailedMetricsEnabled" => {
                    settings.detailed_metrics_enabled = Some(text.parse().map_err(|_| malformed())?);
                }
                "LoggingLevel" => settings.logging_level = known("LoggingLevel", Some(&text), LoggingLevel::parse)?,
                "ThrottlingBurstLimit" => {
                    settings.throttling_burst_limit = Some(text.parse().map_err(|_| malformed())?);
                }
                "ThrottlingRateLimit" => settings.throttling_rate_limit = Some(text.parse().map_err(|_| malformed())?),
                _ => return Err(malformed()),
            }
        }
        all.insert(key.clone(), settings);
    }
    Ok(all)
}

fn variables(document: &Json) -> Outcome<Map<String>> {
    let malformed = || malformed("StageVariables");
    let members = document.as_object().ok_or_else(malformed)?.iter();
    members.map(|(name, value)| Ok((name.clone(), plain(value).ok_or_else(malformed)?))).collect()
}

fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}
