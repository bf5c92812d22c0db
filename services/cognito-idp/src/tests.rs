//! What clients and browsers see.

mod api;
mod hosted;
mod templates;
mod totp;
mod triggers;

use api_cognito_idp::*;
use base::Entropy;
use http::{Method, StatusCode, header};
use kernel::Request;
use shape::{ByteStream, Bytes, Map};
use std::sync::OnceLock;
use testkit::Model;

const CALLBACK: &str = "https://app.example.com/callback";
const PASSWORD: &str = "Correct-horse-1";

/// A model with one pool in which people sign in with their address, one client, one domain.
struct World {
    model: Model,
    pool: String,
    client: String,
}

/// Keys take long to find without optimisation, so all tests share one.
fn key() -> crate::state::SigningKey {
    static KEY: OnceLock<crate::state::SigningKey> = OnceLock::new();
    KEY.get_or_init(|| crate::keys::generate(&Entropy::seeded(5)).unwrap()).clone()
}

async fn model() -> Model {
    model_of(vec![crate::service()]).await
}

async fn model_of(services: Vec<kernel::Service>) -> Model {
    let model = Model::new(services);
    let key = key();
    let shared = kernel::Scope::shared();
    let stored = model.cloud.write(&API, &shared, move |tx| tx.put(&crate::state::SPARES, "", &key));
    stored.await.unwrap();
    model
}

fn pool_input() -> CreateUserPoolRequest {
    CreateUserPoolRequest {
        pool_name: "people".into(),
        username_attributes: Some(vec![UsernameAttributeType::Email]),
        auto_verified_attributes: Some(vec![VerifiedAttributeType::Email]),
        username_configuration: Some(UsernameConfigurationType { case_sensitive: false }),
        schema: Some(vec![
            SchemaAttributeType {
                name: Some("name".into()),
                required: Some(true),
                mutable: Some(true),
                ..Default::default()
            },
            SchemaAttributeType {
                name: Some("plan".into()),
                attribute_data_type: Some(AttributeDataType::String),
                ..Default::default()
            },
        ]),
        ..Default::default()
    }
}

fn client_input(pool: &str) -> CreateUserPoolClientRequest {
    CreateUserPoolClientRequest {
        user_pool_id: pool.into(),
        client_name: "web".into(),
        explicit_auth_flows: Some(vec![
            ExplicitAuthFlowsType::AllowUserSrpAuth,
            ExplicitAuthFlowsType::AllowUserPasswordAuth,
            ExplicitAuthFlowsType::AllowRefreshTokenAuth,
        ]),
        supported_identity_providers: Some(vec!["COGNITO".into()]),
        callback_urls: Some(vec![CALLBACK.into()]),
        logout_urls: Some(vec!["https://app.example.com/".into()]),
        allowed_o_auth_flows: Some(vec![OAuthFlowType::Code, OAuthFlowType::Implicit]),
        allowed_o_auth_scopes: Some(vec!["openid".into(), "email".into(), "profile".into()]),
        allowed_o_auth_flows_user_pool_client: Some(true),
        ..Default::default()
    }
}

async fn world() -> World {
    world_with(pool_input()).await
}

async fn world_with(input: CreateUserPoolRequest) -> World {
    let model = model().await;
    let pool = model.ask::<CreateUserPool>(input).await.unwrap().user_pool.unwrap().id.unwrap();
    let client = model.ask::<CreateUserPoolClient>(client_input(&pool)).await.unwrap();
    let client = client.user_pool_client.unwrap().client_id.unwrap();
    let domain =
        CreateUserPoolDomainRequest { domain: "todo".into(), user_pool_id: pool.clone(), ..Default::default() };
    model.ask::<CreateUserPoolDomain>(domain).await.unwrap();
    World { model, pool, client }
}

impl World {
    async fn call<Op: shape::Operation>(&self, input: Op::Input) -> kernel::Outcome<Op::Output> {
        self.model.cloud.call::<Op>(&self.model.anonymous(), input).await
    }

    fn sign_up_input(&self, email: &str) -> SignUpRequest {
        SignUpRequest {
            client_id: self.client.clone(),
            username: email.into(),
            password: Some(PASSWORD.into()),
            user_attributes: Some(vec![AttributeType { name: "name".into(), value: Some("Jane".into()) }]),
            ..Default::default()
        }
    }

    async fn confirmed(&self, email: &str) -> String {
        let sub = self.call::<SignUp>(self.sign_up_input(email)).await.unwrap().user_sub;
        self.confirm(email, &self.code_for(email)).await.unwrap();
        // So that what is posted next is the newest.
        self.model.clock.advance_millis(1);
        sub
    }

    async fn confirm(&self, email: &str, code: &str) -> kernel::Outcome<ConfirmSignUpResponse> {
        let input = ConfirmSignUpRequest {
            client_id: self.client.clone(),
            username: email.into(),
            confirmation_code: code.into(),
            ..Default::default()
        };
        self.call::<ConfirmSignUp>(input).await
    }

    /// The six digits of the newest message to an address.
    fn code_for(&self, address: &str) -> String {
        let mails = self.model.cloud.mails(Some(address), 1).unwrap();
        let body = &mails.first().expect("a message was posted").1.body;
        body.split(|letter: char| !letter.is_ascii_digit()).find(|part| part.len() == 6).expect("six digits").to_owned()
    }

    async fn sign_in(&self, email: &str, password: &str) -> kernel::Outcome<AuthenticationResultType> {
        let parameters = [("USERNAME".to_owned(), email.to_owned()), ("PASSWORD".to_owned(), password.to_owned())];
        let answer = self.initiate(AuthFlowType::UserPasswordAuth, parameters.into()).await?;
        Ok(answer.authentication_result.expect("no challenge"))
    }

    async fn initiate(&self, auth_flow: AuthFlowType, given: Map<String>) -> kernel::Outcome<InitiateAuthResponse> {
        let input = InitiateAuthRequest {
            auth_flow,
            auth_parameters: Some(given),
            client_id: self.client.clone(),
            client_metadata: None,
        };
        self.call::<InitiateAuth>(input).await
    }

    async fn fetch(&self, method: Method, url: &str, headers: &[(&str, &str)], body: &str) -> Fetched {
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request: Request = request.body(ByteStream::from(Bytes::from(body.to_owned()))).unwrap();
        let (parts, body) = request.into_parts();
        let host = parts.uri.host().unwrap().to_owned();
        let site = self.model.cloud.find_site(&host, &parts).expect("a site owns the host");
        let call = self.model.anonymous();
        let response = site.answer(&self.model.cloud, &call, Request::from_parts(parts, body)).await;
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(body.collect(1 << 20).await.unwrap().to_vec()).unwrap();
        Fetched { status: parts.status, headers: parts.headers, body }
    }
}

struct Fetched {
    status: StatusCode,
    headers: http::HeaderMap,
    body: String,
}

impl Fetched {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
    fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::FOUND, "{}", self.body);
        self.header(header::LOCATION)
    }
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A token's claims, after its signature was checked against the published key with another library's verification.
async fn verified(world: &World, token: &str) -> serde_json::Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
    use sha2::{Digest, Sha256};
    let address = format!("https://cognito-idp.us-east-1.amazonaws.com/{}/.well-known/jwks.json", world.pool);
    let keys = world.fetch(Method::GET, &address, &[], "").await.json();
    let parts: Vec<_> = token.split('.').collect();
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let head: serde_json::Value = serde_json::from_slice(&decode(parts[0])).unwrap();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == head["kid"]).unwrap();
    let number = |name: &str| BigUint::from_bytes_be(&decode(key[name].as_str().unwrap()));
    let public = RsaPublicKey::new(number("n"), number("e")).unwrap();
    let digest = Sha256::digest(format!("{}.{}", parts[0], parts[1]));
    // The prefix says SHA-256, as PKCS#1 writes it.
    let prefix =
        [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0, 0x04, 0x20];
    let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: prefix.into() };
    public.verify(scheme, &digest, &decode(parts[2])).unwrap();
    serde_json::from_slice(&decode(parts[1])).unwrap()
}
