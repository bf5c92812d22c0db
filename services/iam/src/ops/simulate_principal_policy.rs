use crate::{
    Iam, document,
    page::{self, Page},
    simulate::{self, Trial},
    state::{self},
};
use api_iam::{SimulatePolicyResponse, SimulatePrincipalPolicy, SimulatePrincipalPolicyRequest, errors};
use base::Arn;
use kernel::{Access, Call, Context, Identity, IdentityPolicies, Outcome, Principal, Read, Tx};

impl Read<SimulatePrincipalPolicy> for Iam {
    fn access(_: &Call, input: &SimulatePrincipalPolicyRequest) -> Access {
        Access::to(&input.policy_source_arn)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: SimulatePrincipalPolicyRequest) -> Outcome<SimulatePolicyResponse> {
        let (principal, mut known) = source(tx, &input.policy_source_arn)?;
        known.identity.extend(simulate::named("PolicyInputList", input.policy_input_list));
        let mut context = Context::new();
        for (key, value) in &known.tags {
            context.set(&format!("aws:PrincipalTag/{key}"), value.as_str());
        }
        context.extend(&simulate::context(input.context_entries));
        let trial = Trial {
            principal: input.caller_arn.as_deref().map_or(principal, simulate::principal),
            identity: known.identity,
            boundary: simulate::boundary(input.permissions_boundary_policy_input_list)?.or(known.boundary),
            resource_policy: input.resource_policy,
            resource_account: input.resource_owner.as_deref().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned),
            actions: input.action_names,
            resources: input.resource_arns,
            context,
        };
        let Page { items, is_truncated, marker } =
            page::page(simulate::run(&trial)?, input.marker.as_deref(), input.max_items)?;
        Ok(SimulatePolicyResponse { evaluation_results: Some(items), is_truncated, marker })
    }
}

/// Whose policies are tried: a user's, a role's, or a group's as one of its members would have them.
fn source(tx: &Tx<'_>, text: &str) -> Outcome<(Principal, IdentityPolicies)> {
    let invalid = || {
        errors::invalid_input_exception(format!(
            "Invalid Entity Arn: {text} does not clearly define entity type and name."
        ))
    };
    let arn: Arn = text.parse().map_err(|_| invalid())?;
    let (kind, rest) = arn.resource.split_once('/').ok_or_else(invalid)?;
    let name = rest.rsplit('/').next().unwrap_or_default();
    let principal = match kind {
        "user" => {
            let user = state::user(tx, name)?;
            Principal::user(&state::arn(&tx.scope().account, "user", &user.path, &user.name), user.id)
        }
        "role" => {
            let role = state::role(tx, name)?;
            let arn = state::arn(&tx.scope().account, "role", &role.path, &role.name);
            Principal::assumed_role(&arn, &role.id, "simulated")
        }
        "group" => {
            let group = state::group(tx, name)?;
            let mut known = IdentityPolicies::default();
            document::all_of(tx, &group.id, &format!("group {}", group.name), &mut known.identity)?;
            let member = state::arn(&tx.scope().account, "user", "/", "simulated");
            return Ok((Principal::user(&member, String::new()), known));
        }
        _ => return Err(invalid()),
    };
    let known = Iam.policies(tx, &principal)?;
    Ok((principal, known))
}
