use super::credential;
use crate::{
    Sts,
    state::{KEYS, SESSIONS},
};
use api_sts::{GetAccessKeyInfo, GetAccessKeyInfoRequest, GetAccessKeyInfoResponse};
use kernel::{Access, Call, Outcome, Read, Scope, Tx};

impl Read<GetAccessKeyInfo> for Sts {
    fn access(_: &Call, _: &GetAccessKeyInfoRequest) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetAccessKeyInfoRequest) -> Outcome<GetAccessKeyInfoResponse> {
        let shared = tx.peek(&Scope::shared());
        let account = match shared.get(&KEYS, input.access_key_id.clone())? {
            Some(key) => Some(key.account),
            None => shared.get(&SESSIONS, input.access_key_id.clone())?.map(|session| session.account),
        };
        let unknown = || credential::invalid(format!("Access Key {} is unknown.", input.access_key_id));
        Ok(GetAccessKeyInfoResponse { account: Some(account.ok_or_else(unknown)?.to_string()) })
    }
}
