use crate::{DynamoDb, state};
use api_dynamodb::{
    DescribeKinesisStreamingDestination, DescribeKinesisStreamingDestinationInput,
    DescribeKinesisStreamingDestinationOutput,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<DescribeKinesisStreamingDestination> for DynamoDb {
    fn access(call: &Call, input: &DescribeKinesisStreamingDestinationInput) -> Access {
        Access::to(state::arn(call, &input.table_name))
    }

    /// No table has one: enabling them is refused.
    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: DescribeKinesisStreamingDestinationInput,
    ) -> Outcome<DescribeKinesisStreamingDestinationOutput> {
        let table = state::get_table(tx, call, &input.table_name)?;
        Ok(DescribeKinesisStreamingDestinationOutput {
            table_name: Some(table.name),
            kinesis_data_stream_destinations: Some(Vec::new()),
        })
    }
}
