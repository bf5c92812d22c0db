//! What a task is, and what a place that keeps tasks must do. No HTTP and no DynamoDB in here.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;

const TITLE_MAX_CHARS: usize = 200;
pub const PAGE_MAX: u32 = 100;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    pub id: TaskId,
    pub title: Title,
    pub done: bool,
    /// Milliseconds since 1970, as JavaScript's `Date` counts.
    pub created_at: u64,
}

impl Task {
    pub fn new(title: Title) -> Self {
        let id = Uuid::now_v7();
        let (seconds, nanos) = id.get_timestamp().expect("a version 7 id carries its time").to_unix();
        let created_at = seconds * 1000 + u64::from(nanos) / 1_000_000;
        Self { id: TaskId(id), title, done: false, created_at }
    }
}

/// Ids begin with their time of creation (UUID version 7), so their order is the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId(Uuid);

impl TaskId {
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// A title that was trimmed and is neither empty nor too long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Title(String);

impl Title {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Title {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err("title must not be empty".into()),
            1..=TITLE_MAX_CHARS => Ok(Self(text.into())),
            chars => Err(format!("title has {chars} characters; at most {TITLE_MAX_CHARS} are allowed")),
        }
    }
}

/// The person a task belongs to: the `sub` of the token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner(pub String);

/// What may be changed in a task. A member that is left out stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub title: Option<Title>,
    pub done: Option<bool>,
}

/// Newest first, with the id to continue after if there is more.
#[derive(Debug, Serialize)]
pub struct Page {
    pub tasks: Vec<Task>,
    pub next: Option<TaskId>,
}

/// Keeps tasks. Nobody reaches a task but through its owner: to everyone else it does not exist.
#[async_trait]
pub trait Tasks: Send + Sync + 'static {
    async fn add(&self, owner: &Owner, task: &Task) -> Result<(), Error>;
    async fn list(&self, owner: &Owner, after: Option<TaskId>, limit: u32) -> Result<Page, Error>;
    async fn find(&self, owner: &Owner, id: TaskId) -> Result<Option<Task>, Error>;
    /// The task as it is afterwards, or none if there is no such task.
    async fn change(&self, owner: &Owner, id: TaskId, change: Change) -> Result<Option<Task>, Error>;
    /// Whether there was such a task.
    async fn delete(&self, owner: &Owner, id: TaskId) -> Result<bool, Error>;
}
