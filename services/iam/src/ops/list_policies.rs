use crate::{
    Iam,
    describe::{self, Detail},
    managed,
    page::{self, Page},
    state::POLICIES,
};
use api_iam::{ListPolicies, ListPoliciesRequest, ListPoliciesResponse, PolicyScopeType_, PolicyUsageType};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListPolicies> for Iam {
    fn access(call: &Call, _: &ListPoliciesRequest) -> Access {
        Access::to(call.global_arn("iam", "policy/"))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListPoliciesRequest) -> Outcome<ListPoliciesResponse> {
        let scope = input.scope.unwrap_or_default();
        let mut found = Vec::new();
        if scope != PolicyScopeType_::Aws {
            for row in tx.scan(&POLICIES, ()) {
                found.push(describe::policy(tx, &row?.1, Detail::Listed)?);
            }
        }
        if scope != PolicyScopeType_::Local {
            for policy in managed::all().values() {
                found.push(describe::aws_policy(tx, policy)?);
            }
        }
        found.retain(|policy| is_wanted(policy, &input));
        let mut named: Vec<_> =
            found.into_iter().map(|policy| (policy.arn.clone().unwrap_or_default(), policy)).collect();
        named.sort_by(|one, other| one.0.cmp(&other.0));
        let Page { items, is_truncated, marker } = page::page(named, input.marker.as_deref(), input.max_items)?;
        Ok(ListPoliciesResponse { policies: Some(items), is_truncated, marker })
    }
}

fn is_wanted(policy: &api_iam::Policy, input: &ListPoliciesRequest) -> bool {
    let uses = |count: Option<i32>| count.is_some_and(|count| count > 0);
    let is_attached = uses(policy.attachment_count);
    let is_boundary = uses(policy.permissions_boundary_usage_count);
    let has_usage = match input.policy_usage_filter {
        Some(PolicyUsageType::PermissionsPolicy) => is_attached,
        Some(PolicyUsageType::PermissionsBoundary) => is_boundary,
        None => true,
    };
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let is_below = policy.path.as_deref().is_some_and(|path| path.starts_with(prefix));
    is_below && has_usage && (input.only_attached != Some(true) || is_attached || is_boundary)
}
