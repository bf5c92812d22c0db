//! Access control lists, as far as canned ones go: private, or readable by everybody.

use crate::{
    S3,
    object::{self, Target},
    state,
};
use api_s3::{
    AccessControlPolicy, BucketCannedACL, GetBucketAcl, GetBucketAclOutput, GetBucketAclRequest, GetObjectAcl,
    GetObjectAclOutput, GetObjectAclRequest, Grant, Grantee, ObjectCannedACL, Owner, Permission, PutBucketAcl,
    PutBucketAclOutputNothing, PutBucketAclRequest, PutObjectAcl, PutObjectAclOutput, PutObjectAclRequest, Type,
};
use base::AccountId;
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use shape::ApiError;

pub(crate) const KIND: &str = "acl";
const PUBLIC: &str = "public-read";
const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

impl Write<PutBucketAcl> for S3 {
    fn access(_: &Call, input: &PutBucketAclRequest) -> Access {
        let access = Access::to(state::bucket_arn(&input.bucket));
        input.acl.map_or(access.clone(), |acl| access.with("s3:x-amz-acl", acl.as_str()))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutBucketAclRequest) -> Outcome<PutBucketAclOutputNothing> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let is_public = match (input.acl, &input.access_control_policy) {
            (Some(BucketCannedACL::Private), None) => false,
            (Some(other), None) => {
                object::check_acls_allowed(tx, &input.bucket)?;
                if other != BucketCannedACL::PublicRead {
                    return Err(ApiError::not_implemented(format_args!("the canned ACL {other} of s3")));
                }
                object::check_public_acl(tx, &input.bucket)?;
                true
            }
            (None, Some(policy)) => granted(tx, &input.bucket, &bucket.owner, policy)?,
            _ => return Err(missing_acl()),
        };
        match is_public {
            true => state::put_setting_text(tx, &input.bucket, KIND, PUBLIC.into())?,
            false => state::delete_setting(tx, &input.bucket, KIND),
        }
        Ok(PutBucketAclOutputNothing {})
    }
}

impl Read<GetBucketAcl> for S3 {
    fn access(_: &Call, input: &GetBucketAclRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketAclRequest) -> Outcome<GetBucketAclOutput> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let is_public = state::find_setting_text(tx, &input.bucket, KIND)?.is_some();
        let (owner, grants) = shown(&bucket.owner, is_public);
        Ok(GetBucketAclOutput { owner: Some(owner), grants: Some(grants) })
    }
}

impl Write<PutObjectAcl> for S3 {
    fn access(_: &Call, input: &PutObjectAclRequest) -> Access {
        let access = object::versioned("s3:PutObjectAcl", "s3:PutObjectVersionAcl", put_target(input));
        input.acl.map_or(access.clone(), |acl| access.with("s3:x-amz-acl", acl.as_str()))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutObjectAclRequest) -> Outcome<PutObjectAclOutput> {
        let found = object::find(tx, call, put_target(&input))?;
        let is_public = match (input.acl, &input.access_control_policy) {
            (Some(ObjectCannedACL::Private), None) => false,
            (Some(_), None) => object::is_public(tx, &input.bucket, input.acl)?,
            (None, Some(policy)) => granted(tx, &input.bucket, &found.bucket.owner, policy)?,
            _ => return Err(missing_acl()),
        };
        object::change(tx, (&input.bucket, &input.key), &found, |object| object.about.is_public = is_public)?;
        Ok(PutObjectAclOutput {})
    }
}

impl Read<GetObjectAcl> for S3 {
    fn access(_: &Call, input: &GetObjectAclRequest) -> Access {
        object::versioned("s3:GetObjectAcl", "s3:GetObjectVersionAcl", get_target(input))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetObjectAclRequest) -> Outcome<GetObjectAclOutput> {
        let found = object::find(tx, call, get_target(&input))?;
        let (owner, grants) = shown(&found.bucket.owner, found.object.about.is_public);
        Ok(GetObjectAclOutput { owner: Some(owner), grants: Some(grants) })
    }
}

fn put_target(input: &PutObjectAclRequest) -> Target<'_> {
    Target {
        bucket: &input.bucket,
        key: &input.key,
        version_id: input.version_id.as_deref(),
        expected_owner: input.expected_bucket_owner.as_deref(),
        method: "PUT",
    }
}

fn get_target(input: &GetObjectAclRequest) -> Target<'_> {
    Target {
        bucket: &input.bucket,
        key: &input.key,
        version_id: input.version_id.as_deref(),
        expected_owner: input.expected_bucket_owner.as_deref(),
        method: "GET",
    }
}

/// The owner's full control, and everybody's reading where that is granted.
fn shown(account: &AccountId, is_public: bool) -> (Owner, Vec<Grant>) {
    let id = state::canonical_id(account);
    let own = Grantee { id: Some(id.clone()), type_: Type::CanonicalUser, uri: None };
    let all = Grantee { id: None, type_: Type::Group, uri: Some(EVERYBODY.into()) };
    let mut grants = vec![Grant { grantee: Some(own), permission: Some(Permission::FullControl) }];
    if is_public {
        grants.push(Grant { grantee: Some(all), permission: Some(Permission::Read) });
    }
    (Owner { id: Some(id) }, grants)
}

/// Whether a spelled-out list lets everybody read: it must be one that we could have shown.
fn granted(tx: &Tx<'_>, bucket: &str, owner: &AccountId, policy: &AccessControlPolicy) -> Outcome<bool> {
    let grants = policy.grants.clone().unwrap_or_default();
    let is = |is_public| {
        let wanted = shown(owner, is_public).1;
        grants.len() == wanted.len() && wanted.iter().all(|grant| grants.contains(grant))
    };
    if is(false) {
        return Ok(false);
    }
    object::check_acls_allowed(tx, bucket)?;
    if is(true) {
        object::check_public_acl(tx, bucket)?;
        return Ok(true);
    }
    Err(ApiError::not_implemented("an access control list of s3 that is neither private nor public-read"))
}

fn missing_acl() -> ApiError {
    ApiError::new("MissingSecurityHeader", 400, "Your request was missing a required header")
}
