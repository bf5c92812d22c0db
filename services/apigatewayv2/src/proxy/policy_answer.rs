//! What a Lambda authorizer's answer means.

use base::Arn;
use policy::{Context, Document, Kind, Policies, Policy, Principal, Request};
use serde_json::Value as Json;

/// Whether it lets the request to `arn` pass, and what it tells the integration; `None` where it is malformed.
pub(crate) fn read(answer: &[u8], is_simple: bool, arn: &str) -> Option<(bool, Json)> {
    let answer: Json = serde_json::from_slice(answer).ok()?;
    let context = answer.get("context").cloned().unwrap_or_else(|| Json::Object(Default::default()));
    if !context.is_object() {
        return None;
    }
    if is_simple {
        return Some((answer.get("isAuthorized")?.as_bool()?, context));
    }
    let principal = answer.get("principalId")?.as_str()?;
    let text = answer.get("policyDocument")?.to_string();
    let document = Document::parse(&text, Kind::Identity).ok()?;
    let policy = Policy { name: "the authorizer's policy", document: &document };
    let nothing = Context::new();
    // Whom the policy is about is the authorizer's business: to the engine it is the policy of some user.
    let account = arn.split(':').nth(4).unwrap_or_default();
    let who = Principal::user(&Arn::new("iam", "", account, format!("user/{principal}")), principal);
    let request = Request { principal: &who, action: "execute-api:Invoke", resource: arn, context: &nothing };
    let decision = policy::evaluate(&request, &Policies { identity: &[policy], ..Policies::default() });
    let mut context = context;
    context["principalId"] = principal.into();
    Some((decision.is_allowed(), context))
}
