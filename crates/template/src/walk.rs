//! Walking over the functions in a value.

use crate::{
    TemplateError,
    function::{Attribute, Function, Piece, name_of, pieces},
};
use serde_json::Value;

/// Which of the two values of an `Fn::If` to look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Branches {
    Both,
    Then,
    Otherwise,
    Neither,
}

impl Branches {
    pub(crate) fn taken(holds: bool) -> Self {
        if holds { Self::Then } else { Self::Otherwise }
    }
}

/// What a walk does with each function: the function, and the JSON pointer to it.
pub(crate) type Visit<'v, 'a> = &'v mut dyn FnMut(Function<'a>, &str) -> Result<(), TemplateError>;

/// Visits the functions in a value, outer ones first.
pub(crate) fn functions<'a>(
    value: &'a Value,
    branches: &dyn Fn(&str) -> Branches,
    path: &mut String,
    visit: Visit<'_, 'a>,
) -> Result<(), TemplateError> {
    let function = Function::of(value)?;
    if let Some(function) = function {
        visit(function, path)?;
        if let Function::If { condition, then, otherwise } = function {
            let branches_taken = branches(condition);
            if matches!(branches_taken, Branches::Both | Branches::Then) {
                functions(then, branches, path, visit)?;
            }
            if matches!(branches_taken, Branches::Both | Branches::Otherwise) {
                functions(otherwise, branches, path, visit)?;
            }
            return Ok(());
        }
    }
    // What is inside a function is, for a reader, at the function's place.
    let is_function = function.is_some() && name_of(value).is_some();
    match value {
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            below(path, &index.to_string(), |path| functions(item, branches, path, visit))
        }),
        Value::Object(members) if is_function => members.values().try_for_each(|argument| {
            let here = path.clone();
            let walked = functions(argument, branches, path, visit);
            *path = here;
            walked
        }),
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, member)| below(path, name, |path| functions(member, branches, path, visit))),
        _ => Ok(()),
    }
}

/// Runs `then` with the path one step longer.
pub(crate) fn below<T>(path: &mut String, name: &str, then: impl FnOnce(&mut String) -> T) -> T {
    let length = path.len();
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    let result = then(path);
    path.truncate(length);
    result
}

/// A name that a function looks up: a parameter, a pseudo parameter or a resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mention<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: MentionKind<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum MentionKind<'a> {
    Ref,
    /// `Fn::GetAtt`; the attribute is unknown where it is computed.
    GetAtt(Option<&'a str>),
    /// `${Resource.Attribute}`.
    SubAttribute(&'a str),
}

/// The names that one function looks up, not those of the functions inside it.
pub(crate) fn mentions<'a>(function: &Function<'a>) -> Result<Vec<Mention<'a>>, TemplateError> {
    Ok(match *function {
        Function::Ref(name) => vec![Mention { name, kind: MentionKind::Ref }],
        Function::GetAtt { resource, attribute } => {
            let attribute = match attribute {
                Attribute::Named(name) => Some(name),
                Attribute::Computed(_) => None,
            };
            vec![Mention { name: resource, kind: MentionKind::GetAtt(attribute) }]
        }
        Function::Sub { text, variables } => pieces(text)?
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Variable(name) if variables.is_some_and(|given| given.contains_key(name)) => None,
                Piece::Variable(name) => Some(variable(name)),
                Piece::Text(_) | Piece::Literal(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    })
}

fn variable(name: &str) -> Mention<'_> {
    match name.split_once('.') {
        Some((name, attribute)) => Mention { name, kind: MentionKind::SubAttribute(attribute) },
        None => Mention { name, kind: MentionKind::Ref },
    }
}
