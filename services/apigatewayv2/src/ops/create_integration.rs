use crate::{
    ApiGateway, answer, arn, deploy,
    limits::{INTEGRATION_ID_LENGTH, LONGEST_TIMEOUT_MS},
    proxy::{function_uri::FunctionUri, mapping},
    state::{self, INTEGRATIONS, Integration, Payload, Target},
};
use api_apigatewayv2::{
    ConnectionType, CreateIntegration, CreateIntegrationRequest, CreateIntegrationResult, IntegrationType, errors,
};
use base::Arn;
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::{ApiError, Map};

impl Write<CreateIntegration> for ApiGateway {
    fn access(call: &Call, input: &CreateIntegrationRequest) -> Access {
        let access = Access::to(arn::of_apis(call, format_args!("/{}/integrations", input.api_id)));
        and_pass_role(access, input.credentials_arn.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateIntegrationRequest) -> Outcome<CreateIntegrationResult> {
        let api = input.api_id.as_str();
        state::check_api(tx, call, api)?;
        let wanted = Wanted {
            kind: Some(input.integration_type),
            connection: input.connection_type,
            uri: input.integration_uri,
            method: input.integration_method,
            payload: input.payload_format_version,
            credentials: input.credentials_arn,
            description: input.description,
            request_parameters: input.request_parameters,
            response_parameters: input.response_parameters,
            timeout_ms: input.timeout_in_millis,
        };
        let integration = wanted.over(None)?;
        let id = call.entropy.lower(INTEGRATION_ID_LENGTH);
        tx.put(&INTEGRATIONS, (api, id.as_str()), &integration)?;
        deploy::deploy_automatic(tx, call, api)?;
        answer::alike(answer::integration(&id, integration))
    }
}

/// A role that API Gateway is to use has to be handed to it.
pub(super) fn and_pass_role(access: Access, role: Option<&str>) -> Access {
    match role.and_then(|role| role.parse::<Arn>().ok()) {
        Some(role) => access.and_pass_role(&role, "apigateway.amazonaws.com"),
        None => access,
    }
}

/// What a caller says of an integration.
pub(super) struct Wanted {
    pub(super) kind: Option<IntegrationType>,
    pub(super) connection: Option<ConnectionType>,
    pub(super) uri: Option<String>,
    pub(super) method: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) credentials: Option<String>,
    pub(super) description: Option<String>,
    pub(super) request_parameters: Option<Map<String>>,
    pub(super) response_parameters: Option<Map<Map<String>>>,
    pub(super) timeout_ms: Option<i32>,
}

impl Wanted {
    /// The integration that this makes of the one before.
    pub(super) fn over(self, before: Option<Integration>) -> Outcome<Integration> {
        if self.connection == Some(ConnectionType::VpcLink) {
            return Err(ApiError::not_implemented("an integration with ConnectionType VPC_LINK"));
        }
        let target = target(self.kind, self.payload.as_deref(), before.as_ref().map(|before| before.target))?;
        let before = before.as_ref();
        let uri = self.uri.or_else(|| before.map(|before| before.uri.clone()));
        let Some(uri) = uri else {
            return Err(errors::bad_request_exception(match target {
                Target::Function(_) => "Integration URI must be specified for AWS_PROXY integrations",
                Target::Http => "Integration URI must be specified for HTTP_PROXY integrations",
            }));
        };
        let mut request_parameters = before.and_then(|before| before.request_parameters.clone());
        overlay(&mut request_parameters, self.request_parameters);
        let mut response_parameters = before.and_then(|before| before.response_parameters.clone());
        overlay(&mut response_parameters, self.response_parameters);
        let integration = Integration {
            target,
            uri,
            method: self
                .method
                .or_else(|| before.and_then(|before| before.method.clone()))
                .or_else(|| default_method(target)),
            credentials: self.credentials.or_else(|| before.and_then(|before| before.credentials.clone())),
            description: self.description.or_else(|| before.and_then(|before| before.description.clone())),
            request_parameters,
            response_parameters,
            timeout_ms: self.timeout_ms.or(before.map(|before| before.timeout_ms)).unwrap_or(LONGEST_TIMEOUT_MS),
            is_managed: before.is_some_and(|before| before.is_managed),
        };
        Self::check(&integration)?;
        Ok(integration)
    }

    pub(super) fn check(integration: &Integration) -> Outcome<()> {
        if integration.credentials.is_some() {
            return Err(ApiError::not_implemented(
                "CredentialsArn: functions allow API Gateway by their own policy; a role",
            ));
        }
        match integration.target {
            Target::Function(_) => {
                FunctionUri::parse(&integration.uri).ok_or_else(|| {
                    errors::bad_request_exception(format!(
                        "Invalid integration URI specified: {} is not the ARN of a function",
                        integration.uri
                    ))
                })?;
            }
            Target::Http => {
                if integration.method.is_none() {
                    return Err(errors::bad_request_exception(
                        "HttpMethod must be specified for HTTP_PROXY integrations",
                    ));
                }
                if !["http://", "https://"].iter().any(|scheme| integration.uri.starts_with(scheme)) {
                    return Err(errors::bad_request_exception("Invalid HTTP endpoint specified for URI"));
                }
            }
        }
        for text in integration.request_parameters.iter().flatten() {
            mapping::check_request(text.0, text.1)?;
        }
        for (status, parameters) in integration.response_parameters.iter().flatten() {
            mapping::check_response(status, parameters)?;
        }
        Ok(())
    }
}

/// AWS: functions are always called by POST, and answers say so where nobody else did.
fn default_method(target: Target) -> Option<String> {
    matches!(target, Target::Function(_)).then(|| "POST".into())
}

/// AWS: an update changes the parameters that it names; an empty value takes one away.
fn overlay<T: IsEmpty>(before: &mut Option<Map<T>>, new: Option<Map<T>>) {
    let Some(new) = new else { return };
    let mut all = before.take().unwrap_or_default();
    all.extend(new);
    all.retain(|_, value| !value.is_nothing());
    *before = (!all.is_empty()).then_some(all);
}

trait IsEmpty {
    fn is_nothing(&self) -> bool;
}
impl IsEmpty for String {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}
impl IsEmpty for Map<String> {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

fn target(kind: Option<IntegrationType>, payload: Option<&str>, before: Option<Target>) -> Outcome<Target> {
    let is_http = match (kind, before) {
        (Some(IntegrationType::AwsProxy), _) | (None, Some(Target::Function(_))) => false,
        (Some(IntegrationType::HttpProxy), _) | (None, _) => true,
        (Some(other), _) => {
            return Err(errors::bad_request_exception(format!(
                "Integration type {other} is not supported for APIs of protocol type HTTP"
            )));
        }
    };
    let known = match before {
        Some(Target::Function(payload)) => Some(payload),
        _ => None,
    };
    let payload = match payload {
        Some(text) => Some(Payload::parse(text).ok_or_else(|| {
            errors::bad_request_exception("Invalid PayloadFormatVersion specified: it must be 1.0 or 2.0")
        })?),
        None => known,
    };
    match (is_http, payload) {
        (true, Some(Payload::V2)) => {
            Err(errors::bad_request_exception("PayloadFormatVersion must be 1.0 for HTTP_PROXY integrations"))
        }
        (true, _) => Ok(Target::Http),
        (false, Some(payload)) => Ok(Target::Function(payload)),
        (false, None) => Err(errors::bad_request_exception(
            "PayloadFormatVersion is a required parameter for integration type AWS_PROXY",
        )),
    }
}
