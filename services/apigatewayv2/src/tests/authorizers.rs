//! Who may use a route.

use super::world::{FUNCTION, Read, World};
use crate::api;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{rand::SystemRandom, rsa::KeyPair, signature};
use serde_json::{Value as Json, json};

const ISSUER: &str = "https://issuer.example/pool";

/// A key that signs for nobody but these tests.
fn key() -> KeyPair {
    let text: String = include_str!("issuer_key.txt").split_whitespace().collect();
    KeyPair::from_pkcs8(&STANDARD.decode(text).unwrap()).unwrap()
}

fn publish(world: &World, key_id: &str) {
    let public: ring::rsa::PublicKeyComponents<Vec<u8>> = key().public().into();
    let keys = json!({"keys": [{
        "kty": "RSA", "kid": key_id, "alg": "RS256", "use": "sig",
        "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e),
    }]});
    let mut pages = world.hosts.pages.lock().unwrap();
    pages.clear();
    let discovery = json!({"issuer": ISSUER, "jwks_uri": "https://issuer.example/keys"});
    pages.push((format!("{ISSUER}/.well-known/openid-configuration"), discovery.to_string()));
    pages.push(("https://issuer.example/keys".into(), keys.to_string()));
}

fn token(head: &Json, claims: &Json) -> String {
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    let key = key();
    let mut mark = vec![0; key.public().modulus_len()];
    key.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut mark).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mark))
}

fn head() -> Json {
    json!({"alg": "RS256", "kid": "k1"})
}

fn claims(changes: Json) -> Json {
    let now = testkit::START.secs();
    let mut claims = json!({
        "iss": ISSUER, "aud": "client", "sub": "alice", "iat": now - 10, "exp": now + 3600,
        "cognito:groups": ["admins", "users"], "email_verified": true,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// An API whose one route asks for a token, with these scopes.
async fn guarded(world: &World, scopes: &[&str]) -> String {
    publish(world, "k1");
    let id = world.api(&[]).await;
    let input = api::CreateAuthorizerRequest {
        api_id: id.clone(),
        name: "tokens".into(),
        authorizer_type: api::AuthorizerType::Jwt,
        identity_source: vec!["$request.header.Authorization".into()],
        jwt_configuration: Some(api::JWTConfiguration {
            audience: Some(vec!["client".into()]),
            issuer: Some(ISSUER.into()),
        }),
        ..Default::default()
    };
    let authorizer = world.model.ask::<api::CreateAuthorizer>(input).await.unwrap().authorizer_id.unwrap();
    let integration = world.integration(&id, "2.0").await;
    let input = api::CreateRouteRequest {
        api_id: id.clone(),
        route_key: "ANY /{proxy+}".into(),
        target: Some(format!("integrations/{integration}")),
        authorization_type: Some(api::AuthorizationType::Jwt),
        authorizer_id: Some(authorizer),
        authorization_scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
        ..Default::default()
    };
    world.model.ask::<api::CreateRoute>(input).await.unwrap();
    id
}

async fn with_token(world: &World, id: &str, token: &str) -> Read {
    world.send(id, "GET", "/", &[("Authorization", token)], "").await
}

#[tokio::test]
async fn a_good_token_passes_and_its_claims_reach_the_function() {
    let world = World::new();
    let id = guarded(&world, &[]).await;
    let good = token(&head(), &claims(json!({})));
    for text in [good.clone(), format!("Bearer {good}")] {
        assert_eq!(with_token(&world, &id, &text).await.status, 200);
    }
    let authorizer = &world.event()["requestContext"]["authorizer"];
    assert_eq!(authorizer["jwt"]["claims"]["sub"], "alice");
    assert_eq!(authorizer["jwt"]["claims"]["cognito:groups"], "[admins users]");
    assert_eq!(authorizer["jwt"]["claims"]["email_verified"], "true");
    assert_eq!(authorizer["jwt"]["claims"]["exp"], (testkit::START.secs() + 3600).to_string());
    assert_eq!(authorizer["jwt"]["scopes"], Json::Null);
    // Discovery and key set were fetched once.
    assert_eq!(world.hosts.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_bad_token_is_told_why() {
    let world = World::new();
    let id = guarded(&world, &[]).await;
    let now = testkit::START.secs();
    let mut forged = token(&head(), &claims(json!({})));
    forged.replace_range(forged.len() - 8.., "AAAAAAAA");
    let cases = [
        ("nonsense".to_owned(), "token contains an invalid number of segments"),
        (token(&head(), &claims(json!({"exp": now - 1}))), "the token has expired"),
        (token(&head(), &claims(json!({"aud": "other"}))), "the token does not have a valid audience"),
        (
            token(&head(), &claims(json!({"aud": "other", "client_id": "client"}))),
            "the token does not have a valid audience",
        ),
        (
            token(&head(), &claims(json!({"iss": "https://evil.example"}))),
            "the token was not issued by the expected issuer",
        ),
        (token(&head(), &claims(json!({"nbf": now + 60}))), "the token is not valid yet"),
        (token(&head(), &claims(json!({"iat": now + 60}))), "the token was used before it was issued"),
        (token(&json!({"alg": "none"}), &claims(json!({}))), "signing method none is invalid"),
        (token(&json!({"alg": "HS256", "kid": "k1"}), &claims(json!({}))), "signing method HS256 is invalid"),
        (token(&json!({"alg": "RS256", "kid": "k2"}), &claims(json!({}))), "kid k2 is not known to the issuer"),
        (forged, "the token's signature is invalid"),
    ];
    for (text, why) in cases {
        let answer = with_token(&world, &id, &text).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, r#"{"message":"Unauthorized"}"#));
        let expected = format!("Bearer scope=\"\" error=\"invalid_token\" error_description=\"{why}\"");
        assert_eq!(answer.header("www-authenticate"), expected);
    }
    let answer = world.get(&id, "/").await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"));
    assert!(world.function.events.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_client_id_stands_in_for_an_audience_and_time_is_the_models() {
    let world = World::new();
    let id = guarded(&world, &[]).await;
    let mut access = claims(json!({"client_id": "client"}));
    access.as_object_mut().unwrap().remove("aud");
    let access = token(&head(), &access);
    assert_eq!(with_token(&world, &id, &access).await.status, 200);
    world.model.clock.advance_millis(3_600_000);
    let answer = with_token(&world, &id, &access).await;
    assert!(answer.header("www-authenticate").contains("the token has expired"));
}

#[tokio::test]
async fn one_of_the_routes_scopes_is_enough() {
    let world = World::new();
    let id = guarded(&world, &["tasks/read", "tasks/write"]).await;
    let with = |scope: &str| token(&head(), &claims(json!({ "scope": scope })));
    assert_eq!(with_token(&world, &id, &with("openid tasks/read")).await.status, 200);
    let answer = with_token(&world, &id, &with("openid")).await;
    assert_eq!((answer.status, answer.body.as_str()), (403, r#"{"message":"Forbidden"}"#));
}

#[tokio::test]
async fn a_new_key_is_found_and_an_unreachable_issuer_is_asked_again() {
    let world = World::new();
    let id = guarded(&world, &[]).await;
    let new = token(&json!({"alg": "RS256", "kid": "k2"}), &claims(json!({})));
    world.hosts.pages.lock().unwrap().clear();
    let answer = with_token(&world, &id, &new).await;
    assert!(answer.header("www-authenticate").contains("OIDC discovery endpoint communication error"));
    publish(&world, "k1");
    assert_eq!(with_token(&world, &id, &new).await.status, 401);
    publish(&world, "k2");
    // Unknown keys do not make us ask the issuer at every request.
    assert_eq!(with_token(&world, &id, &new).await.status, 401);
    world.model.clock.advance_millis(10_000);
    assert_eq!(with_token(&world, &id, &new).await.status, 200);
}

#[tokio::test]
async fn refusals_carry_the_headers_of_cors() {
    let world = World::new();
    let id = guarded(&world, &[]).await;
    let allow_origins = Some(vec!["https://app.example".to_owned()]);
    world.set_cors(&id, api::Cors { allow_origins, ..Default::default() }).await;
    let answer = world.send(&id, "GET", "/", &[("Origin", "https://app.example")], "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, "https://app.example"));
}

async fn asked_by_function(world: &World, is_simple: bool, ttl_secs: i32) -> String {
    let id = world.api(&[]).await;
    let input = api::CreateAuthorizerRequest {
        api_id: id.clone(),
        name: "function".into(),
        authorizer_type: api::AuthorizerType::Request,
        identity_source: vec!["$request.header.x-key".into()],
        authorizer_uri: Some(format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
        )),
        authorizer_payload_format_version: Some("2.0".into()),
        authorizer_result_ttl_in_seconds: Some(ttl_secs),
        enable_simple_responses: Some(is_simple),
        ..Default::default()
    };
    let authorizer = world.model.ask::<api::CreateAuthorizer>(input).await.unwrap().authorizer_id.unwrap();
    let integration = world.integration(&id, "2.0").await;
    let input = api::CreateRouteRequest {
        api_id: id.clone(),
        route_key: "$default".into(),
        target: Some(format!("integrations/{integration}")),
        authorization_type: Some(api::AuthorizationType::Custom),
        authorizer_id: Some(authorizer),
        ..Default::default()
    };
    world.model.ask::<api::CreateRoute>(input).await.unwrap();
    id
}

#[tokio::test]
async fn a_function_may_decide_and_its_answer_is_kept() {
    let world = World::new();
    let id = asked_by_function(&world, true, 60).await;
    let ask = async |key: &str| world.send(&id, "GET", "/a", &[("x-key", key)], "").await.status;
    assert_eq!(world.get(&id, "/a").await.status, 401);
    world.answer_with(r#"{"isAuthorized":true,"context":{"who":"alice"}}"#);
    // The same function answers for itself; its answer is not of a response, so it is a body.
    assert_eq!(ask("1").await, 200);
    assert_eq!(world.event()["requestContext"]["authorizer"]["lambda"]["who"], "alice");
    world.answer_with(r#"{"isAuthorized":false}"#);
    assert_eq!((ask("1").await, ask("2").await), (200, 403));
    world.model.clock.advance_millis(60_000);
    assert_eq!(ask("1").await, 403);
    let event = world.event();
    assert_eq!((&event["type"], &event["identitySource"]), (&json!("REQUEST"), &json!(["1"])));
    assert_eq!(event["routeArn"], format!("arn:aws:execute-api:us-east-1:000000000000:{id}/$default/GET/a"));
}

#[tokio::test]
async fn a_functions_policy_decides_by_path() {
    let world = World::new();
    let id = asked_by_function(&world, false, 0).await;
    let answer = json!({"principalId": "alice", "policyDocument": {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "execute-api:Invoke",
        "Resource": format!("arn:aws:execute-api:us-east-1:000000000000:{id}/*/GET/mine*"),
    }]}});
    world.answer_with(&answer.to_string());
    let ask = async |path: &str| world.send(&id, "GET", path, &[("x-key", "1")], "").await.status;
    assert_eq!((ask("/mine/1").await, ask("/yours").await), (200, 403));
    world.answer_with(r#"{"no":"policy"}"#);
    assert_eq!(ask("/mine/1").await, 500);
}
