use super::update_function_code::STALE;
use crate::{
    Lambda,
    name::Name,
    settings::{self, wrong},
    state::{self, Config, FUNCTIONS, VERSIONS},
};
use api_lambda::{FunctionConfiguration, PublishVersion, PublishVersionRequest, errors};
use kernel::{Access, Call, Order, Outcome, Tx, Write};
use std::ops::Bound;

impl Write<PublishVersion> for Lambda {
    fn access(call: &Call, input: &PublishVersionRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, None))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PublishVersionRequest) -> Outcome<FunctionConfiguration> {
        let name = Name::of_function(call, &input.function_name)?.unqualified();
        let mut tx = tx.in_scope(&name.scope);
        let latest = state::get_function(&tx, &name)?.latest;
        if input.revision_id.is_some_and(|wanted| wanted != latest.revision) {
            return Err(errors::precondition_failed_exception(STALE));
        }
        if input.code_sha256.is_some_and(|wanted| !wanted.is_empty() && wanted != latest.code.sha256) {
            return Err(wrong(format!(
                "CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST. Please try again with the CodeSHA256 \
                 in $LATEST.",
                latest.code.sha256
            )));
        }
        publish(&mut tx, call, &name, input.description)
    }
}

/// AWS: when nothing changed since the last version was published, that one is the answer.
pub(super) fn publish(
    tx: &mut Tx<'_>,
    call: &Call,
    name: &Name,
    description: Option<String>,
) -> Outcome<FunctionConfiguration> {
    let mut function = state::get_function(tx, name)?;
    let unbounded = Bound::<(String, u64)>::Unbounded;
    let last = tx.scan_from(&VERSIONS, (name.function.clone(),), unbounded, Order::Backward).next().transpose()?;
    if let Some(((_, number), config)) = last
        && is_same(&config, &function.latest)
    {
        let number = number.to_string();
        return Ok(settings::tell(name, &number, Some(&number), &config));
    }
    let number = function.next_version;
    function.next_version += 1;
    let mut config = function.latest.clone();
    config.revision = call.entropy.uuid();
    config.modified = call.now;
    config.description = description.unwrap_or(config.description);
    tx.put(&VERSIONS, (name.function.clone(), number), &config)?;
    tx.put(&FUNCTIONS, name.function.clone(), &function)?;
    let number = number.to_string();
    Ok(settings::tell(name, &number, Some(&number), &config))
}

fn is_same(one: &Config, other: &Config) -> bool {
    let plain = |config: &Config| Config {
        revision: String::new(),
        modified: base::Timestamp::default(),
        description: String::new(),
        // The same bytes may have been sent twice.
        code: state::Code { blob: one.code.blob.clone(), ..config.code.clone() },
        ..config.clone()
    };
    plain(one) == plain(other)
}
