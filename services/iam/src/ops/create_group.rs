use crate::{
    Iam, describe, id,
    state::{self, GROUPS, Group},
};
use api_iam::{CreateGroup, CreateGroupRequest, CreateGroupResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreateGroup> for Iam {
    fn access(call: &Call, input: &CreateGroupRequest) -> Access {
        let path = input.path.as_deref().unwrap_or("/");
        Access::to(state::arn(&call.account, "group", path, &input.group_name))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateGroupRequest) -> Outcome<CreateGroupResponse> {
        let key = state::fold(&input.group_name);
        if tx.has(&GROUPS, key.clone())? {
            let message = format!("Group with name {} already exists.", input.group_name);
            return Err(errors::entity_already_exists_exception(message));
        }
        if tx.scan(&GROUPS, ()).count() >= MOST_GROUPS {
            return Err(errors::limit_exceeded_exception(format!(
                "Cannot exceed quota for GroupsPerAccount: {MOST_GROUPS}"
            )));
        }
        let group = Group {
            name: input.group_name,
            path: input.path.unwrap_or_else(|| "/".into()),
            id: id::unique(&call.entropy, id::GROUP),
            created: call.now,
        };
        tx.put(&GROUPS, key, &group)?;
        Ok(CreateGroupResponse { group: describe::group(tx, &group) })
    }
}

/// AWS quota.
const MOST_GROUPS: usize = 300;
