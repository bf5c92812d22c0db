//! The answer, and the reason for it: what is enforced, stored, and printed by `explain denied`.

use crate::{document::Effect, request::Request};
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub verdict: Verdict,
    pub because: Because,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// Nothing that had to allow it does.
    ImplicitDeny,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Because {
    /// The root user may do in its account what no policy denies.
    RootUser,
    /// These decided: one that denies, or those that allow, one of each kind of policy that had to agree.
    Statements(Vec<StatementRef>),
    /// No policy of this source allows it. The near misses name the action, but something else did not match.
    NothingAllows { source: Source, near_misses: Vec<NearMiss> },
}

/// One statement of one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRef {
    /// The policy's name or ARN, as the caller gave it.
    pub policy: String,
    pub source: Source,
    pub effect: Effect,
    pub sid: Option<String>,
    /// Where it stands among the statements, from 0.
    pub index: usize,
}

/// What the policy was attached to or passed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Source {
    Identity,
    Resource,
    Trust,
    Boundary,
    Session,
}

/// A statement that allows the action, and what kept it from allowing the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearMiss {
    pub statement: StatementRef,
    pub mismatches: Vec<Mismatch>,
}

/// What a statement says, and what the request says instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mismatch {
    /// `is_excluded`: it is one of those that `NotPrincipal` lists.
    Principal { listed: Vec<String>, asked: String, is_excluded: bool },
    /// It names only the account, whose identity policies have to allow it as well.
    OnlyTheAccount,
    /// `is_excluded`: it is one of those that `NotResource` lists.
    Resource { listed: Vec<String>, asked: String, is_excluded: bool },
    /// `found` is `None` where the request says nothing under the key.
    Condition { operator: String, key: String, wanted: Vec<String>, found: Option<Vec<String>> },
}

impl Decision {
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// The message of the error that the caller gets, as most of AWS's services word it.
    pub fn message(&self, request: &Request<'_>) -> String {
        let Request { principal, action, resource, .. } = request;
        let reason = match &self.because {
            Because::Statements(statements) if self.verdict == Verdict::ExplicitDeny => {
                let source = statements.first().map_or(Source::Identity, |statement| statement.source);
                format!(" with an explicit deny in {} {source}", source.article())
            }
            Because::NothingAllows { source, .. } => format!(" because no {source} allows the {action} action"),
            _ => String::new(),
        };
        format!("User: {} is not authorized to perform: {action} on resource: {resource}{reason}", principal.name())
    }
}

impl Source {
    fn article(self) -> &'static str {
        if self == Self::Identity { "an" } else { "a" }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity-based policy",
            Self::Resource => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        })
    }
}

impl fmt::Display for StatementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) => write!(f, "statement {sid}")?,
            None => write!(f, "statement {}", self.index)?,
        }
        write!(f, " of {} {}", self.source, self.policy)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let only_or_not = |excluded: bool| if excluded { "all but" } else { "only" };
        match self {
            Self::Principal { listed, asked, is_excluded } => {
                write!(f, "it names {} {}; asked by {asked}", only_or_not(*is_excluded), listed.join(", "))
            }
            Self::OnlyTheAccount => f.write_str("it names only the account, whose identity policies must allow it too"),
            Self::Resource { listed, asked, is_excluded } => {
                write!(f, "it covers {} {}; asked for {asked}", only_or_not(*is_excluded), listed.join(", "))
            }
            Self::Condition { operator, key, wanted, found } => {
                write!(f, "{operator} {key} wants {}; ", wanted.join(", "))?;
                match found {
                    Some(found) => write!(f, "the request says {}", found.join(", ")),
                    None => f.write_str("the request does not say it"),
                }
            }
        }
    }
}

/// One line with the reason, and one below it for each thing that nearly allowed.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.because {
            Because::RootUser => f.write_str("allowed: the root user of the account, and nothing denies it"),
            Because::Statements(statements) => {
                let verb = if self.is_allowed() { "allowed" } else { "denied" };
                for (index, statement) in statements.iter().enumerate() {
                    let lead = if index == 0 { format!("{verb} by ") } else { " and ".to_owned() };
                    write!(f, "{lead}{statement}")?;
                }
                Ok(())
            }
            Because::NothingAllows { source, near_misses } => {
                write!(f, "denied: no {source} allows it")?;
                for NearMiss { statement, mismatches } in near_misses {
                    write!(f, "\n  {statement} allows the action, but")?;
                    for mismatch in mismatches {
                        write!(f, "\n    {mismatch}")?;
                    }
                }
                Ok(())
            }
        }
    }
}
