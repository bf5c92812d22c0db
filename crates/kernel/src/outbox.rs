//! Effects on other services, as rows.
//!
//! A write that must make another service do something puts a letter in its own transaction ([`Tx::send`]); a task
//! delivers it with an ordinary call, as the principal that the sender named. So nothing is lost between the commit
//! and the call, and a letter may arrive twice.

use crate::{Call, Cloud, Scope, Tx, tx::KERNEL};
use base::{AccountId, Fault, Region, Timestamp};
use policy::{Context, Principal};
use serde::{Deserialize, Serialize};
use shape::{Operation, OperationSpec, Shape};
use store::{Record, Rows};
use wire::properties;

/// Letters by the time from which they may be delivered, so that what is due is one scan.
const LETTERS: Rows<(Timestamp, String), Letter> = Rows::new("letter");

/// A letter that could not be delivered this often is given up, with an error in the log.
const MOST_TRIES: u32 = 8;
const FIRST_PAUSE_MS: i64 = 250;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Letter {
    /// `lambda` and `Invoke`.
    api: String,
    operation: String,
    principal: Principal,
    context: Context,
    account: AccountId,
    region: Region,
    /// The input as JSON text.
    input: String,
    tries: u32,
}
impl Record for Letter {}

impl Tx<'_> {
    /// Sends a call of `Op`, made as `call`'s principal once this transaction is durable. Streams cannot be sent.
    pub fn send<Op: Operation>(&mut self, call: &Call, input: Op::Input) -> Result<(), Fault> {
        let letter = Letter {
            api: Op::SPEC.api.name.into(),
            operation: Op::SPEC.name.into(),
            principal: call.principal.clone(),
            context: call.context.clone(),
            account: call.account.clone(),
            region: call.region.clone(),
            input: properties::encode(Op::SPEC.input, &input.into_value()).to_string(),
            tries: 0,
        };
        let mut shared = self.in_scope(&Scope::shared());
        shared.of_service(KERNEL).put(&LETTERS, (call.now, call.entropy.uuid()), &letter)
    }
}

impl Cloud {
    /// Delivers letters until the model stops.
    pub(crate) async fn deliver_letters(self) {
        let mark = crate::tx::table_mark(KERNEL, LETTERS.table());
        let watch = self.store().watch_keys(move |key| crate::tx::is_of_table(key, &mark));
        loop {
            let next = match self.deliver_due().await {
                Ok(next) => next,
                Err(fault) => {
                    tracing::error!(%fault, "letters could not be delivered; tried again in a second");
                    Some(self.clock().now().plus_secs(1))
                }
            };
            match next {
                None => watch.changed().await,
                Some(at) => tokio::select! { () = watch.changed() => {}, () = self.wait_until(at) => {} },
            }
        }
    }

    /// Delivers what is due, one after another; answers when the next letter is.
    async fn deliver_due(&self) -> Result<Option<Timestamp>, Fault> {
        loop {
            let first = {
                let snapshot = self.store().snapshot()?;
                let tx = Tx::snapshot(&snapshot, KERNEL, Scope::shared());
                tx.scan(&LETTERS, ()).next().transpose()?
            };
            let Some((key, letter)) = first else { return Ok(None) };
            if key.0 > self.clock().now() {
                return Ok(Some(key.0));
            }
            let again = self.deliver(&letter).await;
            self.store()
                .write(move |tx| {
                    let mut tx = Tx::write(tx, KERNEL, Scope::shared());
                    tx.delete(&LETTERS, key.clone());
                    match again {
                        None => Ok(()),
                        Some((at, letter)) => tx.put(&LETTERS, (at, key.1.clone()), &letter),
                    }
                })
                .await
                .map_err(|fault: Fault| fault)?;
        }
    }

    /// `Some`: to be tried again.
    async fn deliver(&self, letter: &Letter) -> Option<(Timestamp, Letter)> {
        let Some(spec) = self.find_operation(&letter.api, &letter.operation) else {
            tracing::error!(api = letter.api, operation = letter.operation, "a letter asks for what nobody serves");
            return None;
        };
        let json = serde_json::from_str(&letter.input).unwrap_or_default();
        let input = match properties::decode(spec.input, &json) {
            Ok(input) => input,
            Err(problems) => {
                tracing::error!(operation = spec.name, ?problems, "a letter cannot be read");
                return None;
            }
        };
        let mut call = self.anonymous_call(&letter.account, &letter.region);
        call.principal = letter.principal.clone();
        call.context = letter.context.clone();
        match self.dispatch(spec, call, input).await {
            Ok(_) => None,
            Err(error) if error.status < 500 && error.status != 429 => {
                tracing::warn!(operation = spec.name, %error, "a letter was refused");
                None
            }
            Err(error) if letter.tries + 1 >= MOST_TRIES => {
                tracing::error!(operation = spec.name, %error, "a letter is given up");
                None
            }
            Err(_) => {
                let pause = FIRST_PAUSE_MS << letter.tries;
                Some((self.clock().now().plus_millis(pause), Letter { tries: letter.tries + 1, ..letter.clone() }))
            }
        }
    }

    /// An operation that is served here, by the API's name and its own.
    pub fn find_operation(&self, api: &str, operation: &str) -> Option<&'static OperationSpec> {
        let service = self.services().iter().find(|service| service.api().name == api)?;
        service.operations().find(|spec| spec.name == operation)
    }
}
