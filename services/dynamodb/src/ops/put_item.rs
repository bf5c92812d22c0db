use crate::{
    DynamoDb,
    expression::Placeholders,
    leading, state,
    value::{item_of, to_attributes},
    write::{Plan, check_not_mixed, condition_of},
};
use api_dynamodb::{
    PutItem, PutItemInput, PutItemOutput, ReturnValue, ReturnValuesOnConditionCheckFailure as OnFailure,
};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<PutItem> for DynamoDb {
    fn access(call: &Call, input: &PutItemInput) -> Access {
        let access = leading::with_items(Access::to(state::arn(call, &input.table_name)), [&input.item]);
        match input.return_values {
            Some(wanted) => access.with("dynamodb:ReturnValues", wanted.to_string()),
            None => access,
        }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutItemInput) -> Outcome<PutItemOutput> {
        check_not_mixed(
            &[("ConditionExpression", input.condition_expression.is_some())],
            &[("Expected", input.expected.is_some()), ("ConditionalOperator", input.conditional_operator.is_some())],
        )?;
        let expression = input.condition_expression.as_ref();
        let mut placeholders = Placeholders::new(
            input.expression_attribute_names,
            input.expression_attribute_values,
            &[("ConditionExpression", expression)],
        )?;
        let returns_old = match input.return_values {
            None | Some(ReturnValue::None) => false,
            Some(ReturnValue::AllOld) => true,
            Some(_) => return Err(ApiError::validation("ReturnValues can only be ALL_OLD or NONE")),
        };
        let item = item_of(input.item)?;
        let condition = condition_of(expression, &mut placeholders, input.expected, input.conditional_operator)?;
        placeholders.check_used()?;
        let table = state::get_table(tx, call, &input.table_name)?;
        let returns_failed = input.return_values_on_condition_check_failure == Some(OnFailure::AllOld);
        let done =
            Plan::put(&table, item, condition)?.run(tx, &table).map_err(|failed| failed.into_error(returns_failed))?;
        Ok(PutItemOutput {
            attributes: done.old.filter(|_| returns_old).map(to_attributes),
            consumed_capacity: done.spent.answer(input.return_consumed_capacity, &table.name),
        })
    }
}
