//! Stacks, what they are made from, and what they export.

use super::OnFailure;
use api_cloudformation::StackStatus;
use base::{Arn, Fault, Timestamp};
use kernel::{Call, Record, Rows, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use shape::ApiError;
use std::collections::BTreeMap;

/// One row per stack that ever was, by the UUID of its id.
pub(crate) const STACKS: Rows<String, Stack> = Rows::new("stack");
/// The stack that has a name now.
pub(crate) const NAMES: Rows<String, Name> = Rows::new("name");
/// One row per exported name.
pub(crate) const EXPORTS: Rows<String, Export> = Rows::new("export");
/// One row per exported name and stack that imports it, so that ListImports is one scan.
pub(crate) const IMPORTS: Rows<(String, String), Import> = Rows::new("import");
/// One row per change set, by stack and the UUID of its own id.
pub(crate) const CHANGE_SETS: Rows<(String, String), ChangeSet> = Rows::new("change-set");

/// What a stack is made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Desired {
    /// The body, as it was sent.
    pub(crate) template: String,
    /// What was given for each parameter, defaults included.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The values of the parameter store's parameters that it names.
    pub(crate) stored: BTreeMap<String, String>,
    /// The parameters as they may be shown: name, value, resolved value.
    pub(crate) shown: Vec<(String, String, Option<String>)>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) description: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stack {
    pub(crate) uuid: String,
    pub(crate) name: String,
    /// The ARN.
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Option<Timestamp>,
    pub(crate) deleted: Option<Timestamp>,
    pub(crate) desired: Desired,
    pub(crate) role: Option<String>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) disable_rollback: bool,
    pub(crate) retain_except_on_create: bool,
    pub(crate) timeout_minutes: Option<i32>,
    pub(crate) is_protected: bool,
    pub(crate) change_set_id: Option<String>,
    pub(crate) deletion_mode: Option<String>,
    /// The last client token, and the operation that it came with.
    pub(crate) last_token: Option<(String, String)>,
    /// The stack whose resource it is, and the outermost one.
    pub(crate) parent: Option<String>,
    pub(crate) root: Option<String>,
}
impl Record for Stack {}

impl Stack {
    pub(crate) fn status(&self) -> StackStatus {
        StackStatus::parse(&self.status).unwrap_or_default()
    }
    pub(crate) fn is_deleted(&self) -> bool {
        self.status() == StackStatus::DeleteComplete
    }
    pub(crate) fn set_status(&mut self, status: StackStatus, reason: Option<&str>) {
        self.status = status.to_string();
        self.reason = reason.map(str::to_owned);
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) description: Option<String>,
    pub(crate) export_name: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) uuid: String,
}
impl Record for Name {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Export {
    pub(crate) stack_uuid: String,
    pub(crate) stack_id: String,
    pub(crate) stack_name: String,
    pub(crate) value: String,
}
impl Record for Export {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Import {
    pub(crate) stack_name: String,
}
impl Record for Import {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeSet {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    /// A failed one says why; it cannot be executed.
    pub(crate) failure: Option<String>,
    pub(crate) execution: String,
    pub(crate) is_create: bool,
    pub(crate) desired: Desired,
    pub(crate) actor: super::Actor,
    pub(crate) role: Option<String>,
    pub(crate) on_failure: Option<OnFailure>,
    /// In the form of the answer, by the names of the model.
    pub(crate) changes: Vec<Json>,
}
impl Record for ChangeSet {}

pub(crate) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", 400, message)
}

/// The ARN that policies see: of this very stack where its id is given, of any with this name otherwise.
pub(crate) fn stack_arn(call: &Call, name_or_id: &str) -> String {
    if name_or_id.starts_with("arn:") {
        return name_or_id.to_owned();
    }
    call.arn("cloudformation", format_args!("stack/{name_or_id}/*")).to_string()
}

/// By name the stack that has it now; by id any stack, deleted ones too.
pub(crate) fn find_stack(tx: &Tx<'_>, name_or_id: &str) -> Result<Option<Stack>, Fault> {
    let uuid = match name_or_id.parse::<Arn>() {
        Ok(arn) => {
            let scope = tx.scope();
            let is_here = arn.account == scope.account.as_str() && arn.region == scope.region.as_str();
            match arn.resource_after("stack").and_then(|rest| rest.rsplit_once('/')) {
                Some((_, uuid)) if is_here => uuid.to_owned(),
                _ => return Ok(None),
            }
        }
        Err(_) => match tx.get(&NAMES, name_or_id)? {
            Some(name) => name.uuid,
            None => return Ok(None),
        },
    };
    tx.get(&STACKS, uuid)
}

/// The names of the other stacks that import an export.
pub(crate) fn users_of_export(tx: &Tx<'_>, name: &str, exporter: &str) -> Result<Vec<String>, Fault> {
    let users = tx.list(&IMPORTS, (name,))?;
    Ok(users.into_iter().filter(|((_, uuid), _)| uuid != exporter).map(|(_, import)| import.stack_name).collect())
}

pub(crate) fn change_sets(tx: &Tx<'_>, uuid: &str) -> Result<Vec<ChangeSet>, Fault> {
    Ok(tx.list(&CHANGE_SETS, (uuid,))?.into_iter().map(|(_, set)| set).collect())
}
