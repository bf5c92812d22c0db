//! Temporary credentials: what a session is made of, and how it is opened.

use crate::{
    document, id,
    state::{EXPIRIES, Mark, SESSIONS, Session, Tags},
};
use api_sts::{AssumedRoleUser, Credentials, PolicyDescriptorType, Tag, errors};
use base::{AccountId, Arn};
use kernel::{Call, Context, Outcome, Principal, Scope, Tx};
use policy::{Document, Kind};
use shape::ApiError;

/// AWS: how long a role's session lasts where the caller does not say.
const DEFAULT_SECONDS: i32 = 3600;
/// AWS: a session that is opened from a session lasts an hour at most.
const MOST_CHAINED_SECONDS: i32 = 3600;
/// AWS quota, in characters: the session policy that is passed in the call.
const MOST_POLICY: usize = 2048;
/// AWS quota: managed policies passed as session policies.
const MOST_POLICY_ARNS: usize = 10;
/// AWS quota: session tags.
const MOST_TAGS: usize = 50;

/// What is to be opened.
pub(super) struct Opening {
    pub(super) principal: Principal,
    pub(super) account: AccountId,
    pub(super) seconds: i32,
    pub(super) policies: Vec<String>,
    pub(super) tags: Tags,
    pub(super) transitive: Tags,
    pub(super) source_identity: Option<String>,
    /// What else policies may ask about in every call of the session.
    pub(super) context: Context,
}

/// Writes the session and answers with what the client signs with.
pub(super) fn open(tx: &mut Tx<'_>, call: &Call, opening: Opening) -> Outcome<Credentials> {
    let mut context = opening.context;
    context.set("aws:TokenIssueTime", call.now.iso());
    context.set("aws:MultiFactorAuthPresent", "false");
    for (key, value) in &opening.tags {
        context.set(&format!("aws:PrincipalTag/{key}"), value.as_str());
    }
    if let Some(source) = &opening.source_identity {
        context.set("aws:SourceIdentity", source.as_str());
    }
    let key_id = id::temporary_key(&call.entropy);
    let session = Session {
        secret: id::secret(&call.entropy),
        token: id::session_token(&call.entropy),
        expires: call.now.plus_secs(opening.seconds.into()),
        principal: opening.principal,
        account: opening.account,
        policies: opening.policies,
        context,
        transitive: opening.transitive,
        source_identity: opening.source_identity,
    };
    let mut shared = tx.in_scope(&Scope::shared());
    shared.put(&SESSIONS, key_id.clone(), &session)?;
    shared.put(&EXPIRIES, (session.expires, key_id.clone()), &Mark {})?;
    Ok(Credentials {
        access_key_id: key_id,
        secret_access_key: session.secret,
        session_token: session.token,
        expiration: session.expires,
    })
}

pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", 400, message)
}

pub(super) fn denied(message: impl Into<String>) -> ApiError {
    ApiError::new("AccessDenied", 403, message)
}

/// The role's ARN and its account.
pub(super) fn role_arn(text: &str) -> Outcome<(Arn, AccountId)> {
    let parsed: Option<Arn> = text.parse().ok().filter(|arn: &Arn| arn.service == "iam");
    let account = parsed.as_ref().and_then(|arn| AccountId::new(&*arn.account));
    match (parsed, account) {
        (Some(arn), Some(account)) if arn.resource_after("role").is_some() => Ok((arn, account)),
        _ => Err(invalid(format!("{text} is invalid"))),
    }
}

/// How long the session is to last.
pub(super) fn seconds(wanted: Option<i32>, most: i32, is_chained: bool) -> Outcome<i32> {
    let wanted = wanted.unwrap_or(DEFAULT_SECONDS);
    if is_chained && wanted > MOST_CHAINED_SECONDS {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if wanted > most {
        return Err(invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
    }
    Ok(wanted)
}

/// The texts of the policies that limit the session.
pub(super) fn policies(
    tx: &Tx<'_>,
    inline: Option<String>,
    arns: Option<Vec<PolicyDescriptorType>>,
) -> Outcome<Vec<String>> {
    let mut texts = Vec::new();
    let arns = arns.unwrap_or_default();
    if arns.len() > MOST_POLICY_ARNS {
        return Err(invalid(format!("A session takes at most {MOST_POLICY_ARNS} managed policies.")));
    }
    if let Some(text) = inline {
        if text.chars().count() > MOST_POLICY {
            return Err(invalid(format!(
                "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length \
                 less than or equal to {MOST_POLICY}"
            )));
        }
        Document::parse(&text, Kind::Identity)
            .map_err(|why| errors::malformed_policy_document_exception(why.to_string()))?;
        texts.push(text);
    }
    for arn in arns.into_iter().filter_map(|descriptor| descriptor.arn) {
        let found = document::find_managed(tx, &arn)?;
        let missing = || errors::malformed_policy_document_exception(format!("The policy {arn} does not exist."));
        texts.push(found.ok_or_else(missing)?);
    }
    Ok(texts)
}

/// Session tags, and those of them that go on.
pub(super) fn tags(tags: Option<Vec<Tag>>, keys: Option<Vec<String>>, inherited: &Tags) -> Outcome<(Tags, Tags)> {
    let mut all = inherited.clone();
    for Tag { key, value } in tags.unwrap_or_default() {
        if inherited.keys().any(|known| known.eq_ignore_ascii_case(&key)) {
            return Err(invalid(format!("The tag {key} is transitive and cannot be given another value.")));
        }
        if all.keys().any(|known| known.eq_ignore_ascii_case(&key)) {
            return Err(invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive."));
        }
        all.insert(key, value);
    }
    if all.len() > MOST_TAGS {
        return Err(invalid(format!("A session takes at most {MOST_TAGS} tags.")));
    }
    let mut transitive = inherited.clone();
    for key in keys.unwrap_or_default() {
        let Some(value) = all.get(&key) else {
            return Err(invalid("The specified transitive tag key must be included in the requested tags."));
        };
        transitive.insert(key, value.clone());
    }
    Ok((all, transitive))
}

/// How much of the room for policies and tags is taken, in percent; nothing where nothing is passed. AWS packs them in
/// a way of its own, so the number is not AWS's.
pub(super) fn packed_size(policies: &[String], tags: &Tags) -> Outcome<Option<i32>> {
    let size = policies.iter().map(String::len).sum::<usize>()
        + tags.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
    if size == 0 {
        return Ok(None);
    }
    // Room enough for the longest text, all ARNs' policies and tags: beyond is AWS's refusal.
    let percent = size.div_ceil(MOST_POLICY * (MOST_POLICY_ARNS + 1) * 4 / 100);
    i32::try_from(percent).ok().filter(|percent| *percent <= 100).map(Some).ok_or_else(|| {
        errors::packed_policy_too_large_exception("Packed policy consumes more than 100% of allotted space.")
    })
}

pub(super) fn assumed(principal: &Principal) -> AssumedRoleUser {
    match principal {
        Principal::AssumedRole { session_arn, user_id, .. } => {
            AssumedRoleUser { assumed_role_id: user_id.clone(), arn: session_arn.clone() }
        }
        _ => unreachable!("only sessions of roles are shown as such"),
    }
}
