//! `AWS::IAM::AccessKey`. A greater `Serial` is a change that makes another key.

use super::{attribute, gone};
use crate::state::KEYS;
use api_iam::{
    CreateAccessKey, CreateAccessKeyRequest, DeleteAccessKey, DeleteAccessKeyRequest, StatusType_, UpdateAccessKey,
    UpdateAccessKeyRequest,
    cfn::{ACCESS_KEY, AccessKey},
};
use kernel::{Cloud, Outcome, Resource, Scope, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct AccessKeyResource;

impl Resource for AccessKeyResource {
    type Properties = AccessKey;

    fn schema(&self) -> &'static shape::Resource {
        &ACCESS_KEY
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: AccessKey) -> Outcome<String> {
        let status = status(&properties)?;
        let input = CreateAccessKeyRequest { user_name: Some(properties.user_name.clone()) };
        let id = cloud.call::<CreateAccessKey>(&stack.call, input).await?.access_key.access_key_id;
        if status == StatusType_::Inactive {
            set_status(cloud, stack, &id, &properties).await?;
        }
        Ok(id)
    }

    /// AWS tells the secret only once; the stack may ask for it as long as it has the key.
    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: AccessKey) -> Outcome<Map<Json>> {
        let key = cloud.read(&api_iam::API, &Scope::shared(), |tx| tx.get(&KEYS, id.to_owned()))?;
        let key = key.filter(|key| key.account == stack.call.account);
        Ok([attribute("Id", id), attribute("SecretAccessKey", key.map(|key| key.secret))].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: AccessKey,
        new: AccessKey,
    ) -> Outcome<Updated> {
        set_status(cloud, stack, id, &new).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: AccessKey) -> Outcome<()> {
        let input = DeleteAccessKeyRequest { user_name: Some(properties.user_name), access_key_id: id.into() };
        gone(cloud.call::<DeleteAccessKey>(&stack.call, input).await)
    }
}

async fn set_status(cloud: &Cloud, stack: &StackCall, id: &str, properties: &AccessKey) -> Outcome<()> {
    let input = UpdateAccessKeyRequest {
        user_name: Some(properties.user_name.clone()),
        access_key_id: id.into(),
        status: status(properties)?,
    };
    cloud.call::<UpdateAccessKey>(&stack.call, input).await.map(drop)
}

fn status(properties: &AccessKey) -> Outcome<StatusType_> {
    let Some(text) = &properties.status else { return Ok(StatusType_::Active) };
    StatusType_::parse(text)
        .ok_or_else(|| ApiError::validation(format!("Status {text} is neither Active nor Inactive")))
}
