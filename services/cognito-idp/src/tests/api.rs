//! The API: signing up and in, by password and by SRP; tokens; codes; locks.

use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use rsa::BigUint;
use sha2::{Digest, Sha256};

#[tokio::test]
async fn somebody_signs_up_confirms_and_signs_in() {
    let world = world().await;
    let done = world.call::<SignUp>(world.sign_up_input("Jane@example.com")).await.unwrap();
    let delivery = done.code_delivery_details.unwrap();
    assert_eq!((done.user_confirmed, delivery.destination.as_deref()), (false, Some("J***@e***")));
    let early = world.sign_in("jane@example.com", PASSWORD).await.unwrap_err();
    assert_eq!(early.to_string(), "UserNotConfirmedException: User is not confirmed.");
    world.confirm("jane@example.com", &world.code_for("Jane@example.com")).await.unwrap();
    let tokens = world.sign_in("JANE@EXAMPLE.COM", PASSWORD).await.unwrap();
    let id = verified(&world, &tokens.id_token.unwrap()).await;
    assert_eq!(id["sub"], done.user_sub);
    assert_eq!(id["iss"], format!("https://cognito-idp.us-east-1.amazonaws.com/{}", world.pool));
    assert_eq!((&id["aud"], &id["token_use"]), (&world.client.clone().into(), &"id".into()));
    assert_eq!((&id["email_verified"], &id["name"]), (&true.into(), &"Jane".into()));
    assert_eq!(id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(), 3600);
    let access = verified(&world, &tokens.access_token.clone().unwrap()).await;
    assert_eq!(
        (&access["client_id"], &access["scope"]),
        (&world.client.clone().into(), &"aws.cognito.signin.user.admin".into())
    );
    let input = GetUserRequest { access_token: tokens.access_token.unwrap() };
    assert_eq!(world.call::<GetUser>(input).await.unwrap().username, done.user_sub);
}

#[tokio::test]
async fn an_address_is_taken_once_and_rules_for_passwords_hold() {
    let world = world().await;
    world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap();
    let again = world.call::<SignUp>(world.sign_up_input("JANE@example.com")).await.unwrap_err();
    assert_eq!(again.to_string(), "UsernameExistsException: An account with the given email already exists.");
    let weak = SignUpRequest { password: Some("correct-horse-1".into()), ..world.sign_up_input("joe@example.com") };
    let weak = world.call::<SignUp>(weak).await.unwrap_err();
    assert_eq!(
        weak.to_string(),
        "InvalidPasswordException: Password did not conform with policy: Password must have uppercase characters"
    );
    let nameless = SignUpRequest { user_attributes: None, ..world.sign_up_input("joe@example.com") };
    let nameless = world.call::<SignUp>(nameless).await.unwrap_err();
    assert_eq!(nameless.message, "Attributes did not conform to the schema: name: The attribute is required\n");
    let plain = world.call::<SignUp>(world.sign_up_input("joe")).await.unwrap_err();
    assert_eq!(plain.to_string(), "InvalidParameterException: Username should be an email.");
    let cheat = AttributeType { name: "email_verified".into(), value: Some("true".into()) };
    let mut input = world.sign_up_input("joe@example.com");
    input.user_attributes.as_mut().unwrap().push(cheat);
    let cheat = world.call::<SignUp>(input).await.unwrap_err();
    assert_eq!(cheat.to_string(), "NotAuthorizedException: A client attempted to write unauthorized attribute");
}

#[tokio::test]
async fn a_code_is_right_or_wrong_and_lives_for_a_day() {
    let world = world().await;
    world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap();
    let code = world.code_for("jane@example.com");
    let other = if code == "000000" { "000001" } else { "000000" };
    let wrong = world.confirm("jane@example.com", other).await.unwrap_err();
    assert_eq!(wrong.to_string(), "CodeMismatchException: Invalid verification code provided, please try again.");
    world.model.clock.advance_millis(24 * 3600 * 1000 + 1);
    let late = world.confirm("jane@example.com", &code).await.unwrap_err();
    assert_eq!(late.to_string(), "ExpiredCodeException: Invalid code provided, please request a code again.");
    let input = ResendConfirmationCodeRequest {
        client_id: world.client.clone(),
        username: "jane@example.com".into(),
        ..Default::default()
    };
    world.call::<ResendConfirmationCode>(input).await.unwrap();
    world.confirm("jane@example.com", &world.code_for("jane@example.com")).await.unwrap();
    let twice = world.confirm("jane@example.com", &code).await.unwrap_err();
    assert_eq!(twice.message, "User cannot be confirmed. Current status is CONFIRMED");
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_longer_and_longer() {
    let world = world().await;
    world.confirmed("jane@example.com").await;
    for _ in 0..5 {
        let wrong = world.sign_in("jane@example.com", "wrong").await.unwrap_err();
        assert_eq!(wrong.to_string(), "NotAuthorizedException: Incorrect username or password.");
    }
    let locked = world.sign_in("jane@example.com", PASSWORD).await.unwrap_err();
    assert_eq!(locked.to_string(), "NotAuthorizedException: Password attempts exceeded");
    world.model.clock.advance_millis(1_000);
    world.sign_in("jane@example.com", "wrong").await.unwrap_err();
    world.model.clock.advance_millis(1_000);
    assert_eq!(world.sign_in("jane@example.com", PASSWORD).await.unwrap_err().message, "Password attempts exceeded");
    world.model.clock.advance_millis(1_000);
    world.sign_in("jane@example.com", PASSWORD).await.unwrap();
}

/// The client's side of SRP, written for this test from the protocol's description.
struct Client {
    secret: BigUint,
    prime: BigUint,
}

impl Client {
    fn new() -> Self {
        let rfc = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
        let prime = BigUint::parse_bytes(rfc.as_bytes(), 16).unwrap();
        Self { secret: BigUint::from_bytes_be(&[7; 32]), prime }
    }
    fn public(&self) -> String {
        BigUint::from(2_u8).modpow(&self.secret, &self.prime).to_str_radix(16)
    }
    fn answer(&self, parameters: &Map<String>, pool: &str, password: &str, timestamp: &str) -> String {
        let user = &parameters["USER_ID_FOR_SRP"];
        let number = |text: &str| BigUint::parse_bytes(text.as_bytes(), 16).unwrap();
        let (server, salt) = (number(&parameters["SRP_B"]), number(&parameters["SALT"]));
        let scramble = sha(&[padded(&number(&self.public())), padded(&server)]);
        let name = Sha256::digest(format!("{pool}{user}:{password}")).to_vec();
        let private = sha(&[padded(&salt), name]);
        let multiplier = sha(&[padded(&self.prime), vec![2]]);
        let blind = (multiplier * BigUint::from(2_u8).modpow(&private, &self.prime)) % &self.prime;
        let base = (server + &self.prime - blind) % &self.prime;
        let shared = base.modpow(&(&self.secret + &scramble * private), &self.prime);
        let extracted = hmac(&padded(&scramble), &padded(&shared));
        let key = hmac(&extracted, b"Caldera Derived Key\x01")[..16].to_vec();
        let block = STANDARD.decode(&parameters["SECRET_BLOCK"]).unwrap();
        let said = [pool.as_bytes(), user.as_bytes(), &block, timestamp.as_bytes()].concat();
        STANDARD.encode(hmac(&key, &said))
    }
}

fn padded(number: &BigUint) -> Vec<u8> {
    let hex = number.to_str_radix(16);
    let hex = if hex.len() % 2 == 1 { format!("0{hex}") } else { hex };
    let hex = if "89abcdef".contains(&hex[..1]) { format!("00{hex}") } else { hex };
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn sha(parts: &[Vec<u8>]) -> BigUint {
    BigUint::from_bytes_be(&Sha256::digest(parts.concat()))
}

fn hmac(key: &[u8], said: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(said);
    mac.finalize().into_bytes().to_vec()
}

async fn srp(world: &World, name: &str, password: &str) -> kernel::Outcome<RespondToAuthChallengeResponse> {
    let client = Client::new();
    let given = [("USERNAME".to_owned(), name.to_owned()), ("SRP_A".to_owned(), client.public())];
    let challenge = world.initiate(AuthFlowType::UserSrpAuth, given.into()).await?;
    assert_eq!(challenge.challenge_name, Some(ChallengeNameType::PasswordVerifier));
    let parameters = challenge.challenge_parameters.unwrap();
    let timestamp = "Thu Jan 1 00:00:00 UTC 2026";
    let pool = world.pool.split_once('_').unwrap().1;
    let answers = [
        ("USERNAME", parameters["USER_ID_FOR_SRP"].clone()),
        ("PASSWORD_CLAIM_SECRET_BLOCK", parameters["SECRET_BLOCK"].clone()),
        ("TIMESTAMP", timestamp.to_owned()),
        ("PASSWORD_CLAIM_SIGNATURE", client.answer(&parameters, pool, password, timestamp)),
    ];
    let input = RespondToAuthChallengeRequest {
        client_metadata: None,
        client_id: world.client.clone(),
        challenge_name: ChallengeNameType::PasswordVerifier,
        challenge_responses: Some(answers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ..Default::default()
    };
    world.call::<RespondToAuthChallenge>(input).await
}

#[tokio::test]
async fn a_password_is_proven_without_being_sent() {
    let world = world().await;
    let sub = world.confirmed("jane@example.com").await;
    let tokens = srp(&world, "jane@example.com", PASSWORD).await.unwrap().authentication_result.unwrap();
    assert_eq!(verified(&world, &tokens.access_token.unwrap()).await["username"], sub);
    let wrong = srp(&world, "jane@example.com", "wrong").await.unwrap_err();
    assert_eq!(wrong.to_string(), "NotAuthorizedException: Incorrect username or password.");
    let nobody = srp(&world, "joe@example.com", PASSWORD).await.unwrap_err();
    assert_eq!(nobody.to_string(), "UserNotFoundException: User does not exist.");
    let input = UpdateUserPoolClientRequest {
        user_pool_id: world.pool.clone(),
        client_id: world.client.clone(),
        prevent_user_existence_errors: Some(PreventUserExistenceErrorTypes::Enabled),
        ..Default::default()
    };
    world.model.ask::<UpdateUserPoolClient>(input).await.unwrap();
    let hidden = srp(&world, "joe@example.com", PASSWORD).await.unwrap_err();
    assert_eq!(hidden.to_string(), "NotAuthorizedException: Incorrect username or password.");
}

#[tokio::test]
async fn tokens_are_refreshed_until_they_are_revoked() {
    let world = world().await;
    world.confirmed("jane@example.com").await;
    let tokens = world.sign_in("jane@example.com", PASSWORD).await.unwrap();
    let refresh = tokens.refresh_token.unwrap();
    let again =
        || world.initiate(AuthFlowType::RefreshTokenAuth, [("REFRESH_TOKEN".to_owned(), refresh.clone())].into());
    let fresh = again().await.unwrap().authentication_result.unwrap();
    assert!(fresh.refresh_token.is_none());
    let get = |token: &Option<String>| world.call::<GetUser>(GetUserRequest { access_token: token.clone().unwrap() });
    get(&fresh.access_token).await.unwrap();
    world.model.clock.advance_millis(3600 * 1000);
    assert_eq!(get(&fresh.access_token).await.unwrap_err().message, "Access Token has expired");
    let fresh = again().await.unwrap().authentication_result.unwrap();
    let input = RevokeTokenRequest { token: refresh.clone(), client_id: world.client.clone(), ..Default::default() };
    world.call::<RevokeToken>(input).await.unwrap();
    assert_eq!(get(&fresh.access_token).await.unwrap_err().message, "Access Token has been revoked");
    assert_eq!(again().await.unwrap_err().to_string(), "NotAuthorizedException: Invalid Refresh Token");
    let tampered = fresh.access_token.map(|token| format!("{token}A"));
    assert_eq!(get(&tampered).await.unwrap_err().message, "Invalid Access Token");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_code() {
    let world = world().await;
    world.confirmed("jane@example.com").await;
    let (client_id, username) = (world.client.clone(), "jane@example.com".to_owned());
    let ask = ForgotPasswordRequest { client_id: client_id.clone(), username: username.clone(), ..Default::default() };
    world.call::<ForgotPassword>(ask).await.unwrap();
    let confirmation_code = world.code_for("jane@example.com");
    let password = "Another-horse-2".to_owned();
    let answer =
        ConfirmForgotPasswordRequest { client_id, username, confirmation_code, password, ..Default::default() };
    world.call::<ConfirmForgotPassword>(answer).await.unwrap();
    world.sign_in("jane@example.com", PASSWORD).await.unwrap_err();
    world.sign_in("jane@example.com", "Another-horse-2").await.unwrap();
}

#[tokio::test]
async fn an_administrator_creates_a_user_who_chooses_a_password() {
    let world = world().await;
    let input = AdminCreateUserRequest {
        user_pool_id: world.pool.clone(),
        username: "joe@example.com".into(),
        user_attributes: Some(vec![AttributeType { name: "email_verified".into(), value: Some("true".into()) }]),
        desired_delivery_mediums: Some(vec![DeliveryMediumType::Email]),
        ..Default::default()
    };
    let user = world.model.ask::<AdminCreateUser>(input).await.unwrap().user.unwrap();
    assert_eq!(user.user_status, Some(UserStatusType::ForceChangePassword));
    let mail = world.model.cloud.mails(Some("joe@example.com"), 1).unwrap().remove(0).1;
    let temporary = mail.body.split("temporary password is ").nth(1).unwrap().split(". ").next().unwrap().to_owned();
    let given = [("USERNAME".to_owned(), "joe@example.com".to_owned()), ("PASSWORD".to_owned(), temporary)];
    let challenge = world.initiate(AuthFlowType::UserPasswordAuth, given.into()).await.unwrap();
    assert_eq!(challenge.challenge_name, Some(ChallengeNameType::NewPasswordRequired));
    let parameters = challenge.challenge_parameters.unwrap();
    assert_eq!(parameters["requiredAttributes"], "[\"userAttributes.name\"]");
    let answers = [("USERNAME", "joe@example.com"), ("NEW_PASSWORD", PASSWORD), ("userAttributes.name", "Joe")];
    let input = RespondToAuthChallengeRequest {
        client_metadata: None,
        client_id: world.client.clone(),
        challenge_name: ChallengeNameType::NewPasswordRequired,
        session: challenge.session,
        challenge_responses: Some(answers.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect()),
    };
    world.call::<RespondToAuthChallenge>(input).await.unwrap().authentication_result.unwrap();
    world.sign_in("joe@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn groups_stand_in_tokens_and_users_are_found_by_filter() {
    let world = world().await;
    let sub = world.confirmed("jane@example.com").await;
    let (pool, group) = (world.pool.clone(), "admins".to_owned());
    let input = CreateGroupRequest { user_pool_id: pool.clone(), group_name: group.clone(), ..Default::default() };
    world.model.ask::<CreateGroup>(input.clone()).await.unwrap();
    assert_eq!(world.model.ask::<CreateGroup>(input).await.unwrap_err().code, "GroupExistsException");
    let input = AdminAddUserToGroupRequest {
        user_pool_id: pool.clone(),
        username: "jane@example.com".into(),
        group_name: group,
    };
    world.model.ask::<AdminAddUserToGroup>(input).await.unwrap();
    let tokens = world.sign_in("jane@example.com", PASSWORD).await.unwrap();
    let access = verified(&world, &tokens.access_token.unwrap()).await;
    assert_eq!(access["cognito:groups"], serde_json::json!(["admins"]));
    let input = ListUsersRequest {
        user_pool_id: pool,
        filter: Some("email = \"jane@example.com\"".into()),
        ..Default::default()
    };
    let found = world.model.ask::<ListUsers>(input).await.unwrap().users.unwrap();
    assert_eq!(found.iter().map(|user| user.username.clone().unwrap()).collect::<Vec<_>>(), [sub]);
}

#[tokio::test]
async fn a_pool_with_a_domain_is_not_deleted_and_a_domain_is_one_pools() {
    let world = world().await;
    let delete = DeleteUserPoolRequest { user_pool_id: world.pool.clone() };
    let refused = world.model.ask::<DeleteUserPool>(delete.clone()).await.unwrap_err();
    assert_eq!(
        refused.message,
        "User pool cannot be deleted. It has a domain configured that should be deleted first."
    );
    let other = world.model.ask::<CreateUserPool>(pool_input()).await.unwrap().user_pool.unwrap().id.unwrap();
    let input = CreateUserPoolDomainRequest { domain: "todo".into(), user_pool_id: other, ..Default::default() };
    let taken = world.model.ask::<CreateUserPoolDomain>(input).await.unwrap_err();
    assert_eq!(taken.to_string(), "InvalidParameterException: Domain already associated with another user pool.");
    let domain = DeleteUserPoolDomainRequest { domain: "todo".into(), user_pool_id: world.pool.clone() };
    world.model.ask::<DeleteUserPoolDomain>(domain).await.unwrap();
    world.model.ask::<DeleteUserPool>(delete).await.unwrap();
    let gone = world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap_err();
    assert_eq!(gone.code, "ResourceNotFoundException");
}

#[tokio::test]
async fn an_administrators_operation_needs_a_grant() {
    let world = world().await;
    let input = AdminGetUserRequest { user_pool_id: world.pool.clone(), username: "jane@example.com".into() };
    let denied = world.model.cloud.call::<AdminGetUser>(&world.model.user("eve"), input).await.unwrap_err();
    let arn = format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{}", world.pool);
    assert!(denied.message.contains(&format!("cognito-idp:AdminGetUser on resource: {arn}")), "{denied}");
}

#[tokio::test]
async fn a_secret_client_wants_a_hash_with_the_name() {
    let world = world().await;
    let input = CreateUserPoolClientRequest { generate_secret: Some(true), ..client_input(&world.pool) };
    let client = world.model.ask::<CreateUserPoolClient>(input).await.unwrap().user_pool_client.unwrap();
    let id = client.client_id.unwrap();
    let plain = SignUpRequest { client_id: id.clone(), ..world.sign_up_input("jane@example.com") };
    let refused = world.call::<SignUp>(plain.clone()).await.unwrap_err();
    assert_eq!(refused.message, format!("Client {id} is configured with secret but SECRET_HASH was not received"));
    let hash =
        STANDARD.encode(hmac(client.client_secret.unwrap().as_bytes(), format!("jane@example.com{id}").as_bytes()));
    world.call::<SignUp>(SignUpRequest { secret_hash: Some(hash), ..plain }).await.unwrap();
}
