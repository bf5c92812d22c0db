//! A policy, ready to be evaluated.

use crate::{
    condition::Condition,
    error::{PolicyError, Reason},
    pattern::{ArnPattern, Case, Pattern},
    request::{Principal, Request},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A parsed policy. It keeps the text it was made of, and is stored as that.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Document {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    pub(crate) version: Version,
    pub(crate) id: Option<String>,
    pub(crate) statements: Vec<Statement>,
}

/// What a policy is attached to; it says which elements are required and which prohibited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// On users, groups, roles; as permissions boundary or session policy.
    Identity,
    /// On a bucket, a function, a queue, a key.
    Resource,
    /// On a role: who may assume it.
    Trust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Also what a document without a version is.
    V2008,
    /// The one with policy variables.
    V2012,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) principals: Option<Choice<PrincipalPattern>>,
    pub(crate) actions: Choice<Action>,
    pub(crate) resources: Option<Choice<Resource>>,
    pub(crate) conditions: Vec<Condition>,
}

/// `Action` and `NotAction`, and so on.
#[derive(Clone, Debug)]
pub(crate) enum Choice<T> {
    AnyOf(Vec<T>),
    NoneOf(Vec<T>),
}

#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub(crate) text: String,
    pub(crate) pattern: Pattern,
}

#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) text: String,
    pub(crate) pattern: ArnPattern,
}

/// One entry of `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalPattern {
    /// `*`
    Anyone,
    /// An account's number or the ARN of its root user: both leave it to the account's own policies.
    Account(String),
    Arn(String),
    Service(String),
    Federated(String),
    CanonicalUser(String),
}

/// How closely a principal is named, from not at all to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    No,
    /// By its account, whose identity policies decide.
    ByAccount,
    /// By its role: boundary and session policies still limit the session.
    ByRole,
    Itself,
}

impl Document {
    /// Parses a policy that somebody wants to attach, as strictly as IAM does.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, PolicyError> {
        let document = Self::compile(text, kind)?;
        document.validate()?;
        Ok(document)
    }

    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn kind(&self) -> Kind {
        self.kind
    }
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    pub fn version(&self) -> Version {
        self.version
    }

    /// AWS: managed policies have to be of the newer version, inline and trust policies need not.
    pub fn check_version_2012(&self) -> Result<(), PolicyError> {
        match self.version {
            Version::V2012 => Ok(()),
            Version::V2008 => Err(PolicyError::new(Reason::OldVersion, "Version is missing or 2008-10-17")),
        }
    }

    /// All patterns of `Action` and `NotAction`, for services that only take some.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().flat_map(|statement| statement.actions.list()).map(|action| action.text.as_str())
    }

    /// All patterns of `Resource` and `NotResource`, for services that only take their own.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        let resources = self.statements.iter().filter_map(|statement| statement.resources.as_ref());
        resources.flat_map(Choice::list).map(|resource| resource.text.as_str())
    }

    /// Everybody who is named, with the effect of the statement that names them. `NotPrincipal` is not among them.
    pub fn principals(&self) -> impl Iterator<Item = (Effect, &PrincipalPattern)> {
        self.statements.iter().flat_map(|statement| {
            let named = match &statement.principals {
                Some(Choice::AnyOf(named)) => named.as_slice(),
                _ => &[],
            };
            named.iter().map(|principal| (statement.effect, principal))
        })
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text
    }
}

impl Eq for Document {}

#[derive(Serialize, Deserialize)]
struct Stored {
    kind: Kind,
    text: String,
}

impl From<Document> for Stored {
    fn from(document: Document) -> Self {
        Self { kind: document.kind, text: document.text }
    }
}

impl TryFrom<Stored> for Document {
    type Error = PolicyError;
    /// What was accepted once is not validated again: rules may become stricter, rows stay readable.
    fn try_from(stored: Stored) -> Result<Self, PolicyError> {
        Self::compile(&stored.text, stored.kind)
    }
}

impl<T> Choice<T> {
    pub(crate) fn list(&self) -> &[T] {
        match self {
            Self::AnyOf(list) | Self::NoneOf(list) => list,
        }
    }
    pub(crate) fn admits(&self, matches: impl FnMut(&T) -> bool) -> bool {
        match self {
            Self::AnyOf(list) => list.iter().any(matches),
            Self::NoneOf(list) => !list.iter().any(matches),
        }
    }
}

impl Statement {
    pub(crate) fn matches(&self, request: &Request<'_>) -> bool {
        self.matches_action(request)
            && self.matches_resource(request)
            && self.conditions.iter().all(|condition| condition.holds(request))
    }

    pub(crate) fn matches_action(&self, request: &Request<'_>) -> bool {
        self.actions.admits(|action| action.pattern.matches(request.action, Case::Insensitive, request))
    }

    /// A statement without resources is about what its policy is attached to.
    pub(crate) fn matches_resource(&self, request: &Request<'_>) -> bool {
        let matches = |resource: &Resource| resource.pattern.matches(request.resource, request);
        self.resources.as_ref().is_none_or(|resources| resources.admits(matches))
    }

    /// How a resource's policy names who asks.
    pub(crate) fn names(&self, principal: &Principal) -> Named {
        match &self.principals {
            None => Named::No,
            Some(Choice::AnyOf(list)) => list.iter().map(|entry| entry.names(principal)).max().unwrap_or(Named::No),
            // AWS: whoever is named, be it by account, is left out; the others are meant as if named themselves.
            Some(Choice::NoneOf(list)) if list.iter().all(|entry| entry.names(principal) == Named::No) => Named::Itself,
            Some(Choice::NoneOf(_)) => Named::No,
        }
    }
}

impl PrincipalPattern {
    fn names(&self, principal: &Principal) -> Named {
        let itself = match (self, principal) {
            (Self::Anyone, _) => true,
            (Self::Account(account), _) if principal.account() == Some(account) => {
                return if matches!(principal, Principal::Root { .. }) { Named::Itself } else { Named::ByAccount };
            }
            (Self::Arn(arn), Principal::AssumedRole { role_arn, .. }) if arn == role_arn => return Named::ByRole,
            (Self::Arn(arn), Principal::AssumedRole { session_arn, .. }) => arn == session_arn,
            (Self::Arn(arn), Principal::User { arn: user, .. }) => arn == user,
            (Self::Arn(arn), Principal::CanonicalUser { arn: Some(user), .. }) => arn == user,
            (Self::Service(wanted), Principal::Service { name }) => wanted == name,
            (Self::Federated(wanted), Principal::Federated { provider }) => wanted == provider,
            (Self::CanonicalUser(wanted), Principal::CanonicalUser { id, .. }) => wanted == id,
            _ => false,
        };
        if itself { Named::Itself } else { Named::No }
    }
}

impl fmt::Display for PrincipalPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("*"),
            Self::Account(name)
            | Self::Arn(name)
            | Self::Service(name)
            | Self::Federated(name)
            | Self::CanonicalUser(name) => f.write_str(name),
        }
    }
}
