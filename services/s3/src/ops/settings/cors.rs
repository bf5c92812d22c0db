//! Cross-origin rules.

use crate::{S3, errors, state};
use api_s3::{
    CORSConfiguration, DeleteBucketCors, DeleteBucketCorsOutputNothing, DeleteBucketCorsRequest, GetBucketCors,
    GetBucketCorsOutput, GetBucketCorsRequest, PutBucketCors, PutBucketCorsOutputNothing, PutBucketCorsRequest,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "cors";

impl Write<PutBucketCors> for S3 {
    fn access(_: &Call, input: &PutBucketCorsRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutBucketCorsRequest) -> Outcome<PutBucketCorsOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let is_wrong = |method: &String| !["GET", "PUT", "HEAD", "POST", "DELETE"].contains(&method.as_str());
        for rule in &input.cors_configuration.cors_rules {
            if let Some(method) = rule.allowed_methods.iter().find(|method| is_wrong(method)) {
                let said = format!("Found unsupported HTTP method in CORS config. Unsupported method is {method}");
                return Err(errors::invalid_request(said));
            }
            let twice = |origin: &&String| origin.matches('*').count() > 1;
            if let Some(origin) = rule.allowed_origins.iter().find(twice) {
                let said = format!("AllowedOrigin \"{origin}\" can not have more than one wildcard.");
                return Err(errors::invalid_request(said));
            }
        }
        if input.cors_configuration.cors_rules.is_empty() {
            return Err(errors::malformed_xml());
        }
        let setting = input.cors_configuration;
        state::put_setting(tx, &input.bucket, KIND, &api_s3::CORSConfiguration, setting)?;
        Ok(PutBucketCorsOutputNothing {})
    }
}

impl Read<GetBucketCors> for S3 {
    fn access(_: &Call, input: &GetBucketCorsRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketCorsRequest) -> Outcome<GetBucketCorsOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let found = state::find_setting::<CORSConfiguration>(tx, &input.bucket, KIND, &api_s3::CORSConfiguration)?;
        let found = found.ok_or_else(|| {
            errors::no_such_setting("NoSuchCORSConfiguration", "The CORS configuration does not exist", &input.bucket)
        })?;
        Ok(GetBucketCorsOutput { cors_rules: Some(found.cors_rules) })
    }
}

impl Write<DeleteBucketCors> for S3 {
    fn access(_: &Call, input: &DeleteBucketCorsRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteBucketCorsRequest) -> Outcome<DeleteBucketCorsOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        state::delete_setting(tx, &input.bucket, KIND);
        Ok(DeleteBucketCorsOutputNothing {})
    }
}
