use crate::{DynamoDb, describe, state};
use api_dynamodb::{DescribeTable, DescribeTableInput, DescribeTableOutput, TableStatus};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<DescribeTable> for DynamoDb {
    fn access(call: &Call, input: &DescribeTableInput) -> Access {
        Access::to(state::arn(call, &input.table_name))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: DescribeTableInput) -> Outcome<DescribeTableOutput> {
        let table = state::get_named_table(tx, call, &input.table_name)?;
        Ok(DescribeTableOutput { table: Some(describe::table(tx, call, &table, TableStatus::Active)?) })
    }
}
