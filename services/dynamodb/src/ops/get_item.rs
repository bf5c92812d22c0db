use crate::{
    DynamoDb,
    capacity::{Consistency, Spent},
    check, leading, read, state,
    value::{Item, item_of, to_attributes},
};
use api_dynamodb::{GetItem, GetItemInput, GetItemOutput};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetItem> for DynamoDb {
    fn access(call: &Call, input: &GetItemInput) -> Access {
        leading::with_items(Access::to(state::arn(call, &input.table_name)), [&input.key]).with(
            "dynamodb:Select",
            read::select_key(None, input.projection_expression.is_some() || input.attributes_to_get.is_some()),
        )
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetItemInput) -> Outcome<GetItemOutput> {
        let projected = read::projected(
            input.projection_expression.as_ref(),
            input.expression_attribute_names,
            input.attributes_to_get,
        )?;
        let key = item_of(input.key)?;
        let table = state::get_table(tx, call, &input.table_name)?;
        let found = state::find_item(tx, &table, &check::key_place(&table, &key)?)?;
        let size = found.as_ref().map_or(0, Item::size_bytes);
        let spent = Spent::read(size, Consistency::of(input.consistent_read));
        Ok(GetItemOutput {
            item: found.map(|item| to_attributes(read::kept(item, projected.as_ref()))),
            consumed_capacity: spent.answer(input.return_consumed_capacity, &table.name),
        })
    }
}
