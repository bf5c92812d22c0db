//! Amazon CloudWatch Logs: groups, streams, and events that are put, read and searched.
//!
//! Events are rows, in the order in which they are read. (Segments on disk will replace them when logs grow beyond what
//! rows are good for; nothing outside `state` and `events` knows how they are kept.)
//!
//! Left out, and refused by name: Insights, live tail, subscription and metric filters, export, KMS keys, data
//! protection.

mod cfn;
mod events;
mod ops;
mod pattern;
mod reconcile;
mod state;

use kernel::Service;

/// The service's operations are implemented for this.
#[derive(Debug)]
pub struct Logs;

pub fn service() -> Service {
    Service::of(&api_logs::API, Logs)
        .write::<api_logs::CreateLogGroup>()
        .write::<api_logs::DeleteLogGroup>()
        .read::<api_logs::DescribeLogGroups>()
        .write::<api_logs::CreateLogStream>()
        .write::<api_logs::DeleteLogStream>()
        .read::<api_logs::DescribeLogStreams>()
        .write::<api_logs::PutLogEvents>()
        .read::<api_logs::GetLogEvents>()
        .read::<api_logs::FilterLogEvents>()
        .write::<api_logs::PutRetentionPolicy>()
        .write::<api_logs::DeleteRetentionPolicy>()
        .write::<api_logs::TagResource>()
        .write::<api_logs::UntagResource>()
        .read::<api_logs::ListTagsForResource>()
        .write::<api_logs::TagLogGroup>()
        .write::<api_logs::UntagLogGroup>()
        .read::<api_logs::ListTagsLogGroup>()
        .resource(cfn::LogGroupResource)
        .resource(cfn::LogStreamResource)
        .reconciler(reconcile::TrimEvents)
        .directory()
        .build()
}

#[cfg(test)]
mod tests;
