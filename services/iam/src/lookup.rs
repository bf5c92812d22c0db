//! Managed policies by ARN, and what ends an entity's life.

use crate::{
    document,
    managed::{self, AwsPolicy},
    state::{self, ATTACHED, INLINE, ManagedPolicy, POLICIES},
};
use api_iam::errors;
use base::{Arn, Fault};
use kernel::{Outcome, Tx};

/// A managed policy: the account's or AWS's.
pub(crate) enum Found {
    Own(ManagedPolicy),
    Aws(&'static AwsPolicy),
}

/// What `arn` names, or AWS's not-found error.
pub(crate) fn policy(tx: &Tx<'_>, arn: &str) -> Outcome<Found> {
    find(tx, arn)?.ok_or_else(|| errors::no_such_entity_exception(format!("Policy {arn} was not found.")))
}

/// The account's own policy: AWS's cannot be changed.
pub(crate) fn own_policy(tx: &Tx<'_>, arn: &str) -> Outcome<ManagedPolicy> {
    match policy(tx, arn)? {
        Found::Own(policy) => Ok(policy),
        // AWS: who may do everything is told this, as nobody owns them.
        Found::Aws(_) => Err(shape::ApiError::new(
            "AccessDenied",
            403,
            format!("{arn} is a policy of AWS, which only AWS can change."),
        )),
    }
}

fn find(tx: &Tx<'_>, arn: &str) -> Outcome<Option<Found>> {
    if let Some(known) = managed::find(arn) {
        return Ok(Some(Found::Aws(known)));
    }
    let parsed: Option<Arn> = arn.parse().ok().filter(|arn: &Arn| arn.service == "iam");
    let Some((parsed, name)) = parsed.as_ref().and_then(|arn| Some((arn, document::name_in(arn)?))) else {
        return Err(errors::invalid_input_exception(format!("ARN {arn} is not valid.")));
    };
    if parsed.account != tx.scope().account.as_str() {
        return Ok(None);
    }
    let policy = tx.get(&POLICIES, state::fold(name))?;
    Ok(policy.filter(|policy| document::is_named(parsed, &policy.path, &policy.name)).map(Found::Own))
}

/// A policy that is to be attached.
pub(crate) fn check_attachable(tx: &Tx<'_>, arn: &str) -> Outcome<()> {
    if find(tx, arn)?.is_some() {
        return Ok(());
    }
    let known = if managed::is_aws(arn) { " Of AWS's own policies this model knows the common ones." } else { "" };
    Err(errors::no_such_entity_exception(format!("Policy {arn} does not exist or is not attachable.{known}")))
}

/// AWS: entities go bare. `owner` has neither inline nor attached policies.
pub(crate) fn check_bare(tx: &Tx<'_>, owner: &str) -> Outcome<()> {
    if tx.scan(&ATTACHED, (owner,)).next().transpose()?.is_some() {
        return Err(errors::delete_conflict_exception("Cannot delete entity, must detach all policies first."));
    }
    if tx.scan(&INLINE, (owner,)).next().transpose()?.is_some() {
        return Err(errors::delete_conflict_exception("Cannot delete entity, must delete policies first."));
    }
    Ok(())
}

pub(crate) fn no_version(arn: &str, version: &str) -> shape::ApiError {
    let message = format!("Policy {arn} version {version} does not exist or is not attachable.");
    errors::no_such_entity_exception(message)
}

/// `v12`
pub(crate) fn version_number(id: &str) -> Option<u64> {
    id.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The policies attached to `owner`, by name, for pages.
pub(crate) fn attached(tx: &Tx<'_>, owner: &str) -> Result<Vec<(String, api_iam::AttachedPolicy)>, Fault> {
    let mut found = Vec::new();
    for row in tx.scan(&ATTACHED, (owner,)) {
        let ((_, arn), _) = row?;
        let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
        let shown = api_iam::AttachedPolicy { policy_name: Some(name.clone()), policy_arn: Some(arn) };
        found.push((name, shown));
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

/// The names of `owner`'s inline policies, for pages.
pub(crate) fn inline_names(tx: &Tx<'_>, owner: &str) -> Result<Vec<(String, String)>, Fault> {
    tx.scan(&INLINE, (owner,)).map(|row| row.map(|((_, name), _)| (name.clone(), name))).collect()
}

/// The path of a managed policy's ARN: `/service-role/`.
pub(crate) fn path_of(arn: &str) -> String {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    match (resource.find('/'), resource.rfind('/')) {
        (Some(first), Some(last)) => resource[first..=last].to_owned(),
        _ => "/".to_owned(),
    }
}
