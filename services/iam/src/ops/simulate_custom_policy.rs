use crate::{
    Iam,
    page::{self, Page},
    simulate::{self, Trial},
};
use api_iam::{SimulateCustomPolicy, SimulateCustomPolicyRequest, SimulatePolicyResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<SimulateCustomPolicy> for Iam {
    fn access(_: &Call, _: &SimulateCustomPolicyRequest) -> Access {
        Access::any()
    }

    fn read(_: &Tx<'_>, call: &Call, input: SimulateCustomPolicyRequest) -> Outcome<SimulatePolicyResponse> {
        let caller = input.caller_arn.unwrap_or_else(|| call.global_arn("iam", "user/simulated").to_string());
        let trial = Trial {
            principal: simulate::principal(&caller),
            identity: simulate::named("PolicyInputList", Some(input.policy_input_list)).collect(),
            boundary: simulate::boundary(input.permissions_boundary_policy_input_list)?,
            resource_policy: input.resource_policy,
            resource_account: input.resource_owner.as_deref().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned),
            actions: input.action_names,
            resources: input.resource_arns,
            context: simulate::context(input.context_entries),
        };
        let Page { items, is_truncated, marker } =
            page::page(simulate::run(&trial)?, input.marker.as_deref(), input.max_items)?;
        Ok(SimulatePolicyResponse { evaluation_results: Some(items), is_truncated, marker })
    }
}
