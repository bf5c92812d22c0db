//! What policies may ask about tables.

use crate::{DynamoDb, leading, state, table::Table};
use base::{Arn, Fault};
use kernel::{Directory, ResourcePolicy, Tx};
use policy::{Context, Kind};

impl Directory for DynamoDb {
    fn resource_policy(&self, tx: &Tx<'_>, resource: &Arn, _: &str) -> Result<Option<ResourcePolicy>, Fault> {
        let policy = find(tx, resource)?.and_then(|table| table.policy);
        Ok(policy.map(|policy| ResourcePolicy {
            name: "the table's resource policy".into(),
            text: policy.text,
            kind: Kind::Resource,
            is_required: false,
        }))
    }

    fn tags(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        Ok(find(tx, resource)?.map(|table| table.tags.into_iter().collect()).unwrap_or_default())
    }

    fn refine(&self, tx: &Tx<'_>, resource: &Arn, context: &mut Context) -> Result<(), Fault> {
        if let Some(table) = find(tx, resource)? {
            let index = resource.resource.split_once("/index/").map(|(_, name)| name);
            leading::pick(&table, index, context);
        }
        Ok(())
    }
}

/// The table of its own or of an index's ARN.
fn find(tx: &Tx<'_>, resource: &Arn) -> Result<Option<Table>, Fault> {
    let name = resource.resource_after("table").and_then(|rest| rest.split('/').next());
    match name {
        Some(name) => state::find_table(tx, name),
        None => Ok(None),
    }
}
