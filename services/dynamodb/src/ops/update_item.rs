use crate::{
    DynamoDb,
    expression::{Placeholders, Projected, Update, attribute_updates, parse_update},
    leading, state,
    value::{Item, item_of, to_attributes},
    write::{Done, Plan, check_not_mixed, condition_of},
};
use api_dynamodb::{
    ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure, UpdateItem, UpdateItemInput, UpdateItemOutput,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateItem> for DynamoDb {
    fn access(call: &Call, input: &UpdateItemInput) -> Access {
        let access = leading::with_items(Access::to(state::arn(call, &input.table_name)), [&input.key]);
        match input.return_values {
            Some(wanted) => access.with("dynamodb:ReturnValues", wanted.to_string()),
            None => access,
        }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateItemInput) -> Outcome<UpdateItemOutput> {
        check_not_mixed(
            &[
                ("UpdateExpression", input.update_expression.is_some()),
                ("ConditionExpression", input.condition_expression.is_some()),
            ],
            &[
                ("AttributeUpdates", input.attribute_updates.is_some()),
                ("Expected", input.expected.is_some()),
                ("ConditionalOperator", input.conditional_operator.is_some()),
            ],
        )?;
        let expression = input.condition_expression.as_ref();
        let mut placeholders = Placeholders::new(
            input.expression_attribute_names,
            input.expression_attribute_values,
            &[("UpdateExpression", input.update_expression.as_ref()), ("ConditionExpression", expression)],
        )?;
        let key = item_of(input.key)?;
        let update = match (&input.update_expression, input.attribute_updates) {
            (Some(expression), _) => parse_update(expression, &mut placeholders)?,
            (None, updates) => attribute_updates(updates.unwrap_or_default())?,
        };
        let condition = condition_of(expression, &mut placeholders, input.expected, input.conditional_operator)?;
        placeholders.check_used()?;
        let table = state::get_table(tx, call, &input.table_name)?;
        let returns_failed = input.return_values_on_condition_check_failure == Some(OnFailure::AllOld);
        let wanted = input.return_values.unwrap_or(ReturnValue::None);
        let touched = update.clone();
        let done = Plan::update(&table, key, update, condition)?
            .run(tx, &table)
            .map_err(|failed| failed.into_error(returns_failed))?;
        Ok(UpdateItemOutput {
            consumed_capacity: done.spent.answer(input.return_consumed_capacity, &table.name),
            attributes: returned(wanted, &touched, done).map(to_attributes),
        })
    }
}

/// What ReturnValues asks for. AWS: where nothing of it is there, there is no member.
fn returned(wanted: ReturnValue, update: &Update, done: Done) -> Option<Item> {
    let touched = |item: Option<Item>| item.map(|item| Projected::of(update.paths()).apply(&item));
    let found = match wanted {
        ReturnValue::None => None,
        ReturnValue::AllOld => done.old,
        ReturnValue::AllNew => done.new,
        ReturnValue::UpdatedOld => touched(done.old),
        ReturnValue::UpdatedNew => touched(done.new),
    };
    found.filter(|item| !item.is_empty())
}
