//! Why a text is not a policy.

use std::fmt;

/// A policy that cannot be stored. It displays as IAM words it; [`PolicyError::detail`] says where and what, and
/// [`PolicyError::reason`] lets a service with words of its own (S3, SQS) find them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    reason: Reason,
    detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Not JSON, an element that does not exist, one that is missing, or a value of the wrong type.
    Syntax,
    /// A value that has the right type and no meaning: an effect in the wrong case, a date that is none.
    LegacyParsing,
    /// Older than 2012-10-17 where that is required.
    OldVersion,
    /// A resource's or trust policy lacks it.
    MissingField(&'static str),
    /// A trust policy has it.
    ProhibitedField(&'static str),
    PrincipalInIdentityPolicy,
    MissingActions,
    MissingResources,
    DuplicateSid,
    SidNotAlphanumeric,
    /// An action without `service:` before it.
    ActionWithoutVendor,
    ActionWithColons,
    InvalidVendor(String),
    /// Not `*`, an account, or an ARN of a user, role or session without wildcards.
    InvalidPrincipal {
        kind: &'static str,
        value: String,
    },
    /// A trust policy allows something else than STS's actions.
    TrustAction,
    /// A resource that is neither `*` nor an ARN.
    ResourceNotArn(String),
    ResourcePartition {
        partition: String,
        arn: String,
    },
    /// A resource whose service is missing or has a wildcard.
    ResourceVendor,
    /// A region in the ARN of a bucket or object.
    ResourceRegion(String),
    /// A region in the ARN of a resource of IAM.
    IamRegion(String),
    /// A resource of IAM that is of no type known to it.
    IamPath,
}

impl PolicyError {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
    pub(crate) fn syntax(detail: impl Into<String>) -> Self {
        Self::new(Reason::Syntax, detail)
    }
    pub fn reason(&self) -> &Reason {
        &self.reason
    }
    /// Where in the document, and what was found there: `Statement[0].Effect is missing`.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// What the path of an IAM resource may start with.
pub(crate) const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Syntax => f.write_str("Syntax errors in policy."),
            Reason::LegacyParsing => f.write_str("The policy failed legacy parsing"),
            Reason::OldVersion => f.write_str("Policy document must be version 2012-10-17 or greater."),
            Reason::MissingField(field) => write!(f, "Missing required field {field}"),
            Reason::ProhibitedField(field) => write!(f, "Has prohibited field {field}"),
            Reason::PrincipalInIdentityPolicy => f.write_str("Policy document should not specify a principal."),
            Reason::MissingActions => f.write_str("Policy statement must contain actions."),
            Reason::MissingResources => f.write_str("Policy statement must contain resources."),
            Reason::DuplicateSid => f.write_str("Statement IDs (SID) in a single policy must be unique."),
            Reason::SidNotAlphanumeric => f.write_str(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
                 [0-9A-Za-z]*",
            ),
            Reason::ActionWithoutVendor => {
                f.write_str("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
            }
            Reason::ActionWithColons => f.write_str("Actions/Condition can contain only one colon."),
            Reason::InvalidVendor(vendor) => write!(f, "Vendor {vendor} is not valid"),
            Reason::InvalidPrincipal { kind, value } => {
                write!(f, "Invalid principal in policy: \"{kind}\":\"{value}\"")
            }
            Reason::TrustAction => f.write_str("AssumeRole policy may only specify STS AssumeRole actions."),
            Reason::ResourceNotArn(resource) => write!(f, "Resource {resource} must be in ARN format or \"*\"."),
            Reason::ResourcePartition { partition, arn } => {
                write!(f, "Partition \"{partition}\" is not valid for resource \"{arn}\".")
            }
            Reason::ResourceVendor => {
                f.write_str("Resource vendor must be fully qualified and cannot contain regexes.")
            }
            Reason::ResourceRegion(resource) => write!(f, "Resource {resource} can not contain region information."),
            Reason::IamRegion(resource) => write!(f, "IAM resource {resource} cannot contain region information."),
            Reason::IamPath => {
                write!(f, "IAM resource path must either be \"*\" or start with {}.", IAM_PATHS.join(", "))
            }
        }
    }
}

impl std::error::Error for PolicyError {}
