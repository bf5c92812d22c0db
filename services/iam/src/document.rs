//! Policy documents: what is accepted, how long they may be, how answers show them.

use crate::state::{self, GROUPS, INLINE, POLICIES, ROLES, USERS, VERSIONS};
use api_iam::errors;
use base::{AccountId, Arn, Fault};
use kernel::{NamedPolicy, Outcome, Scope, Tx};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use policy::{Document, Kind, PrincipalPattern};
use shape::ApiError;

/// AWS quotas, in characters without white space.
pub(crate) const MOST_MANAGED: usize = 6144;
pub(crate) const MOST_TRUST: usize = 2048;
pub(crate) const MOST_INLINE_USER: usize = 2048;
pub(crate) const MOST_INLINE_GROUP: usize = 5120;
pub(crate) const MOST_INLINE_ROLE: usize = 10_240;

/// What RFC 3986 leaves as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// AWS: documents in answers are URL-encoded.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// AWS: white space does not count against quotas.
pub(crate) fn size(text: &str) -> usize {
    text.chars().filter(|letter| !letter.is_whitespace()).count()
}

fn parse(text: &str, kind: Kind) -> Outcome<Document> {
    Document::parse(text, kind).map_err(|why| errors::malformed_policy_document_exception(why.to_string()))
}

pub(crate) fn check_inline(text: &str) -> Outcome<()> {
    parse(text, Kind::Identity).map(|_| ())
}

pub(crate) fn check_managed(text: &str) -> Outcome<()> {
    let document = parse(text, Kind::Identity)?;
    document.check_version_2012().map_err(|why| errors::malformed_policy_document_exception(why.to_string()))?;
    if size(text) > MOST_MANAGED {
        return Err(errors::limit_exceeded_exception(format!("Cannot exceed quota for PolicySize: {MOST_MANAGED}")));
    }
    Ok(())
}

/// A trust policy, whose principals have to exist.
pub(crate) fn check_trust(tx: &Tx<'_>, text: &str) -> Outcome<()> {
    let document = parse(text, Kind::Trust)?;
    for (_, principal) in document.principals() {
        let is_there = match principal {
            PrincipalPattern::Arn(arn) => does_principal_exist(tx, arn)?,
            PrincipalPattern::Service(name) => is_service(name),
            _ => true,
        };
        if !is_there {
            let kind = if matches!(principal, PrincipalPattern::Service(_)) { "SERVICE" } else { "AWS" };
            return Err(errors::malformed_policy_document_exception(format!(
                "Invalid principal in policy: \"{kind}\":\"{principal}\""
            )));
        }
    }
    if size(text) > MOST_TRUST {
        return Err(errors::limit_exceeded_exception(format!("Cannot exceed quota for ACLSizePerRole: {MOST_TRUST}")));
    }
    Ok(())
}

fn is_service(name: &str) -> bool {
    [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"].iter().any(|end| name.ends_with(end))
}

/// Users and roles of accounts that this model has never seen are not its to deny.
fn does_principal_exist(tx: &Tx<'_>, text: &str) -> Result<bool, Fault> {
    let Ok(arn) = text.parse::<Arn>() else { return Ok(false) };
    let Some(account) = AccountId::new(&*arn.account) else { return Ok(false) };
    if account != tx.scope().account && !tx.scopes()?.iter().any(|scope| scope.account == account) {
        return Ok(true);
    }
    let theirs = tx.peek(&Scope::global(&account));
    let (kind, rest) = arn.resource.split_once('/').unwrap_or_default();
    let name = rest.rsplit('/').next().unwrap_or_default();
    Ok(match (arn.service.as_str(), kind) {
        ("iam", "user") => theirs.get(&USERS, state::fold(name))?.is_some_and(|user| ends_with_path(&arn, &user.path)),
        ("iam", "role") => theirs.get(&ROLES, state::fold(name))?.is_some_and(|role| ends_with_path(&arn, &role.path)),
        ("sts", "assumed-role") => {
            let role = rest.split('/').next().unwrap_or_default();
            theirs.has(&ROLES, state::fold(role))?
        }
        ("sts", "federated-user") => true,
        _ => false,
    })
}

fn ends_with_path(arn: &Arn, path: &str) -> bool {
    arn.resource.find('/').zip(arn.resource.rfind('/')).is_some_and(|(first, last)| &arn.resource[first..=last] == path)
}

/// Puts the size of all inline policies of one owner in AWS's words, where it is too much.
pub(crate) fn check_total(tx: &Tx<'_>, owner: &str, name: &str, text: &str, most: usize, whose: &str) -> Outcome<()> {
    let mut total = size(text);
    for row in tx.scan(&INLINE, (owner,)) {
        let ((_, other), inline) = row?;
        if other != name {
            total += size(&inline.text);
        }
    }
    if total <= most {
        return Ok(());
    }
    Err(errors::limit_exceeded_exception(format!("Maximum policy size of {most} bytes exceeded for {whose}")))
}

/// The text of the default version of a managed policy, AWS's own included; `None` where there is none.
pub(crate) fn find_managed(tx: &Tx<'_>, arn: &str) -> Result<Option<String>, Fault> {
    if let Some(known) = crate::managed::find(arn) {
        return Ok(Some(known.text.clone()));
    }
    let Ok(parsed) = arn.parse::<Arn>() else { return Ok(None) };
    let Some(scope) = state::scope_of(&parsed) else { return Ok(None) };
    let theirs = tx.peek(&scope);
    let Some(name) = name_in(&parsed) else { return Ok(None) };
    let Some(policy) = theirs.get(&POLICIES, state::fold(name))? else { return Ok(None) };
    if !is_named(&parsed, &policy.path, &policy.name) {
        return Ok(None);
    }
    Ok(theirs.get(&VERSIONS, (policy.id, policy.default_version))?.map(|version| version.text))
}

/// The name at the end of a policy's ARN.
pub(crate) fn name_in(arn: &Arn) -> Option<&str> {
    arn.resource_after("policy")?.rsplit('/').next()
}

pub(crate) fn is_named(arn: &Arn, path: &str, name: &str) -> bool {
    arn.service == "iam" && arn.resource == format!("policy{path}{name}")
}

/// All policies of one owner. `whose` is `role x`.
pub(crate) fn all_of(tx: &Tx<'_>, owner: &str, whose: &str, into: &mut Vec<NamedPolicy>) -> Result<(), Fault> {
    for row in tx.scan(&INLINE, (owner,)) {
        let ((_, name), inline) = row?;
        into.push(NamedPolicy { name: format!("inline policy {name} of {whose}"), text: inline.text });
    }
    for row in tx.scan(&state::ATTACHED, (owner,)) {
        let ((_, arn), _) = row?;
        if let Some(text) = find_managed(tx, &arn)? {
            into.push(NamedPolicy { name: arn, text });
        }
    }
    Ok(())
}

/// A boundary that is to be set has to exist.
pub(crate) fn check_boundary(tx: &Tx<'_>, arn: Option<&String>) -> Outcome<()> {
    match arn {
        Some(arn) if find_managed(tx, arn)?.is_none() => Err(no_boundary(arn)),
        _ => Ok(()),
    }
}

fn no_boundary(arn: &str) -> ApiError {
    errors::no_such_entity_exception(format!("Scope ARN: {arn} does not exist or is not attachable."))
}

/// How many users, groups and roles a policy is attached to, and whose boundary it is.
pub(crate) fn count_uses(tx: &Tx<'_>, arn: &str) -> Result<(i32, i32), Fault> {
    let (mut attached, mut bounds) = (0, 0);
    let mut count = |id: &str, boundary: Option<&String>| -> Result<(), Fault> {
        attached += i32::from(tx.has(&state::ATTACHED, (id.to_owned(), arn.to_owned()))?);
        bounds += i32::from(boundary.is_some_and(|boundary| boundary == arn));
        Ok(())
    };
    for row in tx.scan(&USERS, ()) {
        let (_, user) = row?;
        count(&user.id, user.boundary.as_ref())?;
    }
    for row in tx.scan(&GROUPS, ()) {
        count(&row?.1.id, None)?;
    }
    for row in tx.scan(&ROLES, ()) {
        let (_, role) = row?;
        count(&role.id, role.boundary.as_ref())?;
    }
    Ok((attached, bounds))
}
