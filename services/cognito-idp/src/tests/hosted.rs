//! The hosted pages, as a browser walks them, and the endpoints, as a single-page application asks them.

use super::*;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{cell::RefCell, collections::BTreeMap};

const HOST: &str = "https://todo.auth.us-east-1.amazoncognito.com";
const VERIFIER: &str = "a-verifier-that-nobody-else-knows-0123456789abc";

/// A browser with a cookie jar.
struct Browser<'a> {
    world: &'a World,
    jar: RefCell<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    fn new(world: &'a World) -> Self {
        Self { world, jar: RefCell::default() }
    }
    async fn ask(&self, method: Method, address: &str, body: &str) -> Fetched {
        let url = if address.starts_with('/') { format!("{HOST}{address}") } else { address.to_owned() };
        let cookies: Vec<_> = self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = self.world.fetch(method, &url, &[("cookie", &cookies.join("; "))], body).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            assert!(rest.contains("Secure") && rest.contains("HttpOnly"), "{rest}");
            self.jar.borrow_mut().insert(name.into(), rest.split(';').next().unwrap().into());
        }
        answer
    }
    async fn get(&self, address: &str) -> Fetched {
        self.ask(Method::GET, address, "").await
    }
    /// Fills in the form that an address shows.
    async fn submit(&self, address: &str, fields: &[(&str, &str)]) -> Fetched {
        let page = self.get(address).await;
        let token = page.body.split("name=\"_csrf\" value=\"").nth(1).expect("a form").split('"').next().unwrap();
        let mut body = format!("_csrf={token}");
        for (name, value) in fields {
            body += &format!("&{name}={}", percent(value));
        }
        self.ask(Method::POST, address, &body).await
    }
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn request(world: &World) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    format!(
        "client_id={}&redirect_uri={}&response_type=code&scope=openid+email&state=s%261&nonce=n1&code_challenge={challenge}&code_challenge_method=S256",
        world.client,
        percent(CALLBACK),
    )
}

fn code_of(location: &str) -> String {
    assert!(location.starts_with(&format!("{CALLBACK}?code=")), "{location}");
    assert!(location.ends_with("&state=s%261"), "{location}");
    location.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

async fn exchange(world: &World, code: &str, verifier: &str) -> Fetched {
    let body = format!(
        "grant_type=authorization_code&client_id={}&code={code}&redirect_uri={}&code_verifier={verifier}",
        world.client,
        percent(CALLBACK),
    );
    world.fetch(Method::POST, &format!("{HOST}/oauth2/token"), &[], &body).await
}

#[tokio::test]
async fn somebody_signs_up_in_the_browser_and_the_application_gets_tokens() {
    let world = world().await;
    let browser = Browser::new(&world);
    let request = request(&world);
    let login = browser.get(&format!("/oauth2/authorize?{request}")).await.location().to_owned();
    assert!(login.starts_with("/login?"), "{login}");
    let sign_up = login.replace("/login", "/signup");
    let fields = [("username", "jane@example.com"), ("name", "Jane"), ("password", PASSWORD)];
    let confirm = browser.submit(&sign_up, &fields).await.location().to_owned();
    assert!(confirm.starts_with("/confirm?"), "{confirm}");
    // A browser that has only signed up is not signed in.
    assert!(browser.get(&format!("/oauth2/authorize?{request}")).await.location().starts_with("/login"));
    let wrong = browser.submit(&confirm, &[("username", "jane@example.com"), ("code", "nope")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("Invalid verification code provided, please try again."), "{}", wrong.body);
    let code = world.code_for("jane@example.com");
    let back = browser.submit(&confirm, &[("username", "jane@example.com"), ("code", &code)]).await;
    let code = code_of(back.location());
    let answer = exchange(&world, &code, VERIFIER).await;
    assert_eq!((answer.status, answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN)), (StatusCode::OK, "*"));
    let tokens = answer.json();
    let id = verified(&world, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((&id["nonce"], &id["email"]), (&json!("n1"), &json!("jane@example.com")));
    // The scopes ask for the address, not for the profile.
    assert_eq!(id.get("name"), None);
    let hash = Sha256::digest(tokens["access_token"].as_str().unwrap());
    assert_eq!(id["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]));
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let info = world.fetch(Method::GET, &format!("{HOST}/oauth2/userInfo"), &[("authorization", &bearer)], "").await;
    assert_eq!((&info.json()["email"], &info.json()["email_verified"]), (&json!("jane@example.com"), &json!("true")));
    // The browser is signed in by now, until it signs out.
    code_of(browser.get(&format!("/oauth2/authorize?{request}")).await.location());
    let out = format!("/logout?client_id={}&logout_uri={}", world.client, percent("https://app.example.com/"));
    assert_eq!(browser.get(&out).await.location(), "https://app.example.com/");
    assert!(browser.get(&format!("/oauth2/authorize?{request}")).await.location().starts_with("/login"));
}

#[tokio::test]
async fn a_code_works_once_in_time_and_with_its_proof() {
    let world = world().await;
    world.confirmed("jane@example.com").await;
    let browser = Browser::new(&world);
    let fields = [("username", "jane@example.com"), ("password", PASSWORD)];
    let login = format!("/login?{}", request(&world));
    let code = code_of(browser.submit(&login, &fields).await.location());
    let tokens = exchange(&world, &code, VERIFIER).await.json();
    assert_eq!(exchange(&world, &code, VERIFIER).await.json(), json!({"error": "invalid_grant"}));
    // Shown twice, it takes back what it gave.
    let refresh = format!(
        "grant_type=refresh_token&client_id={}&refresh_token={}",
        world.client,
        tokens["refresh_token"].as_str().unwrap()
    );
    let refused = world.fetch(Method::POST, &format!("{HOST}/oauth2/token"), &[], &refresh).await;
    assert_eq!((refused.status, refused.json()), (StatusCode::BAD_REQUEST, json!({"error": "invalid_grant"})));
    let code = code_of(browser.submit(&login, &fields).await.location());
    assert_eq!(exchange(&world, &code, "another-verifier").await.json(), json!({"error": "invalid_grant"}));
    assert_eq!(exchange(&world, &code, VERIFIER).await.json(), json!({"error": "invalid_grant"}));
    let code = code_of(browser.submit(&login, &fields).await.location());
    world.model.clock.advance_millis(300_000);
    assert_eq!(exchange(&world, &code, VERIFIER).await.json(), json!({"error": "invalid_grant"}));
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let world = world().await;
    let browser = Browser::new(&world);
    let evil = request(&world).replace(&percent(CALLBACK), &percent("https://evil.example.com/"));
    let error = browser.get(&format!("/oauth2/authorize?{evil}")).await.location().to_owned();
    assert_eq!(error, format!("/error?error=redirect_mismatch&client_id={}", world.client));
    assert_eq!(browser.get(&error).await.status, StatusCode::BAD_REQUEST);
    let out = format!("/logout?client_id={}&logout_uri={}", world.client, percent("https://evil.example.com/"));
    assert_eq!(browser.get(&out).await.status, StatusCode::BAD_REQUEST);
    let plain = request(&world).replace("S256", "plain");
    let refused = browser.get(&format!("/oauth2/authorize?{plain}")).await.location().to_owned();
    assert_eq!(refused, format!("{CALLBACK}?error=invalid_request&state=s%261"));
    let greedy = request(&world).replace("openid", "phone");
    assert!(browser.get(&format!("/oauth2/authorize?{greedy}")).await.location().contains("error=invalid_scope"));
}

#[tokio::test]
async fn what_is_filled_in_is_shown_as_text() {
    let world = world().await;
    let browser = Browser::new(&world);
    let login = format!("/login?{}&login_hint={}", request(&world), percent("\"><script>alert(1)</script>"));
    let page = browser.get(&login).await;
    assert!(!page.body.contains("<script"), "{}", page.body);
    let fields = [("username", "'\"><img src=x onerror=alert(1)>"), ("password", "x")];
    let refused = browser.submit(&format!("/login?{}", request(&world)), &fields).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(!refused.body.contains("<img") && refused.body.contains("&lt;img"), "{}", refused.body);
    assert!(refused.body.contains("User does not exist."));
    let error = browser.get(&format!("/error?error={}", percent("<script>x</script>"))).await;
    assert!(!error.body.contains("<script"), "{}", error.body);
}

#[tokio::test]
async fn a_form_without_its_token_does_nothing() {
    let world = world().await;
    world.confirmed("jane@example.com").await;
    let body = format!("username=jane%40example.com&password={PASSWORD}&_csrf=guess");
    let answer = world.fetch(Method::POST, &format!("{HOST}/login?{}", request(&world)), &[], &body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("open for too long"), "{}", answer.body);
}

#[tokio::test]
async fn a_first_sign_in_chooses_its_password_in_the_browser() {
    let world = world().await;
    let input = AdminCreateUserRequest {
        user_pool_id: world.pool.clone(),
        username: "joe@example.com".into(),
        temporary_password: Some("Temporary-1".into()),
        message_action: Some(MessageActionType::Suppress),
        ..Default::default()
    };
    world.model.ask::<AdminCreateUser>(input).await.unwrap();
    let browser = Browser::new(&world);
    let fields = [("username", "joe@example.com"), ("password", "Temporary-1")];
    let next = browser.submit(&format!("/login?{}", request(&world)), &fields).await.location().to_owned();
    assert!(next.starts_with("/newPassword?"), "{next}");
    let weak = browser.submit(&next, &[("name", "Joe"), ("password", "weak")]).await;
    assert!(weak.body.contains("Password not long enough"), "{}", weak.body);
    code_of(browser.submit(&next, &[("name", "Joe"), ("password", PASSWORD)]).await.location());
}

#[tokio::test]
async fn a_lost_password_is_replaced_in_the_browser() {
    let world = world().await;
    world.confirmed("jane@example.com").await;
    let browser = Browser::new(&world);
    let start = format!("/forgotPassword?{}", request(&world));
    let next = browser.submit(&start, &[("username", "jane@example.com")]).await.location().to_owned();
    assert!(next.starts_with("/confirmforgotPassword?"), "{next}");
    let code = world.code_for("jane@example.com");
    let fields = [("username", "jane@example.com"), ("code", &*code), ("password", "Another-horse-2")];
    assert!(browser.submit(&next, &fields).await.location().starts_with("/login?"));
    world.sign_in("jane@example.com", "Another-horse-2").await.unwrap();
}

#[tokio::test]
async fn machines_get_tokens_for_their_scopes() {
    let world = world().await;
    let input = CreateResourceServerRequest {
        user_pool_id: world.pool.clone(),
        identifier: "https://api".into(),
        name: "api".into(),
        scopes: Some(vec![ResourceServerScopeType { scope_name: "read".into(), scope_description: "Read".into() }]),
    };
    world.model.ask::<CreateResourceServer>(input).await.unwrap();
    let machine = CreateUserPoolClientRequest {
        generate_secret: Some(true),
        allowed_o_auth_flows: Some(vec![OAuthFlowType::ClientCredentials]),
        allowed_o_auth_scopes: Some(vec!["https://api/read".into()]),
        ..client_input(&world.pool)
    };
    let client = world.model.ask::<CreateUserPoolClient>(machine).await.unwrap().user_pool_client.unwrap();
    let pair = format!("{}:{}", client.client_id.clone().unwrap(), client.client_secret.unwrap());
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let token = format!("{HOST}/oauth2/token");
    let answer = world.fetch(Method::POST, &token, &[("authorization", &basic)], "grant_type=client_credentials").await;
    let claims = verified(&world, answer.json()["access_token"].as_str().unwrap()).await;
    assert_eq!((&claims["scope"], &claims["sub"]), (&json!("https://api/read"), &json!(client.client_id.unwrap())));
    let bare = world.fetch(Method::POST, &token, &[], "grant_type=client_credentials&client_id=nobody").await;
    assert_eq!((bare.status, bare.json()), (StatusCode::BAD_REQUEST, json!({"error": "invalid_client"})));
}

#[tokio::test]
async fn the_issuer_tells_where_everything_is() {
    let world = world().await;
    let issuer = format!("https://cognito-idp.us-east-1.amazonaws.com/{}", world.pool);
    let address = format!("{issuer}/.well-known/openid-configuration");
    let found = world.fetch(Method::GET, &address, &[], "").await;
    assert_eq!(found.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(
        (&found.json()["issuer"], &found.json()["token_endpoint"]),
        (&json!(issuer), &json!(format!("{HOST}/oauth2/token")))
    );
    let nobody = address.replace(&world.pool, "us-east-1_nobody");
    assert_eq!(world.fetch(Method::GET, &nobody, &[], "").await.status, StatusCode::NOT_FOUND);
}
