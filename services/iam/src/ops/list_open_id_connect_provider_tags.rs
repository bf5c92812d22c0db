use crate::{
    Iam,
    page::{self, Page},
    state::{self},
    tag,
};
use api_iam::{
    ListOpenIDConnectProviderTags, ListOpenIDConnectProviderTagsRequest, ListOpenIDConnectProviderTagsResponse,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListOpenIDConnectProviderTags> for Iam {
    fn access(_: &Call, input: &ListOpenIDConnectProviderTagsRequest) -> Access {
        Access::to(&input.open_id_connect_provider_arn)
    }

    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListOpenIDConnectProviderTagsRequest,
    ) -> Outcome<ListOpenIDConnectProviderTagsResponse> {
        let (_, found) = state::provider(tx, &input.open_id_connect_provider_arn)?;
        let all = tag::named(&found.tags);
        let Page { items, is_truncated, marker } = page::page(all, input.marker.as_deref(), input.max_items)?;
        Ok(ListOpenIDConnectProviderTagsResponse { tags: items, is_truncated, marker })
    }
}
