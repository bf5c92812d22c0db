//! `GET /pets/{id}`, `ANY /{proxy+}`, `$default`.

use api_apigatewayv2::errors;
use shape::ApiError;

/// Two keys are equal when no request can tell them apart: labels do not count.
#[derive(Clone, Debug)]
pub(crate) enum RouteKey {
    Default,
    Path {
        /// `None` is `ANY`.
        method: Option<String>,
        segments: Vec<Segment>,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Segment {
    Text(String),
    /// `{id}`: one segment that is not empty.
    Label(String),
    /// `{proxy+}`: all that is left. Only the last.
    Greedy(String),
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

impl RouteKey {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        Self::read(text).ok_or_else(|| {
            errors::bad_request_exception(
                "The provided route key is not formatted properly for HTTP protocol. Format should be \
                 \"<HTTP METHOD><SPACE>/<RESOURCE PATH>\" or \"$default\"",
            )
        })
    }

    fn read(text: &str) -> Option<Self> {
        if text == "$default" {
            return Some(Self::Default);
        }
        let (method, path) = text.split_once(' ')?;
        let method = match method {
            "ANY" => None,
            known if METHODS.contains(&known) => Some(known.to_owned()),
            _ => return None,
        };
        let segments: Vec<_> = path.strip_prefix('/')?.split('/').map(Segment::read).collect::<Option<_>>()?;
        let greedy = segments.iter().position(|segment| matches!(segment, Segment::Greedy(_)));
        let greedy_is_last = greedy.is_none_or(|at| at + 1 == segments.len());
        greedy_is_last.then_some(Self::Path { method, segments })
    }
}

impl Segment {
    fn read(text: &str) -> Option<Self> {
        let Some(inside) = text.strip_prefix('{') else {
            return (!text.contains(['{', '}', ' '])).then(|| Self::Text(text.into()));
        };
        let inside = inside.strip_suffix('}')?;
        let (name, is_greedy) = inside.strip_suffix('+').map_or((inside, false), |name| (name, true));
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-:".contains(c));
        let segment = if is_greedy { Self::Greedy } else { Self::Label };
        is_name.then(|| segment(name.into()))
    }
}

impl PartialEq for Segment {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Label(_), Self::Label(_)) | (Self::Greedy(_), Self::Greedy(_)) => true,
            _ => false,
        }
    }
}

impl PartialEq for RouteKey {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Default, Self::Default) => true,
            (Self::Path { method: a, segments: one }, Self::Path { method: b, segments: two }) => a == b && one == two,
            _ => false,
        }
    }
}
