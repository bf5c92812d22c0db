use crate::{
    Iam,
    state::{self, PROVIDERS},
};
use api_iam::{
    RemoveClientIDFromOpenIDConnectProvider, RemoveClientIDFromOpenIDConnectProviderOutputNothing,
    RemoveClientIDFromOpenIDConnectProviderRequest,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<RemoveClientIDFromOpenIDConnectProvider> for Iam {
    fn access(_: &Call, input: &RemoveClientIDFromOpenIDConnectProviderRequest) -> Access {
        Access::to(&input.open_id_connect_provider_arn)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: RemoveClientIDFromOpenIDConnectProviderRequest,
    ) -> Outcome<RemoveClientIDFromOpenIDConnectProviderOutputNothing> {
        let (url, mut provider) = state::provider(tx, &input.open_id_connect_provider_arn)?;
        provider.client_ids.retain(|known| *known != input.client_id);
        tx.put(&PROVIDERS, url, &provider)?;
        Ok(RemoveClientIDFromOpenIDConnectProviderOutputNothing {})
    }
}
