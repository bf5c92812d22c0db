//! `AWS::CDK::Metadata`: what the CDK notes about a template. Nothing is made.

use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{Map, prelude::*};

structure! { Metadata {
    + "Analytics" no_effect("it tells AWS which constructs were used");
} }
resource! { METADATA = "AWS::CDK::Metadata" Metadata, create_only [], read_only [], identifier []; }

pub(crate) struct MetadataResource;

impl Resource for MetadataResource {
    type Properties = Metadata;

    fn schema(&self) -> &'static shape::Resource {
        &METADATA
    }
    async fn create(&self, _: &Cloud, stack: &StackCall, _: Metadata) -> Outcome<String> {
        Ok(stack.token.clone())
    }
    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: Metadata) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }
    async fn update(&self, _: &Cloud, _: &StackCall, _: &str, _: Metadata, _: Metadata) -> Outcome<Updated> {
        Ok(Updated::InPlace)
    }
    async fn delete(&self, _: &Cloud, _: &StackCall, _: &str, _: Metadata) -> Outcome<()> {
        Ok(())
    }
}
