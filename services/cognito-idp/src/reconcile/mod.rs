//! What happens by itself.

mod forget_what_expired;
mod prepare_signing_keys;

pub(crate) use forget_what_expired::ForgetWhatExpired;
pub(crate) use prepare_signing_keys::PrepareSigningKeys;
