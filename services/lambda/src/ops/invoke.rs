use crate::{
    Lambda,
    engine::{Invocation, Ran, Target},
    name::Name,
    state::{self, ALIASES, EVENTS, Event},
};
use api_lambda::{InvocationRequest, InvocationResponse, InvocationType, Invoke, LogType, errors};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use kernel::{Access, Call, Cloud, Outcome, Serve, Tx};
use std::sync::Arc;

/// AWS quotas: what an invocation may carry, waited for and not.
const MOST_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;
const MOST_EVENT_BYTES: usize = 1024 * 1024;

impl Serve<Invoke> for Lambda {
    fn access(call: &Call, input: &InvocationRequest) -> Access {
        let function = Name::resource(call, &input.function_name, input.qualifier.as_deref());
        Access::to(&function).with("lambda:FunctionArn", function)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: InvocationRequest) -> Outcome<InvocationResponse> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let kind = input.invocation_type.unwrap_or(InvocationType::RequestResponse);
        let payload = input.payload.unwrap_or_default();
        let limit = if kind == InvocationType::Event { MOST_EVENT_BYTES } else { MOST_PAYLOAD_BYTES };
        if payload.len() > limit {
            return Err(errors::request_too_large_exception(format!(
                "Request must be smaller than {limit} bytes for the InvokeFunction operation"
            )));
        }
        check_json(&payload)?;
        let client_context = input.client_context.map(decode_context).transpose()?;
        let target = cloud.read(&api_lambda::API, &name.scope, |tx| target(tx, call, &name))?;
        match kind {
            InvocationType::DryRun => Ok(InvocationResponse { status_code: Some(204), ..Default::default() }),
            InvocationType::Event => {
                let event = Event {
                    function: name.function.clone(),
                    qualifier: name.qualifier.clone().unwrap_or_default(),
                    payload: payload.to_vec(),
                    client_context,
                    request_id: call.request_id.clone(),
                    sent: call.now,
                    failures: 0,
                    throttles: 0,
                };
                let key = (call.now, call.entropy.uuid());
                cloud.write(&api_lambda::API, &name.scope, move |tx| tx.put(&EVENTS, key, &event)).await?;
                Ok(InvocationResponse { status_code: Some(202), ..Default::default() })
            }
            InvocationType::RequestResponse => {
                let wants_tail = input.log_type == Some(LogType::Tail);
                let asked = Invocation { request_id: call.request_id.clone(), payload, client_context, wants_tail };
                let ran = self.engine.invoke(cloud, &target, asked).await?;
                Ok(answer(ran, target.version))
            }
        }
    }
}

fn answer(ran: Ran, version: String) -> InvocationResponse {
    InvocationResponse {
        status_code: Some(200),
        function_error: ran.is_error.then(|| "Unhandled".to_owned()),
        log_result: ran.tail.map(|tail| BASE64_STANDARD.encode(tail)),
        payload: Some(ran.payload),
        executed_version: Some(version),
    }
}

fn check_json(payload: &[u8]) -> Outcome<()> {
    if payload.is_empty() {
        return Ok(());
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(payload).map(drop).map_err(|why| {
        errors::invalid_request_content_exception(format!("Could not parse request body into json: {why}"))
    })
}

fn decode_context(text: String) -> Outcome<String> {
    let decoded = BASE64_STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let is_json = |text: &String| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    // A header has one line.
    let decoded = decoded.filter(is_json).map(|text| text.replace(['\n', '\r'], " "));
    decoded.ok_or_else(|| {
        errors::invalid_request_content_exception("Client context must be a valid Base64-encoded JSON object.")
    })
}

/// Whom a name leads to now: an alias with two versions chooses by chance.
pub(crate) fn target(tx: &Tx<'_>, call: &Call, name: &Name) -> Outcome<Target> {
    let mut chosen = name.clone();
    if let Some(qualifier) = &name.qualifier
        && let Some(alias) = tx.get(&ALIASES, (name.function.clone(), qualifier.clone()))?
    {
        let mut draw = call.entropy.below(1_000_000) as f64 / 1_000_000.0;
        let mut version = alias.version;
        for (other, weight) in alias.weights {
            if draw < weight {
                version = other;
                break;
            }
            draw -= weight;
        }
        chosen.qualifier = Some(version);
    }
    let function = state::get_function(tx, name)?;
    let (version, config) = state::get_version(tx, &chosen).map_err(|_| state::not_found(name))?;
    if function.reserved_concurrency == Some(0) {
        return Err(errors::too_many_requests_exception("Rate Exceeded."));
    }
    Ok(Target {
        invoked_arn: name.arn().to_string(),
        name: name.unqualified(),
        version,
        config: Arc::new(config),
        reserved: function.reserved_concurrency,
    })
}
