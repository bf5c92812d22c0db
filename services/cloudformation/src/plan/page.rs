//! Answers in pages.

use crate::state::validation;
use kernel::Outcome;

/// The items from the token on, and the token of what is left.
pub(crate) fn page<T>(items: Vec<T>, token: Option<&str>, size: usize) -> Outcome<(Vec<T>, Option<String>)> {
    let from: usize = match token {
        None => 0,
        Some(token) => token.parse().map_err(|_| validation("Invalid NextToken"))?,
    };
    let is_more = items.len() > from.saturating_add(size);
    let page = items.into_iter().skip(from).take(size).collect();
    Ok((page, is_more.then(|| (from + size).to_string())))
}
