//! What authorization asks of buckets: whose they are, and whom their policies and ACLs let in.

use crate::{S3, domain::public, object, state};
use base::{AccountId, Arn, Fault};
use kernel::{Directory, Outcome, ResourcePolicy, Tx};
use serde_json::{Value as Json, json};

impl Directory for S3 {
    fn resource_policy(&self, tx: &Tx<'_>, resource: &Arn, action: &str) -> Result<Option<ResourcePolicy>, Fault> {
        if action == CREATE {
            return Ok(None);
        }
        let (bucket, key) = split(resource);
        let Some(owner) = owner(tx, bucket)? else { return Ok(None) };
        let text = unfaulted(policy_text(tx, bucket, key, &owner))?;
        Ok(text.map(|text| ResourcePolicy {
            name: format!("policy of bucket {bucket}"),
            text,
            kind: policy::Kind::Resource,
            is_required: false,
        }))
    }

    fn owner(&self, tx: &Tx<'_>, resource: &Arn, action: &str) -> Result<Option<AccountId>, Fault> {
        // Who makes a bucket asks only its own account: whether the name is free is for the operation to say.
        if action == CREATE {
            return Ok(None);
        }
        owner(tx, split(resource).0)
    }

    fn conditions(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let (bucket, key) = split(resource);
        let Some(key) = key else { return Ok(Vec::new()) };
        let newest = unfaulted(state::find_version(tx, bucket, key, None))?;
        let tags = newest.and_then(|version| version.object).map(|object| object.about.tags).unwrap_or_default();
        Ok(tags.into_iter().map(|(key, value)| (format!("s3:ExistingObjectTag/{key}"), value)).collect())
    }
}

const CREATE: &str = "s3:CreateBucket";

fn split(resource: &Arn) -> (&str, Option<&str>) {
    match resource.resource.split_once('/') {
        Some((bucket, key)) => (bucket, Some(key)),
        None => (&resource.resource, None),
    }
}

fn owner(tx: &Tx<'_>, bucket: &str) -> Result<Option<AccountId>, Fault> {
    Ok(tx.peek(&kernel::Scope::shared()).get(&state::BUCKETS, bucket)?.map(|bucket| bucket.owner))
}

/// The bucket's policy, with what its ACLs and its public access block add to it.
fn policy_text(tx: &Tx<'_>, bucket: &str, key: Option<&str>, owner: &AccountId) -> Outcome<Option<String>> {
    let own = state::find_setting_text(tx, bucket, "policy")?;
    let block = object::public_access_block(tx, bucket)?;
    let mut more = Vec::new();
    if block.ignore_public_acls != Some(true) && is_public_by_acl(tx, bucket, key)? {
        let action =
            if key.is_some() { json!(["s3:GetObject", "s3:GetObjectVersion"]) } else { json!(["s3:ListBucket"]) };
        let arn = format!("arn:aws:s3:::{bucket}{}", key.map(|key| format!("/{}", literal(key))).unwrap_or_default());
        more.push(json!({"Sid": "ACL", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": arn}));
    }
    let is_restricted = block.restrict_public_buckets == Some(true) && own.as_deref().is_some_and(public::is_public);
    if is_restricted {
        more.push(json!({
            "Sid": "RestrictPublicBuckets", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
            "Condition": {
                "StringNotEquals": {"aws:PrincipalAccount": owner.as_str()},
                "Bool": {"aws:PrincipalIsAWSService": "false"},
            },
        }));
    }
    if more.is_empty() {
        return Ok(own);
    }
    let mut document = own.and_then(|text| serde_json::from_str::<Json>(&text).ok());
    let document = document.get_or_insert_with(|| json!({"Version": "2012-10-17", "Statement": []}));
    if !document["Statement"].is_array() {
        document["Statement"] = json!([document["Statement"].take()]);
    }
    if let Some(statements) = document["Statement"].as_array_mut() {
        statements.extend(more);
    }
    Ok(Some(document.to_string()))
}

/// A key in a policy of version 2012-10-17, where `*`, `?` and `$` mean something.
fn literal(key: &str) -> String {
    key.replace('$', "${$}").replace('*', "${*}").replace('?', "${?}")
}

fn is_public_by_acl(tx: &Tx<'_>, bucket: &str, key: Option<&str>) -> Outcome<bool> {
    if object::check_acls_allowed(tx, bucket).is_err() {
        return Ok(false);
    }
    match key {
        None => Ok(state::find_setting_text(tx, bucket, "acl")?.is_some_and(|acl| acl == "public-read")),
        Some(key) => {
            let newest = state::find_version(tx, bucket, key, None)?;
            Ok(newest.and_then(|version| version.object).is_some_and(|object| object.about.is_public))
        }
    }
}

/// What a directory meets is a fault: it has no caller to tell.
fn unfaulted<T>(outcome: Outcome<T>) -> Result<T, Fault> {
    outcome.map_err(|error| match error.fault {
        Some(fault) => *fault,
        None => Fault::internal(error.to_string()),
    })
}
