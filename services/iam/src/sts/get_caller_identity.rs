use crate::Sts;
use api_sts::{GetCallerIdentity, GetCallerIdentityRequest, GetCallerIdentityResponse};
use kernel::{Access, Call, Outcome, Principal, Read, Tx};

impl Read<GetCallerIdentity> for Sts {
    fn access(_: &Call, _: &GetCallerIdentityRequest) -> Access {
        // AWS: always allowed, even where a policy denies it.
        Access::open()
    }

    fn read(_: &Tx<'_>, call: &Call, _: GetCallerIdentityRequest) -> Outcome<GetCallerIdentityResponse> {
        let user_id = match &call.principal {
            Principal::Root { .. } => call.account.to_string(),
            Principal::User { user_id, .. } | Principal::AssumedRole { user_id, .. } => user_id.clone(),
            other => other.name().to_owned(),
        };
        Ok(GetCallerIdentityResponse {
            user_id: Some(user_id),
            account: Some(call.account.to_string()),
            arn: Some(call.principal.name().to_owned()),
        })
    }
}
