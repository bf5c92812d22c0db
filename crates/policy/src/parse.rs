//! From text to statements: which elements there are, and what type each has.

use crate::{
    condition::{Condition, Rule},
    document::{Action, Choice, Document, Effect, Kind, PrincipalPattern, Resource, Statement, Version},
    error::{PolicyError, Reason},
    json::Node,
    pattern::{ArnPattern, Pattern, Reading},
};

type Parsed<T> = Result<T, PolicyError>;

impl Document {
    pub(crate) fn compile(text: &str, kind: Kind) -> Parsed<Self> {
        let root: Node = serde_json::from_str(text).map_err(|error| PolicyError::syntax(error.to_string()))?;
        let mut root = Elements::of(root, "the policy")?;
        let version = match root.take("Version").map(|node| string(node, "Version")).transpose()?.as_deref() {
            None | Some("2008-10-17") => Version::V2008,
            Some("2012-10-17") => Version::V2012,
            Some(other) => return Err(PolicyError::syntax(format!("Version is {other:?}"))),
        };
        let id = root.take("Id").map(|node| string(node, "Id")).transpose()?;
        let statements = match root.take("Statement") {
            Some(Node::List(list)) if !list.is_empty() => list,
            Some(one @ Node::Object(_)) => vec![one],
            Some(_) => return Err(PolicyError::syntax("Statement is neither a statement nor a list of them")),
            None => return Err(PolicyError::syntax("Statement is missing")),
        };
        root.finish()?;
        let statements = statements
            .into_iter()
            .enumerate()
            .map(|(index, node)| statement(node, &format!("Statement[{index}]"), version))
            .collect::<Parsed<_>>()?;
        Ok(Self { text: text.to_owned(), kind, version, id, statements })
    }
}

fn statement(node: Node, at: &str, version: Version) -> Parsed<Statement> {
    let variables = version == Version::V2012;
    let mut elements = Elements::of(node, at)?;
    let sid = elements.take("Sid").map(|node| string(node, &format!("{at}.Sid"))).transpose()?;
    let effect = match elements.take("Effect").map(|node| string(node, &format!("{at}.Effect"))).transpose()? {
        Some(effect) => self::effect(&effect, at)?,
        None => return Err(PolicyError::syntax(format!("{at}.Effect is missing"))),
    };
    let principals = elements.choice("Principal", "NotPrincipal", principals)?;
    let actions = elements.choice("Action", "NotAction", |node, at| {
        let action = |text: String| {
            let pattern = Pattern::new(&text, Reading { wildcards: true, variables: false });
            Action { text, pattern }
        };
        Ok(strings(node, at)?.into_iter().map(action).collect())
    })?;
    let resources = elements.choice("Resource", "NotResource", |node, at| {
        let resource = |text: String| {
            let pattern = ArnPattern::new(&text, variables);
            Resource { text, pattern }
        };
        Ok(strings(node, at)?.into_iter().map(resource).collect())
    })?;
    let conditions = elements.take("Condition").map(|node| conditions(node, at, variables)).transpose()?;
    elements.finish()?;
    let actions =
        actions.ok_or_else(|| PolicyError::new(Reason::MissingActions, format!("{at} has no Action or NotAction")))?;
    Ok(Statement { sid, effect, principals, actions, resources, conditions: conditions.unwrap_or_default() })
}

fn effect(text: &str, at: &str) -> Parsed<Effect> {
    match text {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        // AWS: the wrong case passes the first parser and fails the older one behind it.
        _ if text.eq_ignore_ascii_case("Allow") || text.eq_ignore_ascii_case("Deny") => {
            Err(PolicyError::new(Reason::LegacyParsing, format!("{at}.Effect is {text:?}")))
        }
        _ => Err(PolicyError::syntax(format!("{at}.Effect is {text:?}, neither Allow nor Deny"))),
    }
}

fn principals(node: Node, at: &str) -> Parsed<Vec<PrincipalPattern>> {
    let kinds = match node {
        Node::Scalar { text, is_string: true } if text == "*" => return Ok(vec![PrincipalPattern::Anyone]),
        Node::Object(kinds) if !kinds.is_empty() => kinds,
        _ => return Err(PolicyError::syntax(format!("{at} is neither \"*\" nor an object"))),
    };
    let mut all = Vec::new();
    for (kind, names) in kinds {
        let read = match kind.as_str() {
            "AWS" => aws_principal,
            "Service" => |name| Ok(PrincipalPattern::Service(name)),
            "Federated" => |name| Ok(PrincipalPattern::Federated(name)),
            "CanonicalUser" => |name| Ok(PrincipalPattern::CanonicalUser(name)),
            _ => return Err(PolicyError::syntax(format!("{at}.{kind} is not a kind of principal"))),
        };
        for name in strings(names, &format!("{at}.{kind}"))? {
            all.push(read(name)?);
        }
    }
    Ok(all)
}

fn aws_principal(name: String) -> Parsed<PrincipalPattern> {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if name == "*" {
        return Ok(PrincipalPattern::Anyone);
    }
    if is_account(&name) {
        return Ok(PrincipalPattern::Account(name));
    }
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "iam", "", account, "root"] if is_account(account) => {
            Ok(PrincipalPattern::Account(account.to_owned()))
        }
        ["arn", _, "iam" | "sts", "", _, resource] if !resource.is_empty() => Ok(PrincipalPattern::Arn(name)),
        _ => {
            let detail = format!("{name:?} is not \"*\", an account or an ARN of IAM or STS");
            Err(PolicyError::new(Reason::InvalidPrincipal { kind: "AWS", value: name }, detail))
        }
    }
}

fn conditions(node: Node, at: &str, variables: bool) -> Parsed<Vec<Condition>> {
    let at = format!("{at}.Condition");
    let Node::Object(operators) = node else { return Err(PolicyError::syntax(format!("{at} is not an object"))) };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let rule =
            Rule::parse(&operator).ok_or_else(|| PolicyError::syntax(format!("{at}.{operator} is not an operator")))?;
        let Node::Object(keys) = keys else {
            return Err(PolicyError::syntax(format!("{at}.{operator} is not an object")));
        };
        for (key, values) in keys {
            let values = scalars(values, &format!("{at}.{operator}.{key}"))?;
            conditions.push(Condition::new(&operator, rule, &key, values, variables));
        }
    }
    Ok(conditions)
}

/// The elements of an object, taken one by one, so that what is left is unknown.
struct Elements<'a> {
    at: &'a str,
    entries: Vec<(String, Node)>,
}

impl<'a> Elements<'a> {
    fn of(node: Node, at: &'a str) -> Parsed<Self> {
        match node {
            Node::Object(entries) => Ok(Self { at, entries }),
            _ => Err(PolicyError::syntax(format!("{at} is not an object"))),
        }
    }

    fn take(&mut self, name: &str) -> Option<Node> {
        let index = self.entries.iter().position(|(key, _)| key == name)?;
        Some(self.entries.swap_remove(index).1)
    }

    fn choice<T>(
        &mut self,
        any_of: &str,
        none_of: &str,
        read: impl Fn(Node, &str) -> Parsed<Vec<T>>,
    ) -> Parsed<Option<Choice<T>>> {
        let at = self.at;
        match (self.take(any_of), self.take(none_of)) {
            (Some(node), None) => Ok(Some(Choice::AnyOf(read(node, &format!("{at}.{any_of}"))?))),
            (None, Some(node)) => Ok(Some(Choice::NoneOf(read(node, &format!("{at}.{none_of}"))?))),
            (None, None) => Ok(None),
            _ => Err(PolicyError::syntax(format!("{at} has both {any_of} and {none_of}"))),
        }
    }

    fn finish(self) -> Parsed<()> {
        match self.entries.first() {
            Some((key, _)) => Err(PolicyError::syntax(format!("{}.{key} is not an element", self.at))),
            None => Ok(()),
        }
    }
}

fn string(node: Node, at: &str) -> Parsed<String> {
    match node {
        Node::Scalar { text, is_string: true } => Ok(text),
        _ => Err(PolicyError::syntax(format!("{at} is not a string"))),
    }
}

/// One string or a list of them.
fn strings(node: Node, at: &str) -> Parsed<Vec<String>> {
    match node {
        Node::List(list) => list.into_iter().map(|item| string(item, at)).collect(),
        one => Ok(vec![string(one, at)?]),
    }
}

/// One value or a list of them; numbers and booleans need no quotes.
fn scalars(node: Node, at: &str) -> Parsed<Vec<String>> {
    let scalar = |node| match node {
        Node::Scalar { text, .. } => Ok(text),
        _ => Err(PolicyError::syntax(format!("{at} is not a value or a list of values"))),
    };
    match node {
        Node::List(list) => list.into_iter().map(scalar).collect(),
        one => Ok(vec![scalar(one)?]),
    }
}
