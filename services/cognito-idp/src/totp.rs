//! The second factor: codes that an authenticator shows (RFC 6238: SHA-1, six digits, thirty seconds).

use crate::{
    people,
    people::Visit,
    state::{Pool, SOFTWARE_TOKENS, Totp, USERS, User},
    turn::Turn,
};
use api_cognito_idp::{UserPoolMfaType, errors};
use base::Timestamp;
use kernel::{Call, Outcome, Tx};
use ring::hmac;

const STEP_SECS: i64 = 30;
/// Clocks differ: the codes before and after count, too.
const TOLERANCE: i64 = 1;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// How a secret is shown: base 32 (RFC 4648).
pub(crate) fn base32(bytes: &[u8]) -> String {
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let fives = bits.as_bytes().chunks(5);
    let index = |five: &[u8]| {
        let value = five.iter().fold(0, |value, bit| value * 2 + usize::from(bit - b'0'));
        value << (5 - five.len())
    };
    fives.map(|five| char::from(ALPHABET[index(five)])).collect()
}

/// The code of one step of time.
pub(crate) fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let start = usize::from(bytes[bytes.len() - 1] & 15);
    let number = bytes[start..start + 4].iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The step of time whose code this is, near now.
pub(crate) fn step_of(secret: &[u8], now: Timestamp, given: &str) -> Option<i64> {
    let current = now.secs().div_euclid(STEP_SECS);
    let is_code = |step: &i64| crate::srp::is_same(code(secret, *step).as_bytes(), given.as_bytes());
    (current - TOLERANCE..=current + TOLERANCE).find(is_code)
}

/// Whether the pool knows authenticators.
pub(crate) fn is_known(tx: &Tx<'_>, pool: &Pool) -> Outcome<bool> {
    let is_off = pool.settings.mfa_configuration.is_none_or(|mfa| mfa == UserPoolMfaType::Off);
    Ok(!is_off && tx.has(&SOFTWARE_TOKENS, pool.id())?)
}

/// Whether a sign-in of this user needs a code.
pub(crate) fn is_wanted(tx: &Tx<'_>, pool: &Pool, user: &User) -> Outcome<bool> {
    Ok(user.totp.as_ref().is_some_and(|totp| totp.is_enabled) && is_known(tx, pool)?)
}

/// Takes the code of a sign-in, each only once. A wrong one counts.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (visit, key, user): (&Visit, &str, &mut User),
    given: &str,
) -> Outcome<()> {
    people::check_unlocked(call, user, "totp", || {
        errors::limit_exceeded_exception("Attempt limit exceeded, please try after some time.")
    })?;
    let wrong = || errors::code_mismatch_exception("Invalid code received for user");
    let Totp { secret, last_step, .. } = user.totp.clone().ok_or_else(wrong)?;
    let step = step_of(&secret, call.now, given.trim());
    if step.is_some_and(|step| step <= last_step) {
        return Err(errors::expired_code_exception("Your software token has already been used once."));
    }
    people::note_try(tx, call, turn, (&visit.pool, key, user), "totp", step.is_some())?;
    let step = step.ok_or_else(wrong)?;
    user.totp = user.totp.take().map(|totp| Totp { last_step: step, ..totp });
    Ok(tx.put(&USERS, (visit.pool.id(), key), user)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        assert_eq!(code(secret, 59 / 30), "287082");
        assert_eq!(code(secret, 1_111_111_109 / 30), "081804");
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
    }
}
