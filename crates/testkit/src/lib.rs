//! A model in memory, with a clock that stands still and chance that repeats: what tests of services run against.
//!
//! Nothing here is asserted for the tests; it lets them say what a client would say.

use base::{AccountId, Arn, Clock, Entropy, Region, Timestamp};
use blob::Blobs;
use kernel::{AnyResource, Call, Cloud, CloudBuilder, Home, Outcome, Principal, Service, StackCall, Updated};
use serde_json::Value as Json;
use shape::{Map, Operation, Value};
use std::sync::Arc;
use store::Store;
use wire::properties;

/// 2026-01-01T00:00:00Z: when every test begins.
pub const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// A cloud of these services, and who calls it.
#[derive(Debug)]
pub struct Model {
    pub cloud: Cloud,
    pub clock: Clock,
}

impl Model {
    /// Panics when the machine has no temporary folder: there is no test without one.
    pub fn new(services: Vec<Service>) -> Self {
        let clock = Clock::still(START);
        let builder = CloudBuilder {
            store: Store::ephemeral(),
            blobs: Blobs::ephemeral(Entropy::seeded(2)).expect("a temporary folder for blobs"),
            clock: clock.clone(),
            entropy: Entropy::seeded(1),
            home: Home::default(),
            services,
        };
        Self { cloud: builder.build(), clock }
    }

    /// A call of the account's root user, who may do everything that no resource denies.
    pub fn root(&self) -> Call {
        self.call_as(Principal::root(&AccountId::default_root()))
    }
    /// A call of a user whose policies IAM knows, or who has none.
    pub fn user(&self, name: &str) -> Call {
        let arn = Arn::new("iam", "", AccountId::default_root().as_str(), format!("user/{name}"));
        self.call_as(Principal::user(&arn, format!("AIDA{name}")))
    }
    pub fn anonymous(&self) -> Call {
        self.call_as(Principal::Anonymous)
    }
    pub fn call_as(&self, principal: Principal) -> Call {
        let call = self.cloud.anonymous_call(&AccountId::default_root(), &Region::us_east_1());
        Call { principal, host: "localhost".into(), ..call }
    }

    /// Calls an operation as root.
    pub async fn ask<Op: Operation>(&self, input: Op::Input) -> Outcome<Op::Output> {
        self.cloud.call::<Op>(&self.root(), input).await
    }

    /// Drives a CloudFormation type as the engine does.
    pub fn resource(&self, type_name: &str) -> Tried<'_> {
        let found = self.cloud.find_resource(type_name).unwrap_or_else(|| panic!("no service serves {type_name}"));
        let stack = StackCall {
            call: self.root(),
            stack_name: "stack".into(),
            stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/stack/1".into(),
            logical_id: "Thing".into(),
            tags: Vec::new(),
            token: "abcdefabcdef123".into(),
        };
        Tried { model: self, resource: found.clone(), stack }
    }
}

/// A resource type under test. Properties are the JSON of a template.
pub struct Tried<'a> {
    model: &'a Model,
    resource: Arc<dyn AnyResource>,
    pub stack: StackCall,
}

impl Tried<'_> {
    fn decode(&self, properties: &Json) -> Value {
        properties::decode(self.resource.schema().properties, properties)
            .unwrap_or_else(|problems| panic!("the properties are not those of the type: {problems:?}"))
    }
    /// What the engine would say against these properties.
    pub fn problems(&self, properties: &Json) -> Vec<String> {
        let found = properties::decode(self.resource.schema().properties, properties).err().unwrap_or_default();
        found.iter().map(|problem| format!("{problem:?}")).collect()
    }
    pub async fn create(&self, properties: Json) -> Outcome<String> {
        self.resource.create(&self.model.cloud, &self.stack, self.decode(&properties)).await
    }
    pub async fn attributes(&self, id: &str, properties: Json) -> Outcome<Map<Json>> {
        self.resource.attributes(&self.model.cloud, &self.stack, id, self.decode(&properties)).await
    }
    pub async fn update(&self, id: &str, old: Json, new: Json) -> Outcome<Updated> {
        let (old, new) = (self.decode(&old), self.decode(&new));
        self.resource.update(&self.model.cloud, &self.stack, id, old, new).await
    }
    pub async fn delete(&self, id: &str, properties: Json) -> Outcome<()> {
        self.resource.delete(&self.model.cloud, &self.stack, id, self.decode(&properties)).await
    }
    pub fn reference(&self, id: &str) -> String {
        self.resource.reference(id)
    }
}

impl std::fmt::Debug for Tried<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tried({})", self.resource.schema().type_name)
    }
}
