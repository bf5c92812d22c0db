use crate::{
    Iam, describe,
    state::{self},
};
use api_iam::{GetOpenIDConnectProvider, GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetOpenIDConnectProvider> for Iam {
    fn access(_: &Call, input: &GetOpenIDConnectProviderRequest) -> Access {
        Access::to(&input.open_id_connect_provider_arn)
    }

    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: GetOpenIDConnectProviderRequest,
    ) -> Outcome<GetOpenIDConnectProviderResponse> {
        let (url, provider) = state::provider(tx, &input.open_id_connect_provider_arn)?;
        Ok(GetOpenIDConnectProviderResponse {
            url: Some(url),
            client_id_list: Some(provider.client_ids),
            thumbprint_list: Some(provider.thumbprints),
            create_date: Some(provider.created),
            tags: describe::tags(&provider.tags),
        })
    }
}
