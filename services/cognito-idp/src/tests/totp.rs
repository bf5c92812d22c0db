//! The second factor, by the API and at the hosted pages.

use super::{CALLBACK, PASSWORD, World, world};
use api_cognito_idp::*;
use http::{Method, header};
use shape::Map;

/// A user with an authenticator that is asked for: the authenticator's secret.
async fn connected(world: &World, email: &str) -> Vec<u8> {
    let config = SetUserPoolMfaConfigRequest {
        user_pool_id: world.pool.clone(),
        mfa_configuration: Some(UserPoolMfaType::Optional),
        software_token_mfa_configuration: Some(SoftwareTokenMfaConfigType { enabled: Some(true) }),
    };
    world.model.ask::<SetUserPoolMfaConfig>(config).await.unwrap();
    world.confirmed(email).await;
    let access_token = world.sign_in(email, PASSWORD).await.unwrap().access_token;
    let input = AssociateSoftwareTokenRequest { access_token: access_token.clone() };
    world.call::<AssociateSoftwareToken>(input).await.unwrap();
    let pool = world.pool.clone();
    let scope = world.model.cloud.scope_of(&API, &world.model.anonymous());
    let user = world.model.cloud.read(&API, &scope, |tx| {
        let pool = crate::state::get_pool(tx, &pool)?;
        crate::people::get(tx, &pool, email)
    });
    let secret = user.unwrap().1.pending_totp.unwrap();
    let input = VerifySoftwareTokenRequest { access_token: access_token.clone(), user_code: now(world, &secret) };
    world.call::<VerifySoftwareToken>(input).await.unwrap();
    let input = SetUserMFAPreferenceRequest {
        access_token: access_token.unwrap(),
        software_token_mfa_settings: Some(SoftwareTokenMfaSettingsType {
            enabled: Some(true),
            preferred_mfa: Some(true),
        }),
        sms_mfa_settings: None,
        email_mfa_settings: None,
    };
    world.call::<SetUserMFAPreference>(input).await.unwrap();
    secret
}

fn now(world: &World, secret: &[u8]) -> String {
    crate::totp::code(secret, world.model.cloud.clock().now().secs() / 30)
}

async fn challenge(world: &World, email: &str) -> String {
    let parameters = [("USERNAME".to_owned(), email.to_owned()), ("PASSWORD".to_owned(), PASSWORD.to_owned())];
    let asked = world.initiate(AuthFlowType::UserPasswordAuth, parameters.into()).await.unwrap();
    assert_eq!(asked.challenge_name, Some(ChallengeNameType::SoftwareTokenMfa));
    assert!(asked.authentication_result.is_none());
    asked.session.unwrap()
}

async fn show(world: &World, session: &str, code: &str) -> kernel::Outcome<RespondToAuthChallengeResponse> {
    let answers: Map<String> = [("USERNAME", "jane@example.com"), ("SOFTWARE_TOKEN_MFA_CODE", code)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let input = RespondToAuthChallengeRequest {
        client_metadata: None,
        client_id: world.client.clone(),
        challenge_name: ChallengeNameType::SoftwareTokenMfa,
        session: Some(session.into()),
        challenge_responses: Some(answers),
    };
    world.call::<RespondToAuthChallenge>(input).await
}

#[tokio::test]
async fn each_code_signs_in_once() {
    let world = world().await;
    let secret = connected(&world, "jane@example.com").await;
    let (first, second) = (challenge(&world, "jane@example.com").await, challenge(&world, "jane@example.com").await);
    let error = show(&world, &first, "000000").await.unwrap_err();
    assert_eq!((error.code, &*error.message), ("CodeMismatchException", "Invalid code received for user"));
    let code = now(&world, &secret);
    assert!(show(&world, &first, &code).await.unwrap().authentication_result.is_some());
    assert_eq!(show(&world, &second, &code).await.unwrap_err().code, "ExpiredCodeException");
    assert_eq!(show(&world, &first, &code).await.unwrap_err().code, "NotAuthorizedException");
}

#[tokio::test]
async fn the_hosted_pages_ask_for_the_code_before_they_let_anybody_in() {
    let world = world().await;
    let secret = connected(&world, "jane@example.com").await;
    let query = format!("client_id={}&response_type=code&scope=openid&redirect_uri={CALLBACK}", world.client);
    let token = "0".repeat(36);
    let host = "https://todo.auth.us-east-1.amazoncognito.com";
    let cookie = format!("XSRF-TOKEN={token}");
    let form = format!("_csrf={token}&username=jane@example.com&password={PASSWORD}");
    let login = format!("{host}/login?{query}");
    let led = world.fetch(Method::POST, &login, &[("cookie", &cookie)], &form).await;
    assert!(led.location().starts_with("/mfa?"), "{}", led.location());
    let secrets = led.header(header::SET_COOKIE).split(';').next().unwrap();
    let cookie = format!("{cookie}; {secrets}");
    let page = format!("{host}{}", led.location());
    let wrong = world.fetch(Method::POST, &page, &[("cookie", &cookie)], &format!("_csrf={token}&code=000000")).await;
    assert!(wrong.body.contains("Invalid code received for user"), "{}", wrong.body);
    let form = format!("_csrf={token}&code={}", now(&world, &secret));
    let done = world.fetch(Method::POST, &page, &[("cookie", &cookie)], &form).await;
    assert!(done.location().starts_with(&format!("{CALLBACK}?code=")), "{}", done.location());
    let again = world.fetch(Method::POST, &page, &[("cookie", &cookie)], &form).await;
    assert!(again.location().starts_with("/login?"), "{}", again.location());
}
