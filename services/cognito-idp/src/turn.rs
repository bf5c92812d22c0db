//! One piece of work over the rows that needs answers from outside of them.
//!
//! Sign-in needs what a transaction must not wait for: modular powers, signatures, keys. So work is a function that
//! runs in a transaction and *asks*; an answer that is not known yet ends the transaction without a trace, is found
//! on the blocking pool, and the work runs again from its beginning with all answers so far. It draws the same random
//! numbers each time, so it asks the same questions, unless a row has changed in between: then it asks anew. A pool's
//! function is called once for each thing it is asked about, however the rows change: it may change them itself.

use crate::{
    Cognito, keys, srp,
    state::Home,
    trigger::{About, Refusal, Told, Trigger},
};
use api_cognito_idp::API;
use base::{Entropy, Fault};
use kernel::{Call, Cloud, Outcome, Tx};
use serde_json::Value as Json;
use shape::{ApiError, Map};
use std::sync::Arc;

/// Work asks at most this often: a bound against work that never asks the same twice.
const MOST_QUESTIONS: usize = 12;

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Question {
    Verifier {
        pool: String,
        user: String,
        password: String,
        salt: Vec<u8>,
    },
    ServerPublic {
        verifier: Vec<u8>,
        secret: Vec<u8>,
    },
    SessionKey {
        client_public: String,
        verifier: Vec<u8>,
        secret: Vec<u8>,
    },
    /// Claims to be signed with the pool's key.
    Tokens {
        home: Home,
        claims: Vec<String>,
    },
    /// What a function of the pool says, by its place among all that are asked.
    Function {
        source: &'static str,
        place: usize,
    },
}

#[derive(Clone)]
pub(crate) enum Answer {
    Bytes(Vec<u8>),
    Texts(Vec<String>),
    Said(Result<Json, Refusal>),
}

/// What is known when the work runs.
#[derive(Default)]
pub(crate) struct Turn {
    answers: Arc<Vec<(Question, Answer)>>,
    asked: Option<Question>,
    /// The call of a function that answers what was asked.
    told: Option<Told>,
    functions: usize,
    afterwards: Vec<Told>,
    keeps_refusal: bool,
    /// What the caller sent along for the pool's functions.
    pub(crate) client_metadata: Option<Map<String>>,
    pub(crate) validation_data: Option<Map<String>>,
}

impl Turn {
    fn ask(&mut self, question: Question) -> Outcome<Answer> {
        if let Some((_, answer)) = self.answers.iter().find(|(known, _)| *known == question) {
            return Ok(answer.clone());
        }
        self.asked = Some(question);
        Err(Fault::internal("the work was not run again with its answer").into())
    }
    fn bytes(&mut self, question: Question) -> Outcome<Vec<u8>> {
        match self.ask(question)? {
            Answer::Bytes(bytes) => Ok(bytes),
            _ => unreachable!("what is computed is bytes"),
        }
    }
    pub(crate) fn verifier(&mut self, pool: &str, user: &str, password: &str, salt: &[u8]) -> Outcome<Vec<u8>> {
        let (pool, user, password) = (pool.to_owned(), user.to_owned(), password.to_owned());
        self.bytes(Question::Verifier { pool, user, password, salt: salt.to_vec() })
    }
    pub(crate) fn server_public(&mut self, verifier: &[u8], secret: &[u8]) -> Outcome<Vec<u8>> {
        self.bytes(Question::ServerPublic { verifier: verifier.to_vec(), secret: secret.to_vec() })
    }
    /// Empty when the client's number is not an honest one.
    pub(crate) fn session_key(&mut self, client_public: &str, verifier: &[u8], secret: &[u8]) -> Outcome<Vec<u8>> {
        let client_public = client_public.to_owned();
        self.bytes(Question::SessionKey { client_public, verifier: verifier.to_vec(), secret: secret.to_vec() })
    }
    pub(crate) fn tokens(&mut self, home: &Home, claims: Vec<String>) -> Outcome<Vec<String>> {
        match self.ask(Question::Tokens { home: home.clone(), claims })? {
            Answer::Texts(texts) => Ok(texts),
            _ => unreachable!("tokens are texts"),
        }
    }
    /// Asks the pool's function for `trigger`, if there is one: its `response`.
    pub(crate) fn consult(
        &mut self,
        (trigger, source): (Trigger, &'static str),
        about: About<'_>,
        request: Json,
        response: Json,
    ) -> Outcome<Option<Json>> {
        let request = self.with_metadata(request);
        let Some(told) = Told::new(trigger, source, about, request, response) else { return Ok(None) };
        let place = self.functions;
        self.functions += 1;
        self.told = Some(told);
        match self.ask(Question::Function { source, place })? {
            Answer::Said(Ok(response)) => Ok(Some(response)),
            Answer::Said(Err(refusal)) => Err(refusal.error(trigger)),
            _ => unreachable!("functions say something"),
        }
    }
    /// Tells the pool's function for `trigger` once all is written. Its failure is the caller's answer, and undoes
    /// nothing.
    pub(crate) fn tell_afterwards(
        &mut self,
        (trigger, source): (Trigger, &'static str),
        about: About<'_>,
        request: Json,
    ) {
        let request = self.with_metadata(request);
        self.afterwards.extend(Told::new(trigger, source, about, request, serde_json::json!({})));
    }
    fn with_metadata(&self, mut request: Json) -> Json {
        if let Some(metadata) = &self.client_metadata {
            request["clientMetadata"] = serde_json::json!(metadata);
        }
        request
    }
    /// The refusal that follows is committed with what was written: a failed try counts.
    pub(crate) fn keep(&mut self) {
        self.keeps_refusal = true;
    }
}

enum Stop {
    Ask(Box<(Question, Option<Told>)>),
    Refuse(ApiError),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Refuse(fault.into())
    }
}

impl Cognito {
    /// Runs `work` until it has its answers, commits it, and answers as it does.
    pub(crate) async fn turn<T: Send + 'static>(
        &self,
        cloud: &Cloud,
        call: &Call,
        work: impl Fn(&mut Tx<'_>, &Call, &mut Turn) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        let work = Arc::new(work);
        let scope = cloud.scope_of(&API, call);
        let seed: [u8; 32] = call.entropy.bytes();
        let mut answers = Arc::new(Vec::new());
        for _ in 0..MOST_QUESTIONS {
            let (work, mut turn) = (work.clone(), Turn { answers: answers.clone(), ..Turn::default() });
            let call = Call { entropy: Arc::new(Entropy::from_seed(seed)), ..call.clone() };
            let done = cloud.write(&API, &scope, move |tx| match work(tx, &call, &mut turn) {
                Ok(done) => Ok(Ok((done, turn.afterwards))),
                Err(error) => match turn.asked {
                    Some(question) => Err(Stop::Ask(Box::new((question, turn.told)))),
                    None if turn.keeps_refusal => Ok(Err(error)),
                    None => Err(Stop::Refuse(error)),
                },
            });
            match done.await {
                Ok(Err(refusal)) => return Err(refusal),
                Ok(Ok((done, afterwards))) => {
                    for told in afterwards {
                        told.tell(cloud).await.map_err(|refusal| refusal.error(told.trigger))?;
                    }
                    return Ok(done);
                }
                Err(Stop::Refuse(error)) => return Err(error),
                Err(Stop::Ask(asked)) => {
                    let (question, told) = *asked;
                    let answer = match (&question, told) {
                        (Question::Function { .. }, Some(told)) => Answer::Said(told.tell(cloud).await),
                        _ => self.answer(cloud, question.clone()).await?,
                    };
                    let known = Arc::make_mut(&mut answers);
                    known.push((question, answer));
                }
            }
        }
        Err(Fault::internal("the rows changed under a sign-in again and again").into())
    }

    async fn answer(&self, cloud: &Cloud, question: Question) -> Result<Answer, Fault> {
        if let Question::Tokens { home, claims } = question {
            let key = self.keys.ensure(cloud, &home).await?;
            return blocking(move || {
                claims.iter().map(|claims| keys::token(&key, claims)).collect::<Result<_, _>>().map(Answer::Texts)
            })
            .await?;
        }
        blocking(move || {
            Answer::Bytes(match question {
                Question::Verifier { pool, user, password, salt } => srp::verifier(&pool, &user, &password, &salt),
                Question::ServerPublic { verifier, secret } => srp::server_public(&verifier, &secret),
                Question::SessionKey { client_public, verifier, secret } => {
                    srp::session_key(&client_public, &verifier, &secret).unwrap_or_default()
                }
                Question::Tokens { .. } | Question::Function { .. } => unreachable!("answered elsewhere"),
            })
        })
        .await
    }
}

/// Runs what computes for longer than a millisecond.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|why| Fault::internal("a computation broke off").caused_by(why))
}
