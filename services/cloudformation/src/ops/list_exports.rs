use crate::{
    CloudFormation,
    api::{Export, ListExports, ListExportsInput, ListExportsOutput},
    plan,
    state::EXPORTS,
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS: exports in one answer.
const PAGE: usize = 100;

impl Read<ListExports> for CloudFormation {
    fn access(_: &Call, _: &ListExportsInput) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListExportsInput) -> Outcome<ListExportsOutput> {
        let (exports, next_token) = plan::page(tx.list(&EXPORTS, ())?, input.next_token.as_deref(), PAGE)?;
        let export = |(name, export): (String, crate::state::Export)| Export {
            exporting_stack_id: Some(export.stack_id),
            name: Some(name),
            value: Some(export.value),
        };
        Ok(ListExportsOutput { exports: Some(exports.into_iter().map(export).collect()), next_token })
    }
}
