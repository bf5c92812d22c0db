//! What a parameter may be called, and what a caller may call it by.

use api_ssm::errors;
use base::{AccountId, Arn};
use kernel::Outcome;
use shape::ApiError;

/// AWS quota: levels of a hierarchy; letters of a name.
const MOST_LEVELS: usize = 15;
const MOST_LETTERS: usize = 1011;

/// A name as a caller writes it: the name itself or an ARN, with a version or a label behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) selector: Option<Selector>,
    /// Of the ARN, where it is one.
    pub(crate) account: Option<AccountId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selector {
    Version(u64),
    Label(String),
}

impl Named {
    pub(crate) fn parse(text: &str) -> Self {
        let (name, account) = match text.parse::<Arn>() {
            // AWS: the ARN of `/a/b` and that of `a/b` are the same, and only the former can exist.
            Ok(arn) => {
                let resource = arn.resource.strip_prefix("parameter").unwrap_or(&arn.resource);
                let bare = resource.trim_start_matches('/');
                let name = if bare.contains('/') { resource.to_owned() } else { bare.to_owned() };
                (name, AccountId::new(arn.account.as_str()))
            }
            Err(_) => (text.to_owned(), None),
        };
        let (name, selector) = match name.split_once(':') {
            None => (name.as_str(), None),
            Some((name, selector)) => {
                (name, Some(selector.parse().map_or_else(|_| Selector::Label(selector.into()), Selector::Version)))
            }
        };
        Self { name: name.to_owned(), selector, account }
    }
    /// As answers repeat it: `:3`.
    pub(crate) fn shown_selector(&self) -> Option<String> {
        self.selector.as_ref().map(|selector| match selector {
            Selector::Version(number) => format!(":{number}"),
            Selector::Label(label) => format!(":{label}"),
        })
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(letter))
}

/// Whether a new parameter may have this name.
pub(crate) fn check(name: &str) -> Outcome<()> {
    let bare = name.strip_prefix('/').unwrap_or(name);
    let first = bare.split('/').next().unwrap_or_default().to_ascii_lowercase();
    if first.starts_with("aws") {
        return Err(ApiError::new(
            "AccessDeniedException",
            400,
            format!("No access to reserved parameter name: {name}."),
        ));
    }
    if bare.contains('/') && !name.starts_with('/') {
        return Err(ApiError::validation("Parameter name must be a fully qualified name."));
    }
    if first.starts_with("ssm") || !bare.split('/').all(is_part) {
        return Err(ApiError::validation(
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of \
             sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the \
             following 3 symbols .-_",
        ));
    }
    if bare.split('/').count() > MOST_LEVELS {
        return Err(errors::hierarchy_level_limit_exceeded_exception(format!(
            "Parameter name can have a maximum of {MOST_LEVELS} levels: {name}"
        )));
    }
    if name.len() > MOST_LETTERS {
        return Err(ApiError::validation(format!("Parameter name can have at most {MOST_LETTERS} characters.")));
    }
    Ok(())
}

/// Whether `path` can be asked for its parameters.
pub(crate) fn check_path(path: &str) -> Outcome<()> {
    let bare = path.trim_end_matches('/');
    if path.starts_with('/') && (bare.is_empty() || bare[1..].split('/').all(is_part)) {
        return Ok(());
    }
    Err(ApiError::validation(
        "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \
         \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or \
         the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All \
         sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: \
         /get/parameters2-/by1./path0_.",
    ))
}

/// Whether `name` is below `path`: at once, or anywhere.
pub(crate) fn is_below(name: &str, path: &str, is_recursive: bool) -> bool {
    let path = path.trim_end_matches('/');
    // A name without a slash is one at the top.
    let full = if name.starts_with('/') { name.to_owned() } else { format!("/{name}") };
    let Some(rest) = full.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')) else { return false };
    is_recursive || !rest.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_hierarchy_is_lists_of_parts(name in "(/[ab]{1,2}){1,4}", path in "(/[ab]{1,2}){0,3}/?", is_recursive: bool) {
            let parts = |text: &str| {
                text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
            };
            let (of_name, of_path) = (parts(&name), parts(&path));
            let begins = of_name.len() > of_path.len() && of_name[..of_path.len()] == of_path[..];
            let wanted = begins && (is_recursive || of_name.len() == of_path.len() + 1);
            prop_assert_eq!(is_below(&name, &path, is_recursive), wanted);
        }
    }

    #[test]
    fn names_obey_their_rules() {
        for good in ["a", "/a", "/a/b.c-d_e/1"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["a/b", "/a//b", "/a/", "", "/", "a b", "ssm-x", "/SSM/x", "aws.x", "/aws/x", "a:b"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert_eq!(check(&"/a".repeat(16)).unwrap_err().code, "HierarchyLevelLimitExceededException");
    }

    #[test]
    fn a_caller_may_name_a_version_a_label_or_an_arn() {
        assert_eq!(Named::parse("/a:3").selector, Some(Selector::Version(3)));
        assert_eq!(Named::parse("a:prod").selector, Some(Selector::Label("prod".into())));
        assert_eq!(Named::parse("arn:aws:ssm:us-east-1:000000000000:parameter/a/b:2").name, "/a/b");
        assert_eq!(Named::parse("arn:aws:ssm:us-east-1:000000000000:parameter/a").name, "a");
    }
}
