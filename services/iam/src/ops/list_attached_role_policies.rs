use crate::{
    Iam,
    family::{self, Owner, Wanted},
    page::Page,
};
use api_iam::{ListAttachedRolePolicies, ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListAttachedRolePolicies> for Iam {
    fn access(call: &Call, input: &ListAttachedRolePoliciesRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListAttachedRolePoliciesRequest,
    ) -> Outcome<ListAttachedRolePoliciesResponse> {
        let wanted =
            Wanted { prefix: input.path_prefix.as_deref(), marker: input.marker.as_deref(), most: input.max_items };
        let Page { items, is_truncated, marker } = family::attached(tx, Owner::Role, &input.role_name, &wanted)?;
        Ok(ListAttachedRolePoliciesResponse { attached_policies: Some(items), is_truncated, marker })
    }
}
