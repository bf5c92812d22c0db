//! `AWS::ApiGatewayV2::Integration`.

use super::{gone_is_deleted, known, number};
use api_apigatewayv2::{
    ConnectionType, CreateIntegration, CreateIntegrationRequest, DeleteIntegration, DeleteIntegrationRequest,
    IntegrationType, UpdateIntegration, UpdateIntegrationRequest,
    cfn::{INTEGRATION, Integration},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct IntegrationResource;

impl Resource for IntegrationResource {
    type Properties = Integration;

    fn schema(&self) -> &'static shape::Resource {
        &INTEGRATION
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Integration) -> Outcome<String> {
        let made = cloud.call::<CreateIntegration>(&stack.call, wanted(properties)?).await?;
        Ok(made.integration_id.unwrap_or_default())
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Integration) -> Outcome<Map<Json>> {
        Ok([("IntegrationId".into(), id.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: Integration,
        new: Integration,
    ) -> Outcome<Updated> {
        let wanted = wanted(new)?;
        let input = UpdateIntegrationRequest {
            api_id: wanted.api_id,
            integration_id: id.into(),
            connection_type: wanted.connection_type,
            credentials_arn: wanted.credentials_arn,
            description: wanted.description,
            integration_method: wanted.integration_method,
            integration_type: Some(wanted.integration_type),
            integration_uri: wanted.integration_uri,
            payload_format_version: wanted.payload_format_version,
            request_parameters: replaced(old.request_parameters, wanted.request_parameters, &String::new()),
            response_parameters: replaced(
                old.response_parameters.map(response_parameters).transpose()?,
                wanted.response_parameters,
                &Map::new(),
            ),
            timeout_in_millis: wanted.timeout_in_millis,
        };
        cloud.call::<UpdateIntegration>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Integration) -> Outcome<()> {
        let input = DeleteIntegrationRequest { api_id: properties.api_id, integration_id: id.into() };
        gone_is_deleted(cloud.call::<DeleteIntegration>(&stack.call, input).await)
    }
}

fn wanted(properties: Integration) -> Outcome<CreateIntegrationRequest> {
    let kind = known("IntegrationType", Some(&properties.integration_type), IntegrationType::parse)?;
    Ok(CreateIntegrationRequest {
        api_id: properties.api_id,
        connection_type: known("ConnectionType", properties.connection_type.as_deref(), ConnectionType::parse)?,
        credentials_arn: properties.credentials_arn,
        description: properties.description,
        integration_method: properties.integration_method,
        integration_type: kind.unwrap_or_default(),
        integration_uri: properties.integration_uri,
        payload_format_version: properties.payload_format_version,
        request_parameters: properties.request_parameters,
        response_parameters: properties.response_parameters.map(response_parameters).transpose()?,
        timeout_in_millis: number("TimeoutInMillis", properties.timeout_in_millis)?,
    })
}

/// `{"200": {"ResponseParameters": [{"Destination": "overwrite:header.a", "Source": "b"}]}}`
fn response_parameters(document: Json) -> Outcome<Map<Map<String>>> {
    let malformed = || errors::bad_request_exception("ResponseParameters are not of the form that their type wants");
    let mut all = Map::new();
    for (status, one) in document.as_object().ok_or_else(malformed)? {
        let list = one.get("ResponseParameters").and_then(Json::as_array).ok_or_else(malformed)?;
        let mut parameters = Map::new();
        for parameter in list {
            let text = |name: &str| parameter.get(name).and_then(Json::as_str).map(str::to_owned);
            let (Some(place), Some(source)) = (text("Destination"), text("Source")) else { return Err(malformed()) };
            parameters.insert(place, source);
        }
        all.insert(status.clone(), parameters);
    }
    Ok(all)
}

/// What UpdateIntegration has to hear, so that what the template no longer says goes: an empty value.
fn replaced<T: Clone>(old: Option<Map<T>>, new: Option<Map<T>>, nothing: &T) -> Option<Map<T>> {
    let mut all: Map<T> = old.unwrap_or_default().into_keys().map(|key| (key, nothing.clone())).collect();
    all.extend(new.unwrap_or_default());
    (!all.is_empty()).then_some(all)
}
