use crate::{Iam, state::PROVIDERS};
use api_iam::{
    ListOpenIDConnectProviders, ListOpenIDConnectProvidersRequest, ListOpenIDConnectProvidersResponse,
    OpenIDConnectProviderListEntry,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListOpenIDConnectProviders> for Iam {
    fn access(_: &Call, _: &ListOpenIDConnectProvidersRequest) -> Access {
        Access::any()
    }

    fn read(
        tx: &Tx<'_>,
        call: &Call,
        _: ListOpenIDConnectProvidersRequest,
    ) -> Outcome<ListOpenIDConnectProvidersResponse> {
        let mut found = Vec::new();
        for row in tx.scan(&PROVIDERS, ()) {
            let arn = call.global_arn("iam", format_args!("oidc-provider/{}", row?.0));
            found.push(OpenIDConnectProviderListEntry { arn: Some(arn.to_string()) });
        }
        Ok(ListOpenIDConnectProvidersResponse { open_id_connect_provider_list: Some(found) })
    }
}
