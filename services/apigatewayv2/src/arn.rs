//! ARNs of the control plane name paths of the API, and no account: `arn:aws:apigateway:us-east-1::/apis/a1b2c3d4e5`.

use base::Arn;
use kernel::Call;
use std::fmt::Display;

/// `path` below `/apis`: `""`, `/ID`, `/ID/routes/ID`.
pub(crate) fn of_apis(call: &Call, path: impl Display) -> Arn {
    Arn::new("apigateway", call.region.as_str(), "", format!("/apis{path}"))
}

/// What TagResource, UntagResource and GetTags touch: the tagged ARN is one segment of their path.
pub(crate) fn of_tags(call: &Call, tagged: &str) -> Arn {
    let mut segment = String::new();
    for byte in tagged.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => segment.push(char::from(byte)),
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    Arn::new("apigateway", call.region.as_str(), "", format!("/tags/{segment}"))
}
