//! Whom a request is for, by its names.
//!
//! AWS's hosts mean what they mean on AWS. The same host with `.localhost` behind it means the same. A bare address
//! (`localhost:4566`, what an endpoint override gives) leaves it to the signature's scope, the target header, or the
//! form's action.

use shape::{Api, OperationSpec};

/// Suffixes of the hosts of AWS's APIs.
const API_SUFFIXES: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];
/// Suffixes of the hosts that the model's internet has: the proxy keeps them here.
const MODEL_SUFFIXES: [&str; 8] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".amazoncognito.com",
    ".cloudfront.net",
    ".on.aws",
    ".awsapprunner.com",
    ".localhost",
];

/// A host as a client named it, without port, in small letters; `None` for this machine itself.
pub(crate) fn real_host(authority: &str) -> Option<String> {
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let host = host.strip_suffix(".localhost").unwrap_or(&host);
    let is_here =
        host.is_empty() || host == "localhost" || host.parse::<std::net::IpAddr>().is_ok() || host.contains("::");
    (!is_here).then(|| host.to_owned())
}

/// Whether the proxy answers for `host` itself.
pub(crate) fn is_of_the_model(authority: &str) -> bool {
    let host =
        authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_end_matches('.').to_ascii_lowercase();
    MODEL_SUFFIXES.iter().any(|suffix| host.ends_with(suffix) || host == suffix[1..])
}

/// What the host of an API says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The first labels: `dynamodb`, `s3`, `api.ecr`.
    pub(crate) prefix: String,
    pub(crate) region: Option<String>,
    /// S3's virtual-host style.
    pub(crate) bucket: Option<String>,
}

/// Takes an API's host apart; `None` for other hosts.
pub(crate) fn endpoint(host: &str) -> Option<Endpoint> {
    let suffix = API_SUFFIXES.iter().find(|suffix| host.ends_with(*suffix));
    // `bucket.s3.localhost` and the like, whose `.localhost` is already gone.
    let rest = match suffix {
        Some(suffix) => &host[..host.len() - suffix.len()],
        None if host == "s3" || host.ends_with(".s3") => host,
        None => return None,
    };
    let labels: Vec<&str> = rest.split('.').collect();
    if let Some(found) = s3(&labels) {
        return Some(found);
    }
    let last = *labels.last()?;
    let (prefix, region) = if labels.len() > 1 && is_region(last) {
        (labels[..labels.len() - 1].join("."), Some(last.to_owned()))
    } else {
        (labels.join("."), None)
    };
    let prefix = prefix.trim_end_matches("-fips").to_owned();
    Some(Endpoint { prefix, region, bucket: None })
}

/// `s3`, `s3.region`, `s3-region`, `s3.dualstack.region`, each with a bucket before it.
fn s3(labels: &[&str]) -> Option<Endpoint> {
    let is_s3 = |label: &&str| *label == "s3" || label.strip_prefix("s3-").is_some_and(is_region);
    let at = labels.iter().rposition(is_s3)?;
    let behind: Vec<&str> = labels[at + 1..].iter().copied().filter(|label| *label != "dualstack").collect();
    let region = match behind.as_slice() {
        [] => labels[at].strip_prefix("s3-").map(str::to_owned),
        [region] if is_region(region) => Some((*region).to_owned()),
        _ => return None,
    };
    let bucket = (at > 0).then(|| labels[..at].join("."));
    Some(Endpoint { prefix: "s3".into(), region, bucket })
}

/// `us-east-1`, `ap-southeast-2`, `us-gov-west-1`.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    parts.len() >= 3
        && parts[0].len() == 2
        && parts[parts.len() - 1].len() == 1
        && parts[parts.len() - 1].bytes().all(|byte| byte.is_ascii_digit())
        && parts[..parts.len() - 1].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The APIs of the model, and what finds one.
#[derive(Debug)]
pub(crate) struct Apis(pub(crate) Vec<&'static Api>);

impl Apis {
    pub(crate) fn by_endpoint(&self, prefix: &str) -> Vec<&'static Api> {
        self.0.iter().copied().filter(|api| api.endpoint_prefix == prefix || api.name == prefix).collect()
    }
    pub(crate) fn by_signing_name(&self, service: &str) -> Vec<&'static Api> {
        self.0.iter().copied().filter(|api| api.signing_name == service).collect()
    }
    pub(crate) fn by_target(&self, target: &str) -> Vec<&'static Api> {
        let prefix = target.rsplit_once('.').map_or(target, |(prefix, _)| prefix);
        self.0.iter().copied().filter(|api| !api.target_prefix.is_empty() && api.target_prefix == prefix).collect()
    }
    /// By a query request's `Version` and `Action`.
    pub(crate) fn by_action(&self, version: Option<&str>, action: &str) -> Vec<&'static Api> {
        let has = |api: &Api| {
            let named = |spec: &&OperationSpec| spec.name == action;
            api.operations.iter().any(named) || api.missing.iter().any(|missing| missing.name == action)
        };
        let matches = |api: &&Api| api.target_prefix.is_empty() && version.is_none_or(|version| version == api.version);
        self.0.iter().copied().filter(|api| matches(api) && has(api)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(host: &str) -> Option<(String, Option<String>, Option<String>)> {
        endpoint(host).map(|found| (found.prefix, found.region, found.bucket))
    }

    #[test]
    fn hosts_mean_what_they_mean_on_aws() {
        let some = |prefix: &str, region: Option<&str>, bucket: Option<&str>| {
            Some((prefix.to_owned(), region.map(str::to_owned), bucket.map(str::to_owned)))
        };
        for (host, expected) in [
            ("dynamodb.us-east-1.amazonaws.com", some("dynamodb", Some("us-east-1"), None)),
            ("iam.amazonaws.com", some("iam", None, None)),
            ("sts.eu-west-2.amazonaws.com", some("sts", Some("eu-west-2"), None)),
            ("api.ecr.us-east-1.amazonaws.com", some("api.ecr", Some("us-east-1"), None)),
            ("s3.amazonaws.com", some("s3", None, None)),
            ("s3-us-west-2.amazonaws.com", some("s3", Some("us-west-2"), None)),
            ("my.bucket.s3.us-east-1.amazonaws.com", some("s3", Some("us-east-1"), Some("my.bucket"))),
            ("photos.s3.dualstack.us-east-1.amazonaws.com", some("s3", Some("us-east-1"), Some("photos"))),
            ("photos.s3.amazonaws.com", some("s3", None, Some("photos"))),
            ("photos.s3", some("s3", None, Some("photos"))),
            ("d123.cloudfront.net", None),
        ] {
            assert_eq!(parts(host), expected, "{host}");
        }
    }

    #[test]
    fn an_alias_is_the_host_before_it_and_a_bare_address_is_none() {
        assert_eq!(real_host("d1.cloudfront.net.localhost:4566").as_deref(), Some("d1.cloudfront.net"));
        assert_eq!(real_host("D1.CloudFront.net:443").as_deref(), Some("d1.cloudfront.net"));
        for bare in ["localhost:4566", "127.0.0.1:4566", "[::1]:4566", ""] {
            assert_eq!(real_host(bare), None, "{bare}");
        }
        assert!(is_of_the_model("sqs.us-east-1.amazonaws.com:443"));
        assert!(!is_of_the_model("example.com:443"));
        assert!(!is_of_the_model("notamazonaws.com:443"));
    }
}
