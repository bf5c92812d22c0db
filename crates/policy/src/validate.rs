//! What a policy of each kind must and must not say, in the order in which IAM complains.

use crate::{
    condition::{self, Condition},
    document::{Choice, Document, Kind, PrincipalPattern, Statement},
    error::{IAM_PATHS, PolicyError, Reason},
};
use std::collections::BTreeSet;

type Checked = Result<(), PolicyError>;

impl Document {
    pub(crate) fn validate(&self) -> Checked {
        for (index, statement) in self.statements.iter().enumerate() {
            let at = format!("Statement[{index}]");
            statement.conditions.iter().try_for_each(|condition| check_dates(condition, &at))?;
            check_fields(statement, self.kind, &at)?;
        }
        if self.kind != Kind::Resource {
            self.check_sids()?;
        }
        for statement in &self.statements {
            check_actions(statement, self.kind)?;
            if self.kind == Kind::Identity {
                let resources = statement.resources.iter().flat_map(|resources| resources.list());
                resources.map(|resource| &resource.text).try_for_each(|resource| check_resource(resource))?;
            }
        }
        Ok(())
    }

    fn check_sids(&self) -> Checked {
        let mut seen = BTreeSet::new();
        for sid in self.statements.iter().filter_map(|statement| statement.sid.as_deref()) {
            if !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(PolicyError::new(Reason::SidNotAlphanumeric, format!("Sid {sid:?}")));
            }
            if !sid.is_empty() && !seen.insert(sid) {
                return Err(PolicyError::new(Reason::DuplicateSid, format!("Sid {sid:?} stands twice")));
            }
        }
        Ok(())
    }
}

fn check_dates(condition: &Condition, at: &str) -> Checked {
    let bad = |value: &&String| condition.is_date() && condition::date(value).is_none();
    match condition.values.iter().find(bad) {
        Some(value) => {
            let detail = format!("{at}.Condition.{}.{}: {value:?} is not a date", condition.operator, condition.key);
            Err(PolicyError::new(Reason::LegacyParsing, detail))
        }
        None => Ok(()),
    }
}

fn check_fields(statement: &Statement, kind: Kind, at: &str) -> Checked {
    let fail = |reason: Reason| Err(PolicyError::new(reason, at));
    let is_empty = statement.actions.list().is_empty();
    if is_empty {
        return fail(Reason::MissingActions);
    }
    let has_resources = statement.resources.as_ref().is_some_and(|resources| !resources.list().is_empty());
    let names_somebody = statement.principals.as_ref().is_some_and(|principals| !principals.list().is_empty());
    match kind {
        Kind::Identity if statement.principals.is_some() => fail(Reason::PrincipalInIdentityPolicy),
        Kind::Identity if !has_resources => fail(Reason::MissingResources),
        Kind::Trust if statement.resources.is_some() => fail(Reason::ProhibitedField("Resource")),
        Kind::Resource if !has_resources => fail(Reason::MissingField("Resource")),
        Kind::Resource | Kind::Trust if !names_somebody => fail(Reason::MissingField("Principal")),
        _ => check_principals(statement),
    }
}

/// AWS: a principal's ARN is matched whole; it has no wildcards.
fn check_principals(statement: &Statement) -> Checked {
    for principal in statement.principals.iter().flat_map(Choice::list) {
        if let PrincipalPattern::Arn(arn) = principal
            && arn.contains(['*', '?'])
        {
            let reason = Reason::InvalidPrincipal { kind: "AWS", value: arn.clone() };
            return Err(PolicyError::new(reason, format!("{arn:?} has a wildcard")));
        }
    }
    Ok(())
}

fn check_actions(statement: &Statement, kind: Kind) -> Checked {
    for action in statement.actions.list() {
        let fail = |reason| Err(PolicyError::new(reason, format!("action {:?}", action.text)));
        if action.text == "*" && kind != Kind::Trust {
            continue;
        }
        let Some((vendor, name)) = action.text.split_once(':') else { return fail(Reason::ActionWithoutVendor) };
        if name.contains(':') {
            return fail(Reason::ActionWithColons);
        }
        let is_vendor = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        if vendor.is_empty() || (vendor != "*" && !vendor.bytes().all(is_vendor)) {
            return fail(Reason::InvalidVendor(vendor.to_owned()));
        }
        if kind == Kind::Trust && !vendor.eq_ignore_ascii_case("sts") {
            return fail(Reason::TrustAction);
        }
    }
    Ok(())
}

fn check_resource(text: &str) -> Checked {
    let fail = |reason| Err(PolicyError::new(reason, format!("resource {text:?}")));
    if text == "*" {
        return Ok(());
    }
    let parts = arn_parts(text);
    let part = |index: usize| parts.get(index).copied().unwrap_or("");
    if parts.len() < 2 || part(0) != "arn" {
        return fail(Reason::ResourceNotArn(text.to_owned()));
    }
    if !matches!(part(1), "*" | "aws") && !part(1).starts_with("aws-") && !part(1).starts_with("${") {
        let rest: Vec<&str> = (2..6).map(|index| parts.get(index).copied().unwrap_or("*")).collect();
        let arn = format!("arn:{}:{}", part(1), rest.join(":"));
        return fail(Reason::ResourcePartition { partition: part(1).to_owned(), arn });
    }
    if parts.len() < 3 || part(2).is_empty() || part(2).contains(['*', '?']) {
        return fail(Reason::ResourceVendor);
    }
    // A shortened ARN stands for all that begins like it; written with empty parts it is a mistake.
    if parts.len() < 6 {
        return if text.contains("::") { fail(Reason::LegacyParsing) } else { Ok(()) };
    }
    match (part(2), part(3)) {
        ("iam", "") if part(5) != "*" && !IAM_PATHS.iter().any(|path| part(5).starts_with(path)) => {
            fail(Reason::IamPath)
        }
        ("iam", region) if !region.is_empty() => fail(Reason::IamRegion(text.to_owned())),
        ("s3", region) if !region.is_empty() && !has_s3_region(part(5)) => {
            fail(Reason::ResourceRegion(text.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Splits at the first five colons that are not inside a policy variable.
fn arn_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut in_variable) = (Vec::with_capacity(6), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => in_variable |= text[..at].ends_with('$'),
            b'}' => in_variable = false,
            b':' if !in_variable && parts.len() < 5 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// What in S3 belongs to a region; buckets and objects do not.
fn has_s3_region(resource: &str) -> bool {
    ["accesspoint", "access-grants", "async-request", "job", "storage-lens", "*"]
        .iter()
        .any(|start| resource.starts_with(start))
}
