use crate::{
    Iam,
    state::{self, PROVIDERS},
};
use api_iam::{
    AddClientIDToOpenIDConnectProvider, AddClientIDToOpenIDConnectProviderOutputNothing,
    AddClientIDToOpenIDConnectProviderRequest, errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<AddClientIDToOpenIDConnectProvider> for Iam {
    fn access(_: &Call, input: &AddClientIDToOpenIDConnectProviderRequest) -> Access {
        Access::to(&input.open_id_connect_provider_arn)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: AddClientIDToOpenIDConnectProviderRequest,
    ) -> Outcome<AddClientIDToOpenIDConnectProviderOutputNothing> {
        let (url, mut provider) = state::provider(tx, &input.open_id_connect_provider_arn)?;
        if !provider.client_ids.contains(&input.client_id) {
            provider.client_ids.push(input.client_id);
        }
        let most = super::create_open_id_connect_provider::MOST_CLIENTS;
        if provider.client_ids.len() > most {
            let message = format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {most}");
            return Err(errors::limit_exceeded_exception(message));
        }
        tx.put(&PROVIDERS, url, &provider)?;
        Ok(AddClientIDToOpenIDConnectProviderOutputNothing {})
    }
}
