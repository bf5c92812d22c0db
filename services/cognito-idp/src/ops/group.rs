//! Groups and who is in them.

use crate::{
    Cognito, people,
    state::{self, GROUPS, MEMBERS, Text, USERS, get_group, get_pool, pool_arn, put_group},
};
use api_cognito_idp::{
    AdminAddUserToGroup, AdminAddUserToGroupOutputNothing, AdminAddUserToGroupRequest, AdminListGroupsForUser,
    AdminListGroupsForUserRequest, AdminListGroupsForUserResponse, AdminRemoveUserFromGroup,
    AdminRemoveUserFromGroupOutputNothing, AdminRemoveUserFromGroupRequest, CreateGroup, CreateGroupRequest,
    CreateGroupResponse, DeleteGroup, DeleteGroupOutputNothing, DeleteGroupRequest, GetGroup, GetGroupRequest,
    GetGroupResponse, GroupType, ListGroups, ListGroupsRequest, ListGroupsResponse, ListUsersInGroup,
    ListUsersInGroupRequest, ListUsersInGroupResponse, UpdateGroup, UpdateGroupRequest, UpdateGroupResponse, errors,
    shapes,
};
use base::Arn;
use kernel::{Access, Call, Outcome, Read, Tx, Write};

/// Access to the pool, and the right to hand over the group's role.
fn access(call: &Call, pool: &str, role: Option<&str>) -> Access {
    let access = Access::to(pool_arn(call, pool));
    match role.and_then(|role| role.parse::<Arn>().ok()) {
        Some(role) => access.and_pass_role(&role, "cognito-idp.amazonaws.com"),
        None => access,
    }
}

impl Write<CreateGroup> for Cognito {
    fn access(call: &Call, input: &CreateGroupRequest) -> Access {
        access(call, &input.user_pool_id, input.role_arn.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateGroupRequest) -> Outcome<CreateGroupResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        if tx.has(&GROUPS, (pool.id(), &*input.group_name))? {
            return Err(errors::group_exists_exception("A group with the name already exists."));
        }
        let group = GroupType {
            group_name: Some(input.group_name.clone()),
            user_pool_id: Some(input.user_pool_id),
            description: input.description,
            role_arn: input.role_arn,
            precedence: input.precedence,
            last_modified_date: Some(call.now),
            creation_date: Some(call.now),
        };
        put_group(tx, pool.id(), &input.group_name, group.clone())?;
        Ok(CreateGroupResponse { group: Some(group) })
    }
}

impl Read<GetGroup> for Cognito {
    fn access(call: &Call, input: &GetGroupRequest) -> Access {
        access(call, &input.user_pool_id, None)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetGroupRequest) -> Outcome<GetGroupResponse> {
        get_pool(tx, &input.user_pool_id)?;
        Ok(GetGroupResponse { group: Some(get_group(tx, &input.user_pool_id, &input.group_name)?) })
    }
}

impl Read<ListGroups> for Cognito {
    fn access(call: &Call, input: &ListGroupsRequest) -> Access {
        access(call, &input.user_pool_id, None)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListGroupsRequest) -> Outcome<ListGroupsResponse> {
        get_pool(tx, &input.user_pool_id)?;
        let rows = tx.list(&GROUPS, (&*input.user_pool_id,))?;
        let (rows, next_token) = super::page(rows, input.limit, 60, input.next_token.as_deref())?;
        let unpack = |text: &Text| Ok(state::unpack(&shapes::GroupType, text)?);
        let groups = rows.iter().map(|(_, text)| unpack(text)).collect::<Outcome<_>>()?;
        Ok(ListGroupsResponse { groups: Some(groups), next_token })
    }
}

impl Write<UpdateGroup> for Cognito {
    fn access(call: &Call, input: &UpdateGroupRequest) -> Access {
        access(call, &input.user_pool_id, input.role_arn.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateGroupRequest) -> Outcome<UpdateGroupResponse> {
        get_pool(tx, &input.user_pool_id)?;
        let old = get_group(tx, &input.user_pool_id, &input.group_name)?;
        let group = GroupType {
            description: input.description.or(old.description),
            role_arn: input.role_arn.or(old.role_arn),
            precedence: input.precedence.or(old.precedence),
            last_modified_date: Some(call.now),
            group_name: old.group_name,
            user_pool_id: old.user_pool_id,
            creation_date: old.creation_date,
        };
        put_group(tx, &input.user_pool_id, &input.group_name, group.clone())?;
        Ok(UpdateGroupResponse { group: Some(group) })
    }
}

impl Write<DeleteGroup> for Cognito {
    fn access(call: &Call, input: &DeleteGroupRequest) -> Access {
        access(call, &input.user_pool_id, None)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteGroupRequest) -> Outcome<DeleteGroupOutputNothing> {
        get_pool(tx, &input.user_pool_id)?;
        get_group(tx, &input.user_pool_id, &input.group_name)?;
        tx.delete(&GROUPS, (&*input.user_pool_id, &*input.group_name));
        tx.delete_prefix(&MEMBERS, (&*input.user_pool_id, &*input.group_name));
        Ok(DeleteGroupOutputNothing {})
    }
}

impl Write<AdminAddUserToGroup> for Cognito {
    fn access(call: &Call, input: &AdminAddUserToGroupRequest) -> Access {
        access(call, &input.user_pool_id, None)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: AdminAddUserToGroupRequest,
    ) -> Outcome<AdminAddUserToGroupOutputNothing> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let (key, _) = people::get(tx, &pool, &input.username)?;
        get_group(tx, pool.id(), &input.group_name)?;
        tx.put(&MEMBERS, (pool.id(), &*input.group_name, &*key), &Text(String::new()))?;
        Ok(AdminAddUserToGroupOutputNothing {})
    }
}

impl Write<AdminRemoveUserFromGroup> for Cognito {
    fn access(call: &Call, input: &AdminRemoveUserFromGroupRequest) -> Access {
        access(call, &input.user_pool_id, None)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: AdminRemoveUserFromGroupRequest,
    ) -> Outcome<AdminRemoveUserFromGroupOutputNothing> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let (key, _) = people::get(tx, &pool, &input.username)?;
        get_group(tx, pool.id(), &input.group_name)?;
        tx.delete(&MEMBERS, (pool.id(), &*input.group_name, &*key));
        Ok(AdminRemoveUserFromGroupOutputNothing {})
    }
}

impl Read<AdminListGroupsForUser> for Cognito {
    fn access(call: &Call, input: &AdminListGroupsForUserRequest) -> Access {
        access(call, &input.user_pool_id, None)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: AdminListGroupsForUserRequest) -> Outcome<AdminListGroupsForUserResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let (key, _) = people::get(tx, &pool, &input.username)?;
        let groups = people::groups_of(tx, &pool, &key)?;
        let (groups, next_token) = super::page(groups, input.limit, 60, input.next_token.as_deref())?;
        let groups = groups.into_iter().map(|(_, group)| group).collect();
        Ok(AdminListGroupsForUserResponse { groups: Some(groups), next_token })
    }
}

impl Read<ListUsersInGroup> for Cognito {
    fn access(call: &Call, input: &ListUsersInGroupRequest) -> Access {
        access(call, &input.user_pool_id, None)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListUsersInGroupRequest) -> Outcome<ListUsersInGroupResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        get_group(tx, pool.id(), &input.group_name)?;
        let rows = tx.list(&MEMBERS, (pool.id(), &*input.group_name))?;
        let (rows, next_token) = super::page(rows, input.limit, 60, input.next_token.as_deref())?;
        let mut users = Vec::new();
        for ((_, _, key), _) in rows {
            users.extend(tx.get(&USERS, (pool.id(), &*key))?.as_ref().map(people::describe));
        }
        Ok(ListUsersInGroupResponse { users: Some(users), next_token })
    }
}
