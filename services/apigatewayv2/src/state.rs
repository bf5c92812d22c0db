//! What the service keeps: APIs, their parts, and the snapshots that stages serve.

use api_apigatewayv2::errors;
use base::{AccountId, Fault, Region, Timestamp};
use kernel::{Call, Outcome, Record, Rows, Scope, Tx};
use serde::{Deserialize, Serialize};
use shape::Map;

/// One row per API, by id.
pub(crate) const APIS: Rows<String, Api> = Rows::new("api");
/// The parts of an API, each by the API's id and its own, so that an API's are one scan and go with it.
pub(crate) const ROUTES: Rows<(String, String), Route> = Rows::new("route");
pub(crate) const INTEGRATIONS: Rows<(String, String), Integration> = Rows::new("integration");
pub(crate) const AUTHORIZERS: Rows<(String, String), Authorizer> = Rows::new("authorizer");
pub(crate) const DEPLOYMENTS: Rows<(String, String), Deployment> = Rows::new("deployment");
/// By API and name.
pub(crate) const STAGES: Rows<(String, String), Stage> = Rows::new("stage");
/// What a deployment serves, by API and deployment. Written once, never changed.
pub(crate) const SNAPSHOTS: Rows<(String, String), Snapshot> = Rows::new("snapshot");
/// In the shared scope: whose an API is, by id, because a request names nothing but its host.
pub(crate) const OWNERS: Rows<String, Owner> = Rows::new("owner");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}
impl Record for Owner {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Api {
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) description: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) cors: Option<Cors>,
    pub(crate) is_endpoint_disabled: bool,
    pub(crate) ip_address_type: String,
    pub(crate) tags: Map<String>,
    /// The integration and route that quick create made, which UpdateApi changes.
    pub(crate) quick: Option<Quick>,
}
impl Record for Api {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Quick {
    pub(crate) integration: String,
    pub(crate) route: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cors {
    pub(crate) allow_credentials: Option<bool>,
    pub(crate) allow_headers: Option<Vec<String>>,
    pub(crate) allow_methods: Option<Vec<String>>,
    pub(crate) allow_origins: Option<Vec<String>>,
    pub(crate) expose_headers: Option<Vec<String>>,
    pub(crate) max_age_secs: Option<i32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Route {
    /// `GET /pets/{id}`, `ANY /{proxy+}` or `$default`: parsed before it is kept.
    pub(crate) key: String,
    pub(crate) authorization: Authorization,
    pub(crate) operation_name: Option<String>,
    /// The id of the integration.
    pub(crate) integration: Option<String>,
    pub(crate) is_managed: bool,
}
impl Record for Route {}

/// Who may use a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Authorization {
    None,
    Jwt { authorizer: String, scopes: Vec<String> },
    Custom { authorizer: String },
}

impl Authorization {
    pub(crate) fn authorizer(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Jwt { authorizer, .. } | Self::Custom { authorizer } => Some(authorizer),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Integration {
    pub(crate) target: Target,
    /// `IntegrationUri` as it was given.
    pub(crate) uri: String,
    pub(crate) method: Option<String>,
    pub(crate) credentials: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) request_parameters: Option<Map<String>>,
    pub(crate) response_parameters: Option<Map<Map<String>>>,
    pub(crate) timeout_ms: i32,
    pub(crate) is_managed: bool,
}
impl Record for Integration {}

/// What an integration calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Target {
    Function(Payload),
    Http,
}

/// `PayloadFormatVersion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Payload {
    V1,
    V2,
}

impl Payload {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "1.0" => Some(Self::V1),
            "2.0" => Some(Self::V2),
            _ => None,
        }
    }
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1.0",
            Self::V2 => "2.0",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Authorizer {
    pub(crate) name: String,
    pub(crate) identity_source: Vec<String>,
    pub(crate) kind: AuthorizerKind,
}
impl Record for Authorizer {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum AuthorizerKind {
    Jwt {
        issuer: String,
        audience: Vec<String>,
    },
    Request {
        uri: String,
        credentials: Option<String>,
        payload: Payload,
        ttl_secs: i32,
        /// Answers `{"isAuthorized": …}` and no policy.
        is_simple: bool,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) description: Option<String>,
    pub(crate) is_auto_deployed: bool,
    pub(crate) deployment: Option<String>,
    pub(crate) deployment_message: Option<String>,
    pub(crate) default_settings: RouteSettings,
    /// By route key.
    pub(crate) route_settings: Map<RouteSettings>,
    pub(crate) variables: Option<Map<String>>,
    pub(crate) tags: Map<String>,
    pub(crate) is_managed: bool,
}
impl Record for Stage {}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RouteSettings {
    pub(crate) has_detailed_metrics: Option<bool>,
    pub(crate) burst_limit: Option<i32>,
    pub(crate) rate_limit: Option<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) created: Timestamp,
    pub(crate) description: Option<String>,
    pub(crate) is_automatic: bool,
}
impl Record for Deployment {}

/// An API as it was when it was deployed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) cors: Option<Cors>,
    pub(crate) is_endpoint_disabled: bool,
    pub(crate) routes: Vec<(String, Route)>,
    pub(crate) integrations: Map<Integration>,
    pub(crate) authorizers: Map<Authorizer>,
}
impl Record for Snapshot {}

/// Where [`OWNERS`] are.
pub(crate) fn owners() -> Scope {
    Scope::shared()
}

/// The API, or AWS's not-found error.
pub(crate) fn get_api(tx: &Tx<'_>, call: &Call, id: &str) -> Outcome<Api> {
    tx.get(&APIS, id)?.ok_or_else(|| unknown_api(call, id))
}

pub(crate) fn check_api(tx: &Tx<'_>, call: &Call, id: &str) -> Outcome<()> {
    if tx.has(&APIS, id)? { Ok(()) } else { Err(unknown_api(call, id)) }
}

fn unknown_api(call: &Call, id: &str) -> shape::ApiError {
    errors::not_found_exception(format!("Invalid API identifier specified {}:{id}", call.account))
}

/// A part of an API by its id, or AWS's not-found error. `what` is `Route`, `Integration`, ….
pub(crate) fn get_part<V: Record>(
    tx: &Tx<'_>,
    call: &Call,
    rows: &Rows<(String, String), V>,
    what: &str,
    (api, id): (&str, &str),
) -> Outcome<V> {
    check_api(tx, call, api)?;
    let found = tx.get(rows, (api, id))?;
    found.ok_or_else(|| errors::not_found_exception(format!("Invalid {what} identifier specified")))
}

/// Everything of an API, as it is now.
pub(crate) fn take_snapshot(tx: &Tx<'_>, id: &str, api: &Api) -> Result<Snapshot, Fault> {
    Ok(Snapshot {
        cors: api.cors.clone(),
        is_endpoint_disabled: api.is_endpoint_disabled,
        routes: tx.list(&ROUTES, (id,))?.into_iter().map(|((_, id), part)| (id, part)).collect(),
        integrations: tx.list(&INTEGRATIONS, (id,))?.into_iter().map(|((_, id), part)| (id, part)).collect(),
        authorizers: tx.list(&AUTHORIZERS, (id,))?.into_iter().map(|((_, id), part)| (id, part)).collect(),
    })
}
