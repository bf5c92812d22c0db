use crate::{
    DynamoDb,
    capacity::Consistency,
    expression::{Condition, KeyConditions, Placeholders, SortCondition, filter, parse_condition},
    key::{Place, Span, ordered},
    leading,
    read::{self, Asked},
    state,
    table::Key,
    value::{Value, to_attributes},
    write::check_not_mixed,
};
use api_dynamodb::{Condition as Legacy, Query, QueryInput, QueryOutput};
use kernel::{Access, Call, Order, Outcome, Read, Tx};
use shape::{ApiError, Map};
use std::ops::Bound;

impl Read<Query> for DynamoDb {
    fn access(call: &Call, input: &QueryInput) -> Access {
        let is_projected = input.projection_expression.is_some() || input.attributes_to_get.is_some();
        let access = Access::to(state::source_arn(call, &input.table_name, input.index_name.as_ref()))
            .with("dynamodb:Select", read::select_key(input.select, is_projected));
        // What cannot be read here cannot be read below, either.
        match asked_keys(input) {
            Ok(KeyConditions(conditions)) => leading::with_conditions(access, &conditions),
            Err(_) => access,
        }
    }

    fn read(tx: &Tx<'_>, call: &Call, input: QueryInput) -> Outcome<QueryOutput> {
        check_parameters(&input)?;
        let is_expression = input.filter_expression.is_some();
        let projects = input.projection_expression.is_some();
        let mut placeholders = Placeholders::new(
            input.expression_attribute_names,
            input.expression_attribute_values,
            &[
                ("FilterExpression", input.filter_expression.as_ref()),
                ("KeyConditionExpression", input.key_condition_expression.as_ref()),
                ("ProjectionExpression", input.projection_expression.as_ref()),
            ],
        )?;
        let key_condition = input.key_condition_expression.as_ref();
        let key_condition =
            key_condition.map(|text| parse_condition("KeyConditionExpression", text, &mut placeholders)).transpose()?;
        let filter = match (&input.filter_expression, input.query_filter) {
            (Some(text), _) => Some(parse_condition("FilterExpression", text, &mut placeholders)?),
            (None, legacy) => filter(legacy.unwrap_or_default(), input.conditional_operator)?,
        };
        let projected =
            read::projection_of(input.projection_expression.as_ref(), input.attributes_to_get, &mut placeholders)?;
        placeholders.check_used()?;
        let conditions = key_conditions(key_condition, input.key_conditions)?;
        let table = state::get_table(tx, call, &input.table_name)?;
        let index = read::find_index(&table, input.index_name.as_ref(), input.consistent_read)?;
        let key = index.map_or(&table.key, |index| &index.key);
        let (hash, sort) = matched(key, conditions)?;
        read::check_filter(key, filter.as_ref(), is_expression)?;
        let asked = Asked {
            table: &table,
            index,
            filter,
            shown: read::shown(&table, index, input.select, projected, projects)?,
            limit: input.limit.and_then(|limit| usize::try_from(limit).ok()),
            consistency: Consistency::of(input.consistent_read),
        };
        let partition = Place::within(ordered(&hash), Vec::new());
        let span = sort.as_ref().map(Span::of).unwrap_or_default();
        let start = input.exclusive_start_key.map(|start| {
            let start = asked.start(start)?;
            start.ok_or_else(|| ApiError::validation("The provided starting key is invalid"))
        });
        let start = start.transpose()?;
        if let Some(start) = &start {
            check_start(start, &partition, &span)?;
        }
        let order = if input.scan_index_forward == Some(false) { Order::Backward } else { Order::Forward };
        let page = asked.page(tx, rows(tx, &asked, &partition, &span, start, order))?;
        Ok(QueryOutput {
            items: page.items.map(|items| items.into_iter().map(to_attributes).collect()),
            count: Some(page.count),
            scanned_count: Some(page.scanned),
            last_evaluated_key: page.last.map(to_attributes),
            consumed_capacity: page.spent.answer(input.return_consumed_capacity, &table.name),
        })
    }
}

fn check_parameters(input: &QueryInput) -> Outcome<()> {
    // AWS: KeyConditions may stand beside a FilterExpression.
    check_not_mixed(
        &[
            ("ProjectionExpression", input.projection_expression.is_some()),
            ("FilterExpression", input.filter_expression.is_some()),
            ("KeyConditionExpression", input.key_condition_expression.is_some()),
        ],
        &[
            ("AttributesToGet", input.attributes_to_get.is_some()),
            ("QueryFilter", input.query_filter.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
            ("KeyConditions", input.key_conditions.is_some() && input.key_condition_expression.is_some()),
        ],
    )
}

/// The keys that a query asks for, whatever else it asks.
fn asked_keys(input: &QueryInput) -> Outcome<KeyConditions> {
    let expression = input.key_condition_expression.as_ref();
    let mut placeholders = Placeholders::new(
        input.expression_attribute_names.clone(),
        input.expression_attribute_values.clone(),
        &[("KeyConditionExpression", expression), ("FilterExpression", input.filter_expression.as_ref())],
    )?;
    let tree = expression.map(|text| parse_condition("KeyConditionExpression", text, &mut placeholders)).transpose()?;
    key_conditions(tree, input.key_conditions.clone())
}

/// KeyConditionExpression, or KeyConditions in its stead.
fn key_conditions(expression: Option<Condition>, legacy: Option<Map<Legacy>>) -> Outcome<KeyConditions> {
    match (expression, legacy) {
        (Some(tree), _) => KeyConditions::of(tree),
        (None, Some(legacy)) => KeyConditions::of_legacy(legacy),
        (None, None) => Err(ApiError::validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        )),
    }
}

/// The partition, and the condition of the sort key.
fn matched(key: &Key, conditions: KeyConditions) -> Outcome<(Value, Option<SortCondition>)> {
    let KeyConditions(mut conditions) = conditions;
    if conditions.is_empty() || conditions.len() > 2 {
        return Err(ApiError::validation("Conditions can be of length 1 or 2 only"));
    }
    let missed = |name: &str| ApiError::validation(format!("Query condition missed key schema element: {name}"));
    let unsupported = || ApiError::validation("Query key condition not supported");
    let hash = conditions.remove(&key.hash.name).ok_or_else(|| missed(&key.hash.name))?;
    let sort = match &key.range {
        Some(range) => conditions.remove(&range.name),
        None => None,
    };
    if !conditions.is_empty() {
        return Err(key.range.as_ref().map_or_else(unsupported, |range| missed(&range.name)));
    }
    let pairs = [Some((&key.hash, &hash)), key.range.as_ref().zip(sort.as_ref())];
    for (attribute, condition) in pairs.into_iter().flatten() {
        for value in condition.values() {
            if !attribute.kind.fits(value) {
                return Err(ApiError::validation(
                    "One or more parameter values were invalid: Condition parameter type does not match schema type",
                ));
            }
        }
    }
    let SortCondition::Equal(hash) = hash else { return Err(unsupported()) };
    if matches!(&hash, Value::S(text) if text.is_empty()) {
        return Err(ApiError::validation(format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
             empty string value. Key: {}",
            key.hash.name
        )));
    }
    if matches!(&sort, Some(SortCondition::BeginsWith(Value::N(_)))) {
        return Err(unsupported());
    }
    Ok((hash, sort))
}

fn check_start(start: &Place, partition: &Place, span: &Span) -> Outcome<()> {
    if start.partition != partition.partition {
        return Err(ApiError::validation(
            "The provided starting key is outside query boundaries based on provided conditions",
        ));
    }
    if !span.contains(&start.rest) {
        return Err(ApiError::validation("The provided starting key does not match the range key predicate"));
    }
    Ok(())
}

/// The items of a partition whose sort keys lie in `span`, behind `start`.
fn rows<'t>(
    tx: &'t Tx<'_>,
    asked: &Asked<'_>,
    partition: &Place,
    span: &Span,
    start: Option<Place>,
    order: Order,
) -> impl Iterator<Item = Result<crate::value::Item, base::Fault>> + 't {
    let at = |rest: Vec<u8>| (partition.hash, partition.partition.clone(), rest);
    let from = match (start, order) {
        (Some(start), _) => Bound::Excluded(at(start.rest)),
        (None, Order::Forward) => Bound::Included(at(span.start.clone())),
        (None, Order::Backward) => span.end.clone().map_or(Bound::Unbounded, |end| Bound::Excluded(at(end))),
    };
    let span = span.clone();
    asked
        .rows(tx, Some(partition), from, order)
        .take_while(move |row| row.as_ref().map_or(true, |(place, _)| span.contains(&place.rest)))
        .map(|row| row.map(|(_, item)| item))
}
