use crate::{DynamoDb, describe, state};
use api_dynamodb::{DeleteTable, DeleteTableInput, DeleteTableOutput, TableDescription, TableStatus};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<DeleteTable> for DynamoDb {
    fn access(call: &Call, input: &DeleteTableInput) -> Access {
        Access::to(state::arn(call, &input.table_name))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteTableInput) -> Outcome<DeleteTableOutput> {
        let table = state::get_named_table(tx, call, &input.table_name)?;
        if table.is_protected {
            return Err(ApiError::validation(
                "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection \
                 first.",
            ));
        }
        let description = describe::table(tx, call, &table, TableStatus::Deleting)?;
        state::delete_table(tx, &table);
        // AWS: a table that goes has no schema any more.
        let description = TableDescription { attribute_definitions: None, key_schema: None, ..description };
        Ok(DeleteTableOutput { table_description: Some(description) })
    }
}
