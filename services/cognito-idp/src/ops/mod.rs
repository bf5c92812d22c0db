//! The operations, in one file per kind of thing; and the ways in which callers prove that they may.

mod admin;
mod client;
mod domain;
mod group;
mod own;
mod pool;
mod public;
mod resource_server;
mod tag;
mod totp;
mod user;

use crate::{
    Cognito,
    people::Visit,
    session::{self, Holder},
    state,
    turn::Turn,
};
use api_cognito_idp::errors;
use kernel::{Call, Cloud, Outcome, Tx};

impl Cognito {
    /// Work of a caller who names a client. The rows are those of the client's pool, wherever that is.
    async fn with_client<T: Send + 'static>(
        &self,
        cloud: &Cloud,
        call: &Call,
        client_id: String,
        work: impl Fn(&mut Tx<'_>, &Call, &mut Turn, &Visit) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        self.turn(cloud, call, move |tx, call, turn| {
            let home = state::client_home(tx, &client_id)?;
            let mut tx = tx.in_scope(&home.scope());
            let visit = Visit::new(&tx, &home.pool, &client_id)?;
            work(&mut tx, call, turn, &visit)
        })
        .await
    }

    /// Work of a caller who has an access token for the API.
    async fn with_token<T: Send + 'static>(
        &self,
        cloud: &Cloud,
        call: &Call,
        token: String,
        work: impl Fn(&mut Tx<'_>, &Call, &mut Turn, Holder) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        self.turn(cloud, call, move |tx, call, turn| {
            let home = session::home_of(tx, &token)?;
            let mut tx = tx.in_scope(&home.scope());
            let holder = session::admin_of_self(&tx, call, &home.pool, &token)?;
            work(&mut tx, call, turn, holder)
        })
        .await
    }
}

/// One page of a list that is in hand: tokens are positions, which is what a list by name can afford.
fn page<T>(list: Vec<T>, limit: Option<i32>, most: usize, token: Option<&str>) -> Outcome<(Vec<T>, Option<String>)> {
    let start = match token {
        None => 0,
        Some(token) => {
            token.parse::<usize>().map_err(|_| errors::invalid_parameter_exception("Invalid pagination token."))?
        }
    };
    let count =
        limit.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0).unwrap_or(most).min(most);
    let total = list.len();
    let taken: Vec<_> = list.into_iter().skip(start).take(count).collect();
    let next = (start + taken.len() < total).then(|| (start + taken.len()).to_string());
    Ok((taken, next))
}
