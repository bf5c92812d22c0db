//! CloudFormation resource types: each calls the public operations that a customer would.

use crate::{Call, Cloud, Outcome};
use serde_json::Value as Json;
use shape::{ApiError, Map, Mismatch, Shape, Value};
use std::{future::Future, pin::Pin};

/// One resource of a stack, as its type sees it.
#[derive(Clone, Debug)]
pub struct StackCall {
    /// Made by the stack's service role, or by whoever runs the stack operation.
    pub call: Call,
    pub stack_name: String,
    pub stack_id: String,
    pub logical_id: String,
    /// The stack's tags, which its resources take over.
    pub tags: Vec<(String, String)>,
    /// The same for every try of one step, and for no other step.
    pub token: String,
}

impl StackCall {
    /// The name that CloudFormation makes up: stack, logical id and a tail, at most `most` characters. The same for
    /// every try of the step.
    pub fn physical_name(&self, most: usize) -> String {
        let tail: String =
            self.token.chars().filter(char::is_ascii_alphanumeric).take(12).collect::<String>().to_ascii_uppercase();
        let room = most.saturating_sub(tail.len() + 2);
        let (stack, logical) = (&self.stack_name, &self.logical_id);
        let logical_part: String = logical.chars().take(room.saturating_sub(stack.len().min(room / 2))).collect();
        let stack_part: String = stack.chars().take(room - logical_part.len()).collect();
        format!("{stack_part}-{logical_part}-{tail}")
    }
    /// The stack's tags and those that CloudFormation adds, over which `own` win.
    pub fn tags_with(&self, own: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
        let mut tags: Map<String> = self.tags.iter().cloned().collect();
        tags.extend(own);
        tags.extend([
            ("aws:cloudformation:logical-id".to_owned(), self.logical_id.clone()),
            ("aws:cloudformation:stack-id".to_owned(), self.stack_id.clone()),
            ("aws:cloudformation:stack-name".to_owned(), self.stack_name.clone()),
        ]);
        tags.into_iter().collect()
    }
}

/// What became of an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated {
    InPlace,
    /// It cannot be done in place: make another, then delete this one.
    Replace,
    /// The update itself made another, which has this physical id.
    ReplacedBy(String),
}

/// A resource type. The engine owns order, replacement by the schema's create-only list, rollback, retries and events.
pub trait Resource: Send + Sync + 'static {
    type Properties: Shape + Send;

    fn schema(&self) -> &'static shape::Resource;

    /// Makes it and answers with its physical id.
    fn create(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        properties: Self::Properties,
    ) -> impl Future<Output = Outcome<String>> + Send;

    /// After a crash in the middle of `create`: the physical id of what that try made, if it made it.
    fn adopt(
        &self,
        _cloud: &Cloud,
        _stack: &StackCall,
        _properties: Self::Properties,
    ) -> impl Future<Output = Outcome<Option<String>>> + Send {
        async { Ok(None) }
    }

    /// Whether what was made or changed is ready to be used.
    fn settled(&self, _cloud: &Cloud, _stack: &StackCall, _id: &str) -> impl Future<Output = Outcome<bool>> + Send {
        async { Ok(true) }
    }

    /// What `Fn::GetAtt` can ask for.
    fn attributes(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        properties: Self::Properties,
    ) -> impl Future<Output = Outcome<Map<Json>>> + Send;

    /// What `Ref` gives, where it is not the physical id.
    fn reference(&self, id: &str) -> String {
        id.to_owned()
    }

    /// Changes what can be changed in place.
    fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: Self::Properties,
        new: Self::Properties,
    ) -> impl Future<Output = Outcome<Updated>> + Send;

    /// Deletes it; what is not there is deleted already.
    fn delete(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        properties: Self::Properties,
    ) -> impl Future<Output = Outcome<()>> + Send;
}

type Promise<'a, T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send + 'a>>;

/// [`Resource`] behind a pointer: what the engine holds. Properties are values that follow the schema.
pub trait AnyResource: Send + Sync {
    fn schema(&self) -> &'static shape::Resource;
    fn create<'a>(&'a self, cloud: &'a Cloud, stack: &'a StackCall, properties: Value) -> Promise<'a, String>;
    fn adopt<'a>(&'a self, cloud: &'a Cloud, stack: &'a StackCall, properties: Value) -> Promise<'a, Option<String>>;
    fn settled<'a>(&'a self, cloud: &'a Cloud, stack: &'a StackCall, id: &'a str) -> Promise<'a, bool>;
    fn attributes<'a>(
        &'a self,
        cloud: &'a Cloud,
        stack: &'a StackCall,
        id: &'a str,
        properties: Value,
    ) -> Promise<'a, Map<Json>>;
    fn reference(&self, id: &str) -> String;
    fn update<'a>(
        &'a self,
        cloud: &'a Cloud,
        stack: &'a StackCall,
        id: &'a str,
        old: Value,
        new: Value,
    ) -> Promise<'a, Updated>;
    fn delete<'a>(&'a self, cloud: &'a Cloud, stack: &'a StackCall, id: &'a str, properties: Value) -> Promise<'a, ()>;
}

impl<R: Resource> AnyResource for R {
    fn schema(&self) -> &'static shape::Resource {
        Resource::schema(self)
    }
    fn create<'a>(&'a self, cloud: &'a Cloud, stack: &'a StackCall, properties: Value) -> Promise<'a, String> {
        Box::pin(async move { Resource::create(self, cloud, stack, typed::<R>(properties)?).await })
    }
    fn adopt<'a>(&'a self, cloud: &'a Cloud, stack: &'a StackCall, properties: Value) -> Promise<'a, Option<String>> {
        Box::pin(async move { Resource::adopt(self, cloud, stack, typed::<R>(properties)?).await })
    }
    fn settled<'a>(&'a self, cloud: &'a Cloud, stack: &'a StackCall, id: &'a str) -> Promise<'a, bool> {
        Box::pin(Resource::settled(self, cloud, stack, id))
    }
    fn attributes<'a>(
        &'a self,
        cloud: &'a Cloud,
        stack: &'a StackCall,
        id: &'a str,
        properties: Value,
    ) -> Promise<'a, Map<Json>> {
        Box::pin(async move { Resource::attributes(self, cloud, stack, id, typed::<R>(properties)?).await })
    }
    fn reference(&self, id: &str) -> String {
        Resource::reference(self, id)
    }
    fn update<'a>(
        &'a self,
        cloud: &'a Cloud,
        stack: &'a StackCall,
        id: &'a str,
        old: Value,
        new: Value,
    ) -> Promise<'a, Updated> {
        Box::pin(async move { Resource::update(self, cloud, stack, id, typed::<R>(old)?, typed::<R>(new)?).await })
    }
    fn delete<'a>(&'a self, cloud: &'a Cloud, stack: &'a StackCall, id: &'a str, properties: Value) -> Promise<'a, ()> {
        Box::pin(async move { Resource::delete(self, cloud, stack, id, typed::<R>(properties)?).await })
    }
}

fn typed<R: Resource>(properties: Value) -> Outcome<R::Properties> {
    R::Properties::from_value(properties).map_err(|mismatch: Mismatch| {
        // The engine checked the properties against the schema, so the schema and the type disagree.
        ApiError::from(base::Fault::internal("properties do not fit their type").caused_by(mismatch))
    })
}
