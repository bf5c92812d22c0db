//! AWS Systems Manager, as far as parameters go: named texts with versions and labels.
//!
//! A SecureString is encrypted at rest under one key per data folder ([`seal`]), which stands for AWS's `aws/ssm` key.
//!
//! Left out, and refused by name: everything that is not a parameter, parameter policies, customer KMS keys, sharing
//! with other accounts. AWS's public parameters below `/aws/service` are not there.

mod cfn;
mod domain;
mod ops;
mod seal;
mod state;

use base::{Arn, Fault};
use kernel::{Directory, Service, Tx};

/// The service's operations are implemented for this. It holds the key of SecureStrings once somebody needed it.
#[derive(Debug, Default)]
pub struct Ssm {
    key: seal::Key,
}

pub fn service() -> Service {
    Service::of(&api_ssm::API, Ssm::default())
        .serve::<api_ssm::PutParameter>()
        .serve::<api_ssm::GetParameter>()
        .serve::<api_ssm::GetParameters>()
        .serve::<api_ssm::GetParametersByPath>()
        .serve::<api_ssm::GetParameterHistory>()
        .read::<api_ssm::DescribeParameters>()
        .write::<api_ssm::DeleteParameter>()
        .write::<api_ssm::DeleteParameters>()
        .write::<api_ssm::LabelParameterVersion>()
        .write::<api_ssm::UnlabelParameterVersion>()
        .write::<api_ssm::AddTagsToResource>()
        .write::<api_ssm::RemoveTagsFromResource>()
        .read::<api_ssm::ListTagsForResource>()
        .resource(cfn::ParameterResource)
        .directory()
        .build()
}

impl Directory for Ssm {
    fn tags(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let Some(name) = resource.resource_after("parameter") else { return Ok(Vec::new()) };
        // The ARN does not say whether the name begins with a slash.
        for name in [name.to_owned(), format!("/{name}")] {
            if let Some(tags) = tx.get(&state::TAGS, name.as_str())? {
                return Ok(tags.0.into_iter().collect());
            }
        }
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests;
