use crate::{
    CloudFormation,
    api::{ListImports, ListImportsInput, ListImportsOutput},
    plan,
    state::{users_of_export, validation},
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS: stacks in one answer.
const PAGE: usize = 100;

impl Read<ListImports> for CloudFormation {
    fn access(_: &Call, _: &ListImportsInput) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListImportsInput) -> Outcome<ListImportsOutput> {
        let name = &input.export_name;
        let users = users_of_export(tx, name, "")?;
        if users.is_empty() {
            return Err(validation(format!("Export '{name}' is not imported by any stack.")));
        }
        let (imports, next_token) = plan::page(users, input.next_token.as_deref(), PAGE)?;
        Ok(ListImportsOutput { imports: Some(imports), next_token })
    }
}
