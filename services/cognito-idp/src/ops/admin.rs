//! What administrators do with users when passwords or tokens are involved.

use crate::{
    Cognito, account, attribute, message, password,
    people::{self, RESET, Taken, Visit},
    sign_in::{self, Caller, Step},
    state::{Pool, Status, User, get_pool, pool_arn},
    trigger::{About, NO_CLIENT},
    turn::Turn,
};
use api_cognito_idp::{
    AdminConfirmSignUp, AdminConfirmSignUpRequest, AdminConfirmSignUpResponse, AdminCreateUser, AdminCreateUserRequest,
    AdminCreateUserResponse, AdminInitiateAuth, AdminInitiateAuthRequest, AdminInitiateAuthResponse,
    AdminResetUserPassword, AdminResetUserPasswordRequest, AdminResetUserPasswordResponse, AdminRespondToAuthChallenge,
    AdminRespondToAuthChallengeRequest, AdminRespondToAuthChallengeResponse, AdminSetUserPassword,
    AdminSetUserPasswordRequest, AdminSetUserPasswordResponse, DeliveryMediumType, MessageActionType, errors,
};
use kernel::{Access, Call, Cloud, Outcome, Serve, Tx};

impl Serve<AdminCreateUser> for Cognito {
    fn access(call: &Call, input: &AdminCreateUserRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: AdminCreateUserRequest,
    ) -> Outcome<AdminCreateUserResponse> {
        self.turn(cloud, call, move |tx, call, turn| {
            let pool = get_pool(tx, &input.user_pool_id)?;
            turn.client_metadata.clone_from(&input.client_metadata);
            turn.validation_data = input.validation_data.clone().map(|list| attribute::from_list(Some(list)));
            let made_up = || password::make_up(&people::policy(&pool), &call.entropy);
            let temporary = input.temporary_password.clone().filter(|text| !text.is_empty()).unwrap_or_else(made_up);
            let (key, mut user) = if input.message_action == Some(MessageActionType::Resend) {
                let (key, user) = people::get(tx, &pool, &input.username)?;
                if user.status != Status::ForceChangePassword {
                    let said = format!(
                        "Resend not possible. User status is not FORCE_CHANGE_PASSWORD: {}",
                        people::status(&user)
                    );
                    return Err(errors::unsupported_user_state_exception(said));
                }
                (key, user)
            } else {
                let mut attributes = attribute::from_list(input.user_attributes.clone());
                attributes.remove("sub");
                let (key, mut user) = create(tx, call, &pool, &input, attributes)?;
                // AWS: an account of an administrator's is not confirmed by its function.
                account::pre_sign_up(turn, "PreSignUp_AdminCreateUser", (&pool, NO_CLIENT), &mut user)?;
                (key, user)
            };
            people::set_password(call, turn, &pool, &mut user, &temporary)?;
            user.status = Status::ForceChangePassword;
            user.password_until = Some(people::temporary_until(call, &pool));
            let taken = if input.force_alias_creation == Some(true) { Taken::Move } else { Taken::Refuse };
            people::put(tx, &pool, &key, &user, taken)?;
            if input.message_action != Some(MessageActionType::Suppress) {
                invite(tx, call, turn, (&pool, &user), &input, &temporary)?;
            }
            Ok(AdminCreateUserResponse { user: Some(people::describe(&user)) })
        })
        .await
    }
}

/// AWS: an administrator may leave out required attributes; the first sign-in asks for them.
fn create(
    tx: &Tx<'_>,
    call: &Call,
    pool: &Pool,
    input: &AdminCreateUserRequest,
    attributes: attribute::Attributes,
) -> Outcome<(String, User)> {
    let mut lenient = pool.clone();
    for rule in lenient.settings.schema_attributes.iter_mut().flatten() {
        rule.required = Some(false);
    }
    people::create(tx, call, &lenient, &input.username, attributes)
}

fn invite(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (pool, user): (&Pool, &User),
    input: &AdminCreateUserRequest,
    temporary: &str,
) -> Outcome<()> {
    let about = About { pool, client_id: NO_CLIENT, username: &user.username };
    let has = |name: &str| user.attributes.get(name).cloned().filter(|value| !value.is_empty());
    let asked = input.desired_delivery_mediums.clone().filter(|mediums| !mediums.is_empty());
    let is_asked = asked.is_some();
    // AWS: without a word about it, an invitation is a text message.
    let mediums = asked.unwrap_or_else(|| {
        vec![if has("phone_number").is_some() { DeliveryMediumType::Sms } else { DeliveryMediumType::Email }]
    });
    for medium in mediums {
        let attribute = if medium == DeliveryMediumType::Sms { "phone_number" } else { "email" };
        let Some(to) = has(attribute) else {
            // AWS: an account without any address is made all the same, and nobody is told (moto's tests, verified
            // against AWS).
            if !is_asked {
                continue;
            }
            let said = format!("User has no {attribute} to send the temporary password to.");
            return Err(errors::invalid_parameter_exception(said));
        };
        let mut mail = message::invitation(pool, to, medium, &input.username, temporary);
        if let Some(words) = people::custom_message(turn, "CustomMessage_AdminCreateUser", about, user)? {
            let fill = |text: &str| text.replace("{username}", &input.username).replace("{####}", temporary);
            words.fill(&mut mail, medium == DeliveryMediumType::Sms, fill);
        }
        tx.post(call, &mail)?;
    }
    Ok(())
}

impl Serve<AdminSetUserPassword> for Cognito {
    fn access(call: &Call, input: &AdminSetUserPasswordRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: AdminSetUserPasswordRequest,
    ) -> Outcome<AdminSetUserPasswordResponse> {
        self.turn(cloud, call, move |tx, call, turn| {
            let pool = get_pool(tx, &input.user_pool_id)?;
            let (key, mut user) = people::get(tx, &pool, &input.username)?;
            people::set_password(call, turn, &pool, &mut user, &input.password)?;
            if input.permanent == Some(true) {
                user.status = Status::Confirmed;
            } else {
                user.status = Status::ForceChangePassword;
                user.password_until = Some(people::temporary_until(call, &pool));
            }
            people::put(tx, &pool, &key, &user, Taken::Refuse)?;
            Ok(AdminSetUserPasswordResponse {})
        })
        .await
    }
}

impl Serve<AdminInitiateAuth> for Cognito {
    fn access(call: &Call, input: &AdminInitiateAuthRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: AdminInitiateAuthRequest,
    ) -> Outcome<AdminInitiateAuthResponse> {
        let parameters = input.auth_parameters.unwrap_or_default();
        let step = self.turn(cloud, call, move |tx, call, turn| {
            let visit = Visit::new(tx, &input.user_pool_id, &input.client_id)?;
            turn.validation_data.clone_from(&input.client_metadata);
            sign_in::initiate(tx, call, turn, (&visit, Caller::Admin), input.auth_flow, &parameters)
        });
        let Step { challenge, session, parameters, result } = step.await?;
        Ok(AdminInitiateAuthResponse {
            challenge_name: challenge,
            session,
            challenge_parameters: Some(parameters),
            authentication_result: result,
        })
    }
}

impl Serve<AdminRespondToAuthChallenge> for Cognito {
    fn access(call: &Call, input: &AdminRespondToAuthChallengeRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: AdminRespondToAuthChallengeRequest,
    ) -> Outcome<AdminRespondToAuthChallengeResponse> {
        let answers = input.challenge_responses.unwrap_or_default();
        let step = self.turn(cloud, call, move |tx, call, turn| {
            let visit = Visit::new(tx, &input.user_pool_id, &input.client_id)?;
            turn.client_metadata.clone_from(&input.client_metadata);
            let challenge = (input.challenge_name, input.session.as_deref());
            sign_in::respond(tx, call, turn, &visit, challenge, &answers)
        });
        let Step { challenge, session, parameters, result } = step.await?;
        Ok(AdminRespondToAuthChallengeResponse {
            challenge_name: challenge,
            session,
            challenge_parameters: Some(parameters),
            authentication_result: result,
        })
    }
}

impl Serve<AdminConfirmSignUp> for Cognito {
    fn access(call: &Call, input: &AdminConfirmSignUpRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: AdminConfirmSignUpRequest,
    ) -> Outcome<AdminConfirmSignUpResponse> {
        self.turn(cloud, call, move |tx, call, turn| {
            turn.client_metadata.clone_from(&input.client_metadata);
            let pool = get_pool(tx, &input.user_pool_id)?;
            let (key, mut user) = people::get(tx, &pool, &input.username)?;
            if user.status != Status::Unconfirmed {
                let said = format!("User cannot be confirmed. Current status is {}", people::status(&user));
                return Err(errors::not_authorized_exception(said));
            }
            user.status = Status::Confirmed;
            user.modified = call.now;
            account::confirmed(turn, "PostConfirmation_ConfirmSignUp", (&pool, NO_CLIENT), &user);
            people::put(tx, &pool, &key, &user, Taken::Refuse)?;
            Ok(AdminConfirmSignUpResponse {})
        })
        .await
    }
}

impl Serve<AdminResetUserPassword> for Cognito {
    fn access(call: &Call, input: &AdminResetUserPasswordRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: AdminResetUserPasswordRequest,
    ) -> Outcome<AdminResetUserPasswordResponse> {
        self.turn(cloud, call, move |tx, call, turn| {
            turn.client_metadata.clone_from(&input.client_metadata);
            let pool = get_pool(tx, &input.user_pool_id)?;
            let (key, mut user) = people::get(tx, &pool, &input.username)?;
            if user.status != Status::Confirmed && user.status != Status::ResetRequired {
                let said = "User password cannot be reset in the current state.";
                return Err(errors::not_authorized_exception(said));
            }
            let code = (RESET, people::recoverable(&pool, &user)?, "CustomMessage_ForgotPassword");
            people::send_code(tx, call, turn, (&pool, &mut user), code, "")?;
            user.status = Status::ResetRequired;
            user.modified = call.now;
            people::put(tx, &pool, &key, &user, Taken::Refuse)?;
            Ok(AdminResetUserPasswordResponse {})
        })
        .await
    }
}
