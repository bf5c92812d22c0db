//! What is asked: who, what, on what, and what else is known.

use base::{AccountId, Arn};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One action on one resource. An action without a resource asks for `*`.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub principal: &'a Principal,
    pub action: &'a str,
    pub resource: &'a str,
    pub context: &'a Context,
}

/// Who asks. The texts are kept as policies write them, so that matching copies nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Principal {
    /// The root user of an account: `arn:aws:iam::000000000000:root`.
    Root {
        arn: String,
    },
    /// `user_id` is the unique id (`AIDA…`).
    User {
        arn: String,
        user_id: String,
    },
    /// `user_id` is the role's unique id, a colon and the name of the session.
    AssumedRole {
        role_arn: String,
        session_arn: String,
        user_id: String,
    },
    /// `lambda.amazonaws.com`
    Service {
        name: String,
    },
    /// Who comes with a token of an identity provider: the provider's ARN or, for the built-in ones, its host name.
    Federated {
        provider: String,
    },
    /// An account or a CloudFront origin access identity by its canonical id; policies may name the latter by ARN too.
    CanonicalUser {
        id: String,
        arn: Option<String>,
    },
    Anonymous,
}

impl Principal {
    pub fn root(account: &AccountId) -> Self {
        Self::Root { arn: format!("arn:aws:iam::{account}:root") }
    }
    pub fn user(arn: &Arn, user_id: impl Into<String>) -> Self {
        Self::User { arn: arn.to_string(), user_id: user_id.into() }
    }
    /// A session of `role` (`arn:aws:iam::…:role/path/name`), whose unique id is `role_id`.
    pub fn assumed_role(role: &Arn, role_id: &str, session: &str) -> Self {
        // AWS: a session's ARN has the role's name without its path.
        let name = last_part(&role.resource);
        let Arn { partition, account, .. } = role;
        Self::AssumedRole {
            role_arn: role.to_string(),
            session_arn: format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session}"),
            user_id: format!("{role_id}:{session}"),
        }
    }
    pub fn service(name: impl Into<String>) -> Self {
        Self::Service { name: name.into() }
    }

    /// How error messages and logs name it: the ARN, where there is one.
    pub fn name(&self) -> &str {
        match self {
            Self::Root { arn } | Self::User { arn, .. } | Self::AssumedRole { session_arn: arn, .. } => arn,
            Self::Service { name } => name,
            Self::Federated { provider } => provider,
            Self::CanonicalUser { id, arn } => arn.as_deref().unwrap_or(id),
            Self::Anonymous => "anonymous",
        }
    }

    /// The account whose identity policies speak for it; `None` for who has none.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Root { arn } | Self::User { arn, .. } | Self::AssumedRole { role_arn: arn, .. } => {
                arn.split(':').nth(4)
            }
            _ => None,
        }
    }

    /// The condition keys that follow from who asks. `key` is in small letters.
    fn implied(&self, key: &str) -> Option<&str> {
        match key {
            "aws:principalarn" => match self {
                Self::Root { arn } | Self::User { arn, .. } | Self::AssumedRole { role_arn: arn, .. } => Some(arn),
                _ => None,
            },
            "aws:principalaccount" => self.account(),
            "aws:principaltype" => Some(match self {
                Self::Root { .. } => "Account",
                Self::User { .. } => "User",
                Self::AssumedRole { .. } => "AssumedRole",
                Self::Federated { .. } => "FederatedUser",
                Self::Service { .. } => "Service",
                Self::CanonicalUser { .. } | Self::Anonymous => "Anonymous",
            }),
            "aws:username" => match self {
                Self::User { arn, .. } => Some(last_part(arn)),
                _ => None,
            },
            "aws:userid" => match self {
                Self::Root { .. } => self.account(),
                Self::User { user_id, .. } | Self::AssumedRole { user_id, .. } => Some(user_id),
                Self::Anonymous => Some("anonymous"),
                _ => None,
            },
            "aws:principalisawsservice" => Some(if matches!(self, Self::Service { .. }) { "true" } else { "false" }),
            "aws:principalservicename" => match self {
                Self::Service { name } => Some(name),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The name at the end of a path.
fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Condition keys and their values. Keys are the same in small and capital letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    pub fn new() -> Self {
        Self::default()
    }
    /// Says one value, in place of what was said before.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.set_all(key, [value]);
    }
    /// Says all the values of a key with several (`aws:TagKeys`); none is not the same as not saying the key.
    pub fn set_all(&mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) {
        self.0.insert(key.to_ascii_lowercase(), values.into_iter().map(Into::into).collect());
    }
    /// What was said under a key.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }
    /// Says all that `other` says, in place of what was said before.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().map(|(key, values)| (key.clone(), values.clone())));
    }
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.set(key, value);
        self
    }
}

/// The values of one key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Values<'a> {
    One(&'a str),
    Many(&'a [String]),
}

impl<'a> Values<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a str> {
        let (one, many) = match self {
            Self::One(value) => (Some(value), [].iter()),
            Self::Many(values) => (None, values.iter()),
        };
        one.into_iter().chain(many.map(String::as_str))
    }
}

impl<'a> Request<'a> {
    /// What is known under `key`, which is in small letters: first what the context says, then what follows from the
    /// principal.
    pub(crate) fn values(&self, key: &str) -> Option<Values<'a>> {
        match self.context.0.get(key) {
            Some(values) => Some(Values::Many(values)),
            None => self.principal.implied(key).map(Values::One),
        }
    }

    pub(crate) fn single(&self, key: &str) -> Option<&'a str> {
        match self.values(key)? {
            Values::One(value) => Some(value),
            Values::Many([value]) => Some(value),
            Values::Many(_) => None,
        }
    }
}
