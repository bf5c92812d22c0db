//! What users, groups and roles have in common: inline and attached policies. The operations of the three differ in
//! names and limits only.

use crate::{
    document, lookup,
    page::{Page, page},
    state::{self, ATTACHED, INLINE, Inline, Mark},
};
use api_iam::{AttachedPolicy, errors};
use kernel::{Access, Call, Outcome, Tx};

/// AWS quota: managed policies on one user, group or role.
const MOST_ATTACHED: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    User,
    Group,
    Role,
}

impl Owner {
    /// In ARNs and messages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }
    pub(crate) fn access(self, call: &Call, name: &str) -> Access {
        Access::to(call.global_arn("iam", format_args!("{}/{name}", self.word())))
    }
    /// Its unique id, to look at it.
    pub(crate) fn id(self, tx: &Tx<'_>, name: &str) -> Outcome<String> {
        Ok(match self {
            Self::User => state::user(tx, name)?.id,
            Self::Group => state::group(tx, name)?.id,
            Self::Role => state::role(tx, name)?.id,
        })
    }
    /// Its unique id, to change it.
    fn own_id(self, tx: &Tx<'_>, name: &str) -> Outcome<String> {
        if self == Self::Role { Ok(state::own_role(tx, name)?.id) } else { self.id(tx, name) }
    }
    fn most_inline(self) -> usize {
        match self {
            Self::User => document::MOST_INLINE_USER,
            Self::Group => document::MOST_INLINE_GROUP,
            Self::Role => document::MOST_INLINE_ROLE,
        }
    }
    fn quota(self) -> &'static str {
        match self {
            Self::User => "PoliciesPerUser",
            Self::Group => "PoliciesPerGroup",
            Self::Role => "PoliciesPerRole",
        }
    }
}

pub(crate) fn put_inline(tx: &mut Tx<'_>, owner: Owner, name: &str, policy: String, text: String) -> Outcome<()> {
    let id = owner.own_id(tx, name)?;
    document::check_inline(&text)?;
    let whose = format!("{} {name}", owner.word());
    document::check_total(tx, &id, &policy, &text, owner.most_inline(), &whose)?;
    tx.put(&INLINE, (id, policy), &Inline { text })?;
    Ok(())
}

/// The document, encoded as answers have it.
pub(crate) fn inline(tx: &Tx<'_>, owner: Owner, name: &str, policy: &str) -> Outcome<String> {
    let id = owner.id(tx, name)?;
    let found = tx.get(&INLINE, (id, policy.to_owned()))?.ok_or_else(|| no_inline(owner, policy))?;
    Ok(document::encode(&found.text))
}

pub(crate) fn delete_inline(tx: &mut Tx<'_>, owner: Owner, name: &str, policy: &str) -> Outcome<()> {
    let key = (owner.own_id(tx, name)?, policy.to_owned());
    if !tx.has(&INLINE, key.clone())? {
        return Err(no_inline(owner, policy));
    }
    tx.delete(&INLINE, key);
    Ok(())
}

fn no_inline(owner: Owner, policy: &str) -> shape::ApiError {
    let kind = owner.word();
    errors::no_such_entity_exception(format!("The {kind} policy with name {policy} cannot be found."))
}

/// AWS: attaching what is attached succeeds.
pub(crate) fn attach(tx: &mut Tx<'_>, owner: Owner, name: &str, arn: String) -> Outcome<()> {
    let id = owner.own_id(tx, name)?;
    lookup::check_attachable(tx, &arn)?;
    let key = (id.clone(), arn);
    if !tx.has(&ATTACHED, key.clone())? && tx.scan(&ATTACHED, (id.as_str(),)).count() >= MOST_ATTACHED {
        let quota = owner.quota();
        return Err(errors::limit_exceeded_exception(format!("Cannot exceed quota for {quota}: {MOST_ATTACHED}")));
    }
    tx.put(&ATTACHED, key, &Mark {})?;
    Ok(())
}

pub(crate) fn detach(tx: &mut Tx<'_>, owner: Owner, name: &str, arn: &str) -> Outcome<()> {
    let key = (owner.own_id(tx, name)?, arn.to_owned());
    if !tx.has(&ATTACHED, key.clone())? {
        return Err(errors::no_such_entity_exception(format!("Policy {arn} was not found.")));
    }
    tx.delete(&ATTACHED, key);
    Ok(())
}

/// What is asked for in a list.
pub(crate) struct Wanted<'a> {
    pub(crate) prefix: Option<&'a str>,
    pub(crate) marker: Option<&'a str>,
    pub(crate) most: Option<i32>,
}

pub(crate) fn attached(tx: &Tx<'_>, owner: Owner, name: &str, wanted: &Wanted<'_>) -> Outcome<Page<AttachedPolicy>> {
    let mut all = lookup::attached(tx, &owner.id(tx, name)?)?;
    if let Some(prefix) = wanted.prefix {
        all.retain(|(_, shown)| {
            shown.policy_arn.as_deref().is_some_and(|arn| lookup::path_of(arn).starts_with(prefix))
        });
    }
    page(all, wanted.marker, wanted.most)
}

pub(crate) fn inline_names(tx: &Tx<'_>, owner: Owner, name: &str, wanted: &Wanted<'_>) -> Outcome<Page<String>> {
    page(lookup::inline_names(tx, &owner.id(tx, name)?)?, wanted.marker, wanted.most)
}
