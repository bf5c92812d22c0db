//! The rules for passwords, and passwords that fulfil them.

use api_cognito_idp::{PasswordPolicyType, errors};
use base::Entropy;
use kernel::Outcome;

/// AWS: the characters that count as symbols; a space counts inside of a password.
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`+=-";
/// AWS quota: the longest password.
const MOST_CHARACTERS: usize = 256;
const MADE_UP_LENGTH: usize = 12;

pub(crate) fn check(policy: &PasswordPolicyType, password: &str) -> Outcome<()> {
    let has = |wanted: fn(char) -> bool| password.chars().any(wanted);
    let symbol = |letter: char| SYMBOLS.contains(letter);
    let broken = if password.chars().count() < usize::try_from(policy.minimum_length.unwrap_or(8)).unwrap_or(8) {
        "Password not long enough"
    } else if password.chars().count() > MOST_CHARACTERS {
        "Password is too long"
    } else if policy.require_lowercase == Some(true) && !has(|letter| letter.is_ascii_lowercase()) {
        "Password must have lowercase characters"
    } else if policy.require_uppercase == Some(true) && !has(|letter| letter.is_ascii_uppercase()) {
        "Password must have uppercase characters"
    } else if policy.require_numbers == Some(true) && !has(|letter| letter.is_ascii_digit()) {
        "Password must have numeric characters"
    } else if policy.require_symbols == Some(true) && !password.trim().chars().any(|c| symbol(c) || c == ' ') {
        "Password must have symbol characters"
    } else {
        return Ok(());
    };
    Err(errors::invalid_password_exception(format!("Password did not conform with policy: {broken}")))
}

/// A password with every kind of character, as long as the policy wants.
pub(crate) fn make_up(policy: &PasswordPolicyType, entropy: &Entropy) -> String {
    let kinds = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#$%&*+-?@_"];
    let length = usize::try_from(policy.minimum_length.unwrap_or(8)).unwrap_or(8).max(MADE_UP_LENGTH);
    (0..length).map(|at| entropy.text(kinds[at % kinds.len()], 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_broken_rule_is_said() {
        let strict = PasswordPolicyType {
            minimum_length: Some(8),
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            ..Default::default()
        };
        for (password, said) in [
            ("Aa1!", "Password not long enough"),
            ("AAAAAAA1!", "Password must have lowercase characters"),
            ("aaaaaaa1!", "Password must have uppercase characters"),
            ("Aaaaaaaa!", "Password must have numeric characters"),
            ("Aaaaaaaa1", "Password must have symbol characters"),
            ("Aaaaaaa1 ", "Password must have symbol characters"),
        ] {
            let refused = check(&strict, password).unwrap_err().message;
            assert_eq!(refused, format!("Password did not conform with policy: {said}"), "{password}");
        }
        check(&strict, "Aaaaaa 1a").unwrap();
        check(&strict, &make_up(&strict, &Entropy::seeded(3))).unwrap();
    }
}
