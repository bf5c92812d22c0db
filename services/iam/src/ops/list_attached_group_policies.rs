use crate::{
    Iam,
    family::{self, Owner, Wanted},
    page::Page,
};
use api_iam::{ListAttachedGroupPolicies, ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListAttachedGroupPolicies> for Iam {
    fn access(call: &Call, input: &ListAttachedGroupPoliciesRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListAttachedGroupPoliciesRequest,
    ) -> Outcome<ListAttachedGroupPoliciesResponse> {
        let wanted =
            Wanted { prefix: input.path_prefix.as_deref(), marker: input.marker.as_deref(), most: input.max_items };
        let Page { items, is_truncated, marker } = family::attached(tx, Owner::Group, &input.group_name, &wanted)?;
        Ok(ListAttachedGroupPoliciesResponse { attached_policies: Some(items), is_truncated, marker })
    }
}
