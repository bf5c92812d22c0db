//! Calling a function as API Gateway calls it.

use super::{Journey, explained, message};
use crate::proxy::{function_uri::FunctionUri, mapping::fill};
use api_lambda::{InvocationRequest, InvocationResponse, Invoke};
use base::{AccountId, Arn, Region};
use http::StatusCode;
use kernel::{Call, Response};
use serde_json::Value as Json;
use shape::{ApiError, Bytes, Operation, Shape};

const SERVER_ERROR: &str = "Internal Server Error";

impl Journey<'_> {
    /// Calls the function that `uri` names with `event`. The function's own policy has to allow it for `source`, below
    /// the API: `ID/STAGE/METHOD/ROUTE`.
    pub(super) async fn invoke(
        &self,
        uri: &str,
        source: &str,
        event: &Json,
        timeout_ms: i64,
    ) -> Result<Bytes, Response> {
        let look_up = |name: &str| self.variables.get(name.strip_prefix("stageVariables.")?).cloned();
        let Some(function) = FunctionUri::parse(&fill(uri, &look_up)) else {
            let why = format!("{uri} with the stage's variables is not the ARN of a function");
            return Err(explained(StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR, &why));
        };
        let call = self.call_for(&function.arn, source);
        let input = InvocationRequest {
            function_name: function.arn.to_string(),
            payload: Some(Bytes::from(event.to_string())),
            ..Default::default()
        };
        let deadline = self.cloud.clock().now().plus_millis(timeout_ms);
        // Dispatched by its own id, so that a denial can be asked for by it.
        let id = call.request_id.clone();
        let answer = tokio::select! {
            answer = self.cloud.dispatch(Invoke::SPEC, call, input.into_value()) => answer,
            () = self.cloud.wait_until(deadline) => {
                let why = format!("the function did not answer within {timeout_ms} ms");
                return Err(explained(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", &why));
            }
        };
        let answer = answer.map_err(|error| refused(&error, &id))?;
        let answer = InvocationResponse::from_value(answer)
            .map_err(|_| message(StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR))?;
        if let Some(kind) = answer.function_error {
            let why = format!("the function failed ({kind}); its log says how");
            return Err(explained(StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR, &why));
        }
        Ok(answer.payload.unwrap_or_default())
    }

    fn call_for(&self, function: &Arn, source: &str) -> Call {
        let call = self.cloud.service_call(
            "apigateway.amazonaws.com",
            &self.owner.account,
            &self.owner.region,
            &self.execute_arn(source),
        );
        let account = AccountId::new(&*function.account).unwrap_or_else(|| self.owner.account.clone());
        Call { account, region: Region::new(&*function.region), ..call }
    }

    /// `arn:aws:execute-api:REGION:ACCOUNT:ID/…`
    pub(super) fn execute_arn(&self, path: &str) -> Arn {
        let resource = format!("{}/{path}", self.request.api);
        Arn::new("execute-api", self.owner.region.as_str(), self.owner.account.as_str(), resource)
    }
}

/// AWS: whatever Lambda says, the client learns that the server failed; only a throttled function is unavailable.
fn refused(error: &ApiError, id: &str) -> Response {
    if error.status == 429 {
        return explained(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", &error.to_string());
    }
    let hint = if error.code.starts_with("AccessDenied") {
        format!("; see: maquette explain denied {id}")
    } else {
        String::new()
    };
    explained(StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR, &format!("{error}{hint}"))
}
