use crate::{
    Iam,
    family::{self, Owner, Wanted},
    page::Page,
};
use api_iam::{ListGroupPolicies, ListGroupPoliciesRequest, ListGroupPoliciesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListGroupPolicies> for Iam {
    fn access(call: &Call, input: &ListGroupPoliciesRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListGroupPoliciesRequest) -> Outcome<ListGroupPoliciesResponse> {
        let wanted = Wanted { prefix: None, marker: input.marker.as_deref(), most: input.max_items };
        let Page { items, is_truncated, marker } = family::inline_names(tx, Owner::Group, &input.group_name, &wanted)?;
        Ok(ListGroupPoliciesResponse { policy_names: items, is_truncated, marker })
    }
}
