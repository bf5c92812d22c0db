//! Removes tickets and sessions whose time is over. They are refused before that already.

use crate::state::{SESSIONS, TICKETS};
use api_cognito_idp::API;
use base::{Fault, Timestamp};
use kernel::{Cloud, Next, Reconciler, Scope, Tx};

/// How often what expired is looked for.
const EVERY_SECS: i64 = 3600;

pub(crate) struct ForgetWhatExpired;

impl Reconciler for ForgetWhatExpired {
    const NAME: &'static str = "forget what expired";

    fn wakes_on(&self) -> &'static [&'static str] {
        &[]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let now = cloud.clock().now();
        let scopes = cloud.read(&API, &Scope::shared(), |tx| tx.scopes())?;
        for scope in scopes {
            let is_over = cloud.read(&API, &scope, |tx| Ok::<_, Fault>(!expired(tx, now)?.is_empty()))?;
            if is_over {
                cloud.write(&API, &scope, move |tx| forget(tx, now)).await?;
            }
        }
        Ok(Next::At(now.plus_secs(EVERY_SECS)))
    }
}

/// Keys of tickets and of sessions.
#[derive(Default)]
struct Expired {
    tickets: Vec<(String, String, String)>,
    sessions: Vec<(String, String, String)>,
}

impl Expired {
    fn is_empty(&self) -> bool {
        self.tickets.is_empty() && self.sessions.is_empty()
    }
}

fn expired(tx: &Tx<'_>, now: Timestamp) -> Result<Expired, Fault> {
    let mut found = Expired::default();
    for row in tx.scan(&TICKETS, ()) {
        let (key, ticket) = row?;
        if ticket.expires <= now {
            found.tickets.push(key);
        }
    }
    for row in tx.scan(&SESSIONS, ()) {
        let (key, session) = row?;
        if session.expires <= now {
            found.sessions.push(key);
        }
    }
    Ok(found)
}

fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Fault> {
    let Expired { tickets, sessions } = expired(tx, now)?;
    for key in tickets {
        tx.delete(&TICKETS, key);
    }
    for key in sessions {
        tx.delete(&SESSIONS, key);
    }
    Ok(())
}
