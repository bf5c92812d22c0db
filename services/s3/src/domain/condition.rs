//! If-Match and its kin.

use base::Timestamp;

/// What a request makes its answer depend on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) matches: Option<String>,
    pub(crate) none_match: Option<String>,
    pub(crate) modified_since: Option<Timestamp>,
    pub(crate) unmodified_since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Go,
    NotModified,
    /// The header that failed.
    Failed(&'static str),
}

impl Conditions {
    /// For reading. AWS: If-Match wins over If-Unmodified-Since, If-None-Match over If-Modified-Since.
    pub(crate) fn check(&self, etag: &str, modified: Timestamp) -> Verdict {
        match (&self.matches, self.unmodified_since) {
            (Some(wanted), _) if !names(wanted, etag) => return Verdict::Failed("If-Match"),
            (None, Some(since)) if modified.secs() > since.secs() => return Verdict::Failed("If-Unmodified-Since"),
            _ => {}
        }
        match (&self.none_match, self.modified_since) {
            (Some(unwanted), _) if names(unwanted, etag) => Verdict::NotModified,
            (None, Some(since)) if modified.secs() <= since.secs() => Verdict::NotModified,
            _ => Verdict::Go,
        }
    }
}

/// Whether a list of entity tags, quoted or not, names this one.
pub(crate) fn names(list: &str, etag: &str) -> bool {
    list.split(',')
        .map(|one| one.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|one| one == "*" || one == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_win_over_times() {
        let at = Timestamp::from_secs(100);
        let check = |set: &dyn Fn(&mut Conditions)| {
            let mut conditions = Conditions::default();
            set(&mut conditions);
            conditions.check("abc", at)
        };
        assert_eq!(check(&|_| ()), Verdict::Go);
        assert_eq!(check(&|on| on.matches = Some("\"abc\"".into())), Verdict::Go);
        assert_eq!(check(&|on| on.matches = Some("\"x\", \"y\"".into())), Verdict::Failed("If-Match"));
        assert_eq!(check(&|on| on.none_match = Some("*".into())), Verdict::NotModified);
        assert_eq!(check(&|on| on.modified_since = Some(at)), Verdict::NotModified);
        assert_eq!(
            check(&|on| on.unmodified_since = Some(Timestamp::from_secs(99))),
            Verdict::Failed("If-Unmodified-Since")
        );
        let both = |on: &mut Conditions| {
            on.matches = Some("abc".into());
            on.unmodified_since = Some(Timestamp::from_secs(1));
            on.none_match = Some("other".into());
            on.modified_since = Some(Timestamp::from_secs(200));
        };
        assert_eq!(check(&both), Verdict::Go);
    }
}
