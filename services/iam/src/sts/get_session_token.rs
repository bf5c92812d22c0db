use super::credential::{self, Opening};
use crate::{
    Sts,
    state::{SESSIONS, Tags},
};
use api_sts::{GetSessionToken, GetSessionTokenRequest, GetSessionTokenResponse};
use kernel::{Access, Call, Context, Outcome, Principal, Scope, Tx, Write};

impl Write<GetSessionToken> for Sts {
    fn access(_: &Call, _: &GetSessionTokenRequest) -> Access {
        // AWS: whoever has long-term credentials may ask; no policy is needed.
        Access::open()
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: GetSessionTokenRequest) -> Outcome<GetSessionTokenResponse> {
        let (most, is_root) = match &call.principal {
            Principal::Root { .. } => (MOST_ROOT_SECONDS, true),
            Principal::User { .. } => (MOST_USER_SECONDS, false),
            _ => return Err(credential::denied("Cannot call GetSessionToken with session credentials")),
        };
        if tx.peek(&Scope::shared()).has(&SESSIONS, call.access_key_id.clone())? {
            return Err(credential::denied("Cannot call GetSessionToken with session credentials"));
        }
        let default = if is_root { MOST_ROOT_SECONDS } else { DEFAULT_USER_SECONDS };
        let opening = Opening {
            principal: call.principal.clone(),
            account: call.account.clone(),
            // AWS: the root user's longer wish is cut, not refused.
            seconds: input.duration_seconds.unwrap_or(default).min(most),
            policies: Vec::new(),
            tags: Tags::new(),
            transitive: Tags::new(),
            source_identity: None,
            context: Context::new(),
        };
        Ok(GetSessionTokenResponse { credentials: Some(credential::open(tx, call, opening)?) })
    }
}

/// AWS's limits for sessions of users and of the root user.
const MOST_USER_SECONDS: i32 = 129_600;
const DEFAULT_USER_SECONDS: i32 = 43_200;
const MOST_ROOT_SECONDS: i32 = 3600;
