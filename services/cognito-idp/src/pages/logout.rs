//! Signing out: the browser forgets, and goes where the client says that it may.

use super::{
    Asked, Reply,
    authorize::{LOGIN, not_a_request},
    visit,
};
use crate::{Cognito, state};
use kernel::{Call, Cloud, Outcome};

impl Cognito {
    pub(super) async fn logout(&self, cloud: &Cloud, call: &Call, asked: Asked) -> Outcome<Reply> {
        self.at(cloud, call, asked, |tx, _, _, asked| {
            let visit = match visit(tx, asked, asked.query.text("client_id")) {
                Ok(visit) => visit,
                Err(reply) => return Ok(reply),
            };
            let registered =
                |list: &Option<Vec<String>>, address: &str| list.iter().flatten().any(|one| one == address);
            let to = match (asked.query.get("logout_uri"), asked.query.get("redirect_uri")) {
                (Some(address), _) if registered(&visit.client.logout_urls, address) => address.to_owned(),
                // AWS: with a redirect address it leads back to the sign-in page.
                (None, Some(address)) if registered(&visit.client.callback_urls, address) => {
                    format!("/login?{}", asked.query.encode())
                }
                _ => return Ok(not_a_request()),
            };
            if let Some(secret) = asked.cookies.get(LOGIN) {
                state::drop_ticket(tx, &asked.home.pool, "login", secret);
            }
            Ok(Reply::redirect(&to).cookie(LOGIN, "", 0))
        })
        .await
    }
}
