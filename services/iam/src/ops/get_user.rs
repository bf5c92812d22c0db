use crate::{
    Iam,
    describe::{self, Detail},
    family::Owner,
    state::{self},
};
use api_iam::{GetUser, GetUserRequest, GetUserResponse};
use base::Timestamp;
use kernel::{Access, Call, Outcome, Principal, Read, Tx};
use shape::ApiError;

impl Read<GetUser> for Iam {
    fn access(call: &Call, input: &GetUserRequest) -> Access {
        // Without a name it is about the caller, be it the root user.
        match input.user_name.clone().or_else(|| state::caller_name(&call.principal)) {
            Some(name) => Owner::User.access(call, &name),
            None => Access::to(call.global_arn("iam", "root")),
        }
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetUserRequest) -> Outcome<GetUserResponse> {
        if let Some(name) = input.user_name.or_else(|| state::caller_name(&call.principal)) {
            let found = state::user(tx, &name)?;
            return Ok(GetUserResponse { user: describe::user(tx, &found, Detail::Full) });
        }
        match &call.principal {
            Principal::Root { arn } => Ok(GetUserResponse {
                // AWS: the root user has no name and its account's number as id.
                user: api_iam::User {
                    arn: arn.clone(),
                    path: "/".into(),
                    user_id: call.account.to_string(),
                    create_date: ACCOUNTS_SINCE,
                    ..Default::default()
                },
            }),
            _ => Err(ApiError::new(
                "ValidationError",
                400,
                "Must specify userName when calling with non-User credentials",
            )),
        }
    }
}

/// When the model's accounts were opened, as far as answers are concerned.
const ACCOUNTS_SINCE: Timestamp = Timestamp::from_secs(1_420_070_400);
