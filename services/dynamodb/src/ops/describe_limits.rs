use crate::DynamoDb;
use api_dynamodb::{DescribeLimits, DescribeLimitsInput, DescribeLimitsOutput};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS quota: initial limits of an account, which nothing here enforces.
const ACCOUNT_UNITS: i64 = 80_000;
const TABLE_UNITS: i64 = 40_000;

impl Read<DescribeLimits> for DynamoDb {
    fn access(_: &Call, _: &DescribeLimitsInput) -> Access {
        Access::any()
    }

    fn read(_: &Tx<'_>, _: &Call, _: DescribeLimitsInput) -> Outcome<DescribeLimitsOutput> {
        Ok(DescribeLimitsOutput {
            account_max_read_capacity_units: Some(ACCOUNT_UNITS),
            account_max_write_capacity_units: Some(ACCOUNT_UNITS),
            table_max_read_capacity_units: Some(TABLE_UNITS),
            table_max_write_capacity_units: Some(TABLE_UNITS),
        })
    }
}
