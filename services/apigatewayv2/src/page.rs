//! Pages of lists: the token is the key behind which the next page begins.

use crate::limits::PAGE_ITEMS;
use api_apigatewayv2::errors;
use kernel::Outcome;

/// The items of one page and the token of the next. `items` are in the order of their keys.
pub(crate) fn cut<T>(
    items: Vec<(String, T)>,
    most: Option<&str>,
    token: Option<&str>,
) -> Outcome<(Vec<T>, Option<String>)> {
    let most = match most.map(str::parse::<usize>) {
        None => PAGE_ITEMS,
        Some(Ok(most)) if most > 0 => most,
        Some(_) => {
            return Err(errors::bad_request_exception("Invalid value for maxResults: it must be a number above 0"));
        }
    };
    let mut items = items.into_iter().filter(|(key, _)| token.is_none_or(|token| key.as_str() > token)).peekable();
    let mut page = Vec::new();
    let mut last = None;
    while page.len() < most
        && let Some((key, item)) = items.next()
    {
        page.push(item);
        last = Some(key);
    }
    let next = items.peek().is_some().then_some(last).flatten();
    Ok((page, next))
}
