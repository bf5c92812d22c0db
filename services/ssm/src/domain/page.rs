//! Lists in pages, by the name with which the page before ended.

use api_ssm::errors;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use kernel::Outcome;

/// The items behind the token's, at most `most`, and the token of the next page.
pub(crate) fn page<T>(
    all: Vec<T>,
    name: impl Fn(&T) -> String,
    token: Option<&str>,
    most: usize,
) -> Outcome<(Vec<T>, Option<String>)> {
    let after = match token {
        None => None,
        Some(token) => {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            Some(text.ok_or_else(|| errors::invalid_next_token("The specified token is not valid."))?)
        }
    };
    let mut rest =
        all.into_iter().skip_while(|item| after.as_ref().is_some_and(|after| name(item) <= *after)).peekable();
    let items: Vec<T> = rest.by_ref().take(most).collect();
    let next = rest.peek().and_then(|_| items.last()).map(|last| BASE64_URL_SAFE_NO_PAD.encode(name(last)));
    Ok((items, next))
}
