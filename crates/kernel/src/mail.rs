//! The model's own post: what AWS would send by e-mail or text message stays here, for `maquette mail`.

use crate::{Call, Cloud, Scope, Tx, tx::KERNEL};
use base::{Fault, Timestamp};
use serde::{Deserialize, Serialize};
use std::ops::Bound;
use store::{Order, Record, Rows};

/// One row per message, by time.
const MAILS: Rows<(Timestamp, String), Mail> = Rows::new("mail");

/// Older messages are forgotten.
pub(crate) const MAIL_DAYS: i64 = 30;

/// A message that left the model, as far as it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// An e-mail address or a telephone number.
    pub to: String,
    pub from: String,
    pub subject: String,
    pub body: String,
}
impl Record for Mail {}

impl Tx<'_> {
    /// Posts a message with this transaction.
    pub fn post(&mut self, call: &Call, mail: &Mail) -> Result<(), Fault> {
        let mut shared = self.in_scope(&Scope::shared());
        shared.of_service(KERNEL).put(&MAILS, (call.now, call.entropy.uuid()), mail)
    }
}

impl Cloud {
    /// The latest messages, newest first; those to one address where one is given.
    pub fn mails(&self, to: Option<&str>, most: usize) -> Result<Vec<(Timestamp, Mail)>, Fault> {
        let snapshot = self.store().snapshot()?;
        let tx = Tx::snapshot(&snapshot, KERNEL, Scope::shared());
        tx.scan_from(&MAILS, (), Bound::<(Timestamp, String)>::Unbounded, Order::Backward)
            .filter(|row| row.as_ref().map_or(true, |(_, mail)| to.is_none_or(|to| mail.to == to)))
            .take(most)
            .map(|row| row.map(|((at, _), mail)| (at, mail)))
            .collect()
    }
}

pub(crate) fn trim(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), Fault> {
    crate::audit::trim(tx, &MAILS, before)
}
