//! Is this call allowed? One engine answers, here and for `maquette explain denied`.

use crate::{Access, Call, Cloud, Need, Scope, Tx, audit};
use base::{AccountId, Arn, Fault, Region, Timestamp};
use policy::{Context, Decision, Document, Kind, Policies, Policy, Principal, ResourceRule};
use shape::{ApiError, OperationSpec, Protocol};
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// What a service knows of its resources beyond what operations say: asked by dispatch, never by handlers.
pub trait Directory: Send + Sync + 'static {
    /// The policy that stands at `resource` for `action`. `tx` sees the scope that the ARN names, or the caller's.
    fn resource_policy(&self, _tx: &Tx<'_>, _resource: &Arn, _action: &str) -> Result<Option<ResourcePolicy>, Fault> {
        Ok(None)
    }
    fn tags(&self, _tx: &Tx<'_>, _resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        Ok(Vec::new())
    }
    /// The ARN in full, where operations name it by less: an IAM role's has the role's path.
    fn full_name(&self, _tx: &Tx<'_>, _resource: &Arn) -> Result<Option<Arn>, Fault> {
        Ok(None)
    }
    /// Further condition keys that follow from what is there: `s3:ExistingObjectTag/…`. What the operation says under
    /// the same key wins.
    fn conditions(&self, _tx: &Tx<'_>, _resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        Ok(Vec::new())
    }
    /// Condition keys that follow from what the operation says and what is there, taken together:
    /// `dynamodb:LeadingKeys`.
    fn refine(&self, _tx: &Tx<'_>, _resource: &Arn, _context: &mut Context) -> Result<(), Fault> {
        Ok(())
    }
    /// The account that owns it, where the ARN does not say: buckets.
    fn owner(&self, _tx: &Tx<'_>, _resource: &Arn, _action: &str) -> Result<Option<AccountId>, Fault> {
        Ok(None)
    }
}

/// A policy at a resource.
#[derive(Clone, Debug)]
pub struct ResourcePolicy {
    /// What to call it in an explanation.
    pub name: String,
    pub text: String,
    pub kind: Kind,
    /// Without its consent nothing is allowed, even within the account.
    pub is_required: bool,
}

/// What IAM knows: whose key it is, and what that principal's policies are.
pub trait Identity: Send + Sync + 'static {
    /// Expired ones are answered too, so that the caller can be told. `tx` sees [`Scope::shared`].
    fn find_key(&self, tx: &Tx<'_>, access_key_id: &str) -> Result<Option<Key>, Fault>;
    /// `tx` sees the scope of the principal's account.
    fn policies(&self, tx: &Tx<'_>, principal: &Principal) -> Result<IdentityPolicies, Fault>;
}

/// A credential.
#[derive(Clone)]
pub struct Key {
    pub secret: String,
    pub principal: Principal,
    pub account: AccountId,
    pub session_token: Option<String>,
    pub expires: Option<Timestamp>,
    pub session_policies: Vec<String>,
    /// Session tags and the like.
    pub context: Context,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key of {}", self.principal.name())
    }
}

#[derive(Clone, Debug, Default)]
pub struct IdentityPolicies {
    pub identity: Vec<NamedPolicy>,
    pub boundary: Option<NamedPolicy>,
    pub tags: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// Its ARN, or `inline policy NAME of role X`.
    pub name: String,
    pub text: String,
}

/// Documents that were parsed before, by their text.
#[derive(Debug, Default)]
pub(crate) struct Documents(Mutex<HashMap<(Kind, String), Arc<Document>>>);

/// More documents than this and the cache begins anew.
const MOST_DOCUMENTS: usize = 4096;

impl Documents {
    fn parse(&self, text: &str, kind: Kind) -> Result<Arc<Document>, Fault> {
        let mut known = self.0.lock().expect("parsing does not panic");
        if let Some(document) = known.get(&(kind, text.to_owned())) {
            return Ok(document.clone());
        }
        // Stored policies were checked when they came in: what does not parse now is our fault.
        let parsed = Document::parse(text, kind)
            .map_err(|why| Fault::internal("a stored policy does not parse").caused_by(why.to_string()))?;
        if known.len() >= MOST_DOCUMENTS {
            known.clear();
        }
        let document = Arc::new(parsed);
        known.insert((kind, text.to_owned()), document.clone());
        Ok(document)
    }
}

/// A refusal, kept for `maquette explain denied`.
pub(crate) struct Denied {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) decision: Decision,
    pub(crate) error: ApiError,
}

impl Cloud {
    /// Checks every need of `access`, for operations that learn only while they run what they touch.
    pub fn authorize(&self, spec: &'static OperationSpec, call: &Call, access: &Access) -> Result<(), ApiError> {
        match self.check(spec, call, access)? {
            None => Ok(()),
            Some(denied) => {
                let denied = *denied;
                self.note_denial(audit::Denial::new(call, &denied.action, &denied.resource, denied.decision));
                Err(denied.error)
            }
        }
    }

    pub(crate) fn check(
        &self,
        spec: &'static OperationSpec,
        call: &Call,
        access: &Access,
    ) -> Result<Option<Box<Denied>>, Fault> {
        if access.needs.is_empty() {
            return Ok(None);
        }
        let mine = self.identity_policies(call)?;
        for need in &access.needs {
            let action = need.action.clone().unwrap_or_else(|| spec.iam_action());
            let need = &self.in_full(call, need)?;
            let decision = self.decide(call, need, &action, &mine)?;
            if !decision.is_allowed() {
                let request_context = Context::new();
                let request = policy::Request {
                    principal: &call.principal,
                    action: &action,
                    resource: &need.resource,
                    context: &request_context,
                };
                let error = denial(spec, decision.message(&request));
                return Ok(Some(Box::new(Denied { action, resource: need.resource.clone(), decision, error })));
            }
        }
        Ok(None)
    }

    /// The need, its resource named in full.
    fn in_full<'n>(&self, call: &Call, need: &'n Need) -> Result<Cow<'n, Need>, Fault> {
        let Ok(arn) = need.resource.parse::<Arn>() else { return Ok(Cow::Borrowed(need)) };
        let Some((service, directory)) = self.directory(&arn.service) else { return Ok(Cow::Borrowed(need)) };
        let snapshot = self.store().snapshot()?;
        let full = directory.full_name(&Tx::snapshot(&snapshot, service, scope_of(&arn, call)), &arn)?;
        Ok(match full {
            Some(full) => Cow::Owned(Need { resource: full.to_string(), ..need.clone() }),
            None => Cow::Borrowed(need),
        })
    }

    fn decide(&self, call: &Call, need: &Need, action: &str, mine: &Mine) -> Result<Decision, Fault> {
        let resource: Option<Arn> = need.resource.parse().ok();
        let mut context = self.context(call, mine);
        let mut policies = Policies { identity: &mine.borrowed(), ..Policies::default() };
        let session: Vec<_> = mine.session.iter().map(|(name, document)| Policy { name, document }).collect();
        policies.session = &session;
        policies.boundary = mine.boundary.as_ref().map(|(name, document)| Policy { name, document });
        let theirs = match &resource {
            Some(arn) => self.resource_facts(call, arn, action, &mut context)?,
            None => Theirs::default(),
        };
        context.extend(&need.context);
        if let Some(arn) = &resource
            && let Some((service, directory)) = self.directory(&arn.service)
        {
            let snapshot = self.store().snapshot()?;
            directory.refine(&Tx::snapshot(&snapshot, service, scope_of(arn, call)), arn, &mut context)?;
        }
        let resource_policies: Vec<_> =
            theirs.policy.iter().map(|(name, document)| Policy { name, document }).collect();
        policies.resource = &resource_policies;
        policies.resource_rule = if theirs.is_required { ResourceRule::Required } else { ResourceRule::Either };
        policies.resource_account = theirs.account.as_deref();
        let request =
            policy::Request { principal: &call.principal, action, resource: &need.resource, context: &context };
        Ok(policy::evaluate(&request, &policies))
    }

    /// What AWS tells policies about every request, and what the call says.
    fn context(&self, call: &Call, mine: &Mine) -> Context {
        let mut context = Context::new();
        for (key, value) in &mine.tags {
            context.set(&format!("aws:PrincipalTag/{key}"), value.as_str());
        }
        // AWS: a session's tags win over those of its role.
        context.extend(&call.context);
        context.set("aws:CurrentTime", call.now.iso());
        context.set("aws:EpochTime", call.now.secs().to_string());
        context.set("aws:SecureTransport", call.is_secure.to_string());
        context.set("aws:UserAgent", call.user_agent.as_str());
        context.set("aws:RequestedRegion", call.region.as_str());
        context.set("aws:ViaAWSService", call.invoked_by.is_some().to_string());
        if let Some(service) = &call.invoked_by {
            context.set_all("aws:CalledVia", [service.as_str()]);
        } else {
            context.set("aws:SourceIp", call.source_ip.as_str());
        }
        context
    }

    fn identity_policies(&self, call: &Call) -> Result<Mine, Fault> {
        let Some(account) = call.principal.account().and_then(AccountId::new) else { return Ok(Mine::default()) };
        let Some((rows, identity)) = self.identity() else { return Ok(Mine::default()) };
        let snapshot = self.store().snapshot()?;
        let tx = Tx::snapshot(&snapshot, rows, Scope::global(&account));
        let found = identity.policies(&tx, &call.principal)?;
        let parse = |named: NamedPolicy| Ok((named.name, self.documents().parse(&named.text, Kind::Identity)?));
        let session = call
            .session_policies
            .iter()
            .map(|text| Ok(("session policy".to_owned(), self.documents().parse(text, Kind::Identity)?)));
        Ok(Mine {
            identity: found.identity.into_iter().map(parse).collect::<Result<_, Fault>>()?,
            boundary: found.boundary.map(parse).transpose()?,
            session: session.collect::<Result<_, Fault>>()?,
            tags: found.tags,
        })
    }

    fn resource_facts(&self, call: &Call, arn: &Arn, action: &str, context: &mut Context) -> Result<Theirs, Fault> {
        let mut theirs =
            Theirs { account: AccountId::new(&*arn.account).map(|id| id.to_string()), ..Theirs::default() };
        let Some((service, directory)) = self.directory(&arn.service) else { return Ok(theirs) };
        let snapshot = self.store().snapshot()?;
        let tx = Tx::snapshot(&snapshot, service, scope_of(arn, call));
        if let Some(owner) = directory.owner(&tx, arn, action)? {
            theirs.account = Some(owner.to_string());
        }
        for (key, value) in directory.tags(&tx, arn)? {
            context.set(&format!("aws:ResourceTag/{key}"), value);
        }
        for (key, value) in directory.conditions(&tx, arn)? {
            context.set(&key, value);
        }
        if let Some(found) = directory.resource_policy(&tx, arn, action)? {
            theirs.is_required = found.is_required;
            theirs.policy = vec![(found.name, self.documents().parse(&found.text, found.kind)?)];
        }
        Ok(theirs)
    }
}

/// The scope that an ARN names, or the caller's.
fn scope_of(arn: &Arn, call: &Call) -> Scope {
    let region = if arn.region.is_empty() { Region::global() } else { Region::new(&*arn.region) };
    Scope { account: AccountId::new(&*arn.account).unwrap_or_else(|| call.account.clone()), region }
}

/// The principal's policies, parsed.
#[derive(Default)]
struct Mine {
    identity: Vec<(String, Arc<Document>)>,
    boundary: Option<(String, Arc<Document>)>,
    session: Vec<(String, Arc<Document>)>,
    tags: Vec<(String, String)>,
}

impl Mine {
    fn borrowed(&self) -> Vec<Policy<'_>> {
        self.identity.iter().map(|(name, document)| Policy { name, document }).collect()
    }
}

/// What stands at the resource.
#[derive(Default)]
struct Theirs {
    policy: Vec<(String, Arc<Document>)>,
    is_required: bool,
    account: Option<String>,
}

/// The error of a denial, with the code and status of the API's family.
fn denial(spec: &OperationSpec, message: String) -> ApiError {
    match spec.api.protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RpcV2Cbor => {
            ApiError::new("AccessDeniedException", 400, message)
        }
        Protocol::RestJson => ApiError::new("AccessDeniedException", 403, message),
        Protocol::Query | Protocol::RestXml => ApiError::new("AccessDenied", 403, message),
        Protocol::Ec2Query => ApiError::new("UnauthorizedOperation", 403, message),
    }
}
