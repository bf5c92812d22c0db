//! AWS's logic: which policies have to agree.
//!
//! 1. A deny that matches, in any policy, decides.
//! 2. Who has no account is allowed by the resource's policy or not at all.
//! 3. Within an account one side is enough: an identity policy, or a resource policy that names the principal. A
//!    resource policy that names only the account leaves it to the identity policies.
//! 4. Across accounts, both sides have to allow. A role's trust policy and a key's policy have to allow even within
//!    the account ([`ResourceRule::Required`]).
//! 5. Permissions boundary and session policies have to allow too, unless a resource policy of the same account names
//!    the user or the session itself.

use crate::{
    decision::{Because, Decision, Mismatch, NearMiss, Source, StatementRef, Verdict},
    document::{Choice, Document, Effect, Kind, Named, Statement},
    request::{Principal, Request},
};

/// A document and what to call it in the answer: its name or ARN.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    pub name: &'a str,
    pub document: &'a Document,
}

/// All that speaks about one request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// Of the user and its groups, or of the role.
    pub identity: &'a [Policy<'a>],
    /// Of the resource, or of the role that is to be assumed.
    pub resource: &'a [Policy<'a>],
    pub resource_rule: ResourceRule,
    /// The account that the resource is in; `None` where there is no resource, or it is the principal's.
    pub resource_account: Option<&'a str>,
    pub boundary: Option<Policy<'a>>,
    /// Those passed when the session was made; empty for none.
    pub session: &'a [Policy<'a>],
}

/// Whether a resource's policy has a say in its own account. Trust policies always do, whatever this says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceRule {
    /// An identity policy is enough.
    #[default]
    Either,
    /// The resource's policy has to allow, by itself or by naming the account: KMS keys, and role trust.
    Required,
}

pub fn evaluate(request: &Request<'_>, policies: &Policies<'_>) -> Decision {
    let case = Case { request, policies };
    if let Some(statement) = case.deny() {
        return Decision { verdict: Verdict::ExplicitDeny, because: Because::Statements(vec![statement]) };
    }
    match case.allow() {
        Ok(because) => Decision { verdict: Verdict::Allowed, because },
        Err(source) => {
            let because = Because::NothingAllows { source, near_misses: case.near_misses(source) };
            Decision { verdict: Verdict::ImplicitDeny, because }
        }
    }
}

struct Case<'a> {
    request: &'a Request<'a>,
    policies: &'a Policies<'a>,
}

/// A policy's statement, borrowed.
#[derive(Clone, Copy)]
struct Found<'a> {
    policy: Policy<'a>,
    source: Source,
    index: usize,
}

impl<'a> Case<'a> {
    fn deny(&self) -> Option<StatementRef> {
        let mut all = [Source::Identity, Source::Boundary, Source::Session, Source::Resource]
            .into_iter()
            .flat_map(|source| self.of(source).iter().map(move |policy| (source, *policy)));
        all.find_map(|(source, policy)| {
            self.matching(source, policy, Effect::Deny)
                .find(|found| !found.is_about_resource() || self.names(found) > Named::No || self.spares_nobody(found))
                .map(Found::refer)
        })
    }

    /// The reason why it is allowed, or the source that should have allowed it.
    fn allow(&self) -> Result<Because, Source> {
        let granted = self.resource_grant();
        let named = granted.map_or(Named::No, |(named, _)| named);
        let by_resource = granted.map(|(_, found)| found);
        let Some(account) = self.request.principal.account() else {
            let found = by_resource.ok_or(self.resource_source())?;
            return Ok(Because::Statements(vec![found.refer()]));
        };
        let is_same_account = self.policies.resource_account.is_none_or(|owner| owner == account);
        let needs_resource = !is_same_account || self.is_resource_required();
        if needs_resource && by_resource.is_none() {
            return Err(self.resource_source());
        }
        let is_root = matches!(self.request.principal, Principal::Root { .. });
        let is_named_directly = is_same_account && named > Named::ByAccount;
        let by_identity = self.first_allow(Source::Identity);
        // Only what had to agree is named: one side where one was enough.
        let mut statements: Vec<Found<'_>> = match by_identity {
            Some(found) if !needs_resource => vec![found],
            _ if is_named_directly => by_resource.into_iter().collect(),
            None if !is_root => return Err(Source::Identity),
            other => by_resource.into_iter().chain(other).collect(),
        };
        let is_unlimited = is_root || (is_same_account && named == Named::Itself);
        for source in [Source::Boundary, Source::Session] {
            if !is_unlimited && !self.of(source).is_empty() {
                statements.push(self.first_allow(source).ok_or(source)?);
            }
        }
        if statements.is_empty() {
            return Ok(Because::RootUser);
        }
        Ok(Because::Statements(statements.into_iter().map(Found::refer).collect()))
    }

    fn of(&self, source: Source) -> &'a [Policy<'a>] {
        match source {
            Source::Identity => self.policies.identity,
            Source::Resource | Source::Trust => self.policies.resource,
            Source::Boundary => self.policies.boundary.as_slice(),
            Source::Session => self.policies.session,
        }
    }

    fn matching(&self, source: Source, policy: Policy<'a>, effect: Effect) -> impl Iterator<Item = Found<'a>> {
        let source = match (source, policy.document.kind) {
            (Source::Resource, Kind::Trust) => Source::Trust,
            _ => source,
        };
        let wanted = move |statement: &Statement| statement.effect == effect && statement.matches(self.request);
        let numbered = policy.document.statements.iter().enumerate();
        numbered.filter(move |(_, statement)| wanted(statement)).map(move |(index, _)| Found { policy, source, index })
    }

    fn first_allow(&self, source: Source) -> Option<Found<'a>> {
        self.of(source).iter().find_map(|policy| self.matching(source, *policy, Effect::Allow).next())
    }

    /// The allow of a resource's policy that names the principal most closely.
    fn resource_grant(&self) -> Option<(Named, Found<'a>)> {
        let policies = self.policies.resource.iter();
        policies
            .flat_map(|policy| self.matching(Source::Resource, *policy, Effect::Allow))
            .map(|found| (self.names(&found), found))
            .filter(|(named, _)| *named > Named::No)
            .max_by_key(|(named, found)| (*named, std::cmp::Reverse(found.index)))
    }

    fn names(&self, found: &Found<'_>) -> Named {
        found.statement().names(self.request.principal)
    }

    /// AWS: a deny with `NotPrincipal` hits every principal that has a permissions boundary, listed or not (IAM User
    /// Guide, "Permissions boundaries for IAM entities", November 2026).
    fn spares_nobody(&self, deny: &Found<'_>) -> bool {
        self.policies.boundary.is_some() && matches!(deny.statement().principals, Some(Choice::NoneOf(_)))
    }

    fn is_resource_required(&self) -> bool {
        self.policies.resource_rule == ResourceRule::Required || self.resource_source() == Source::Trust
    }

    fn resource_source(&self) -> Source {
        match self.policies.resource.first() {
            Some(policy) if policy.document.kind == Kind::Trust => Source::Trust,
            _ => Source::Resource,
        }
    }

    /// Where an identity policy was missing, a resource policy could have helped as well: both are searched.
    fn near_misses(&self, source: Source) -> Vec<NearMiss> {
        let mut searched = vec![(source, self.of(source))];
        if source == Source::Identity {
            searched.push((self.resource_source(), self.policies.resource));
        }
        let mut misses = Vec::new();
        for (source, policies) in searched {
            for policy in policies {
                for (index, statement) in policy.document.statements.iter().enumerate() {
                    if statement.effect == Effect::Allow && statement.matches_action(self.request) {
                        let mismatches = self.mismatches(source, statement);
                        let statement = Found { policy: *policy, source, index }.refer();
                        misses.push(NearMiss { statement, mismatches });
                    }
                }
            }
        }
        misses
    }

    fn mismatches(&self, source: Source, statement: &Statement) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        if matches!(source, Source::Resource | Source::Trust) {
            match (statement.names(self.request.principal), &statement.principals) {
                (Named::No, Some(principals)) => mismatches.push(Mismatch::Principal {
                    listed: principals.list().iter().map(ToString::to_string).collect(),
                    asked: self.request.principal.name().to_owned(),
                    is_excluded: matches!(principals, Choice::NoneOf(_)),
                }),
                (Named::ByAccount, _) => mismatches.push(Mismatch::OnlyTheAccount),
                _ => {}
            }
        }
        if let Some(resources) = statement.resources.as_ref().filter(|_| !statement.matches_resource(self.request)) {
            mismatches.push(Mismatch::Resource {
                listed: resources.list().iter().map(|resource| resource.text.clone()).collect(),
                asked: self.request.resource.to_owned(),
                is_excluded: matches!(resources, Choice::NoneOf(_)),
            });
        }
        let failed = statement.conditions.iter().filter(|condition| !condition.holds(self.request));
        mismatches.extend(failed.map(|condition| Mismatch::Condition {
            operator: condition.operator.clone(),
            key: condition.key.clone(),
            wanted: condition.values.clone(),
            found: condition.found(self.request),
        }));
        mismatches
    }
}

impl<'a> Found<'a> {
    fn statement(&self) -> &'a Statement {
        &self.policy.document.statements[self.index]
    }

    fn is_about_resource(&self) -> bool {
        matches!(self.source, Source::Resource | Source::Trust)
    }

    fn refer(self) -> StatementRef {
        let Statement { sid, effect, .. } = self.statement();
        StatementRef {
            policy: self.policy.name.to_owned(),
            source: self.source,
            effect: *effect,
            sid: sid.clone(),
            index: self.index,
        }
    }
}
