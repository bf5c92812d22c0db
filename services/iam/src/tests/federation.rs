//! Roles for who comes with a token.

use super::*;
use api_sts::{AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityRequest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Cloud, Request, Response, Web};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::json;
use std::{future::Future, pin::Pin};

const ISSUER: &str = "https://token.example.com";

/// An identity provider with one key.
struct Issuer(EcdsaKeyPair);

impl Issuer {
    fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap())
    }
    fn token(&self, claims: &serde_json::Value) -> String {
        let encode = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", encode(&json!({"alg": "ES256", "kid": "1"})), encode(claims));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
    fn keys(&self) -> serde_json::Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        json!({"keys": [{"kid": "1", "kty": "EC", "crv": "P-256", "x": x, "y": y}]})
    }
}

/// A web in which the issuer publishes its keys.
struct OneHost(serde_json::Value);

impl Web for OneHost {
    fn fetch<'a>(&'a self, _: &'a Cloud, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>> {
        let answer = match request.uri().to_string().strip_prefix(ISSUER) {
            Some("/.well-known/openid-configuration") => json!({"jwks_uri": format!("{ISSUER}/keys")}),
            Some("/keys") => self.0.clone(),
            other => panic!("nobody asks for {other:?}"),
        };
        let body = shape::ByteStream::from(shape::Bytes::from(answer.to_string()));
        Box::pin(std::future::ready(http::Response::new(body)))
    }
}

async fn federated() -> (Model, Issuer) {
    let (model, issuer) = (model(), Issuer::new());
    model.cloud.set_web(Arc::new(OneHost(issuer.keys())));
    let input = CreateOpenIDConnectProviderRequest {
        url: ISSUER.into(),
        client_id_list: Some(vec!["sts.amazonaws.com".into()]),
        ..Default::default()
    };
    model.ask::<CreateOpenIDConnectProvider>(input).await.unwrap();
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::000000000000:oidc-provider/token.example.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {"token.example.com:sub": "repo:todo:*"}}}]}"#;
    make_role(&model, "deploy", trust).await;
    (model, issuer)
}

fn claims(subject: &str) -> serde_json::Value {
    let expires = testkit::START.plus_secs(600).secs();
    json!({"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": subject, "exp": expires})
}

async fn assume_with(model: &Model, token: String) -> kernel::Outcome<Call> {
    let input = AssumeRoleWithWebIdentityRequest {
        role_arn: "arn:aws:iam::000000000000:role/deploy".into(),
        role_session_name: "ci".into(),
        web_identity_token: token,
        ..Default::default()
    };
    let answer = model.cloud.call::<AssumeRoleWithWebIdentity>(&model.anonymous(), input).await?;
    Ok(signed_by(model, &answer.credentials.unwrap().access_key_id))
}

#[tokio::test]
async fn a_signed_token_that_the_role_trusts_opens_a_session() {
    let (model, issuer) = federated().await;
    let session = assume_with(&model, issuer.token(&claims("repo:todo:main"))).await.unwrap();
    assert_eq!(session.principal.name(), "arn:aws:sts::000000000000:assumed-role/deploy/ci");
}

#[tokio::test]
async fn a_token_that_is_foreign_late_or_forged_opens_nothing() {
    let (model, issuer) = federated().await;
    let refused = assume_with(&model, issuer.token(&claims("repo:other:main"))).await.unwrap_err();
    assert_eq!(refused.to_string(), "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity");
    let forged = Issuer::new().token(&claims("repo:todo:main"));
    assert_eq!(assume_with(&model, forged).await.unwrap_err().code, "InvalidIdentityToken");
    let mut other = claims("repo:todo:main");
    other["aud"] = json!("somebody");
    let refused = assume_with(&model, issuer.token(&other)).await.unwrap_err();
    assert_eq!(refused.to_string(), "InvalidIdentityToken: Incorrect token audience");
    let late = issuer.token(&claims("repo:todo:main"));
    model.clock.advance_millis(700_000);
    assert_eq!(assume_with(&model, late).await.unwrap_err().code, "ExpiredTokenException");
    assert_eq!(assume_with(&model, "nonsense".into()).await.unwrap_err().code, "InvalidIdentityToken");
}
