use crate::{
    Lambda,
    name::Name,
    state::{self, ALIASES, FUNCTIONS, HOSTS, INVOKE_CONFIGS, LATEST, URLS, VERSIONS},
};
use api_lambda::{DeleteFunction, DeleteFunctionRequest, DeleteFunctionResponse, errors};
use kernel::{Access, Call, Outcome, Scope, Tx, Write};

impl Write<DeleteFunction> for Lambda {
    fn access(call: &Call, input: &DeleteFunctionRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteFunctionRequest) -> Outcome<DeleteFunctionResponse> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        match name.qualifier.as_deref() {
            None => delete_all(&mut tx, &name)?,
            Some(LATEST) => {
                return Err(crate::settings::wrong("$LATEST version cannot be deleted without deleting the function."));
            }
            Some(version) => delete_version(&mut tx, &name, version)?,
        }
        Ok(DeleteFunctionResponse { status_code: Some(204) })
    }
}

/// Its code is swept, its log stays, its environments end when they idle.
fn delete_all(tx: &mut Tx<'_>, name: &Name) -> Outcome<()> {
    state::get_function(tx, name)?;
    let key = (name.function.clone(),);
    for (_, url) in tx.list(&URLS, key.clone())? {
        tx.in_scope(&Scope::shared()).delete(&HOSTS, url.id);
    }
    tx.delete_prefix(&VERSIONS, key.clone());
    tx.delete_prefix(&ALIASES, key.clone());
    tx.delete_prefix(&URLS, key.clone());
    tx.delete_prefix(&INVOKE_CONFIGS, key);
    tx.delete(&FUNCTIONS, name.function.clone());
    Ok(())
}

fn delete_version(tx: &mut Tx<'_>, name: &Name, version: &str) -> Outcome<()> {
    let mut function = state::get_function(tx, name)?;
    let number: u64 =
        version.parse().map_err(|_| crate::settings::wrong("Deletion of aliases is not currently supported."))?;
    let aliases = tx.list(&ALIASES, (name.function.clone(),))?;
    let is_used = |alias: &state::Alias| alias.version == version || alias.weights.contains_key(version);
    let users: Vec<String> =
        aliases.into_iter().filter(|(_, alias)| is_used(alias)).map(|((_, alias), _)| alias).collect();
    if !users.is_empty() {
        return Err(errors::resource_conflict_exception(format!(
            "Version was not deleted because the following aliases reference it: [{}]",
            users.join(", ")
        )));
    }
    tx.delete(&VERSIONS, (name.function.clone(), number));
    function.policies.remove(version);
    Ok(tx.put(&FUNCTIONS, name.function.clone(), &function)?)
}
