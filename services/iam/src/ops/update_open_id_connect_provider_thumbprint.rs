use crate::{
    Iam,
    state::{self, PROVIDERS},
};
use api_iam::{
    UpdateOpenIDConnectProviderThumbprint, UpdateOpenIDConnectProviderThumbprintOutputNothing,
    UpdateOpenIDConnectProviderThumbprintRequest,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateOpenIDConnectProviderThumbprint> for Iam {
    fn access(_: &Call, input: &UpdateOpenIDConnectProviderThumbprintRequest) -> Access {
        Access::to(&input.open_id_connect_provider_arn)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: UpdateOpenIDConnectProviderThumbprintRequest,
    ) -> Outcome<UpdateOpenIDConnectProviderThumbprintOutputNothing> {
        let (url, mut provider) = state::provider(tx, &input.open_id_connect_provider_arn)?;
        super::create_open_id_connect_provider::check_thumbprints(&input.thumbprint_list)?;
        provider.thumbprints = input.thumbprint_list;
        tx.put(&PROVIDERS, url, &provider)?;
        Ok(UpdateOpenIDConnectProviderThumbprintOutputNothing {})
    }
}
