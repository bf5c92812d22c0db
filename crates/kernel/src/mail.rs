//! The model's own post: what AWS would send by e-mail or text message stays here, for `maquette mail`.

use crate::{Call, Cloud, Scope, Tx, tx::KERNEL};
use base::{Fault, Timestamp};
use serde::{Deserialize, Serialize};
use std::ops::Bound;
use store::{Order, Record, Rows};

/// One row per message, in the order of arrival: time can be moved back.
const MAILS: Rows<(u64, String), Posted> = Rows::new("posted");

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

/// A message and when it was posted.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Posted {
    at: Timestamp,
    mail: Mail,
}
impl Record for Posted {}

impl Tx<'_> {
    /// Posts a message with this transaction.
    pub fn post(&mut self, call: &Call, mail: &Mail) -> Result<(), Fault> {
        let mut shared = self.in_scope(&Scope::shared());
        let mut kernel = shared.of_service(KERNEL);
        let key = (crate::audit::next_number(&kernel, &MAILS)?, call.entropy.uuid());
        kernel.put(&MAILS, key, &Posted { at: call.now, mail: mail.clone() })
    }
}

impl Cloud {
    /// The latest messages, newest first; those to one address where one is given.
    pub fn mails(&self, to: Option<&str>, most: usize) -> Result<Vec<(Timestamp, Mail)>, Fault> {
        let snapshot = self.store().snapshot()?;
        let tx = Tx::snapshot(&snapshot, KERNEL, Scope::shared());
        tx.scan_from(&MAILS, (), Bound::<(u64, String)>::Unbounded, Order::Backward)
            .filter(|row| row.as_ref().map_or(true, |(_, posted)| to.is_none_or(|to| posted.mail.to == to)))
            .take(most)
            .map(|row| row.map(|(_, posted)| (posted.at, posted.mail)))
            .collect()
    }
}

pub(crate) fn trim(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), Fault> {
    crate::audit::trim_numbered(tx, &MAILS, |posted| posted.at < before)
}
