use crate::{
    Iam,
    state::{ALIASES, TAKEN_ALIASES},
};
use api_iam::{DeleteAccountAlias, DeleteAccountAliasOutputNothing, DeleteAccountAliasRequest, errors};
use kernel::{Access, Call, Outcome, Scope, Tx, Write};

impl Write<DeleteAccountAlias> for Iam {
    fn access(_: &Call, _: &DeleteAccountAliasRequest) -> Access {
        Access::any()
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteAccountAliasRequest) -> Outcome<DeleteAccountAliasOutputNothing> {
        if !tx.has(&ALIASES, input.account_alias.clone())? {
            let message = format!("The account alias with name {} cannot be found.", input.account_alias);
            return Err(errors::no_such_entity_exception(message));
        }
        tx.delete(&ALIASES, input.account_alias.clone());
        tx.in_scope(&Scope::shared()).delete(&TAKEN_ALIASES, input.account_alias);
        Ok(DeleteAccountAliasOutputNothing {})
    }
}
