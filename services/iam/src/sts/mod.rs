//! STS, one file per operation; what they share is in `credential` and `token`.

mod credential;
mod token;

mod assume_role;
mod assume_role_with_web_identity;
mod get_access_key_info;
mod get_caller_identity;
mod get_session_token;
