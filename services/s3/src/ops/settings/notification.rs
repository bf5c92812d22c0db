//! Notifications: a bucket here has none, and says so. Any destination is refused by name.

use crate::{S3, state};
use api_s3::{
    GetBucketNotificationConfiguration, GetBucketNotificationConfigurationRequest, NotificationConfiguration,
    PutBucketNotificationConfiguration, PutBucketNotificationConfigurationOutputNothing,
    PutBucketNotificationConfigurationRequest,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<PutBucketNotificationConfiguration> for S3 {
    fn access(_: &Call, input: &PutBucketNotificationConfigurationRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    /// What gets here configures nothing, which is how a configuration is removed: there is nothing to change.
    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: PutBucketNotificationConfigurationRequest,
    ) -> Outcome<PutBucketNotificationConfigurationOutputNothing> {
        // Nothing that a configuration can say is honoured; the first member that is will not compile here.
        let NotificationConfiguration {} = input.notification_configuration;
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        Ok(PutBucketNotificationConfigurationOutputNothing {})
    }
}

impl Read<GetBucketNotificationConfiguration> for S3 {
    fn access(_: &Call, input: &GetBucketNotificationConfigurationRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetBucketNotificationConfigurationRequest,
    ) -> Outcome<NotificationConfiguration> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        Ok(NotificationConfiguration {})
    }
}
