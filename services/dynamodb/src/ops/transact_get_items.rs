use crate::{
    DynamoDb,
    capacity::{Consistency, Spent},
    check, leading, read, state,
    value::{Item, item_of, to_attributes},
};
use api_dynamodb::{ItemResponse, TransactGetItems, TransactGetItemsInput, TransactGetItemsOutput};
use kernel::{Access, Call, Outcome, Read, Tx};
use shape::Map;

impl Read<TransactGetItems> for DynamoDb {
    fn access(call: &Call, input: &TransactGetItemsInput) -> Access {
        // AWS: what is allowed item by item is GetItem.
        input.transact_items.iter().fold(Access::open(), |access, item| {
            let access = access
                .and("dynamodb:GetItem", state::arn(call, &item.get.table_name))
                .with("dynamodb:Select", read::select_key(None, item.get.projection_expression.is_some()));
            leading::with_items(access, [&item.get.key])
        })
    }

    fn read(tx: &Tx<'_>, call: &Call, input: TransactGetItemsInput) -> Outcome<TransactGetItemsOutput> {
        let mut responses = Vec::new();
        let mut spent: Map<Spent> = Map::new();
        for item in input.transact_items {
            let get = item.get;
            let projected = read::projected(get.projection_expression.as_ref(), get.expression_attribute_names, None)?;
            let table = state::get_table(tx, call, &get.table_name)?;
            let found = state::find_item(tx, &table, &check::key_place(&table, &item_of(get.key)?)?)?;
            let size = found.as_ref().map_or(0, Item::size_bytes);
            spent.entry(table.name).or_default().add(Spent::read(size, Consistency::Transaction));
            let item = found.map(|item| to_attributes(read::kept(item, projected.as_ref())));
            responses.push(ItemResponse { item });
        }
        let wanted = input.return_consumed_capacity;
        let capacities: Vec<_> =
            spent.iter().filter_map(|(name, spent)| spent.answer_transaction(wanted, name)).collect();
        Ok(TransactGetItemsOutput {
            consumed_capacity: (!capacities.is_empty()).then_some(capacities),
            responses: Some(responses),
        })
    }
}
