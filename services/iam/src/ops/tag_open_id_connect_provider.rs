use crate::{
    Iam,
    state::{self, PROVIDERS},
    tag,
};
use api_iam::{TagOpenIDConnectProvider, TagOpenIDConnectProviderOutputNothing, TagOpenIDConnectProviderRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<TagOpenIDConnectProvider> for Iam {
    fn access(_: &Call, input: &TagOpenIDConnectProviderRequest) -> Access {
        Access::to(&input.open_id_connect_provider_arn).with_tags(tag::pairs(&input.tags))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: TagOpenIDConnectProviderRequest,
    ) -> Outcome<TagOpenIDConnectProviderOutputNothing> {
        let (url, mut found) = state::provider(tx, &input.open_id_connect_provider_arn)?;
        tag::add(&mut found.tags, input.tags)?;
        tx.put(&PROVIDERS, url, &found)?;
        Ok(TagOpenIDConnectProviderOutputNothing {})
    }
}
