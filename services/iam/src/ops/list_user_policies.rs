use crate::{
    Iam,
    family::{self, Owner, Wanted},
    page::Page,
};
use api_iam::{ListUserPolicies, ListUserPoliciesRequest, ListUserPoliciesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListUserPolicies> for Iam {
    fn access(call: &Call, input: &ListUserPoliciesRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListUserPoliciesRequest) -> Outcome<ListUserPoliciesResponse> {
        let wanted = Wanted { prefix: None, marker: input.marker.as_deref(), most: input.max_items };
        let Page { items, is_truncated, marker } = family::inline_names(tx, Owner::User, &input.user_name, &wanted)?;
        Ok(ListUserPoliciesResponse { policy_names: items, is_truncated, marker })
    }
}
