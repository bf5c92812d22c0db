use crate::{
    CloudFormation,
    api::{AccountLimit, DescribeAccountLimits, DescribeAccountLimitsInput, DescribeAccountLimitsOutput},
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS quotas, as a new account has them. They are told, and none is enforced here.
const LIMITS: [(&str, i32); 3] = [("StackLimit", 2000), ("StackOutputsLimit", 200), ("ConcurrentResourcesLimit", 2500)];

impl Read<DescribeAccountLimits> for CloudFormation {
    fn access(_: &Call, _: &DescribeAccountLimitsInput) -> Access {
        Access::any()
    }

    fn read(_: &Tx<'_>, _: &Call, _: DescribeAccountLimitsInput) -> Outcome<DescribeAccountLimitsOutput> {
        let limit = |(name, value): (&str, i32)| AccountLimit { name: Some(name.to_owned()), value: Some(value) };
        Ok(DescribeAccountLimitsOutput {
            account_limits: Some(LIMITS.into_iter().map(limit).collect()),
            next_token: None,
        })
    }
}
