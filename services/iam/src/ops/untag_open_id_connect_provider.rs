use crate::{
    Iam,
    state::{self, PROVIDERS},
    tag,
};
use api_iam::{UntagOpenIDConnectProvider, UntagOpenIDConnectProviderOutputNothing, UntagOpenIDConnectProviderRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UntagOpenIDConnectProvider> for Iam {
    fn access(_: &Call, input: &UntagOpenIDConnectProviderRequest) -> Access {
        Access::to(&input.open_id_connect_provider_arn)
            .with_all("aws:TagKeys", input.tag_keys.iter().map(String::as_str))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: UntagOpenIDConnectProviderRequest,
    ) -> Outcome<UntagOpenIDConnectProviderOutputNothing> {
        let (url, mut found) = state::provider(tx, &input.open_id_connect_provider_arn)?;
        tag::remove(&mut found.tags, &input.tag_keys);
        tx.put(&PROVIDERS, url, &found)?;
        Ok(UntagOpenIDConnectProviderOutputNothing {})
    }
}
