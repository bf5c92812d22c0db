//! The bucket as a website.

use crate::{S3, errors, state};
use api_s3::{
    DeleteBucketWebsite, DeleteBucketWebsiteOutputNothing, DeleteBucketWebsiteRequest, GetBucketWebsite,
    GetBucketWebsiteOutput, GetBucketWebsiteRequest, PutBucketWebsite, PutBucketWebsiteOutputNothing,
    PutBucketWebsiteRequest, WebsiteConfiguration,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "website";

impl Write<PutBucketWebsite> for S3 {
    fn access(_: &Call, input: &PutBucketWebsiteRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutBucketWebsiteRequest) -> Outcome<PutBucketWebsiteOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let site = &input.website_configuration;
        if site.redirect_all_requests_to.is_none() && site.index_document.is_none() {
            let said = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
            return Err(errors::invalid_argument(said, "IndexDocument", "null"));
        }
        if site.index_document.as_ref().is_some_and(|index| index.suffix.is_empty() || index.suffix.contains('/')) {
            return Err(errors::invalid_argument("The IndexDocument Suffix is not well formed", "IndexDocument", "/"));
        }
        let setting = input.website_configuration;
        state::put_setting(tx, &input.bucket, KIND, &api_s3::WebsiteConfiguration, setting)?;
        Ok(PutBucketWebsiteOutputNothing {})
    }
}

impl Read<GetBucketWebsite> for S3 {
    fn access(_: &Call, input: &GetBucketWebsiteRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketWebsiteRequest) -> Outcome<GetBucketWebsiteOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let found =
            state::find_setting::<WebsiteConfiguration>(tx, &input.bucket, KIND, &api_s3::WebsiteConfiguration)?;
        let found = found.ok_or_else(|| {
            errors::no_such_setting(
                "NoSuchWebsiteConfiguration",
                "The specified bucket does not have a website configuration",
                &input.bucket,
            )
        })?;
        Ok(GetBucketWebsiteOutput {
            redirect_all_requests_to: found.redirect_all_requests_to,
            index_document: found.index_document,
            error_document: found.error_document,
            routing_rules: found.routing_rules,
        })
    }
}

impl Write<DeleteBucketWebsite> for S3 {
    fn access(_: &Call, input: &DeleteBucketWebsiteRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteBucketWebsiteRequest,
    ) -> Outcome<DeleteBucketWebsiteOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        state::delete_setting(tx, &input.bucket, KIND);
        Ok(DeleteBucketWebsiteOutputNothing {})
    }
}
