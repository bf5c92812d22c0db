use crate::{
    Iam,
    family::{self, Owner, Wanted},
    page::Page,
};
use api_iam::{ListRolePolicies, ListRolePoliciesRequest, ListRolePoliciesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListRolePolicies> for Iam {
    fn access(call: &Call, input: &ListRolePoliciesRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListRolePoliciesRequest) -> Outcome<ListRolePoliciesResponse> {
        let wanted = Wanted { prefix: None, marker: input.marker.as_deref(), most: input.max_items };
        let Page { items, is_truncated, marker } = family::inline_names(tx, Owner::Role, &input.role_name, &wanted)?;
        Ok(ListRolePoliciesResponse { policy_names: items, is_truncated, marker })
    }
}
