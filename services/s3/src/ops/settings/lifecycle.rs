//! What becomes of objects with time. A reconciler does it.

use crate::{S3, errors, state};
use api_s3::{
    BucketLifecycleConfiguration, DeleteBucketLifecycle, DeleteBucketLifecycleOutputNothing,
    DeleteBucketLifecycleRequest, GetBucketLifecycleConfiguration, GetBucketLifecycleConfigurationOutput,
    GetBucketLifecycleConfigurationRequest, LifecycleRule, PutBucketLifecycleConfiguration,
    PutBucketLifecycleConfigurationOutput, PutBucketLifecycleConfigurationRequest, TransitionDefaultMinimumObjectSize,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use shape::ApiError;

pub(crate) const KIND: &str = "lifecycle";
pub(crate) const LEAST_SIZE: &str = "lifecycle least size";

/// AWS: a bucket has at most this many rules.
const MOST_RULES: usize = 1000;

impl Write<PutBucketLifecycleConfiguration> for S3 {
    fn access(_: &Call, input: &PutBucketLifecycleConfigurationRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: PutBucketLifecycleConfigurationRequest,
    ) -> Outcome<PutBucketLifecycleConfigurationOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let mut given = input.lifecycle_configuration.ok_or_else(errors::malformed_xml)?;
        if given.rules.is_empty() || given.rules.len() > MOST_RULES {
            return Err(errors::malformed_xml());
        }
        for rule in &mut given.rules {
            check(rule)?;
            // AWS makes up an id for a rule that has none.
            rule.id.get_or_insert_with(|| call.entropy.uuid());
        }
        let least = input
            .transition_default_minimum_object_size
            .unwrap_or(TransitionDefaultMinimumObjectSize::AllStorageClasses128k);
        state::put_setting(tx, &input.bucket, KIND, &api_s3::BucketLifecycleConfiguration, given)?;
        state::put_setting_text(tx, &input.bucket, LEAST_SIZE, least.to_string())?;
        Ok(PutBucketLifecycleConfigurationOutput { transition_default_minimum_object_size: Some(least) })
    }
}

fn check(rule: &LifecycleRule) -> Outcome<()> {
    let wrong = |said: &str| Err(errors::invalid_request(said));
    let has_action = rule.expiration.is_some()
        || rule.transitions.as_ref().is_some_and(|steps| !steps.is_empty())
        || rule.noncurrent_version_transitions.as_ref().is_some_and(|steps| !steps.is_empty())
        || rule.noncurrent_version_expiration.is_some()
        || rule.abort_incomplete_multipart_upload.is_some();
    if !has_action {
        return wrong("At least one action needs to be specified in a rule");
    }
    if rule.prefix.is_some() && rule.filter.is_some() {
        return Err(errors::malformed_xml());
    }
    if let Some(expiration) = &rule.expiration {
        let said =
            [expiration.date.is_some(), expiration.days.is_some(), expiration.expired_object_delete_marker.is_some()];
        if said.iter().filter(|is| **is).count() != 1 {
            return Err(errors::malformed_xml());
        }
        if expiration.days.is_some_and(|days| days < 1) {
            let said = "'Days' for Expiration action must be a positive integer";
            return Err(ApiError::new("InvalidArgument", 400, said));
        }
    }
    Ok(())
}

impl Read<GetBucketLifecycleConfiguration> for S3 {
    fn access(_: &Call, input: &GetBucketLifecycleConfigurationRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetBucketLifecycleConfigurationRequest,
    ) -> Outcome<GetBucketLifecycleConfigurationOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let found: Option<BucketLifecycleConfiguration> =
            state::find_setting(tx, &input.bucket, KIND, &api_s3::BucketLifecycleConfiguration)?;
        let found = found.ok_or_else(|| {
            errors::no_such_setting(
                "NoSuchLifecycleConfiguration",
                "The lifecycle configuration does not exist",
                &input.bucket,
            )
        })?;
        let least = state::find_setting_text(tx, &input.bucket, LEAST_SIZE)?;
        Ok(GetBucketLifecycleConfigurationOutput {
            rules: Some(found.rules),
            transition_default_minimum_object_size: least
                .as_deref()
                .and_then(TransitionDefaultMinimumObjectSize::parse),
        })
    }
}

impl Write<DeleteBucketLifecycle> for S3 {
    fn access(_: &Call, input: &DeleteBucketLifecycleRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteBucketLifecycleRequest,
    ) -> Outcome<DeleteBucketLifecycleOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        state::delete_setting(tx, &input.bucket, KIND);
        state::delete_setting(tx, &input.bucket, LEAST_SIZE);
        Ok(DeleteBucketLifecycleOutputNothing {})
    }
}
