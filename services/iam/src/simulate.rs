//! What the policy engine would decide: the same engine that decides real calls.
//!
//! Each action is tried on each resource. Resources' own policies are not looked up; AWS does not either.

use api_iam::{
    ContextEntry, EvaluationResult, PermissionsBoundaryDecisionDetail, PolicyEvaluationDecisionType, PolicySourceType,
    Statement, errors,
};
use kernel::{Context, NamedPolicy, Outcome, Principal};
use policy::{Because, Document, Kind, Mismatch, Policies, Policy, Request, Source, StatementRef, Verdict};

/// What is to be simulated.
pub(crate) struct Trial {
    pub(crate) principal: Principal,
    pub(crate) identity: Vec<NamedPolicy>,
    pub(crate) boundary: Option<NamedPolicy>,
    pub(crate) resource_policy: Option<String>,
    pub(crate) resource_account: Option<String>,
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Option<Vec<String>>,
    pub(crate) context: Context,
}

/// Policies of the request, named as AWS names them.
pub(crate) fn named(list: &str, texts: Option<Vec<String>>) -> impl Iterator<Item = NamedPolicy> {
    let numbered = texts.unwrap_or_default().into_iter().enumerate();
    numbered.map(move |(index, text)| NamedPolicy { name: format!("{list}.{}", index + 1), text })
}

/// The one boundary that a request may pass.
pub(crate) fn boundary(texts: Option<Vec<String>>) -> Outcome<Option<NamedPolicy>> {
    let mut passed = named("PermissionsBoundaryPolicyInputList", texts);
    let first = passed.next();
    if passed.next().is_some() {
        return Err(errors::invalid_input_exception("Only one permissions boundary policy can be simulated."));
    }
    Ok(first)
}

pub(crate) fn context(entries: Option<Vec<ContextEntry>>) -> Context {
    let mut context = Context::new();
    for entry in entries.unwrap_or_default() {
        if let Some(key) = entry.context_key_name {
            context.set_all(&key, entry.context_key_values.unwrap_or_default());
        }
    }
    context
}

/// Who is meant by a caller's ARN.
pub(crate) fn principal(arn: &str) -> Principal {
    if arn.ends_with(":root") {
        return Principal::Root { arn: arn.to_owned() };
    }
    Principal::User { arn: arn.to_owned(), user_id: String::new() }
}

/// The results, by number for pages.
pub(crate) fn run(trial: &Trial) -> Outcome<Vec<(String, EvaluationResult)>> {
    let parse = |policy: &NamedPolicy| Ok((policy.name.clone(), document(&policy.text, Kind::Identity)?));
    let identity = trial.identity.iter().map(parse).collect::<Outcome<Vec<_>>>()?;
    let boundary = trial.boundary.as_ref().map(parse).transpose()?;
    let theirs = trial.resource_policy.as_ref().map(|text| document(text, Kind::Resource)).transpose()?;
    let borrowed: Vec<_> = identity.iter().map(|(name, document)| Policy { name, document }).collect();
    let resource: Vec<_> = theirs.iter().map(|document| Policy { name: "ResourcePolicy", document }).collect();
    let policies = Policies {
        identity: &borrowed,
        resource: &resource,
        resource_account: trial.resource_account.as_deref(),
        boundary: boundary.as_ref().map(|(name, document)| Policy { name, document }),
        ..Policies::default()
    };
    let everything = vec!["*".to_owned()];
    let mut results = Vec::new();
    for action in &trial.actions {
        for resource in trial.resources.as_ref().unwrap_or(&everything) {
            let request = Request { principal: &trial.principal, action, resource, context: &trial.context };
            results.push((format!("{:06}", results.len()), evaluated(&request, &policies)));
        }
    }
    Ok(results)
}

fn document(text: &str, kind: Kind) -> Outcome<Document> {
    Document::parse(text, kind).map_err(|why| errors::invalid_input_exception(why.to_string()))
}

fn evaluated(request: &Request<'_>, policies: &Policies<'_>) -> EvaluationResult {
    let decision = policy::evaluate(request, policies);
    let statements = match &decision.because {
        Because::Statements(statements) => statements.iter().map(statement).collect(),
        _ => Vec::new(),
    };
    let is_limited = matches!(&decision.because, Because::NothingAllows { source: Source::Boundary, .. });
    EvaluationResult {
        eval_action_name: request.action.to_owned(),
        eval_resource_name: Some(request.resource.to_owned()),
        eval_decision: match decision.verdict {
            Verdict::Allowed => PolicyEvaluationDecisionType::Allowed,
            Verdict::ExplicitDeny => PolicyEvaluationDecisionType::ExplicitDeny,
            Verdict::ImplicitDeny => PolicyEvaluationDecisionType::ImplicitDeny,
        },
        matched_statements: Some(statements),
        missing_context_values: Some(missing(&decision.because)),
        permissions_boundary_decision_detail: policies
            .boundary
            .map(|_| PermissionsBoundaryDecisionDetail { allowed_by_permissions_boundary: Some(!is_limited) }),
    }
}

fn statement(found: &StatementRef) -> Statement {
    let kind = match found.source {
        Source::Resource | Source::Trust => PolicySourceType::Resource,
        _ if crate::managed::is_aws(&found.policy) => PolicySourceType::AwsManaged,
        _ if found.policy.starts_with("arn:") => PolicySourceType::UserManaged,
        _ => match found.policy.rsplit_once(" of ").map(|(_, whose)| whose.split(' ').next().unwrap_or_default()) {
            Some("user") => PolicySourceType::User,
            Some("group") => PolicySourceType::Group,
            Some("role") => PolicySourceType::Role,
            _ => PolicySourceType::None,
        },
    };
    Statement { source_policy_id: Some(found.policy.clone()), source_policy_type: Some(kind) }
}

/// Condition keys that a statement asks about and the request does not say.
fn missing(because: &Because) -> Vec<String> {
    let Because::NothingAllows { near_misses, .. } = because else { return Vec::new() };
    let mismatches = near_misses.iter().flat_map(|miss| &miss.mismatches);
    let mut keys: Vec<_> = mismatches
        .filter_map(|mismatch| match mismatch {
            Mismatch::Condition { key, found: None, .. } => Some(key.clone()),
            _ => None,
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}
