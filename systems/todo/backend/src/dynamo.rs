//! Tasks in a DynamoDB table: partition key `pk` is the owner, sort key `sk` the task's id, so one query reads a
//! person's tasks in the order of creation, and no request can name another person's partition.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector, http_client_fn};

use crate::error::Error;
use crate::task::{Change, Owner, Page, Task, TaskId, Tasks, Title};

/// An item of the table; all its attributes are written by this module.
type Item = HashMap<String, AttributeValue>;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const READ_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The client is made once and keeps its connections: a warm request costs one round trip to DynamoDB.
    pub async fn connect(name: String) -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client()).load().await;
        Self { client: Client::new(&config), name }
    }
}

/// rustls over ring, trusting the system's certificates, and going through `HTTPS_PROXY` where one is set.
fn http_client() -> SharedHttpClient {
    let timeouts = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build();
    let connector = aws_smithy_http_client::Connector::builder()
        .connector_settings(timeouts)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .proxy_config(ProxyConfig::from_env())
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build();
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

#[async_trait]
impl Tasks for Table {
    async fn add(&self, owner: &Owner, task: &Task) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(to_item(owner, task)));
        put.send().await.map(drop).map_err(storage)
    }

    async fn list(&self, owner: &Owner, after: Option<TaskId>, limit: u32) -> Result<Page, Error> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :owner")
            .expression_attribute_values(":owner", AttributeValue::S(owner.0.clone()))
            .set_exclusive_start_key(after.map(|id| key(owner, id)))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(storage)?;
        let next = answer.last_evaluated_key().map(id_of).transpose()?;
        let tasks = answer.items().iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(Page { tasks, next })
    }

    async fn find(&self, owner: &Owner, id: TaskId) -> Result<Option<Task>, Error> {
        let get = self.client.get_item().table_name(&self.name).set_key(Some(key(owner, id)));
        get.send().await.map_err(storage)?.item().map(from_item).transpose()
    }

    async fn change(&self, owner: &Owner, id: TaskId, change: Change) -> Result<Option<Task>, Error> {
        let title = change.title.map(|title| ("title", AttributeValue::S(title.as_str().into())));
        let done = change.done.map(|done| ("done", AttributeValue::Bool(done)));
        let mut update = self.client.update_item().table_name(&self.name).set_key(Some(key(owner, id)));
        let mut assignments = Vec::new();
        for (name, value) in title.into_iter().chain(done) {
            assignments.push(format!("#{name} = :{name}"));
            update = update
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        let answer = update
            .update_expression(format!("SET {}", assignments.join(", ")))
            .condition_expression("attribute_exists(pk)")
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match answer {
            Ok(answer) => answer.attributes().map(from_item).transpose(),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(None)
            }
            Err(error) => Err(storage(error)),
        }
    }

    async fn delete(&self, owner: &Owner, id: TaskId) -> Result<bool, Error> {
        let delete = self.client.delete_item().table_name(&self.name).set_key(Some(key(owner, id)));
        match delete.condition_expression("attribute_exists(pk)").send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(storage(error)),
        }
    }
}

fn key(owner: &Owner, id: TaskId) -> Item {
    Item::from([("pk".into(), AttributeValue::S(owner.0.clone())), ("sk".into(), AttributeValue::S(id.to_string()))])
}

pub(crate) fn to_item(owner: &Owner, task: &Task) -> Item {
    let mut item = key(owner, task.id);
    item.insert("title".into(), AttributeValue::S(task.title.as_str().into()));
    item.insert("done".into(), AttributeValue::Bool(task.done));
    item.insert("created_at".into(), AttributeValue::N(task.created_at.to_string()));
    item
}

pub(crate) fn from_item(item: &Item) -> Result<Task, Error> {
    let title = item.get("title").and_then(|value| value.as_s().ok()).cloned();
    let done = item.get("done").and_then(|value| value.as_bool().ok()).copied();
    let created_at = item.get("created_at").and_then(|value| value.as_n().ok()).and_then(|n| n.parse().ok());
    match (title.and_then(|title| Title::try_from(title).ok()), done, created_at) {
        (Some(title), Some(done), Some(created_at)) => Ok(Task { id: id_of(item)?, title, done, created_at }),
        _ => Err(Error::Storage(format!("item {} is not a task that this version wrote", id_of(item)?))),
    }
}

fn id_of(item: &Item) -> Result<TaskId, Error> {
    let sk = item.get("sk").and_then(|value| value.as_s().ok());
    sk.and_then(|sk| TaskId::parse(sk)).ok_or_else(|| Error::Storage(format!("sort key {sk:?} is not a task id")))
}

fn storage<E: std::error::Error + Send + Sync + 'static>(error: SdkError<E>) -> Error {
    Error::Storage(DisplayErrorContext(error).to_string())
}
