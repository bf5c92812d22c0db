//! The issuer's documents: public keys, and where everything is.

use super::Reply;
use crate::{
    Cognito, keys, people,
    state::{self, get_pool},
};
use api_cognito_idp::API;
use http::{Method, StatusCode, Uri, header};
use kernel::{Call, Cloud, Outcome, Request, Response, Scope, Site};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `https://cognito-idp.REGION.amazonaws.com/POOL/.well-known/…`
pub(crate) struct Discovery(pub(crate) Arc<Cognito>);

impl Site for Discovery {
    fn owns(&self, host: &str, method: &Method, uri: &Uri) -> bool {
        matches!(*method, Method::GET | Method::HEAD)
            && host.starts_with("cognito-idp.")
            && host.ends_with(".amazonaws.com")
            && uri.path().contains("/.well-known/")
    }

    async fn answer(&self, cloud: &Cloud, _: &Call, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        let (pool, document) = path.trim_start_matches('/').split_once("/.well-known/").unwrap_or_default();
        let reply = match self.0.document(cloud, pool, document).await {
            Ok(Some(json)) => {
                let mut reply = Reply::json(StatusCode::OK, &json);
                reply.headers.retain(|(name, _)| name != header::CACHE_CONTROL);
                reply.with(header::CACHE_CONTROL, "public, max-age=86400")
            }
            Ok(None) => {
                let said = json!({"message": format!("User pool {pool} does not exist.")});
                Reply::json(StatusCode::NOT_FOUND, &said)
            }
            Err(error) => super::failure(&error),
        };
        reply.into_response()
    }
}

impl Cognito {
    async fn document(&self, cloud: &Cloud, pool: &str, document: &str) -> Outcome<Option<Json>> {
        let home = cloud.read(&API, &Scope::shared(), |tx| state::pool_home(tx, pool))?;
        let Some(home) = home else { return Ok(None) };
        match document {
            "jwks.json" => {
                let key = self.keys.ensure(cloud, &home).await?;
                Ok(Some(json!({ "keys": [keys::jwk(&key)?] })))
            }
            "openid-configuration" => {
                let address = cloud.read(&API, &home.scope(), |tx| {
                    let pool = get_pool(tx, &home.pool)?;
                    Ok::<_, shape::ApiError>(people::hosted_address(tx, &pool)?)
                })?;
                Ok(Some(configuration(&home.issuer(), address.as_deref())))
            }
            _ => Ok(None),
        }
    }
}

fn configuration(issuer: &str, hosted: Option<&str>) -> Json {
    let mut json = json!({
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code", "token"],
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    if let Some(hosted) = hosted {
        json["authorization_endpoint"] = json!(format!("{hosted}/oauth2/authorize"));
        json["end_session_endpoint"] = json!(format!("{hosted}/logout"));
        json["revocation_endpoint"] = json!(format!("{hosted}/oauth2/revoke"));
        json["token_endpoint"] = json!(format!("{hosted}/oauth2/token"));
        json["userinfo_endpoint"] = json!(format!("{hosted}/oauth2/userInfo"));
    }
    json
}
