//! Ids and secrets as AWS makes them.

use base::Entropy;

/// What unique ids consist of: base 32.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) const USER: &str = "AIDA";
pub(crate) const GROUP: &str = "AGPA";
pub(crate) const ROLE: &str = "AROA";
pub(crate) const POLICY: &str = "ANPA";
pub(crate) const PROFILE: &str = "AIPA";

/// A unique id: what it is of, and 17 characters.
pub(crate) fn unique(entropy: &Entropy, prefix: &str) -> String {
    format!("{prefix}{}", entropy.text(LETTERS, 17))
}

pub(crate) fn long_term_key(entropy: &Entropy) -> String {
    format!("AKIA{}", entropy.text(LETTERS, 16))
}

pub(crate) fn temporary_key(entropy: &Entropy) -> String {
    format!("ASIA{}", entropy.text(LETTERS, 16))
}

pub(crate) fn secret(entropy: &Entropy) -> String {
    entropy.text(BASE64, 40)
}

/// Opaque to everybody, and as long as clients are used to.
pub(crate) fn session_token(entropy: &Entropy) -> String {
    format!("IQoJb3JpZ2luX2Vj{}", entropy.text(BASE64, 320))
}
