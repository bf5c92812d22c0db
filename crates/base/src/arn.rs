//! Amazon Resource Names, and the two coordinates that scope every row: account and region.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A twelve-digit account number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(String);

impl AccountId {
    /// The account of the default root credential, the one scripts for local clouds already use.
    pub fn default_root() -> Self {
        Self("000000000000".into())
    }
    pub fn new(digits: impl Into<String>) -> Option<Self> {
        let digits = digits.into();
        (digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(Self(digits))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A region's name (`us-east-1`), or [`Region::GLOBAL`] for the rows of services without regions.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Region(String);

impl Region {
    /// The scope of what has no region: IAM, CloudFront, the names of buckets.
    pub const GLOBAL: &'static str = "aws-global";

    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
    pub fn global() -> Self {
        Self(Self::GLOBAL.into())
    }
    pub fn us_east_1() -> Self {
        Self("us-east-1".into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `arn:partition:service:region:account:resource`. Region and account may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arn {
    pub partition: String,
    pub service: String,
    pub region: String,
    pub account: String,
    pub resource: String,
}

impl Arn {
    pub fn new(service: &str, region: &str, account: &str, resource: impl Into<String>) -> Self {
        Self {
            partition: "aws".into(),
            service: service.into(),
            region: region.into(),
            account: account.into(),
            resource: resource.into(),
        }
    }

    /// The resource behind `prefix` and its separator: `role` and `role/path/name` give `path/name`.
    pub fn resource_after(&self, prefix: &str) -> Option<&str> {
        self.resource.strip_prefix(prefix)?.strip_prefix(['/', ':'])
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// The text was not an ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnArn(pub String);

impl fmt::Display for NotAnArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not an ARN (arn:partition:service:region:account:resource)", self.0)
    }
}

impl std::error::Error for NotAnArn {}

impl FromStr for Arn {
    type Err = NotAnArn;
    fn from_str(text: &str) -> Result<Self, NotAnArn> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().map(str::to_owned).ok_or_else(|| NotAnArn(text.into()));
        if next()? != "arn" {
            return Err(NotAnArn(text.into()));
        }
        Ok(Self { partition: next()?, service: next()?, region: next()?, account: next()?, resource: next()? })
    }
}

impl Serialize for Arn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Arn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_keeps_the_colons_of_its_resource() {
        let text = "arn:aws:lambda:us-east-1:000000000000:function:todo:live";
        let arn: Arn = text.parse().unwrap();
        assert_eq!(arn.resource_after("function"), Some("todo:live"));
        assert_eq!(arn.to_string(), text);
    }

    #[test]
    fn what_is_not_an_arn_says_so() {
        assert!("arn:aws:s3".parse::<Arn>().is_err());
        assert!("todo".parse::<Arn>().is_err());
    }
}
