use crate::{DynamoDb, state};
use api_dynamodb::{
    DescribeTimeToLive, DescribeTimeToLiveInput, DescribeTimeToLiveOutput, TimeToLiveDescription, TimeToLiveStatus,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<DescribeTimeToLive> for DynamoDb {
    fn access(call: &Call, input: &DescribeTimeToLiveInput) -> Access {
        Access::to(state::arn(call, &input.table_name))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: DescribeTimeToLiveInput) -> Outcome<DescribeTimeToLiveOutput> {
        let table = state::get_named_table(tx, call, &input.table_name)?;
        let status = if table.expires_by.is_some() { TimeToLiveStatus::Enabled } else { TimeToLiveStatus::Disabled };
        let description = TimeToLiveDescription { time_to_live_status: Some(status), attribute_name: table.expires_by };
        Ok(DescribeTimeToLiveOutput { time_to_live_description: Some(description) })
    }
}
