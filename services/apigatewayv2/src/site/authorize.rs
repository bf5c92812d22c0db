//! Who may use a route.

use super::{HttpApis, Journey, explained, message};
use crate::{
    limits::LONGEST_TIMEOUT_MS,
    proxy::{
        event::{self, Who},
        identity::Source,
        jwt::{Refused, Token},
        policy_answer,
    },
    state::{Authorization, Authorizer, AuthorizerKind, Payload},
};
use base::Timestamp;
use http::{HeaderValue, StatusCode, header};
use kernel::Response;
use shape::Bytes;
use std::{collections::HashMap, sync::Mutex};

impl HttpApis {
    /// What the route's authorizer found out, or the answer that ends the request.
    pub(super) async fn authorize(&self, journey: &Journey<'_>) -> Result<Option<Who>, Response> {
        let authorization = &journey.route.authorization;
        let Some(id) = authorization.authorizer() else { return Ok(None) };
        let Some(authorizer) = journey.live.authorizers.get(id) else {
            return Err(message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
        };
        match (&authorizer.kind, authorization) {
            (AuthorizerKind::Jwt { issuer, audience }, Authorization::Jwt { scopes, .. }) => {
                self.check_token(journey, authorizer, (issuer, audience), scopes).await.map(Some)
            }
            (AuthorizerKind::Request { .. }, _) => self.ask_function(journey, id, authorizer).await.map(Some),
            (AuthorizerKind::Jwt { .. }, _) => Err(message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")),
        }
    }

    async fn check_token(
        &self,
        journey: &Journey<'_>,
        authorizer: &Authorizer,
        (issuer, audience): (&str, &[String]),
        scopes: &[String],
    ) -> Result<Who, Response> {
        let Some(text) = sources(journey, authorizer).and_then(|found| found.into_iter().next()) else {
            return Err(unauthorized("Bearer"));
        };
        let now = journey.cloud.clock().now();
        let checked = async {
            let token = Token::parse(&text)?;
            token.check_algorithm()?;
            let key = self.keys.get(journey.cloud, issuer, &token.key_id).await?;
            token.check_signature(&key)?;
            token.check_claims(issuer, audience, now)?;
            Ok::<_, Refused>(token)
        };
        let joined = scopes.join(" ");
        let token = checked.await.map_err(|Refused(why)| unauthorized(&challenge(&joined, "invalid_token", &why)))?;
        if !token.has_scope(scopes) {
            let mut response = message(StatusCode::FORBIDDEN, "Forbidden");
            challenge_with(
                &mut response,
                &challenge(&joined, "insufficient_scope", "the token does not have a valid scope"),
            );
            return Err(response);
        }
        Ok(token.who(scopes))
    }

    async fn ask_function(&self, journey: &Journey<'_>, id: &str, authorizer: &Authorizer) -> Result<Who, Response> {
        let AuthorizerKind::Request { uri, payload, ttl_secs, is_simple, .. } = &authorizer.kind else {
            return Err(message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
        };
        let request = journey.request;
        // AWS: without all of its identity sources a request is refused, and the function not asked.
        let Some(sources) = sources(journey, authorizer) else {
            return Err(message(StatusCode::UNAUTHORIZED, "Unauthorized"));
        };
        let path = format!("{}/{}{}", request.stage, request.method(), crate::route::decode(request.path));
        let arn = journey.execute_arn(&path).to_string();
        let key = (request.api.to_owned(), request.stage.to_owned(), id.to_owned(), sources.clone());
        let now = journey.cloud.clock().now();
        let answer = match self.answers.get(&key, now) {
            Some(answer) => answer,
            None => {
                let event = match payload {
                    Payload::V2 => event::authorizer_2(request, &sources, &arn, journey.variables),
                    Payload::V1 => event::authorizer_1(request, &sources, &arn, journey.variables),
                };
                let source = format!("authorizers/{id}");
                let answer = journey.invoke(uri, &source, &event, LONGEST_TIMEOUT_MS.into()).await?;
                if *ttl_secs > 0 && !sources.is_empty() {
                    self.answers.put(key, answer.clone(), now.plus_secs((*ttl_secs).into()));
                }
                answer
            }
        };
        match policy_answer::read(&answer, *is_simple, &arn) {
            Some((true, context)) => Ok(Who::Lambda(context)),
            Some((false, _)) => Err(message(StatusCode::FORBIDDEN, "Forbidden")),
            None => {
                let why = "the authorizer's answer is neither a policy nor, with simple responses, isAuthorized";
                Err(explained(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error", why))
            }
        }
    }
}

/// What the request says at all of the authorizer's identity sources, or nothing where one is missing.
fn sources(journey: &Journey<'_>, authorizer: &Authorizer) -> Option<Vec<String>> {
    let all = authorizer.identity_source.iter();
    all.map(|source| Source::parse(source)?.find(journey.request, journey.variables)).collect()
}

fn challenge(scopes: &str, error: &str, why: &str) -> String {
    format!("Bearer scope=\"{scopes}\" error=\"{error}\" error_description=\"{why}\"")
}

fn unauthorized(challenge: &str) -> Response {
    let mut response = message(StatusCode::UNAUTHORIZED, "Unauthorized");
    challenge_with(&mut response, challenge);
    response
}

fn challenge_with(response: &mut Response, challenge: &str) {
    if let Ok(value) = HeaderValue::from_str(challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
}

/// More answers than this and the cache begins anew.
const MOST_ANSWERS: usize = 4096;

/// API, stage, authorizer, and what identified the caller.
type AnswerKey = (String, String, String, Vec<String>);

/// What authorizers answered, until it expires. The answers themselves are kept: a policy decides each request anew.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<AnswerKey, (Bytes, Timestamp)>>);

impl Cache {
    fn get(&self, key: &AnswerKey, now: Timestamp) -> Option<Bytes> {
        let known = self.0.lock().expect("nothing panics under this lock");
        known.get(key).filter(|(_, until)| now < *until).map(|(answer, _)| answer.clone())
    }
    fn put(&self, key: AnswerKey, answer: Bytes, until: Timestamp) {
        let mut known = self.0.lock().expect("nothing panics under this lock");
        if known.len() >= MOST_ANSWERS {
            known.clear();
        }
        known.insert(key, (answer, until));
    }
}
