//! A service whose resource type records what is done to it, fails on demand and hangs on demand.

use crate::api::{
    self, CreateStack, CreateStackInput, DescribeStackEvents, DescribeStackEventsInput, DescribeStacks,
    DescribeStacksInput, Stack, StackEvent,
};
use base::{AccountId, Clock, Entropy, Region};
use kernel::{Call, Cloud, CloudBuilder, Home, Outcome, Principal, Resource, Service, StackCall, Updated};
use serde_json::Value as Json;
use shape::{Api, ApiError, Operation, Protocol, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};
use store::Store;

schema! { Word = text("Word"); Number = integer("Number"); TagKey = text("TagKey"); Tags = map("Tags", &TagKey, &Word); }
structure! { Thing {
    name: Option<String> = "Name" Word;
    size: Option<i32> = "Size" Number;
    link: Option<String> = "Link" Word;
    tags: Option<Map<String>> = "Tags" Tags;
    + "Colour" unsupported();
} }
resource! { THING = "AWS::Test::Thing" Thing, create_only ["Name"], read_only ["Arn"], identifier ["Name"]; }

static FAKE: Api = Api {
    name: "fake",
    signing_name: "fake",
    action_prefix: "fake",
    endpoint_prefix: "fake",
    version: "1",
    protocol: Protocol::AwsJson11,
    target_prefix: "Fake",
    xml_namespace: "",
    is_global: false,
    validation_error: "ValidationException",
    operations: &[],
    missing: &[],
};

#[derive(Debug, Default)]
pub(super) struct World {
    /// What there is: id and size.
    pub(super) things: BTreeMap<String, (i32, Option<String>)>,
    pub(super) log: Vec<String>,
    /// `create Thing`, `update Thing`, `delete Thing`: refused.
    pub(super) fails: BTreeSet<String>,
    /// The same, but only the first time.
    pub(super) fails_once: BTreeSet<String>,
    /// Never becomes ready.
    pub(super) unready: BTreeSet<String>,
    /// The number of the action at which the model is cut off, before and after the deed.
    pub(super) hangs_at: Option<usize>,
    pub(super) actions: usize,
    pub(super) at_once: usize,
    pub(super) most_at_once: usize,
}

#[derive(Clone, Default)]
pub(super) struct ThingResource(pub(super) Arc<Mutex<World>>);

impl ThingResource {
    async fn act(&self, what: &str, stack: &StackCall, deed: impl FnOnce(&mut World) -> Outcome<()>) -> Outcome<()> {
        self.cross().await;
        {
            let mut world = self.0.lock().unwrap();
            world.at_once += 1;
            world.most_at_once = world.most_at_once.max(world.at_once);
        }
        tokio::task::yield_now().await;
        {
            let mut world = self.0.lock().unwrap();
            world.at_once -= 1;
            let action = format!("{what} {}", stack.logical_id);
            world.log.push(action.clone());
            if world.fails.contains(&action) || world.fails_once.remove(&action) {
                return Err(ApiError::new("InvalidThing", 400, "it broke"));
            }
            deed(&mut world)?;
        }
        self.cross().await;
        Ok(())
    }
    /// A place at which a test can pull the plug.
    async fn cross(&self) {
        let hangs = {
            let mut world = self.0.lock().unwrap();
            world.actions += 1;
            world.hangs_at == Some(world.actions)
        };
        if hangs {
            std::future::pending::<()>().await;
        }
    }
    fn name(stack: &StackCall, properties: &Thing) -> String {
        properties.name.clone().unwrap_or_else(|| stack.physical_name(60))
    }
}

impl Resource for ThingResource {
    type Properties = Thing;
    fn schema(&self) -> &'static shape::Resource {
        &THING
    }
    async fn create(&self, _: &Cloud, stack: &StackCall, properties: Thing) -> Outcome<String> {
        let name = Self::name(stack, &properties);
        let made = name.clone();
        self.act("create", stack, move |world| {
            if world.things.contains_key(&made) {
                return Err(ApiError::new("ThingAlreadyExists", 400, format!("{made} is there")));
            }
            world.things.insert(made, (properties.size.unwrap_or_default(), properties.link));
            Ok(())
        })
        .await?;
        Ok(name)
    }
    async fn adopt(&self, _: &Cloud, stack: &StackCall, properties: Thing) -> Outcome<Option<String>> {
        let name = Self::name(stack, &properties);
        Ok(self.0.lock().unwrap().things.contains_key(&name).then_some(name))
    }
    async fn settled(&self, _: &Cloud, stack: &StackCall, _: &str) -> Outcome<bool> {
        Ok(!self.0.lock().unwrap().unready.contains(&stack.logical_id))
    }
    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Thing) -> Outcome<Map<Json>> {
        Ok(Map::from([("Arn".to_owned(), Json::from(format!("arn:{id}")))]))
    }
    async fn update(&self, _: &Cloud, stack: &StackCall, id: &str, _: Thing, new: Thing) -> Outcome<Updated> {
        let id = id.to_owned();
        self.act("update", stack, move |world| {
            world.things.insert(id, (new.size.unwrap_or_default(), new.link));
            Ok(())
        })
        .await?;
        Ok(Updated::InPlace)
    }
    async fn delete(&self, _: &Cloud, stack: &StackCall, id: &str, _: Thing) -> Outcome<()> {
        let id = id.to_owned();
        self.act("delete", stack, move |world| {
            world.things.remove(&id);
            Ok(())
        })
        .await
    }
}

/// A model of which the plug can be pulled.
pub(super) struct Model {
    pub(super) cloud: Cloud,
    pub(super) clock: Clock,
    store: Store,
    pub(super) thing: ThingResource,
}

impl Model {
    pub(super) fn new() -> Self {
        Self::over(Store::ephemeral(), ThingResource::default(), Clock::still(testkit::START), 1)
    }
    fn over(store: Store, thing: ThingResource, clock: Clock, seed: u64) -> Self {
        let fake = Service::of(&FAKE, ()).resource(thing.clone()).build();
        let cloud = CloudBuilder {
            store: store.clone(),
            blobs: blob::Blobs::ephemeral(Entropy::seeded(2)).unwrap(),
            clock: clock.clone(),
            entropy: Entropy::seeded(seed),
            home: Home::default(),
            services: vec![crate::service(), iam::service(), iam::sts(), ssm::service(), fake],
        }
        .build();
        cloud.start();
        Self { cloud, clock, store, thing }
    }
    /// Ends it in the middle of whatever it does, and starts another one over the same rows.
    pub(super) async fn restart(self) -> Self {
        self.cloud.stop().await;
        self.thing.0.lock().unwrap().hangs_at = None;
        Self::over(self.store, self.thing, self.clock, 7)
    }
    pub(super) fn world(&self) -> std::sync::MutexGuard<'_, World> {
        self.thing.0.lock().unwrap()
    }
    pub(super) fn root(&self) -> Call {
        let call = self.cloud.anonymous_call(&AccountId::default_root(), &Region::us_east_1());
        Call { principal: Principal::root(&AccountId::default_root()), ..call }
    }
    pub(super) async fn ask<Op: Operation>(&self, input: Op::Input) -> Outcome<Op::Output> {
        self.cloud.call::<Op>(&self.root(), input).await
    }
    pub(super) async fn create(&self, name: &str, template: &str) -> Outcome<String> {
        let answer = self.ask::<CreateStack>(create(name, template)).await?;
        Ok(answer.stack_id.unwrap())
    }
    pub(super) async fn update(&self, name: &str, template: &str) -> Outcome<()> {
        let input = api::UpdateStackInput {
            stack_name: name.into(),
            template_body: Some(template.into()),
            ..Default::default()
        };
        self.ask::<api::UpdateStack>(input).await.map(drop)
    }
    pub(super) async fn delete(&self, name: &str) -> Outcome<()> {
        let input = api::DeleteStackInput { stack_name: name.into(), ..Default::default() };
        self.ask::<api::DeleteStack>(input).await.map(drop)
    }
    pub(super) async fn stack(&self, name: &str) -> Stack {
        let input = DescribeStacksInput { stack_name: Some(name.into()), ..Default::default() };
        self.ask::<DescribeStacks>(input).await.unwrap().stacks.unwrap().remove(0)
    }
    pub(super) async fn until(&self, mut is_there: impl FnMut(&World) -> bool) {
        while !is_there(&self.world()) {
            tokio::task::yield_now().await;
        }
    }
    /// Waits until the stack rests, and answers with its status.
    pub(super) async fn rest(&self, name: &str) -> String {
        let watch = self.store.watch_keys(|_| true);
        loop {
            let stack = self.stack(name).await;
            if !stack.stack_status.as_str().ends_with("_IN_PROGRESS") {
                return stack.stack_status.to_string();
            }
            watch.changed().await;
        }
    }
    /// Creates it and waits.
    pub(super) async fn made(&self, name: &str, template: &str) -> String {
        let id = self.create(name, template).await.unwrap();
        self.rest(&id).await
    }
    pub(super) async fn updated(&self, name: &str, template: &str) -> String {
        self.update(name, template).await.unwrap();
        self.rest(name).await
    }
    /// The stack's events, oldest first: `Logical STATUS reason`.
    pub(super) async fn events(&self, name: &str) -> Vec<String> {
        let said = |event: StackEvent| {
            let reason = event.resource_status_reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            let status = event.resource_status.unwrap();
            format!("{} {status}{reason}", event.logical_resource_id.unwrap())
        };
        let input = DescribeStackEventsInput { stack_name: name.into(), ..Default::default() };
        let events = self.ask::<DescribeStackEvents>(input).await.unwrap().stack_events.unwrap();
        events.into_iter().rev().map(said).collect()
    }
}

pub(super) fn create(name: &str, template: &str) -> CreateStackInput {
    CreateStackInput { stack_name: name.into(), template_body: Some(template.into()), ..Default::default() }
}

/// Things in a row, each linked to the one before: `A` size 1, `B`, `C`.
pub(super) fn chain(size: i32) -> String {
    format!(
        r#"{{"Resources": {{
            "A": {{"Type": "AWS::Test::Thing", "Properties": {{"Size": {size}}}}},
            "B": {{"Type": "AWS::Test::Thing", "Properties": {{"Size": {size}, "Link": {{"Fn::GetAtt": ["A", "Arn"]}}}}}},
            "C": {{"Type": "AWS::Test::Thing", "Properties": {{"Size": {size}, "Link": {{"Ref": "B"}}}}}}
        }}, "Outputs": {{"End": {{"Value": {{"Ref": "C"}}}}}}}}"#
    )
}
