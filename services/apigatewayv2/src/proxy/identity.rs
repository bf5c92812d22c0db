//! Where authorizers find who asks.

use super::incoming::Incoming;
use shape::Map;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Header(String),
    Query(String),
    Context(String),
    StageVariable(String),
}

impl Source {
    /// `$request.header.Authorization`, `$request.querystring.token`, `$context.path`, `$stageVariables.name`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('$')?;
        let (kind, name) = match text.strip_prefix("request.") {
            Some(text) => text.split_once('.')?,
            None => text.split_once('.').filter(|(kind, _)| ["context", "stageVariables"].contains(kind))?,
        };
        let make = match kind {
            "header" => Self::Header,
            "querystring" => Self::Query,
            "context" => Self::Context,
            "stageVariables" => Self::StageVariable,
            _ => return None,
        };
        (!name.is_empty()).then(|| make(name.into()))
    }

    /// What the request says there; nothing where it is missing or empty.
    pub(crate) fn find(&self, request: &Incoming<'_>, variables: &Map<String>) -> Option<String> {
        let found = match self {
            Self::Header(name) => request.header(&name.to_ascii_lowercase()),
            Self::Query(name) => request.query_value(name),
            Self::Context(name) => request.context(name),
            Self::StageVariable(name) => variables.get(name).cloned(),
        };
        found.filter(|value| !value.is_empty())
    }
}
