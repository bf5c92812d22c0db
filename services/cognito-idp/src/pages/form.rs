//! The forms: sign in, sign up, confirm, a forgotten password, the password of a first sign-in.
//!
//! Each is one page: GET shows it, POST does it and leads on, or shows it again with what was wrong. The request of
//! the application travels in the query from page to page and is checked on each.

use super::{
    Asked, Fields, Reply,
    authorize::{self, LOGIN_SECS, Wanted},
    html::{self, Notice},
};
use crate::{
    Cognito, account, attribute,
    people::Taken,
    session, sign_in,
    state::{self, Status, TicketOf, USERS, User},
    totp,
    turn::Turn,
};
use http::StatusCode;
use kernel::{Call, Cloud, Outcome, Tx};
use shape::ApiError;

pub(super) const PATHS: [&str; 7] =
    ["/login", "/signup", "/confirm", "/forgotPassword", "/confirmforgotPassword", "/newPassword", "/mfa"];
/// The cookie and the field that show that a form came from its page.
const XSRF: &str = "XSRF-TOKEN";
const XSRF_FIELD: &str = "_csrf";
/// How long a first sign-in may take to choose its password.
const FIRST_LOGIN_SECS: i64 = 600;
const FIRST_LOGIN: &str = "cognito-first";
/// The cookie of a sign-in that has to show a code.
const FACTOR: &str = "cognito-mfa";
const FACTOR_SECS: i64 = 180;

impl Cognito {
    pub(super) async fn form(&self, cloud: &Cloud, call: &Call, asked: Asked) -> Outcome<Reply> {
        let is_post = asked.method == http::Method::POST;
        let shown = asked.clone();
        let done = self.at(cloud, call, asked, move |tx, call, turn, asked| {
            let wanted = match authorize::check(tx, asked)? {
                Ok(wanted) => wanted,
                Err(reply) => return Ok(reply),
            };
            if !is_post {
                return Ok(show(call, asked, &wanted, None));
            }
            let sent = asked.form.get(XSRF_FIELD).zip(asked.cookies.get(XSRF));
            if !sent.is_some_and(|(field, cookie)| crate::srp::is_same(field.as_bytes(), cookie.as_bytes())) {
                let notice = Notice::Error("This page was open for too long. Try again.".into());
                return Ok(show(call, asked, &wanted, Some(notice)));
            }
            submit(tx, call, turn, asked, &wanted)
        });
        match done.await {
            Err(error) if error.fault.is_none() => self.again(cloud, call, shown, error).await,
            done => done,
        }
    }

    /// The page once more, with what was wrong.
    async fn again(&self, cloud: &Cloud, call: &Call, asked: Asked, error: ApiError) -> Outcome<Reply> {
        self.at(cloud, call, asked, move |tx, call, _, asked| {
            // Who has to confirm first is led there.
            if error.code == "UserNotConfirmedException" {
                return Ok(lead(asked, "/confirm", &[("username", asked.form.text("username"))]));
            }
            if error.code == "PasswordResetRequiredException" {
                return Ok(lead(asked, "/forgotPassword", &[]));
            }
            match authorize::check(tx, asked)? {
                Ok(wanted) => Ok(show(call, asked, &wanted, Some(Notice::Error(error.message.clone())))),
                Err(reply) => Ok(reply),
            }
        })
        .await
    }

    /// The link of a confirmation mail.
    pub(super) async fn confirm_by_link(&self, cloud: &Cloud, call: &Call, asked: Asked) -> Outcome<Reply> {
        let done = self.at(cloud, call, asked, |tx, call, turn, asked| {
            let visit = match super::visit(tx, asked, asked.query.text("client_id")) {
                Ok(visit) => visit,
                Err(reply) => return Ok(reply),
            };
            let proof = (asked.query.text("user_name"), asked.query.text("confirmation_code"));
            account::confirm(tx, call, turn, &visit, proof, Taken::Refuse)?;
            Ok(html::message(StatusCode::OK, "Confirmed", "Your registration has been confirmed!"))
        });
        match done.await {
            Err(error) if error.fault.is_none() => {
                Ok(html::message(StatusCode::BAD_REQUEST, "Not confirmed", &error.message))
            }
            done => done,
        }
    }
}

/// The next page, with the application's request and something more.
fn lead(asked: &Asked, path: &str, more: &[(&str, &str)]) -> Reply {
    let mut query = asked.query.clone();
    query.0.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Reply::redirect(&format!("{path}?{}", query.encode()))
}

fn show(call: &Call, asked: &Asked, wanted: &Wanted, notice: Option<Notice>) -> Reply {
    let known = asked.cookies.get(XSRF).filter(|token| token.len() == 36 && token.is_ascii()).map(ToOwned::to_owned);
    let token = known.unwrap_or_else(|| call.entropy.uuid());
    let status = if matches!(notice, Some(Notice::Error(_))) { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    // What was filled in stays, except passwords; the query says what the application or the page before knows.
    let mut filled: Fields = asked.form.clone();
    for (name, from) in [("username", "username"), ("username", "login_hint")] {
        if filled.get(name).is_none() {
            filled.0.insert(name.into(), asked.query.text(from).into());
        }
    }
    let notice = notice.or_else(|| asked.query.get("notice").and_then(Notice::of));
    let page = html::Page {
        path: &asked.path,
        query: &page_query(&asked.query),
        visit: &wanted.visit,
        filled: &filled,
        token: &token,
        notice,
    };
    Reply::page(status, page.render()).cookie(XSRF, &token, LOGIN_SECS)
}

/// The query that links and forms carry on: without notices.
fn page_query(query: &Fields) -> String {
    let mut kept = query.clone();
    kept.0.remove("notice");
    kept.encode()
}

fn submit(tx: &mut Tx<'_>, call: &Call, turn: &mut Turn, asked: &Asked, wanted: &Wanted) -> Outcome<Reply> {
    let form = &asked.form;
    let username = form.get("username").unwrap_or(asked.query.text("username")).trim().to_owned();
    match &*asked.path {
        "/login" => login(tx, call, turn, asked, wanted, &username),
        "/signup" => sign_up(tx, call, turn, asked, wanted, &username),
        "/confirm" if form.get("resend").is_some() => {
            account::resend(tx, call, turn, &wanted.visit, &username)?;
            Ok(lead(asked, "/confirm", &[("username", &username), ("notice", "sent")]))
        }
        "/confirm" => {
            account::confirm(tx, call, turn, &wanted.visit, (&username, form.text("code")), Taken::Refuse)?;
            // Whoever signed up in this browser is let in; others sign in.
            match authorize::signed_in(tx, call, asked)? {
                Some((key, user, at)) => authorize::finish(tx, call, turn, asked, wanted, (&key, &user), at),
                None => Ok(lead(asked, "/login", &[("username", &username), ("notice", "confirmed")])),
            }
        }
        "/forgotPassword" => {
            account::forgot_password(tx, call, turn, &wanted.visit, &username)?;
            Ok(lead(asked, "/confirmforgotPassword", &[("username", &username), ("notice", "sent")]))
        }
        "/confirmforgotPassword" => {
            check_repeated(form)?;
            let proof = (&*username, form.text("code"));
            account::confirm_forgot_password(tx, call, turn, &wanted.visit, proof, form.text("password"))?;
            Ok(lead(asked, "/login", &[("username", &username), ("notice", "changed")]))
        }
        "/mfa" => show_code(tx, call, turn, asked, wanted),
        _ => first_password(tx, call, turn, asked, wanted),
    }
}

fn check_repeated(form: &Fields) -> Outcome<()> {
    if form.get("confirm_password").is_some_and(|again| again != form.text("password")) {
        return Err(api_cognito_idp::errors::invalid_parameter_exception("The passwords do not match."));
    }
    Ok(())
}

fn login(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    asked: &Asked,
    wanted: &Wanted,
    username: &str,
) -> Outcome<Reply> {
    let proof = (username, asked.form.text("password"));
    let (key, user) = sign_in::by_password(tx, call, turn, &wanted.visit, proof)?;
    if user.status == Status::ForceChangePassword {
        let of = TicketOf::FirstLogin { user: key };
        let secret = session::give(tx, call, &wanted.visit.pool, call.now.plus_secs(FIRST_LOGIN_SECS), of)?;
        let missing: Vec<_> = sign_in::missing_attributes(&wanted.visit, &user).collect();
        let more = [("missing", &*missing.join(","))];
        return Ok(lead(asked, "/newPassword", &more).cookie(FIRST_LOGIN, &secret, FIRST_LOGIN_SECS));
    }
    admit(tx, call, turn, asked, wanted, (&key, &user))
}

/// Lets a proven user in, or asks for the code of the authenticator.
fn admit(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    asked: &Asked,
    wanted: &Wanted,
    (key, user): (&str, &User),
) -> Outcome<Reply> {
    if totp::is_wanted(tx, &wanted.visit.pool, user)? {
        let of = TicketOf::Factor { user: key.into() };
        let secret = session::give(tx, call, &wanted.visit.pool, call.now.plus_secs(FACTOR_SECS), of)?;
        return Ok(lead(asked, "/mfa", &[]).cookie(FACTOR, &secret, FACTOR_SECS));
    }
    enter(tx, call, turn, asked, wanted, (key, user))
}

fn enter(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    asked: &Asked,
    wanted: &Wanted,
    (key, user): (&str, &User),
) -> Outcome<Reply> {
    sign_in::welcome(turn, &wanted.visit, user)?;
    let reply = authorize::finish(tx, call, turn, asked, wanted, (key, user), call.now)?;
    authorize::remember(tx, call, wanted, key, reply)
}

fn show_code(tx: &mut Tx<'_>, call: &Call, turn: &mut Turn, asked: &Asked, wanted: &Wanted) -> Outcome<Reply> {
    let pool = asked.home.pool.as_str();
    let secret = asked.cookies.text(FACTOR);
    let ticket = state::find_ticket(tx, pool, "factor", secret)?.filter(|ticket| ticket.expires > call.now);
    let Some(TicketOf::Factor { user: key }) = ticket.map(|ticket| ticket.of) else {
        return Ok(lead(asked, "/login", &[]));
    };
    let Some(mut user) = tx.get(&USERS, (pool, &*key))? else { return Ok(lead(asked, "/login", &[])) };
    sign_in::check_state(call, &user)?;
    totp::take(tx, call, turn, (&wanted.visit, &key, &mut user), asked.form.text("code"))?;
    state::drop_ticket(tx, pool, "factor", secret);
    Ok(enter(tx, call, turn, asked, wanted, (&key, &user))?.cookie(FACTOR, "", 0))
}

fn sign_up(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    asked: &Asked,
    wanted: &Wanted,
    username: &str,
) -> Outcome<Reply> {
    check_repeated(&asked.form)?;
    let names = html::asked_attributes(&wanted.visit);
    let given = names.iter().filter_map(|name| Some((name.clone(), asked.form.get(name)?.trim().to_owned())));
    let attributes: attribute::Attributes = given.collect();
    let proof = (username, asked.form.text("password"));
    let done = account::sign_up(tx, call, turn, &wanted.visit, proof, attributes)?;
    if done.user.status == Status::Confirmed {
        let reply = authorize::finish(tx, call, turn, asked, wanted, (&done.key, &done.user), call.now)?;
        return authorize::remember(tx, call, wanted, &done.key, reply);
    }
    let mut more = vec![("username", username)];
    let destination = done.delivery.and_then(|delivery| delivery.destination);
    more.extend(destination.as_deref().map(|destination| ("destination", destination)));
    // The browser is remembered, which counts only once the account is confirmed.
    authorize::remember(tx, call, wanted, &done.key, lead(asked, "/confirm", &more))
}

fn first_password(tx: &mut Tx<'_>, call: &Call, turn: &mut Turn, asked: &Asked, wanted: &Wanted) -> Outcome<Reply> {
    let pool = asked.home.pool.as_str();
    let secret = asked.cookies.text(FIRST_LOGIN);
    let ticket = state::find_ticket(tx, pool, "first-login", secret)?.filter(|ticket| ticket.expires > call.now);
    let Some(TicketOf::FirstLogin { user: key }) = ticket.map(|ticket| ticket.of) else {
        return Ok(lead(asked, "/login", &[]));
    };
    let Some(mut user) = tx.get(&USERS, (pool, &*key))? else { return Ok(lead(asked, "/login", &[])) };
    check_repeated(&asked.form)?;
    let missing: Vec<_> = sign_in::missing_attributes(&wanted.visit, &user).map(ToOwned::to_owned).collect();
    let given = missing.into_iter().filter_map(|name| Some((name.clone(), asked.form.get(&name)?.to_owned())));
    let attributes = given.collect();
    sign_in::first_password(tx, call, turn, (&wanted.visit, &key, &mut user), asked.form.text("password"), attributes)?;
    state::drop_ticket(tx, pool, "first-login", secret);
    Ok(admit(tx, call, turn, asked, wanted, (&key, &user))?.cookie(FIRST_LOGIN, "", 0))
}
