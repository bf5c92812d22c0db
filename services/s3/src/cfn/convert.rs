//! A template's words for a bucket's configurations, in the words of the operations that put them.

use api_s3::cfn::{
    BucketOfBucketEncryption, BucketOfCorsConfiguration, BucketOfLifecycleConfiguration, BucketOfOwnershipControls,
    BucketOfRule, BucketOfTransition, BucketOfWebsiteConfiguration,
};
use kernel::Outcome;
use serde_json::{Value as Json, json};
use shape::{ApiError, Schema, Shape};

/// JSON by the model's names, as the model's shape.
pub(super) fn shaped<T: Shape>(schema: &'static Schema, json: &Json) -> Outcome<T> {
    let value = wire::properties::decode(schema, &pruned(json.clone())).map_err(|problems| {
        let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
        ApiError::validation(said.join("; "))
    })?;
    T::from_value(value).map_err(|why| ApiError::validation(why.to_string()))
}

/// Without what is null, all the way down.
fn pruned(json: Json) -> Json {
    match json {
        Json::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, pruned(value)))
            .filter(|(_, value)| !matches!(value, Json::Object(members) if members.is_empty()))
            .collect(),
        Json::Array(list) => list.into_iter().map(pruned).collect(),
        other => other,
    }
}

pub(super) fn encryption(given: &BucketOfBucketEncryption) -> Json {
    let rules = given.server_side_encryption_configuration.iter().map(|rule| {
        let default = rule.server_side_encryption_by_default.as_ref();
        json!({"ApplyServerSideEncryptionByDefault": default.map(|default| {
            json!({"SSEAlgorithm": default.sse_algorithm, "KMSMasterKeyID": default.kms_master_key_id})
        })})
    });
    json!({"Rules": rules.collect::<Vec<_>>()})
}

pub(super) fn ownership(given: &BucketOfOwnershipControls) -> Json {
    let rules = given.rules.iter().map(|rule| json!({"ObjectOwnership": rule.object_ownership}));
    json!({"Rules": rules.collect::<Vec<_>>()})
}

pub(super) fn cors(given: &BucketOfCorsConfiguration) -> Json {
    let rules = given.cors_rules.iter().map(|rule| {
        json!({
            "ID": rule.id, "AllowedHeaders": rule.allowed_headers, "AllowedMethods": rule.allowed_methods,
            "AllowedOrigins": rule.allowed_origins, "ExposeHeaders": rule.exposed_headers,
            "MaxAgeSeconds": rule.max_age,
        })
    });
    json!({"CORSRules": rules.collect::<Vec<_>>()})
}

pub(super) fn website(given: &BucketOfWebsiteConfiguration) -> Json {
    let rules = given.routing_rules.iter().flatten().map(|rule| {
        let (to, when) = (&rule.redirect_rule, rule.routing_rule_condition.as_ref());
        json!({
            "Redirect": {
                "HostName": to.host_name, "HttpRedirectCode": to.http_redirect_code, "Protocol": to.protocol,
                "ReplaceKeyPrefixWith": to.replace_key_prefix_with, "ReplaceKeyWith": to.replace_key_with,
            },
            "Condition": when.map(|when| json!({
                "HttpErrorCodeReturnedEquals": when.http_error_code_returned_equals,
                "KeyPrefixEquals": when.key_prefix_equals,
            })),
        })
    });
    let rules: Option<Vec<_>> = given.routing_rules.as_ref().map(|_| rules.collect());
    json!({
        "ErrorDocument": given.error_document.as_ref().map(|key| json!({"Key": key})),
        "IndexDocument": given.index_document.as_ref().map(|suffix| json!({"Suffix": suffix})),
        "RedirectAllRequestsTo": given.redirect_all_requests_to.as_ref().map(|to| {
            json!({"HostName": to.host_name, "Protocol": to.protocol})
        }),
        "RoutingRules": rules,
    })
}

pub(super) fn lifecycle(given: &BucketOfLifecycleConfiguration) -> Json {
    json!({"Rules": given.rules.iter().enumerate().map(|(at, rule)| lifecycle_rule(at, rule)).collect::<Vec<_>>()})
}

fn lifecycle_rule(at: usize, rule: &BucketOfRule) -> Json {
    let step = |step: &BucketOfTransition| json!({"Date": step.transition_date, "Days": step.transition_in_days, "StorageClass": step.storage_class});
    let steps: Vec<_> = rule.transitions.iter().flatten().chain(&rule.transition).map(step).collect();
    let older = rule.noncurrent_version_transitions.iter().flatten().chain(&rule.noncurrent_version_transition);
    let older: Vec<_> = older
        .map(|step| {
            json!({
                "NoncurrentDays": step.transition_in_days, "StorageClass": step.storage_class,
                "NewerNoncurrentVersions": step.newer_noncurrent_versions,
            })
        })
        .collect();
    let ending = rule.noncurrent_version_expiration.as_ref();
    let days = ending.map(|ending| ending.noncurrent_days).or(rule.noncurrent_version_expiration_in_days);
    let tags = rule.tag_filters.iter().flatten().map(|tag| json!({"Key": tag.key, "Value": tag.value}));
    json!({
        "ID": rule.id.clone().unwrap_or_else(|| format!("rule-{}", at + 1)),
        "Status": rule.status,
        "Filter": {"And": {
            "Prefix": rule.prefix.clone().unwrap_or_default(),
            "Tags": rule.tag_filters.as_ref().map(|_| tags.collect::<Vec<_>>()),
            "ObjectSizeGreaterThan": rule.object_size_greater_than, "ObjectSizeLessThan": rule.object_size_less_than,
        }},
        "Expiration": {
            "Date": rule.expiration_date, "Days": rule.expiration_in_days,
            "ExpiredObjectDeleteMarker": rule.expired_object_delete_marker,
        },
        "Transitions": (!steps.is_empty()).then_some(steps),
        "NoncurrentVersionTransitions": (!older.is_empty()).then_some(older),
        "NoncurrentVersionExpiration": {
            "NoncurrentDays": days,
            "NewerNoncurrentVersions": ending.and_then(|ending| ending.newer_noncurrent_versions),
        },
        "AbortIncompleteMultipartUpload": rule.abort_incomplete_multipart_upload.as_ref().map(|abort| {
            json!({"DaysAfterInitiation": abort.days_after_initiation})
        }),
    })
}
