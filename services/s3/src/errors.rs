//! Errors that S3 gives and its model does not name, in its words.

use base::Region;
use shape::{ApiError, Schema, structure};

structure! { BucketDetail { bucket_name: String = "BucketName" text_; } }
structure! { KeyDetail { key: String = "Key" text_; } }
structure! { RedirectDetail {
    endpoint: String = "Endpoint" text_;
    bucket: String = "Bucket" text_;
    region: String = "Region" text_ header("x-amz-bucket-region");
} }
structure! { ArgumentDetail {
    name: String = "ArgumentName" text_;
    value: String = "ArgumentValue" text_;
} }
structure! { ConditionDetail { condition: String = "Condition" text_; } }
structure! { RangeDetail {
    range: String = "RangeRequested" text_;
    size: String = "ActualObjectSize" text_;
} }
structure! { NotModifiedDetail {
    etag: String = "ETag" text_ header("ETag");
    modified: String = "LastModified" text_ header("Last-Modified");
} }
structure! { VersionDetail {
    key: String = "Key" text_;
    version_id: String = "VersionId" text_;
} }
structure! { MarkerDetail {
    is_marker: bool = "DeleteMarker" flag_ header("x-amz-delete-marker");
    version_id: Option<String> = "VersionId" text_ header("x-amz-version-id");
    key: String = "Key" text_;
    method: Option<String> = "Method" text_;
    resource_type: Option<String> = "ResourceType" text_;
    allow: Option<String> = "Allow" text_ header("Allow");
} }

#[expect(non_upper_case_globals, reason = "schemas are named as the macro names them")]
static text_: Schema = Schema::text("String");
#[expect(non_upper_case_globals, reason = "schemas are named as the macro names them")]
static flag_: Schema = Schema::boolean("Boolean");

pub(crate) fn no_such_bucket(name: &str) -> ApiError {
    api_s3::errors::no_such_bucket("The specified bucket does not exist")
        .with(&BucketDetail, BucketDetail { bucket_name: name.into() })
}

/// A bucket without this configuration.
pub(crate) fn no_such_setting(code: &'static str, message: &'static str, bucket: &str) -> ApiError {
    ApiError::new(code, 404, message).with(&BucketDetail, BucketDetail { bucket_name: bucket.into() })
}

pub(crate) fn no_such_key(key: &str) -> ApiError {
    api_s3::errors::no_such_key("The specified key does not exist.").with(&KeyDetail, KeyDetail { key: key.into() })
}

/// AWS: what is hidden by a delete marker says so in headers.
pub(crate) fn hidden_by_marker(key: &str, version_id: &str) -> ApiError {
    let detail = MarkerDetail {
        is_marker: true,
        version_id: Some(version_id.into()),
        key: key.into(),
        method: None,
        resource_type: None,
        allow: None,
    };
    api_s3::errors::no_such_key("The specified key does not exist.").with(&MarkerDetail, detail)
}

pub(crate) fn is_a_marker(key: &str, version_id: &str, method: &str) -> ApiError {
    let detail = MarkerDetail {
        is_marker: true,
        version_id: Some(version_id.into()),
        key: key.into(),
        method: Some(method.into()),
        resource_type: Some("DeleteMarker".into()),
        allow: Some("DELETE".into()),
    };
    ApiError::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
        .with(&MarkerDetail, detail)
}

pub(crate) fn no_such_version(key: &str, version_id: &str) -> ApiError {
    ApiError::new("NoSuchVersion", 404, "The specified version does not exist.")
        .with(&VersionDetail, VersionDetail { key: key.into(), version_id: version_id.into() })
}

pub(crate) fn no_such_upload() -> ApiError {
    api_s3::errors::no_such_upload(
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    )
}

pub(crate) fn permanent_redirect(bucket: &str, region: &Region) -> ApiError {
    let said = "The bucket you are attempting to access must be addressed using the specified endpoint. Send all \
                future requests to this endpoint.";
    let detail = RedirectDetail {
        endpoint: format!("{bucket}.s3.{region}.amazonaws.com"),
        bucket: bucket.into(),
        region: region.as_str().into(),
    };
    ApiError::new("PermanentRedirect", 301, said).with(&RedirectDetail, detail)
}

pub(crate) fn access_denied() -> ApiError {
    ApiError::new("AccessDenied", 403, "Access Denied")
}

pub(crate) fn invalid_argument(message: impl Into<String>, name: &str, value: impl ToString) -> ApiError {
    ApiError::new("InvalidArgument", 400, message)
        .with(&ArgumentDetail, ArgumentDetail { name: name.into(), value: value.to_string() })
}

pub(crate) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidRequest", 400, message)
}

pub(crate) fn malformed_xml() -> ApiError {
    ApiError::new(
        "MalformedXML",
        400,
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

pub(crate) fn precondition_failed(condition: &str) -> ApiError {
    ApiError::new("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
        .with(&ConditionDetail, ConditionDetail { condition: condition.into() })
}

pub(crate) fn not_modified(etag: &str, modified: base::Timestamp) -> ApiError {
    let detail = NotModifiedDetail { etag: format!("\"{etag}\""), modified: modified.http_date() };
    ApiError::new("NotModified", 304, "Not Modified").with(&NotModifiedDetail, detail)
}

pub(crate) fn invalid_range(range: &str, size_bytes: u64) -> ApiError {
    let detail = RangeDetail { range: range.into(), size: size_bytes.to_string() };
    ApiError::new("InvalidRange", 416, "The requested range is not satisfiable").with(&RangeDetail, detail)
}

pub(crate) fn acl_not_supported() -> ApiError {
    ApiError::new("AccessControlListNotSupported", 400, "The bucket does not allow ACLs")
}

pub(crate) fn bad_digest(what: &str) -> ApiError {
    ApiError::new("BadDigest", 400, format!("The {what} you specified did not match what we received."))
}

pub(crate) fn kms_not_implemented() -> ApiError {
    ApiError::not_implemented("server-side encryption with KMS keys (aws:kms) in s3")
}
