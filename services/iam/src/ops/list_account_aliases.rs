use crate::{
    Iam,
    page::{self, Page},
    state::ALIASES,
};
use api_iam::{ListAccountAliases, ListAccountAliasesRequest, ListAccountAliasesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListAccountAliases> for Iam {
    fn access(_: &Call, _: &ListAccountAliasesRequest) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListAccountAliasesRequest) -> Outcome<ListAccountAliasesResponse> {
        let all = tx.list(&ALIASES, ())?.into_iter().map(|(alias, _)| (alias.clone(), alias)).collect();
        let Page { items, is_truncated, marker } = page::page(all, input.marker.as_deref(), input.max_items)?;
        Ok(ListAccountAliasesResponse { account_aliases: items, is_truncated, marker })
    }
}
