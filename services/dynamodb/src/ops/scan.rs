use crate::{
    DynamoDb,
    capacity::Consistency,
    expression::{Placeholders, filter, parse_condition},
    key,
    read::{self, Asked},
    state,
    value::to_attributes,
    write::check_not_mixed,
};
use api_dynamodb::{Scan, ScanInput, ScanOutput};
use kernel::{Access, Call, Order, Outcome, Read, Tx};
use shape::ApiError;
use std::ops::Bound;

impl Read<Scan> for DynamoDb {
    fn access(call: &Call, input: &ScanInput) -> Access {
        let is_projected = input.projection_expression.is_some() || input.attributes_to_get.is_some();
        Access::to(state::source_arn(call, &input.table_name, input.index_name.as_ref()))
            .with("dynamodb:Select", read::select_key(input.select, is_projected))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ScanInput) -> Outcome<ScanOutput> {
        check_not_mixed(
            &[
                ("ProjectionExpression", input.projection_expression.is_some()),
                ("FilterExpression", input.filter_expression.is_some()),
            ],
            &[
                ("AttributesToGet", input.attributes_to_get.is_some()),
                ("ScanFilter", input.scan_filter.is_some()),
                ("ConditionalOperator", input.conditional_operator.is_some()),
            ],
        )?;
        let (first, end) = hashes(&input)?;
        let projects = input.projection_expression.is_some();
        let mut placeholders = Placeholders::new(
            input.expression_attribute_names,
            input.expression_attribute_values,
            &[
                ("FilterExpression", input.filter_expression.as_ref()),
                ("ProjectionExpression", input.projection_expression.as_ref()),
            ],
        )?;
        let filter = match (&input.filter_expression, input.scan_filter) {
            (Some(text), _) => Some(parse_condition("FilterExpression", text, &mut placeholders)?),
            (None, legacy) => filter(legacy.unwrap_or_default(), input.conditional_operator)?,
        };
        let projected =
            read::projection_of(input.projection_expression.as_ref(), input.attributes_to_get, &mut placeholders)?;
        placeholders.check_used()?;
        let table = state::get_table(tx, call, &input.table_name)?;
        let index = read::find_index(&table, input.index_name.as_ref(), input.consistent_read)?;
        let asked = Asked {
            table: &table,
            index,
            filter,
            shown: read::shown(&table, index, input.select, projected, projects)?,
            limit: input.limit.and_then(|limit| usize::try_from(limit).ok()),
            consistency: Consistency::of(input.consistent_read),
        };
        let is_within = move |hash: u64| hash >= first && end.is_none_or(|end| hash < end);
        let from = match input.exclusive_start_key {
            None => Bound::Included((first, Vec::new(), Vec::new())),
            Some(start) => {
                let start = asked.start(start)?.ok_or_else(|| invalid_start(index.is_some()))?;
                if !is_within(start.hash) {
                    return Err(wrong_segment(input.total_segments, input.segment));
                }
                Bound::Excluded((start.hash, start.partition, start.rest))
            }
        };
        let rows = asked
            .rows(tx, None, from, Order::Forward)
            .take_while(move |row| row.as_ref().map_or(true, |(place, _)| is_within(place.hash)))
            .map(|row| row.map(|(_, item)| item));
        let page = asked.page(tx, rows)?;
        Ok(ScanOutput {
            items: page.items.map(|items| items.into_iter().map(to_attributes).collect()),
            count: Some(page.count),
            scanned_count: Some(page.scanned),
            last_evaluated_key: page.last.map(to_attributes),
            consumed_capacity: page.spent.answer(input.return_consumed_capacity, &table.name),
        })
    }
}

/// The hashes of the segment that is asked for.
fn hashes(input: &ScanInput) -> Outcome<(u64, Option<u64>)> {
    match (input.segment, input.total_segments) {
        (None, None) => Ok((0, None)),
        (Some(_), None) => Err(ApiError::validation(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is \
             present",
        )),
        (None, Some(_)) => Err(ApiError::validation(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is \
             present",
        )),
        (Some(segment), Some(total)) if segment >= total => Err(ApiError::validation(format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is \
             not less than TotalSegments: {total}"
        ))),
        (Some(segment), Some(total)) => Ok(key::segment(segment.unsigned_abs().into(), total.unsigned_abs().into())),
    }
}

fn invalid_start(is_index: bool) -> ApiError {
    ApiError::validation(match is_index {
        true => "The provided starting key is invalid",
        false => "The provided starting key is invalid: The provided key element does not match the schema",
    })
}

fn wrong_segment(total: Option<i32>, segment: Option<i32>) -> ApiError {
    ApiError::validation(format!(
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct \
         Segment. TotalSegments: {} Segment: {}",
        total.unwrap_or(1),
        segment.unwrap_or(0)
    ))
}
