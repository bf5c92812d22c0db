use crate::{
    Iam,
    state::{self, PROVIDERS},
};
use api_iam::{
    DeleteOpenIDConnectProvider, DeleteOpenIDConnectProviderOutputNothing, DeleteOpenIDConnectProviderRequest,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteOpenIDConnectProvider> for Iam {
    fn access(_: &Call, input: &DeleteOpenIDConnectProviderRequest) -> Access {
        Access::to(&input.open_id_connect_provider_arn)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteOpenIDConnectProviderRequest,
    ) -> Outcome<DeleteOpenIDConnectProviderOutputNothing> {
        let (url, _) = state::provider(tx, &input.open_id_connect_provider_arn)?;
        tx.delete(&PROVIDERS, url);
        Ok(DeleteOpenIDConnectProviderOutputNothing {})
    }
}
