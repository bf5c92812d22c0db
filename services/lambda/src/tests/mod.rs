//! What clients see, with programs that really run.
//!
//! These tests have a clock that goes: the programs are real, and live in its time.

mod invoke;
mod role;
mod settings;

use api_lambda::{
    CreateFunction, CreateFunctionRequest, FunctionCode, InvocationRequest, InvocationResponse, Invoke, Runtime,
};
use base::{AccountId, Clock, Entropy, Region};
use kernel::{Call, Cloud, CloudBuilder, Home, Outcome, Principal};
use shape::Operation;

runner::shim_before_main!();

pub(crate) struct World {
    pub(crate) cloud: Cloud,
    _folder: tempfile::TempDir,
}

impl World {
    /// `None` where the machine does not let programs be confined.
    pub(crate) fn open() -> Option<Self> {
        Self::of(vec![crate::service(), logs::service()])
    }

    pub(crate) fn of(services: Vec<kernel::Service>) -> Option<Self> {
        for finding in runner::doctor::examine().unwrap() {
            if let runner::doctor::Outcome::Missing(reason) = &finding.outcome {
                println!("skipped: {}: {reason}; {}", finding.name, finding.remedy);
                return None;
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let builder = CloudBuilder {
            store: store::Store::ephemeral(),
            blobs: blob::Blobs::ephemeral(Entropy::seeded(2)).unwrap(),
            clock: Clock::system(),
            entropy: Entropy::seeded(1),
            home: Home { data: folder.path().to_owned(), ..Home::default() },
            services,
        };
        let cloud = builder.build();
        cloud.start();
        Some(Self { cloud, _folder: folder })
    }

    pub(crate) fn root(&self) -> Call {
        let call = self.cloud.anonymous_call(&AccountId::default_root(), &Region::us_east_1());
        Call { principal: Principal::root(&AccountId::default_root()), ..call }
    }
    pub(crate) async fn ask<Op: Operation>(&self, input: Op::Input) -> Outcome<Op::Output> {
        self.cloud.call::<Op>(&self.root(), input).await
    }

    pub(crate) async fn create(&self, name: &str, runtime: Runtime, files: &[(&str, &str)]) {
        self.ask::<CreateFunction>(function(name, runtime, files)).await.unwrap();
    }

    pub(crate) async fn invoke(&self, name: &str, payload: &str) -> InvocationResponse {
        let input = InvocationRequest {
            function_name: name.into(),
            payload: Some(payload.to_owned().into()),
            log_type: Some(api_lambda::LogType::Tail),
            ..Default::default()
        };
        self.ask::<Invoke>(input).await.unwrap()
    }
}

pub(crate) fn function(name: &str, runtime: Runtime, files: &[(&str, &str)]) -> CreateFunctionRequest {
    CreateFunctionRequest {
        function_name: name.into(),
        runtime: Some(runtime),
        role: "arn:aws:iam::000000000000:role/worker".into(),
        handler: Some("index.handler".into()),
        code: FunctionCode { zip_file: Some(crate::code::pack(files).unwrap().into()), ..Default::default() },
        timeout: Some(10),
        ..Default::default()
    }
}

/// What a function answered, as JSON.
pub(crate) fn json(answer: &InvocationResponse) -> serde_json::Value {
    serde_json::from_slice(answer.payload.as_ref().unwrap()).unwrap()
}

/// The end of its log.
pub(crate) fn tail(answer: &InvocationResponse) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    String::from_utf8(BASE64_STANDARD.decode(answer.log_result.as_ref().unwrap()).unwrap()).unwrap()
}
