//! Amazon DynamoDB: tables of items, found by key, by index or by scan; expressions; transactions; time to live.
//!
//! An item is a row, an entry of an index is a row, and both change in one transaction. Numbers are exact decimals;
//! keys are bytes in AWS's order. Capacity is counted and told, never throttled. Tables and indexes are ready at once.
//!
//! Left out, and refused by name: streams, PartiQL, backups, global tables, export and import, Kinesis destinations,
//! keys of KMS that the caller brings, tables of other accounts, index keys of several attributes. Point-in-time
//! recovery is a setting that is kept and told, so that templates which ask for it deploy; restoring is refused. So is
//! encryption by AWS's own key: rows lie in the data folder as they are. Policies are told `dynamodb:LeadingKeys`,
//! `dynamodb:Select` and `dynamodb:ReturnValues`, but not `dynamodb:Attributes`.

mod capacity;
mod cfn;
mod check;
mod declare;
mod describe;
mod directory;
mod expression;
mod key;
mod leading;
mod ops;
mod read;
mod reconcile;
mod state;
mod table;
mod value;
mod write;

use kernel::Service;

/// The service's operations are implemented for this.
#[derive(Debug)]
pub struct DynamoDb;

pub fn service() -> Service {
    Service::of(&api_dynamodb::API, DynamoDb)
        .read::<api_dynamodb::BatchGetItem>()
        .write::<api_dynamodb::BatchWriteItem>()
        .write::<api_dynamodb::CreateTable>()
        .write::<api_dynamodb::DeleteItem>()
        .write::<api_dynamodb::DeleteResourcePolicy>()
        .write::<api_dynamodb::DeleteTable>()
        .read::<api_dynamodb::DescribeContinuousBackups>()
        .read::<api_dynamodb::DescribeEndpoints>()
        .read::<api_dynamodb::DescribeKinesisStreamingDestination>()
        .read::<api_dynamodb::DescribeLimits>()
        .read::<api_dynamodb::DescribeTable>()
        .read::<api_dynamodb::DescribeTimeToLive>()
        .read::<api_dynamodb::GetItem>()
        .read::<api_dynamodb::GetResourcePolicy>()
        .read::<api_dynamodb::ListTables>()
        .read::<api_dynamodb::ListTagsOfResource>()
        .write::<api_dynamodb::PutItem>()
        .write::<api_dynamodb::PutResourcePolicy>()
        .read::<api_dynamodb::Query>()
        .read::<api_dynamodb::Scan>()
        .write::<api_dynamodb::TagResource>()
        .read::<api_dynamodb::TransactGetItems>()
        .write::<api_dynamodb::TransactWriteItems>()
        .write::<api_dynamodb::UntagResource>()
        .write::<api_dynamodb::UpdateContinuousBackups>()
        .write::<api_dynamodb::UpdateItem>()
        .write::<api_dynamodb::UpdateTable>()
        .write::<api_dynamodb::UpdateTimeToLive>()
        .resource(cfn::TableResource)
        .reconciler(reconcile::expire_items::ExpireItems)
        .directory()
        .build()
}

#[cfg(test)]
mod tests;
