//! Who calls, from where, when, and with what chance.

use base::{AccountId, Arn, Entropy, Region, Timestamp};
use policy::{Context, Principal};
use std::sync::Arc;

/// One call of an operation. Immutable, passed by reference, never stored.
#[derive(Clone, Debug)]
pub struct Call {
    pub principal: Principal,
    /// The account whose rows the operation sees.
    pub account: AccountId,
    pub region: Region,
    /// Stands still for the length of the call.
    pub now: Timestamp,
    /// The call's own: one more draw here changes nothing elsewhere.
    pub entropy: Arc<Entropy>,
    pub request_id: String,
    /// The key that signed; empty for service principals and anonymous callers.
    pub access_key_id: String,
    pub source_ip: String,
    pub user_agent: String,
    /// The host the caller asked, for the addresses that answers contain.
    pub host: String,
    /// Arrived over TLS, or never left the process.
    pub is_secure: bool,
    /// What else policies may ask about: `aws:SourceArn`, session tags.
    pub context: Context,
    /// The service on whose behalf a forwarded call is made (`cloudformation.amazonaws.com`).
    pub invoked_by: Option<String>,
    /// Policies that limit the session, beyond those of its role: their texts.
    pub session_policies: Arc<Vec<String>>,
}

impl Call {
    /// An ARN of this account and region.
    pub fn arn(&self, service: &str, resource: impl std::fmt::Display) -> Arn {
        Arn::new(service, self.region.as_str(), self.account.as_str(), resource.to_string())
    }
    /// An ARN of this account in a service without regions.
    pub fn global_arn(&self, service: &str, resource: impl std::fmt::Display) -> Arn {
        Arn::new(service, "", self.account.as_str(), resource.to_string())
    }
    /// The same call, made by a service in its own name for `source`: what resource policies ask about with
    /// `aws:SourceArn` and `aws:SourceAccount`.
    #[must_use]
    pub fn as_service(&self, name: &str, source: &Arn) -> Self {
        let account = if source.account.is_empty() { self.account.as_str() } else { &source.account };
        let context = Context::new().with("aws:SourceArn", source.to_string()).with("aws:SourceAccount", account);
        Self {
            principal: Principal::service(name),
            context,
            access_key_id: String::new(),
            user_agent: name.to_owned(),
            source_ip: name.to_owned(),
            is_secure: true,
            invoked_by: Some(name.to_owned()),
            session_policies: Arc::default(),
            ..self.clone()
        }
    }
    /// The same caller, through a service that acts for it: CloudFormation without a service role.
    #[must_use]
    pub fn forwarded_by(&self, service: &str) -> Self {
        Self { invoked_by: Some(service.to_owned()), source_ip: service.to_owned(), is_secure: true, ..self.clone() }
    }
    /// The same caller in another region.
    #[must_use]
    pub fn in_region(&self, region: Region) -> Self {
        Self { region, ..self.clone() }
    }
}
