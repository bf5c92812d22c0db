use crate::{
    Iam,
    family::{self, Owner, Wanted},
    page::Page,
};
use api_iam::{ListAttachedUserPolicies, ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListAttachedUserPolicies> for Iam {
    fn access(call: &Call, input: &ListAttachedUserPoliciesRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListAttachedUserPoliciesRequest,
    ) -> Outcome<ListAttachedUserPoliciesResponse> {
        let wanted =
            Wanted { prefix: input.path_prefix.as_deref(), marker: input.marker.as_deref(), most: input.max_items };
        let Page { items, is_truncated, marker } = family::attached(tx, Owner::User, &input.user_name, &wanted)?;
        Ok(ListAttachedUserPoliciesResponse { attached_policies: Some(items), is_truncated, marker })
    }
}
