//! What administrators do with users otherwise.

use crate::{
    Cognito, attribute,
    filter::Filter,
    people::{self, Taken},
    state::{Pool, SESSIONS, USERS, User, get_pool, pool_arn},
};
use api_cognito_idp::{
    AdminDeleteUser, AdminDeleteUserAttributes, AdminDeleteUserAttributesRequest, AdminDeleteUserAttributesResponse,
    AdminDeleteUserOutputNothing, AdminDeleteUserRequest, AdminDisableUser, AdminDisableUserRequest,
    AdminDisableUserResponse, AdminEnableUser, AdminEnableUserRequest, AdminEnableUserResponse, AdminGetUser,
    AdminGetUserRequest, AdminGetUserResponse, AdminUpdateUserAttributes, AdminUpdateUserAttributesRequest,
    AdminUpdateUserAttributesResponse, AdminUserGlobalSignOut, AdminUserGlobalSignOutRequest,
    AdminUserGlobalSignOutResponse, ListUsers, ListUsersRequest, ListUsersResponse,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

/// The user that the input names, changed by `change` and written.
fn change(
    tx: &mut Tx<'_>,
    (pool, username): (&str, &str),
    change: impl FnOnce(&mut Tx<'_>, &Pool, &str, &mut User) -> Outcome<()>,
) -> Outcome<()> {
    let pool = get_pool(tx, pool)?;
    let (key, mut user) = people::get(tx, &pool, username)?;
    change(tx, &pool, &key, &mut user)?;
    people::put(tx, &pool, &key, &user, Taken::Refuse)
}

impl Read<AdminGetUser> for Cognito {
    fn access(call: &Call, input: &AdminGetUserRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: AdminGetUserRequest) -> Outcome<AdminGetUserResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let (_, user) = people::get(tx, &pool, &input.username)?;
        Ok(AdminGetUserResponse {
            user_attributes: Some(attribute::to_list(user.attributes.iter())),
            user_create_date: Some(user.created),
            user_last_modified_date: Some(user.modified),
            enabled: Some(user.is_enabled),
            user_status: Some(people::status(&user)),
            preferred_mfa_setting: people::factors(&user).pop(),
            user_mfa_setting_list: Some(people::factors(&user)).filter(|list| !list.is_empty()),
            username: user.username,
        })
    }
}

impl Write<AdminDeleteUser> for Cognito {
    fn access(call: &Call, input: &AdminDeleteUserRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: AdminDeleteUserRequest) -> Outcome<AdminDeleteUserOutputNothing> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let (key, user) = people::get(tx, &pool, &input.username)?;
        people::delete(tx, &pool, &key, &user)?;
        Ok(AdminDeleteUserOutputNothing {})
    }
}

impl Write<AdminUpdateUserAttributes> for Cognito {
    fn access(call: &Call, input: &AdminUpdateUserAttributesRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: AdminUpdateUserAttributesRequest,
    ) -> Outcome<AdminUpdateUserAttributesResponse> {
        let given = attribute::from_list(Some(input.user_attributes));
        change(tx, (&input.user_pool_id, &input.username), |_, pool, _, user| {
            attribute::check_change(pool.settings.schema_attributes.as_deref().unwrap_or_default(), &given)?;
            people::change_attributes(call, user, &given);
            Ok(())
        })?;
        Ok(AdminUpdateUserAttributesResponse {})
    }
}

impl Write<AdminDeleteUserAttributes> for Cognito {
    fn access(call: &Call, input: &AdminDeleteUserAttributesRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: AdminDeleteUserAttributesRequest,
    ) -> Outcome<AdminDeleteUserAttributesResponse> {
        change(tx, (&input.user_pool_id, &input.username), |_, pool, _, user| {
            people::remove_attributes(call, pool, user, &input.user_attribute_names)
        })?;
        Ok(AdminDeleteUserAttributesResponse {})
    }
}

impl Write<AdminDisableUser> for Cognito {
    fn access(call: &Call, input: &AdminDisableUserRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: AdminDisableUserRequest) -> Outcome<AdminDisableUserResponse> {
        change(tx, (&input.user_pool_id, &input.username), |tx, pool, key, user| {
            user.is_enabled = false;
            user.modified = call.now;
            tx.delete_prefix(&SESSIONS, (pool.id(), key));
            Ok(())
        })?;
        Ok(AdminDisableUserResponse {})
    }
}

impl Write<AdminEnableUser> for Cognito {
    fn access(call: &Call, input: &AdminEnableUserRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: AdminEnableUserRequest) -> Outcome<AdminEnableUserResponse> {
        change(tx, (&input.user_pool_id, &input.username), |_, _, _, user| {
            user.is_enabled = true;
            user.modified = call.now;
            Ok(())
        })?;
        Ok(AdminEnableUserResponse {})
    }
}

impl Write<AdminUserGlobalSignOut> for Cognito {
    fn access(call: &Call, input: &AdminUserGlobalSignOutRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: AdminUserGlobalSignOutRequest,
    ) -> Outcome<AdminUserGlobalSignOutResponse> {
        change(tx, (&input.user_pool_id, &input.username), |tx, pool, key, _| {
            tx.delete_prefix(&SESSIONS, (pool.id(), key));
            Ok(())
        })?;
        Ok(AdminUserGlobalSignOutResponse {})
    }
}

impl Read<ListUsers> for Cognito {
    fn access(call: &Call, input: &ListUsersRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListUsersRequest) -> Outcome<ListUsersResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let filter = input.filter.as_deref().filter(|text| !text.trim().is_empty()).map(Filter::parse).transpose()?;
        let mut found = Vec::new();
        for row in tx.scan(&USERS, (pool.id(),)) {
            let (_, user) = row?;
            if filter.as_ref().is_none_or(|filter| filter.matches(&user)) {
                found.push(user);
            }
        }
        let (users, pagination_token) = super::page(found, input.limit, 60, input.pagination_token.as_deref())?;
        let mut users: Vec<_> = users.iter().map(people::describe).collect();
        if let Some(wanted) = input.attributes_to_get.filter(|wanted| !wanted.is_empty()) {
            for user in &mut users {
                user.attributes.get_or_insert_default().retain(|one| wanted.contains(&one.name));
            }
        }
        Ok(ListUsersResponse { users: Some(users), pagination_token })
    }
}
