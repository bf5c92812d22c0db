//! The second factor: connecting an authenticator, and asking for it.

use crate::{
    Cognito,
    people::{self, Taken},
    state::{Pool, Totp, User, get_pool, pool_arn},
    totp,
};
use api_cognito_idp::{
    AdminSetUserMFAPreference, AdminSetUserMFAPreferenceRequest, AdminSetUserMFAPreferenceResponse,
    AssociateSoftwareToken, AssociateSoftwareTokenRequest, AssociateSoftwareTokenResponse, EmailMfaSettingsType,
    SMSMfaSettingsType, SetUserMFAPreference, SetUserMFAPreferenceRequest, SetUserMFAPreferenceResponse,
    SoftwareTokenMfaSettingsType, VerifySoftwareToken, VerifySoftwareTokenRequest, VerifySoftwareTokenResponse,
    VerifySoftwareTokenResponseType, errors,
};
use kernel::{Access, Call, Cloud, Outcome, Serve, Tx, Write};
use shape::ApiError;

fn token(given: Option<String>) -> Outcome<String> {
    given.ok_or_else(|| errors::invalid_parameter_exception("Missing required parameter AccessToken"))
}

fn check_known(tx: &Tx<'_>, pool: &Pool) -> Outcome<()> {
    if totp::is_known(tx, pool)? {
        return Ok(());
    }
    let said = "Software Token MFA has not been enabled by the userPool";
    Err(errors::software_token_mfa_not_found_exception(said))
}

impl Serve<AssociateSoftwareToken> for Cognito {
    fn access(_: &Call, _: &AssociateSoftwareTokenRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: AssociateSoftwareTokenRequest,
    ) -> Outcome<AssociateSoftwareTokenResponse> {
        self.with_token(cloud, call, token(input.access_token)?, |tx, call, _, mut holder| {
            check_known(tx, &holder.visit.pool)?;
            let secret = call.entropy.bytes::<32>().to_vec();
            // AWS: the authenticator before goes on until the new one is verified.
            holder.user.pending_totp = Some(secret.clone());
            people::put(tx, &holder.visit.pool, &holder.key, &holder.user, Taken::Refuse)?;
            Ok(AssociateSoftwareTokenResponse { secret_code: Some(totp::base32(&secret)) })
        })
        .await
    }
}

impl Serve<VerifySoftwareToken> for Cognito {
    fn access(_: &Call, _: &VerifySoftwareTokenRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: VerifySoftwareTokenRequest,
    ) -> Outcome<VerifySoftwareTokenResponse> {
        let given = input.user_code;
        self.with_token(cloud, call, token(input.access_token)?, move |tx, call, _, mut holder| {
            check_known(tx, &holder.visit.pool)?;
            let said = "Software token has not been associated.";
            let missing = || errors::software_token_mfa_not_found_exception(said);
            let secret = holder.user.pending_totp.take().ok_or_else(missing)?;
            let Some(step) = totp::step_of(&secret, call.now, &given) else {
                return Err(errors::enable_software_token_mfa_exception("Code mismatch"));
            };
            let is_enabled = holder.user.totp.as_ref().is_some_and(|totp| totp.is_enabled);
            // AWS: the code that connects an authenticator may sign in, too.
            holder.user.totp = Some(Totp { secret, is_enabled, last_step: step - 1 });
            people::put(tx, &holder.visit.pool, &holder.key, &holder.user, Taken::Refuse)?;
            Ok(VerifySoftwareTokenResponse { status: Some(VerifySoftwareTokenResponseType::Success) })
        })
        .await
    }
}

/// What a user or an administrator wants to be asked for.
fn prefer(
    user: &mut User,
    software: Option<SoftwareTokenMfaSettingsType>,
    sms: Option<SMSMfaSettingsType>,
    email: Option<EmailMfaSettingsType>,
) -> Outcome<()> {
    if sms.is_some_and(|sms| sms.enabled == Some(true)) {
        return Err(ApiError::not_implemented("a text message as second factor"));
    }
    if email.is_some_and(|email| email.enabled == Some(true)) {
        return Err(ApiError::not_implemented("a mail as second factor"));
    }
    let Some(software) = software else { return Ok(()) };
    match (&mut user.totp, software.enabled == Some(true)) {
        (Some(totp), is_enabled) => totp.is_enabled = is_enabled,
        (None, true) => {
            return Err(errors::invalid_parameter_exception("User has not verified software token mfa"));
        }
        (None, false) => {}
    }
    Ok(())
}

impl Serve<SetUserMFAPreference> for Cognito {
    fn access(_: &Call, _: &SetUserMFAPreferenceRequest) -> Access {
        Access::open()
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: SetUserMFAPreferenceRequest,
    ) -> Outcome<SetUserMFAPreferenceResponse> {
        self.with_token(cloud, call, input.access_token.clone(), move |tx, _, _, mut holder| {
            let input = input.clone();
            prefer(
                &mut holder.user,
                input.software_token_mfa_settings,
                input.sms_mfa_settings,
                input.email_mfa_settings,
            )?;
            people::put(tx, &holder.visit.pool, &holder.key, &holder.user, Taken::Refuse)?;
            Ok(SetUserMFAPreferenceResponse {})
        })
        .await
    }
}

impl Write<AdminSetUserMFAPreference> for Cognito {
    fn access(call: &Call, input: &AdminSetUserMFAPreferenceRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: AdminSetUserMFAPreferenceRequest,
    ) -> Outcome<AdminSetUserMFAPreferenceResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let (key, mut user) = people::get(tx, &pool, &input.username)?;
        prefer(&mut user, input.software_token_mfa_settings, input.sms_mfa_settings, input.email_mfa_settings)?;
        people::put(tx, &pool, &key, &user, Taken::Refuse)?;
        Ok(AdminSetUserMFAPreferenceResponse {})
    }
}
