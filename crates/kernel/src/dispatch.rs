//! The road that every call takes: validate, authorize, run, record.

use crate::{Call, Cloud, Outcome, audit::Denial, audit::Draft};
use base::Fault;
use shape::{Api, ApiError, Invalid, Operation, OperationSpec, Shape, Value, validate};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

impl Cloud {
    /// Calls an operation with types: how services call each other, and tests call services.
    pub async fn call<Op: Operation>(&self, call: &Call, input: Op::Input) -> Outcome<Op::Output> {
        let entropy = Arc::new(call.entropy.child());
        let own = Call { request_id: entropy.uuid(), entropy, now: self.clock().now(), ..call.clone() };
        let answer = self.dispatch(Op::SPEC, own, input.into_value()).await?;
        Op::Output::from_value(answer).map_err(|mismatch| {
            Fault::internal(format!("the output of {} does not fit its type", Op::SPEC.name)).caused_by(mismatch).into()
        })
    }

    /// One call, from checked bytes to an answer that is durable.
    pub async fn dispatch(&self, spec: &'static OperationSpec, call: Call, mut input: Value) -> Outcome<Value> {
        let Some(entry) = self.entry(spec) else { return Err(missing(spec.api, spec.name)) };
        validate(spec.input, &mut input).map_err(|invalid| refuse(spec, invalid))?;
        let mut draft = (!spec.is_data_event).then(|| Draft::begin(spec, &call, &input));
        let ready = entry.prepare(input)?;
        let access = catch_unwind(AssertUnwindSafe(|| ready.access(&call))).map_err(|_| panicked(spec))?;
        if let Some(draft) = &mut draft {
            draft.touching(access.needs.iter().map(|need| need.resource.clone()));
        }
        if let Some(denied) = self.check(spec, &call, &access)? {
            let denied = *denied;
            let draft = draft.unwrap_or_else(|| Draft::begin(spec, &call, &Value::Null));
            self.note_denial(Denial::new(&call, &denied.action, &denied.resource, denied.decision));
            self.record(draft.failed(&denied.error), &call).await;
            return Err(denied.error);
        }
        let answer = ready.run(self, call.clone(), &mut draft).await;
        if let Err(ApiError { fault: Some(fault), .. }) = &answer {
            tracing::error!(operation = spec.name, request = call.request_id, %fault, "a call failed");
        }
        // A write has recorded itself; what is left are reads, streams and refusals.
        if let Some(draft) = draft {
            let draft = match &answer {
                Ok(output) => draft.answered(spec, output),
                Err(error) => draft.failed(error),
            };
            self.record(draft, &call).await;
        }
        answer
    }

    pub(crate) fn guarded<T>(&self, what: &Api, run: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        catch_unwind(AssertUnwindSafe(run))
            .unwrap_or_else(|_| Err(Fault::internal(format!("an operation of {} panicked", what.name)).into()))
    }
}

fn panicked(spec: &OperationSpec) -> ApiError {
    Fault::internal(format!("{} panicked", spec.name)).into()
}

/// The answer to an operation that AWS has and this tree has not.
pub(crate) fn missing(api: &Api, operation: &str) -> ApiError {
    ApiError::not_implemented(format_args!("operation {operation} of {}", api.name))
}

fn refuse(spec: &OperationSpec, invalid: Invalid) -> ApiError {
    match invalid {
        Invalid::Constraint(message) => ApiError::new(spec.api.validation_error, 400, message),
        Invalid::Unsupported(members) => {
            let plural = if members.len() == 1 { "" } else { "s" };
            let what = format!("member{plural} {} of {} {}", members.join(", "), spec.api.name, spec.name);
            if members.len() == 1 {
                ApiError::not_implemented(what)
            } else {
                ApiError::new("NotImplemented", 501, format!("{what} are not supported by Maquette."))
            }
        }
    }
}
