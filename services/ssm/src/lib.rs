//! AWS Systems Manager, as far as parameters go: named texts with versions and labels.
//!
//! Left out, and refused by name: everything that is not a parameter, parameter policies, customer KMS keys.

mod cfn;
mod ops;
mod state;

use kernel::Service;

/// The service's operations are implemented for this.
#[derive(Debug)]
pub struct Ssm;

pub fn service() -> Service {
    Service::of(&api_ssm::API, Ssm)
        .write::<api_ssm::PutParameter>()
        .read::<api_ssm::GetParameter>()
        .resource(cfn::ParameterResource)
        .build()
}

#[cfg(test)]
mod tests;
