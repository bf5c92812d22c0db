//! What strangers may call who know a client: signing up and signing in.

use crate::{
    Cognito, account, attribute,
    people::Taken,
    session,
    sign_in::{self, Caller, Step},
    state::Status,
};
use api_cognito_idp::{
    ConfirmForgotPassword, ConfirmForgotPasswordRequest, ConfirmForgotPasswordResponse, ConfirmSignUp,
    ConfirmSignUpRequest, ConfirmSignUpResponse, ForgotPassword, ForgotPasswordRequest, ForgotPasswordResponse,
    GetTokensFromRefreshToken, GetTokensFromRefreshTokenRequest, GetTokensFromRefreshTokenResponse, InitiateAuth,
    InitiateAuthRequest, InitiateAuthResponse, ResendConfirmationCode, ResendConfirmationCodeRequest,
    ResendConfirmationCodeResponse, RespondToAuthChallenge, RespondToAuthChallengeRequest,
    RespondToAuthChallengeResponse, RevokeToken, RevokeTokenRequest, RevokeTokenResponse, SignUp, SignUpRequest,
    SignUpResponse, errors,
};
use kernel::{Access, Call, Cloud, Outcome, Serve};

impl Serve<SignUp> for Cognito {
    fn access(_: &Call, _: &SignUpRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: SignUpRequest) -> Outcome<SignUpResponse> {
        self.with_client(cloud, call, input.client_id.clone(), move |tx, call, turn, visit| {
            visit.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
            let password = input.password.as_deref().ok_or_else(|| {
                errors::invalid_parameter_exception("Password is required: this pool has no sign-in without one.")
            })?;
            turn.client_metadata.clone_from(&input.client_metadata);
            turn.validation_data = input.validation_data.clone().map(|list| attribute::from_list(Some(list)));
            let attributes = attribute::from_list(input.user_attributes.clone());
            let done = account::sign_up(tx, call, turn, visit, (&input.username, password), attributes)?;
            Ok(SignUpResponse {
                user_confirmed: done.user.status == Status::Confirmed,
                code_delivery_details: done.delivery,
                user_sub: done.user.sub,
            })
        })
        .await
    }
}

impl Serve<ConfirmSignUp> for Cognito {
    fn access(_: &Call, _: &ConfirmSignUpRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: ConfirmSignUpRequest) -> Outcome<ConfirmSignUpResponse> {
        self.with_client(cloud, call, input.client_id.clone(), move |tx, call, turn, visit| {
            visit.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
            turn.client_metadata.clone_from(&input.client_metadata);
            let taken = if input.force_alias_creation == Some(true) { Taken::Move } else { Taken::Refuse };
            account::confirm(tx, call, turn, visit, (&input.username, &input.confirmation_code), taken)?;
            Ok(ConfirmSignUpResponse {})
        })
        .await
    }
}

impl Serve<ResendConfirmationCode> for Cognito {
    fn access(_: &Call, _: &ResendConfirmationCodeRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: ResendConfirmationCodeRequest,
    ) -> Outcome<ResendConfirmationCodeResponse> {
        self.with_client(cloud, call, input.client_id.clone(), move |tx, call, turn, visit| {
            turn.client_metadata.clone_from(&input.client_metadata);
            visit.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
            let sent = account::resend(tx, call, turn, visit, &input.username)?;
            Ok(ResendConfirmationCodeResponse { code_delivery_details: Some(sent) })
        })
        .await
    }
}

impl Serve<InitiateAuth> for Cognito {
    fn access(_: &Call, _: &InitiateAuthRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: InitiateAuthRequest) -> Outcome<InitiateAuthResponse> {
        let parameters = input.auth_parameters.unwrap_or_default();
        let step = self.with_client(cloud, call, input.client_id, move |tx, call, turn, visit| {
            turn.validation_data.clone_from(&input.client_metadata);
            sign_in::initiate(tx, call, turn, (visit, Caller::Public), input.auth_flow, &parameters)
        });
        let Step { challenge, session, parameters, result } = step.await?;
        Ok(InitiateAuthResponse {
            challenge_name: challenge,
            session,
            challenge_parameters: Some(parameters),
            authentication_result: result,
        })
    }
}

impl Serve<RespondToAuthChallenge> for Cognito {
    fn access(_: &Call, _: &RespondToAuthChallengeRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: RespondToAuthChallengeRequest,
    ) -> Outcome<RespondToAuthChallengeResponse> {
        let answers = input.challenge_responses.unwrap_or_default();
        let step = self.with_client(cloud, call, input.client_id, move |tx, call, turn, visit| {
            turn.client_metadata.clone_from(&input.client_metadata);
            let challenge = (input.challenge_name, input.session.as_deref());
            sign_in::respond(tx, call, turn, visit, challenge, &answers)
        });
        let Step { challenge, session, parameters, result } = step.await?;
        Ok(RespondToAuthChallengeResponse {
            challenge_name: challenge,
            session,
            challenge_parameters: Some(parameters),
            authentication_result: result,
        })
    }
}

/// The secret of a client that has one, where it is sent as it is.
fn check_secret(visit: &crate::people::Visit, given: Option<&str>) -> Outcome<()> {
    match (&visit.client.client_secret, given) {
        (None, None) => Ok(()),
        (Some(secret), Some(given)) if crate::srp::is_same(secret.as_bytes(), given.as_bytes()) => Ok(()),
        _ => Err(errors::not_authorized_exception("Unable to verify secret for client")),
    }
}

impl Serve<GetTokensFromRefreshToken> for Cognito {
    fn access(_: &Call, _: &GetTokensFromRefreshTokenRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: GetTokensFromRefreshTokenRequest,
    ) -> Outcome<GetTokensFromRefreshTokenResponse> {
        self.with_client(cloud, call, input.client_id.clone(), move |tx, call, turn, visit| {
            check_secret(visit, input.client_secret.as_deref())?;
            turn.client_metadata.clone_from(&input.client_metadata);
            let result = session::refresh(tx, call, turn, visit, &input.refresh_token)?;
            Ok(GetTokensFromRefreshTokenResponse { authentication_result: Some(result) })
        })
        .await
    }
}

impl Serve<RevokeToken> for Cognito {
    fn access(_: &Call, _: &RevokeTokenRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: RevokeTokenRequest) -> Outcome<RevokeTokenResponse> {
        self.with_client(cloud, call, input.client_id.clone(), move |tx, _, _, visit| {
            check_secret(visit, input.client_secret.as_deref())?;
            session::revoke(tx, visit, &input.token)?;
            Ok(RevokeTokenResponse {})
        })
        .await
    }
}

impl Serve<ForgotPassword> for Cognito {
    fn access(_: &Call, _: &ForgotPasswordRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: ForgotPasswordRequest) -> Outcome<ForgotPasswordResponse> {
        self.with_client(cloud, call, input.client_id.clone(), move |tx, call, turn, visit| {
            turn.client_metadata.clone_from(&input.client_metadata);
            visit.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
            let sent = account::forgot_password(tx, call, turn, visit, &input.username)?;
            Ok(ForgotPasswordResponse { code_delivery_details: Some(sent) })
        })
        .await
    }
}

impl Serve<ConfirmForgotPassword> for Cognito {
    fn access(_: &Call, _: &ConfirmForgotPasswordRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: ConfirmForgotPasswordRequest,
    ) -> Outcome<ConfirmForgotPasswordResponse> {
        self.with_client(cloud, call, input.client_id.clone(), move |tx, call, turn, visit| {
            visit.check_secret_hash(&input.username, input.secret_hash.as_deref())?;
            turn.client_metadata.clone_from(&input.client_metadata);
            let proof = (&*input.username, &*input.confirmation_code);
            account::confirm_forgot_password(tx, call, turn, visit, proof, &input.password)?;
            Ok(ConfirmForgotPasswordResponse {})
        })
        .await
    }
}
