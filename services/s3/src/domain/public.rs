//! Whether a bucket's policy lets in everybody, as Block Public Access sees it.

use serde_json::Value as Json;

/// Condition keys that name somebody when their values have no wildcards.
/// AWS: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
const NARROWING: [&str; 13] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

pub(crate) fn is_public(policy: &str) -> bool {
    let Ok(document) = serde_json::from_str::<Json>(policy) else { return false };
    let statements = match &document["Statement"] {
        Json::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    statements.iter().any(|statement| statement["Effect"] == "Allow" && is_open(statement) && !is_narrowed(statement))
}

fn is_open(statement: &Json) -> bool {
    let names_all = |named: &Json| texts(named).any(|one| one == "*");
    match &statement["Principal"] {
        Json::Object(kinds) => {
            kinds.iter().any(|(kind, named)| matches!(kind.as_str(), "AWS" | "CanonicalUser") && names_all(named))
        }
        named => names_all(named) || statement.get("NotPrincipal").is_some(),
    }
}

fn is_narrowed(statement: &Json) -> bool {
    let Some(conditions) = statement["Condition"].as_object() else { return false };
    conditions.iter().any(|(operator, keys)| {
        let operator = operator.to_ascii_lowercase();
        let is_positive = ["stringequals", "stringlike", "arnequals", "arnlike", "ipaddress", "stringequalsignorecase"]
            .iter()
            .any(|known| operator == *known || operator.ends_with(&format!(":{known}")));
        is_positive
            && keys.as_object().is_some_and(|keys| {
                keys.iter().any(|(key, values)| {
                    NARROWING.contains(&key.to_ascii_lowercase().as_str()) && texts(values).all(is_fixed)
                })
            })
    })
}

/// No wildcard, no variable, not the whole internet. AWS: an ARN may have wildcards behind its account.
fn is_fixed(value: &str) -> bool {
    let account = value.split(':').nth(4);
    let part = if value.starts_with("arn:") { account.unwrap_or("*") } else { value };
    !part.is_empty() && !part.contains(['*', '?', '$']) && !part.ends_with("/0")
}

fn texts(json: &Json) -> impl Iterator<Item = &str> {
    let list = match json {
        Json::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    list.iter().filter_map(Json::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_for_everybody_is_public_unless_a_fixed_condition_narrows_it() {
        let policy = |principal: &str, condition: &str| {
            format!(
                r#"{{"Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"*"{condition}}}}}"#
            )
        };
        let cases = [
            (r#""*""#, "", true),
            (r#"{"AWS":"*"}"#, "", true),
            (r#"{"AWS":"arn:aws:iam::000000000000:root"}"#, "", false),
            (r#"{"Service":"cloudfront.amazonaws.com"}"#, "", false),
            (r#""*""#, r#","Condition":{"StringEquals":{"aws:SourceAccount":"000000000000"}}"#, false),
            (r#""*""#, r#","Condition":{"StringLike":{"aws:SourceAccount":"*"}}"#, true),
            (r#""*""#, r#","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, true),
            (r#""*""#, r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#, true),
        ];
        for (principal, condition, expected) in cases {
            assert_eq!(is_public(&policy(principal, condition)), expected, "{principal} {condition}");
        }
    }
}
