//! What administrators do with users when passwords or tokens are involved.

use crate::{
    Cognito, attribute, message, password,
    people::{self, Taken, Visit},
    sign_in::{self, Caller, Step},
    state::{Pool, Status, User, get_pool, pool_arn},
};
use api_cognito_idp::{
    AdminCreateUser, AdminCreateUserRequest, AdminCreateUserResponse, AdminInitiateAuth, AdminInitiateAuthRequest,
    AdminInitiateAuthResponse, AdminRespondToAuthChallenge, AdminRespondToAuthChallengeRequest,
    AdminRespondToAuthChallengeResponse, AdminSetUserPassword, AdminSetUserPasswordRequest,
    AdminSetUserPasswordResponse, DeliveryMediumType, MessageActionType, errors,
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
                create(tx, call, &pool, &input, attributes)?
            };
            people::set_password(call, turn, &pool, &mut user, &temporary)?;
            user.status = Status::ForceChangePassword;
            user.password_until = Some(people::temporary_until(call, &pool));
            let taken = if input.force_alias_creation == Some(true) { Taken::Move } else { Taken::Refuse };
            people::put(tx, &pool, &key, &user, taken)?;
            if input.message_action != Some(MessageActionType::Suppress) {
                invite(tx, call, &pool, &user, &input, &temporary)?;
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
    pool: &Pool,
    user: &User,
    input: &AdminCreateUserRequest,
    temporary: &str,
) -> Outcome<()> {
    // AWS: without a word about it, an invitation is a text message.
    let mediums = input.desired_delivery_mediums.clone().filter(|mediums| !mediums.is_empty());
    let has = |name: &str| user.attributes.get(name).cloned().filter(|value| !value.is_empty());
    let mediums = mediums.unwrap_or_else(|| {
        vec![if has("phone_number").is_some() { DeliveryMediumType::Sms } else { DeliveryMediumType::Email }]
    });
    for medium in mediums {
        let attribute = if medium == DeliveryMediumType::Sms { "phone_number" } else { "email" };
        let Some(to) = has(attribute) else {
            let said = format!("User has no {attribute} to send the temporary password to.");
            return Err(errors::invalid_parameter_exception(said));
        };
        tx.post(call, &message::invitation(pool, to, medium, &input.username, temporary))?;
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
