//! The engine against the plainest reading of AWS's rules, over a world small enough to write out: whom a statement
//! names, whether it matches, what it says.

use super::*;
use crate::Verdict;
use proptest::prelude::*;

const ME: &str = "111111111111";

#[derive(Clone, Debug)]
struct Line {
    denies: bool,
    action: &'static str,
    resource: &'static str,
    colour: Option<(&'static str, &'static str)>,
    /// Only written in resource policies.
    principal: usize,
}

/// The principals that a line may name, and how closely each names the session of [`session`].
const PRINCIPALS: [(&str, usize); 6] = [
    (r#"{"AWS": "222222222222"}"#, 0),
    (r#"{"Service": "ec2.amazonaws.com"}"#, 0),
    (r#"{"AWS": "111111111111"}"#, 1),
    (r#"{"AWS": "arn:aws:iam::111111111111:role/app/todo"}"#, 2),
    (r#"{"AWS": "arn:aws:sts::111111111111:assumed-role/todo/i-1"}"#, 3),
    (r#""*""#, 3),
];

impl Line {
    fn json(&self, has_principal: bool) -> String {
        let effect = if self.denies { "Deny" } else { "Allow" };
        let principal =
            if has_principal { format!(r#""Principal": {}, "#, PRINCIPALS[self.principal].0) } else { String::new() };
        let condition = match self.colour {
            Some((operator, colour)) => format!(r#", "Condition": {{"{operator}": {{"colour": "{colour}"}}}}"#),
            None => String::new(),
        };
        let Self { action, resource, .. } = self;
        format!(
            r#"{{"Effect": "{effect}", {principal}"Action": "{action}", "Resource": "arn:aws:s3:::{resource}"{condition}}}"#
        )
    }

    fn matches(&self, action: &str, resource: &str, colour: Option<&str>) -> bool {
        let condition = match self.colour {
            None => true,
            Some(("StringNotEquals", wanted)) => colour != Some(wanted),
            Some(("StringEqualsIfExists", wanted)) => colour.is_none_or(|found| found == wanted),
            Some((_, wanted)) => colour == Some(wanted),
        };
        naive_glob(&self.action.to_lowercase(), &action.to_lowercase())
            && naive_glob(self.resource, resource)
            && condition
    }
}

fn naive_glob(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    match first {
        '*' => (0..=text.len()).any(|skipped| naive_glob(&pattern[1..], &text[skipped..])),
        '?' => !text.is_empty() && naive_glob(&pattern[1..], &text[1..]),
        other => text.starts_with(other) && naive_glob(&pattern[1..], &text[1..]),
    }
}

fn line() -> impl Strategy<Value = Line> {
    let action = prop::sample::select(vec!["s3:*", "s3:Get*", "S3:getobject", "s3:Put?bject", "*"]);
    let resource = prop::sample::select(vec!["*", "a*", "a/b", "*b*b", "?/b", "b/*a"]);
    let operator = prop::sample::select(vec!["StringEquals", "StringNotEquals", "StringEqualsIfExists"]);
    let colour = prop::option::of((operator, prop::sample::select(vec!["red", "blue"])));
    (prop::bool::weighted(0.15), action, resource, colour, 0..PRINCIPALS.len())
        .prop_map(|(denies, action, resource, colour, principal)| Line { denies, action, resource, colour, principal })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec(line(), 0..3)
}

fn compile(lines: &[Line], kind: Kind) -> Option<Document> {
    let statements: Vec<String> = lines.iter().map(|line| line.json(kind == Kind::Resource)).collect();
    (!lines.is_empty()).then(|| document(&statements.join(", "), kind))
}

#[derive(Clone, Debug)]
struct World {
    identity: Vec<Line>,
    resource: Vec<Line>,
    boundary: Vec<Line>,
    session: Vec<Line>,
    is_cross_account: bool,
    action: &'static str,
    target: &'static str,
    colour: Option<&'static str>,
}

impl World {
    fn expected(&self) -> Verdict {
        let hits = |lines: &[Line], denies: bool| -> Vec<Line> {
            let hit = |line: &&Line| line.denies == denies && line.matches(self.action, self.target, self.colour);
            lines.iter().filter(hit).cloned().collect()
        };
        let closeness = |lines: &[Line]| lines.iter().map(|line| PRINCIPALS[line.principal].1).max().unwrap_or(0);
        let own = [&self.identity, &self.boundary, &self.session];
        if own.iter().any(|lines| !hits(lines, true).is_empty()) || closeness(&hits(&self.resource, true)) > 0 {
            return Verdict::ExplicitDeny;
        }
        let resource = closeness(&hits(&self.resource, false));
        let allows = |lines: &[Line]| !hits(lines, false).is_empty();
        let limits = |lines: &[Line]| lines.is_empty() || allows(lines);
        let is_limited_ok = limits(&self.boundary) && limits(&self.session);
        let is_allowed = match (self.is_cross_account, resource) {
            (true, named) => named > 0 && allows(&self.identity) && is_limited_ok,
            (false, 3) => true,
            (false, 2) => is_limited_ok,
            (false, _) => allows(&self.identity) && is_limited_ok,
        };
        if is_allowed { Verdict::Allowed } else { Verdict::ImplicitDeny }
    }

    fn verdict(&self) -> Verdict {
        let identity = compile(&self.identity, Kind::Identity);
        let resource = compile(&self.resource, Kind::Resource);
        let boundary = compile(&self.boundary, Kind::Identity);
        let session_policy = compile(&self.session, Kind::Identity);
        let documents = [&identity, &resource, &boundary, &session_policy];
        let given = documents.map(|document| document.as_ref().map(|document| Policy { name: "p", document }));
        let mut context = Context::new();
        if let Some(colour) = self.colour {
            context.set("Colour", colour);
        }
        let policies = Policies {
            identity: given[0].as_slice(),
            resource: given[1].as_slice(),
            boundary: given[2],
            session: given[3].as_slice(),
            resource_account: Some(if self.is_cross_account { "333333333333" } else { ME }),
            ..Policies::default()
        };
        let (principal, target) = (session(), format!("arn:aws:s3:::{}", self.target));
        let request = Request { principal: &principal, action: self.action, resource: &target, context: &context };
        evaluate(&request, &policies).verdict
    }
}

fn world() -> impl Strategy<Value = World> {
    let action = prop::sample::select(vec!["s3:GetObject", "s3:PutObject", "s3:ListBucket"]);
    let target = prop::sample::select(vec!["a/b", "abba", "b/a", "a", "b/b"]);
    let colour = prop::sample::select(vec![None, Some("red"), Some("green")]);
    (lines(), lines(), lines(), lines(), any::<bool>(), action, target, colour).prop_map(
        |(identity, resource, boundary, session, is_cross_account, action, target, colour)| World {
            identity,
            resource,
            boundary,
            session,
            is_cross_account,
            action,
            target,
            colour,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_agrees_with_the_plain_rules(world in world()) {
        prop_assert_eq!(world.verdict(), world.expected());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,200}") {
        let _ = Document::parse(&text, Kind::Identity);
    }

    #[test]
    fn no_name_makes_a_resource_pattern_panic(pattern in "(\\$|\\{|\\}|:|\\*|\\?|'|,|a|é){0,30}") {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement":
            {{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:x:::{pattern}"}}}}"#);
        if let Ok(document) = Document::parse(&text, Kind::Identity) {
            let policies = Policies { identity: &named("p", &document), ..Policies::default() };
            decide(&alice(), "x:Y", "arn:aws:x:::aéa", &policies);
        }
    }
}
