use crate::{
    Logs,
    state::{self, GROUPS, Group},
};
use api_logs::{
    DescribeLogGroups, DescribeLogGroupsRequest, DescribeLogGroupsResponse, LogGroup, LogGroupClass, errors,
};
use kernel::{Access, Call, Order, Outcome, Read, Tx};
use std::ops::Bound;

/// AWS's default and largest page.
const PAGE: usize = 50;

impl Read<DescribeLogGroups> for Logs {
    fn access(call: &Call, input: &DescribeLogGroupsRequest) -> Access {
        Access::to(state::streams_arn(call, input.log_group_name_prefix.as_deref().unwrap_or_default()))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeLogGroupsRequest) -> Outcome<DescribeLogGroupsResponse> {
        if input.log_group_name_prefix.is_some() && input.log_group_name_pattern.is_some() {
            return Err(errors::invalid_parameter_exception(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            ));
        }
        let from = input.next_token.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let limit = input.limit.map_or(PAGE, |limit| limit.unsigned_abs() as usize);
        let (mut found, mut next_token) = (Vec::new(), None);
        for row in tx.scan_from(&GROUPS, (), from, Order::Forward) {
            let (name, group) = row?;
            if !is_wanted(&input, &name, &group) {
                continue;
            }
            if found.len() == limit {
                next_token = found.last().and_then(|last: &LogGroup| last.log_group_name.clone());
                break;
            }
            found.push(describe(tx, name, group));
        }
        Ok(DescribeLogGroupsResponse { log_groups: Some(found), next_token })
    }
}

fn is_wanted(input: &DescribeLogGroupsRequest, name: &str, group: &Group) -> bool {
    let has_identifier = |all: &Vec<String>| {
        all.iter().any(|one| one == name || one.parse().is_ok_and(|arn| state::name_in(&arn) == Some(name)))
    };
    input.log_group_name_prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix))
        && input.log_group_name_pattern.as_ref().is_none_or(|part| {
            // AWS: the pattern is a part of the name, whatever the case.
            name.to_lowercase().contains(&part.to_lowercase())
        })
        && input.log_group_class.as_ref().is_none_or(|class| class.to_string() == group.class)
        && input.log_group_identifiers.as_ref().is_none_or(has_identifier)
}

fn describe(tx: &Tx<'_>, name: String, group: Group) -> LogGroup {
    let arn = state::group_arn(tx.scope(), &name).to_string();
    LogGroup {
        creation_time: Some(group.created.millis()),
        retention_in_days: group.retention_days,
        metric_filter_count: Some(0),
        // AWS: `arn` ends in `:*`, `logGroupArn` does not.
        arn: Some(format!("{arn}:*")),
        log_group_arn: Some(arn),
        stored_bytes: i64::try_from(group.stored_bytes).ok(),
        log_group_class: LogGroupClass::parse(&group.class),
        deletion_protection_enabled: Some(group.is_protected),
        log_group_name: Some(name),
    }
}
