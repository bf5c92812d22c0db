use crate::{
    Iam,
    state::{ALIASES, Mark, TAKEN_ALIASES, TakenAlias},
};
use api_iam::{CreateAccountAlias, CreateAccountAliasOutputNothing, CreateAccountAliasRequest, errors};
use kernel::{Access, Call, Outcome, Scope, Tx, Write};
use shape::ApiError;

impl Write<CreateAccountAlias> for Iam {
    fn access(_: &Call, _: &CreateAccountAliasRequest) -> Access {
        Access::any()
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateAccountAliasRequest,
    ) -> Outcome<CreateAccountAliasOutputNothing> {
        check_alias(&input.account_alias)?;
        let taken = tx.peek(&Scope::shared()).get(&TAKEN_ALIASES, input.account_alias.clone())?;
        if taken.is_some_and(|taken| taken.account != call.account) {
            let message = format!("The account alias {} already exists.", input.account_alias);
            return Err(errors::entity_already_exists_exception(message));
        }
        // AWS: an account has one alias; another takes its place.
        for (old, _) in tx.list(&ALIASES, ())? {
            tx.in_scope(&Scope::shared()).delete(&TAKEN_ALIASES, old.clone());
            tx.delete(&ALIASES, old);
        }
        tx.put(&ALIASES, input.account_alias.clone(), &Mark {})?;
        let taken = TakenAlias { account: call.account.clone() };
        tx.in_scope(&Scope::shared()).put(&TAKEN_ALIASES, input.account_alias, &taken)?;
        Ok(CreateAccountAliasOutputNothing {})
    }
}

/// The model's pattern looks ahead, which the validation by model cannot.
fn check_alias(alias: &str) -> Outcome<()> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_inner = alias.bytes().all(|byte| is_plain(byte) || byte == b'-') && !alias.contains("--");
    if is_inner && !alias.starts_with('-') && !alias.ends_with('-') {
        return Ok(());
    }
    Err(ApiError::new(
        "ValidationError",
        400,
        format!(
            "1 validation error detected: Value '{alias}' at 'accountAlias' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){{1,61}}[a-z0-9]$"
        ),
    ))
}
