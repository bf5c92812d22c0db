//! The bucket's policy.

use crate::{S3, domain::public, errors, object, state};
use api_s3::{
    DeleteBucketPolicy, DeleteBucketPolicyOutputNothing, DeleteBucketPolicyRequest, GetBucketPolicy,
    GetBucketPolicyOutput, GetBucketPolicyRequest, GetBucketPolicyStatus, GetBucketPolicyStatusOutput,
    GetBucketPolicyStatusRequest, PolicyStatus, PutBucketPolicy, PutBucketPolicyOutputNothing, PutBucketPolicyRequest,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use policy::{Document, Kind, Reason};
use shape::ApiError;

const KIND: &str = "policy";

/// AWS: a bucket's policy is at most 20 KB.
const LONGEST_POLICY: usize = 20 * 1024;

impl Write<PutBucketPolicy> for S3 {
    fn access(_: &Call, input: &PutBucketPolicyRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutBucketPolicyRequest) -> Outcome<PutBucketPolicyOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        check(&input.policy, &input.bucket)?;
        let block = object::public_access_block(tx, &input.bucket)?;
        if block.block_public_policy == Some(true) && public::is_public(&input.policy) {
            let said = format!(
                "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{}\" because \
                 public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
                call.principal.name(),
                input.bucket
            );
            return Err(ApiError::new("AccessDenied", 403, said));
        }
        state::put_setting_text(tx, &input.bucket, KIND, input.policy)?;
        Ok(PutBucketPolicyOutputNothing {})
    }
}

fn check(text: &str, bucket: &str) -> Outcome<()> {
    let malformed = |said: &str| Err(ApiError::new("MalformedPolicy", 400, said));
    if !text.trim_start().starts_with('{') {
        return malformed("Policies must be valid JSON and the first byte must be '{'");
    }
    if text.len() > LONGEST_POLICY {
        return malformed("Policy is too large");
    }
    let document = match Document::parse(text, Kind::Resource) {
        Ok(document) => document,
        Err(error) => {
            let said = match error.reason() {
                Reason::InvalidPrincipal { .. } => "Invalid principal in policy".to_owned(),
                _ => error.to_string(),
            };
            return malformed(&said);
        }
    };
    if document.actions().any(|action| action != "*" && !action.to_ascii_lowercase().starts_with("s3:")) {
        return malformed("Policy has invalid action");
    }
    let own = format!("arn:aws:s3:::{bucket}");
    let is_own =
        |resource: &str| resource.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // A pattern may reach further than this bucket, as long as it reaches it.
    let is_pattern = |resource: &str| resource.starts_with("arn:aws:s3:::") && resource.contains(['*', '?', '$']);
    if document.resources().any(|resource| resource != "*" && !is_own(resource) && !is_pattern(resource)) {
        return malformed("Policy has invalid resource");
    }
    Ok(())
}

impl Read<GetBucketPolicy> for S3 {
    fn access(_: &Call, input: &GetBucketPolicyRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketPolicyRequest) -> Outcome<GetBucketPolicyOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let text = state::find_setting_text(tx, &input.bucket, KIND)?;
        Ok(GetBucketPolicyOutput { policy: Some(text.ok_or_else(|| none(&input.bucket))?) })
    }
}

impl Write<DeleteBucketPolicy> for S3 {
    fn access(_: &Call, input: &DeleteBucketPolicyRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteBucketPolicyRequest,
    ) -> Outcome<DeleteBucketPolicyOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        state::delete_setting(tx, &input.bucket, KIND);
        Ok(DeleteBucketPolicyOutputNothing {})
    }
}

impl Read<GetBucketPolicyStatus> for S3 {
    fn access(_: &Call, input: &GetBucketPolicyStatusRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketPolicyStatusRequest) -> Outcome<GetBucketPolicyStatusOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let text = state::find_setting_text(tx, &input.bucket, KIND)?.ok_or_else(|| none(&input.bucket))?;
        Ok(GetBucketPolicyStatusOutput {
            policy_status: Some(PolicyStatus { is_public: Some(public::is_public(&text)) }),
        })
    }
}

fn none(bucket: &str) -> ApiError {
    errors::no_such_setting("NoSuchBucketPolicy", "The bucket policy does not exist", bucket)
}
