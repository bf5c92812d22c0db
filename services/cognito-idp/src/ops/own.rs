//! What people do with an access token of theirs.

use crate::{
    Cognito, attribute,
    people::{self, Taken},
    state::SESSIONS,
};
use api_cognito_idp::{
    ChangePassword, ChangePasswordRequest, ChangePasswordResponse, DeleteUser, DeleteUserAttributes,
    DeleteUserAttributesRequest, DeleteUserAttributesResponse, DeleteUserOutputNothing, DeleteUserRequest, GetUser,
    GetUserAttributeVerificationCode, GetUserAttributeVerificationCodeRequest,
    GetUserAttributeVerificationCodeResponse, GetUserRequest, GetUserResponse, GlobalSignOut, GlobalSignOutRequest,
    GlobalSignOutResponse, UpdateUserAttributes, UpdateUserAttributesRequest, UpdateUserAttributesResponse,
    VerifyUserAttribute, VerifyUserAttributeRequest, VerifyUserAttributeResponse, errors,
};
use kernel::{Access, Call, Cloud, Outcome, Serve};

impl Serve<GetUser> for Cognito {
    fn access(_: &Call, _: &GetUserRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: GetUserRequest) -> Outcome<GetUserResponse> {
        self.with_token(cloud, call, input.access_token, |_, _, _, holder| {
            let client = &holder.visit.client;
            let shown = holder.user.attributes.iter().filter(|(name, _)| attribute::is_readable(client, name));
            Ok(GetUserResponse {
                user_attributes: attribute::to_list(shown),
                username: holder.user.username.clone(),
                preferred_mfa_setting: people::factors(&holder.user).pop(),
                user_mfa_setting_list: Some(people::factors(&holder.user)).filter(|list| !list.is_empty()),
            })
        })
        .await
    }
}

impl Serve<UpdateUserAttributes> for Cognito {
    fn access(_: &Call, _: &UpdateUserAttributesRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: UpdateUserAttributesRequest,
    ) -> Outcome<UpdateUserAttributesResponse> {
        let given = attribute::from_list(Some(input.user_attributes));
        self.with_token(cloud, call, input.access_token, move |tx, call, turn, mut holder| {
            turn.client_metadata.clone_from(&input.client_metadata);
            let (pool, user) = (&holder.visit.pool, &mut holder.user);
            attribute::check_writable(&holder.visit.client, given.keys())?;
            attribute::check_change(pool.settings.schema_attributes.as_deref().unwrap_or_default(), &given)?;
            let changed = people::change_attributes(call, user, &given);
            people::put(tx, pool, &holder.key, user, Taken::Refuse)?;
            let auto = pool.settings.auto_verified_attributes.clone().unwrap_or_default();
            let mut sent = Vec::new();
            for attribute in changed.iter().filter(|name| auto.iter().any(|kind| kind.as_str() == **name)) {
                let code = (&**attribute, &**attribute, "CustomMessage_UpdateUserAttribute");
                sent.push(people::send_code(tx, call, turn, (pool, user), code, &holder.visit.client_id)?);
            }
            people::put(tx, pool, &holder.key, user, Taken::Refuse)?;
            Ok(UpdateUserAttributesResponse { code_delivery_details_list: Some(sent) })
        })
        .await
    }
}

impl Serve<DeleteUserAttributes> for Cognito {
    fn access(_: &Call, _: &DeleteUserAttributesRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: DeleteUserAttributesRequest,
    ) -> Outcome<DeleteUserAttributesResponse> {
        let names = input.user_attribute_names;
        self.with_token(cloud, call, input.access_token, move |tx, call, _, mut holder| {
            attribute::check_writable(&holder.visit.client, names.iter())?;
            people::remove_attributes(call, &holder.visit.pool, &mut holder.user, &names)?;
            people::put(tx, &holder.visit.pool, &holder.key, &holder.user, Taken::Refuse)?;
            Ok(DeleteUserAttributesResponse {})
        })
        .await
    }
}

impl Serve<GetUserAttributeVerificationCode> for Cognito {
    fn access(_: &Call, _: &GetUserAttributeVerificationCodeRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: GetUserAttributeVerificationCodeRequest,
    ) -> Outcome<GetUserAttributeVerificationCodeResponse> {
        let name = input.attribute_name;
        self.with_token(cloud, call, input.access_token, move |tx, call, turn, mut holder| {
            turn.client_metadata.clone_from(&input.client_metadata);
            if !matches!(&*name, "email" | "phone_number") {
                return Err(errors::invalid_parameter_exception("Invalid attribute provided for verification."));
            }
            if !holder.user.attributes.contains_key(&name) {
                return Err(errors::invalid_parameter_exception(format!("User does not have {name} set.")));
            }
            let (pool, user) = (&holder.visit.pool, &mut holder.user);
            let code = (&*name, &*name, "CustomMessage_VerifyUserAttribute");
            let sent = people::send_code(tx, call, turn, (pool, user), code, &holder.visit.client_id)?;
            people::put(tx, pool, &holder.key, user, Taken::Refuse)?;
            Ok(GetUserAttributeVerificationCodeResponse { code_delivery_details: Some(sent) })
        })
        .await
    }
}

impl Serve<VerifyUserAttribute> for Cognito {
    fn access(_: &Call, _: &VerifyUserAttributeRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: VerifyUserAttributeRequest,
    ) -> Outcome<VerifyUserAttributeResponse> {
        let (name, digits) = (input.attribute_name, input.code);
        self.with_token(cloud, call, input.access_token, move |tx, call, turn, mut holder| {
            let (pool, key, user) = (&holder.visit.pool, &*holder.key, &mut holder.user);
            people::take_code(tx, call, turn, (pool, key, user), (&name, &digits))?;
            people::put(tx, pool, key, user, Taken::Refuse)?;
            Ok(VerifyUserAttributeResponse {})
        })
        .await
    }
}

impl Serve<ChangePassword> for Cognito {
    fn access(_: &Call, _: &ChangePasswordRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: ChangePasswordRequest) -> Outcome<ChangePasswordResponse> {
        let (old, new) = (input.previous_password.unwrap_or_default(), input.proposed_password);
        self.with_token(cloud, call, input.access_token, move |tx, call, turn, mut holder| {
            let (pool, key, user) = (&holder.visit.pool, &*holder.key, &mut holder.user);
            people::check_unlocked(call, user, "password", || {
                errors::limit_exceeded_exception("Attempt limit exceeded, please try after some time.")
            })?;
            people::check_password(tx, call, turn, (pool, key, user), &old)?;
            people::set_password(call, turn, pool, user, &new)?;
            people::put(tx, pool, key, user, Taken::Refuse)?;
            Ok(ChangePasswordResponse {})
        })
        .await
    }
}

impl Serve<DeleteUser> for Cognito {
    fn access(_: &Call, _: &DeleteUserRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: DeleteUserRequest) -> Outcome<DeleteUserOutputNothing> {
        self.with_token(cloud, call, input.access_token, |tx, _, _, holder| {
            people::delete(tx, &holder.visit.pool, &holder.key, &holder.user)?;
            Ok(DeleteUserOutputNothing {})
        })
        .await
    }
}

impl Serve<GlobalSignOut> for Cognito {
    fn access(_: &Call, _: &GlobalSignOutRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: GlobalSignOutRequest) -> Outcome<GlobalSignOutResponse> {
        self.with_token(cloud, call, input.access_token, |tx, _, _, holder| {
            tx.delete_prefix(&SESSIONS, (holder.visit.pool.id(), &*holder.key));
            Ok(GlobalSignOutResponse {})
        })
        .await
    }
}
