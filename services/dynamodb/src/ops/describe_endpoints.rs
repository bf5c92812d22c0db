use crate::DynamoDb;
use api_dynamodb::{DescribeEndpoints, DescribeEndpointsRequest, DescribeEndpointsResponse, Endpoint};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS: for so long may clients keep the answer.
const CACHE_MINUTES: i64 = 1440;

impl Read<DescribeEndpoints> for DynamoDb {
    fn access(_: &Call, _: &DescribeEndpointsRequest) -> Access {
        Access::any()
    }

    fn read(_: &Tx<'_>, call: &Call, _: DescribeEndpointsRequest) -> Outcome<DescribeEndpointsResponse> {
        let address = format!("dynamodb.{}.amazonaws.com", call.region);
        let endpoint = Endpoint { address, cache_period_in_minutes: CACHE_MINUTES };
        Ok(DescribeEndpointsResponse { endpoints: vec![endpoint] })
    }
}
