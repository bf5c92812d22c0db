//! Where a template's body comes from.

use super::invalid;
use crate::state::{Desired, validation};
use kernel::{Call, Cloud, Outcome};
use percent_encoding::percent_decode_str;
use serde_json::json;
use shape::Value;
use template::{TemplateError, limits};

#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) body: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) is_previous: bool,
}

impl Source {
    pub(crate) async fn read(&self, cloud: &Cloud, call: &Call, previous: Option<&Desired>) -> Outcome<String> {
        match (&self.body, &self.url, self.is_previous, previous) {
            (Some(body), None, false, _) => Ok(body.clone()),
            (None, Some(url), false, _) => fetch(cloud, call, url).await,
            (None, None, true, Some(previous)) => Ok(previous.template.clone()),
            (None, None, ..) => Err(validation("Either Template URL or Template Body must be specified.")),
            (Some(_), Some(_), ..) => {
                Err(validation("TemplateURL and TemplateBody cannot be specified at the same time."))
            }
            _ => Err(validation("UsePreviousTemplate cannot be specified with TemplateBody or TemplateURL.")),
        }
    }
}

/// Reads the object that a template URL names, as the caller.
async fn fetch(cloud: &Cloud, call: &Call, url: &str) -> Outcome<String> {
    let Some((bucket, key)) = object_of(url) else {
        return Err(validation("TemplateURL must be a supported URL."));
    };
    let Some(spec) = cloud.find_operation("s3", "GetObject") else {
        return Err(validation("TemplateURL is not supported by Maquette without S3."));
    };
    let input = wire::properties::decode(spec.input, &json!({"Bucket": bucket, "Key": key}))
        .map_err(|_| validation("TemplateURL must be a supported URL."))?;
    let own = Call { entropy: call.entropy.child().into(), ..call.forwarded_by("cloudformation.amazonaws.com") };
    let output = cloud.dispatch(spec, own, input).await.map_err(|error| match error.fault {
        Some(_) => error,
        // AWS: whatever S3 says is said under one code.
        None => validation(format!("S3 error: {}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html", error.message)),
    })?;
    let Value::Structure(mut members) = output else { return Err(validation("S3 error: the object has no body")) };
    let body = spec.output.payload().and_then(|(index, _)| members.take(index));
    let Some(Value::Stream(body)) = body else { return Err(validation("S3 error: the object has no body")) };
    let too_large = || {
        let most = limits::OBJECT_BYTES;
        invalid(&TemplateError::new(format!("Template may not exceed {most} bytes in size.")))
    };
    let bytes = body.collect(limits::OBJECT_BYTES).await.map_err(|_| too_large())?;
    String::from_utf8(bytes.to_vec()).map_err(|_| validation("Template format error: the template is not UTF-8."))
}

/// Bucket and key of a URL in any of S3's forms.
fn object_of(url: &str) -> Option<(String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned);
    let split = |path: &str| {
        let (bucket, key) = path.split_once('/')?;
        (!bucket.is_empty() && !key.is_empty()).then_some(())?;
        Some((decode(bucket)?, decode(key)?))
    };
    if let Some(path) = url.strip_prefix("s3://") {
        return split(path);
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
    // The model's own endpoint: `aws cloudformation package` writes the address that it uploaded to.
    if ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str()) {
        return split(path);
    }
    let labels: Vec<_> = host.split('.').collect();
    let at = labels.iter().rposition(|label| *label == "s3" || label.starts_with("s3-"))?;
    // The labels of a bucket's name come before those of S3.
    if at == 0 {
        return split(path);
    }
    let key = decode(path)?;
    (!key.is_empty()).then(|| (labels[..at].join("."), key))
}

#[cfg(test)]
mod tests {
    use super::object_of;

    #[test]
    fn every_form_of_an_s3_url_names_its_object() {
        for url in [
            "https://s3.us-east-1.amazonaws.com/box/a/b.yaml",
            "https://s3.amazonaws.com/box/a/b.yaml",
            "https://s3-eu-west-1.amazonaws.com/box/a%2Fb.yaml",
            "https://box.s3.us-east-1.amazonaws.com/a/b.yaml",
            "https://box.s3.amazonaws.com/a/b.yaml?X-Amz-Signature=1",
            "http://s3.us-east-1.localhost.localstack.cloud:4566/box/a/b.yaml",
            "https://box.s3.us-east-1.amazonaws.com.localhost:4566/a/b.yaml",
            "s3://box/a/b.yaml",
            "http://127.0.0.1:4566/box/a/b.yaml",
            "http://localhost/box/a/b.yaml",
        ] {
            assert_eq!(object_of(url), Some(("box".into(), "a/b.yaml".into())), "{url}");
        }
        assert_eq!(object_of("https://my.box.s3.us-east-1.amazonaws.com/k"), Some(("my.box".into(), "k".into())));
        assert_eq!(object_of("https://example.com/box/a"), None);
        assert_eq!(object_of("https://s3.amazonaws.com/box"), None);
    }
}
