//! Aliases: CreateAlias, GetAlias, ListAliases, UpdateAlias, DeleteAlias.

use super::{list_functions::page, update_function_code::STALE};
use crate::{
    Lambda,
    name::Name,
    settings::wrong,
    state::{self, ALIASES, Alias, LATEST, VERSIONS},
};
use api_lambda::{
    AliasConfiguration, AliasRoutingConfiguration, CreateAlias, CreateAliasRequest, DeleteAlias,
    DeleteAliasOutputNothing, DeleteAliasRequest, GetAlias, GetAliasRequest, ListAliases, ListAliasesRequest,
    ListAliasesResponse, UpdateAlias, UpdateAliasRequest, errors,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use shape::Map;

fn tell(name: &Name, alias_name: &str, alias: Alias) -> AliasConfiguration {
    let weights = Some(alias.weights).filter(|weights| !weights.is_empty());
    AliasConfiguration {
        alias_arn: Some(name.qualified(Some(alias_name)).to_string()),
        name: Some(alias_name.to_owned()),
        function_version: Some(alias.version),
        description: Some(alias.description),
        routing_config: weights.map(|weights| AliasRoutingConfiguration { additional_version_weights: Some(weights) }),
        revision_id: Some(alias.revision),
    }
}

fn get(tx: &Tx<'_>, name: &Name, alias: &str) -> Outcome<Alias> {
    state::get_function(tx, name)?;
    let found = tx.get(&ALIASES, (name.function.clone(), alias.to_owned()))?;
    found.ok_or_else(|| {
        let arn = name.qualified(Some(alias));
        errors::resource_not_found_exception(format!("Cannot find alias arn: {arn}"))
    })
}

fn check(tx: &Tx<'_>, name: &Name, alias: &Alias) -> Outcome<()> {
    for version in std::iter::once(&alias.version).chain(alias.weights.keys()) {
        let number = version.parse::<u64>().ok();
        let is_there = match number {
            Some(number) => tx.has(&VERSIONS, (name.function.clone(), number))?,
            None => version == LATEST,
        };
        if !is_there {
            let arn = name.qualified(Some(version));
            return Err(errors::resource_not_found_exception(format!("Function not found: {arn}")));
        }
    }
    let is_share = |weight: &f64| (0.0..=1.0).contains(weight);
    if alias.weights.len() > 1 || !alias.weights.values().all(is_share) {
        return Err(wrong("An alias routes to one additional version, whose weight is between 0.0 and 1.0."));
    }
    if !alias.weights.is_empty() && alias.version == LATEST {
        return Err(wrong("$LATEST is not supported for an alias pointing to more than 1 version"));
    }
    Ok(())
}

fn weights(given: Option<AliasRoutingConfiguration>) -> Map<f64> {
    given.and_then(|routing| routing.additional_version_weights).unwrap_or_default()
}

impl Write<CreateAlias> for Lambda {
    fn access(call: &Call, input: &CreateAliasRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateAliasRequest) -> Outcome<AliasConfiguration> {
        let name = Name::of_function(call, &input.function_name)?;
        let mut tx = tx.in_scope(&name.scope);
        state::get_function(&tx, &name)?;
        let key = (name.function.clone(), input.name.clone());
        if tx.has(&ALIASES, key.clone())? {
            let arn = name.qualified(Some(&input.name));
            return Err(errors::resource_conflict_exception(format!("Alias already exists: {arn}")));
        }
        let alias = Alias {
            version: input.function_version,
            description: input.description.unwrap_or_default(),
            weights: weights(input.routing_config),
            revision: call.entropy.uuid(),
        };
        check(&tx, &name, &alias)?;
        tx.put(&ALIASES, key, &alias)?;
        Ok(tell(&name, &input.name, alias))
    }
}

impl Read<GetAlias> for Lambda {
    fn access(call: &Call, input: &GetAliasRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn read(tx: &Tx<'_>, call: &Call, input: GetAliasRequest) -> Outcome<AliasConfiguration> {
        let name = Name::of_function(call, &input.function_name)?;
        let alias = get(&tx.peek(&name.scope), &name, &input.name)?;
        Ok(tell(&name, &input.name, alias))
    }
}

impl Read<ListAliases> for Lambda {
    fn access(call: &Call, input: &ListAliasesRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn read(tx: &Tx<'_>, call: &Call, input: ListAliasesRequest) -> Outcome<ListAliasesResponse> {
        let name = Name::of_function(call, &input.function_name)?;
        let tx = tx.peek(&name.scope);
        state::get_function(&tx, &name)?;
        let mut all = Vec::new();
        for ((_, alias_name), alias) in tx.list(&ALIASES, (name.function.clone(),))? {
            if input.function_version.as_ref().is_none_or(|version| *version == alias.version) {
                all.push(tell(&name, &alias_name, alias));
            }
        }
        let (aliases, next_marker) = page(all, input.marker.as_deref(), input.max_items);
        Ok(ListAliasesResponse { aliases: Some(aliases), next_marker })
    }
}

impl Write<UpdateAlias> for Lambda {
    fn access(call: &Call, input: &UpdateAliasRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateAliasRequest) -> Outcome<AliasConfiguration> {
        let name = Name::of_function(call, &input.function_name)?;
        let mut tx = tx.in_scope(&name.scope);
        let mut alias = get(&tx, &name, &input.name)?;
        if input.revision_id.is_some_and(|wanted| wanted != alias.revision) {
            return Err(errors::precondition_failed_exception(STALE));
        }
        alias.version = input.function_version.unwrap_or(alias.version);
        alias.description = input.description.unwrap_or(alias.description);
        if input.routing_config.is_some() {
            alias.weights = weights(input.routing_config);
        }
        alias.revision = call.entropy.uuid();
        check(&tx, &name, &alias)?;
        tx.put(&ALIASES, (name.function.clone(), input.name.clone()), &alias)?;
        Ok(tell(&name, &input.name, alias))
    }
}

impl Write<DeleteAlias> for Lambda {
    fn access(call: &Call, input: &DeleteAliasRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteAliasRequest) -> Outcome<DeleteAliasOutputNothing> {
        let name = Name::of_function(call, &input.function_name)?;
        // AWS: deleting an alias that is not there succeeds.
        tx.in_scope(&name.scope).delete(&ALIASES, (name.function.clone(), input.name));
        Ok(DeleteAliasOutputNothing {})
    }
}
