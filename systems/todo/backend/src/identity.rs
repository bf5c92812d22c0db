//! Who is calling. This program never verifies a token itself: the HTTP API's JWT authorizer has done so before a
//! request arrives. What differs is how its result reaches us.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lambda_http::request::RequestContext;
use serde::Deserialize;

use crate::error::Error;
use crate::task::Owner;

#[derive(Clone, Copy, Debug)]
pub enum Voucher {
    /// On Lambda: the verified claims come in the event's `requestContext.authorizer.jwt.claims`. Headers are not
    /// looked at, so whoever may invoke the function directly gains nothing by forging one.
    Authorizer,
    /// On a port: the HTTP API reaches us through its VPC link and passes on the token that its authorizer verified, so
    /// its payload is read without looking at the signature again. This is sound only while nothing but the API can
    /// reach the port; the template's security groups see to that.
    Upstream,
}

impl Voucher {
    pub fn owner(self, request: &Parts) -> Result<Owner, Error> {
        let sub = match self {
            Self::Authorizer => from_authorizer(request),
            Self::Upstream => from_token(request),
        };
        sub.filter(|sub| !sub.is_empty()).map(Owner).ok_or(Error::NoCaller)
    }
}

fn from_authorizer(request: &Parts) -> Option<String> {
    match request.extensions.get()? {
        RequestContext::ApiGatewayV2(context) => context.authorizer.as_ref()?.jwt.as_ref()?.claims.get("sub").cloned(),
        _ => None,
    }
}

fn from_token(request: &Parts) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        sub: String,
    }
    let token = request.headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    Some(serde_json::from_slice::<Claims>(&payload).ok()?.sub)
}
