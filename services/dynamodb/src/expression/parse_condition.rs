//! The grammar of conditions.

use super::{
    Comparator, Condition, Operand, Placeholders,
    condition::order,
    parser::{Parsed, Parser, Rank, parse_whole},
    tokens::Kind,
};
use crate::value::Value;
use kernel::Outcome;
use std::cmp::Ordering;

/// `parameter` is what the caller calls it: ConditionExpression, FilterExpression, KeyConditionExpression.
pub(crate) fn parse_condition(parameter: &str, source: &str, placeholders: &mut Placeholders) -> Outcome<Condition> {
    parse_whole(parameter, source, placeholders, |parser| {
        let term = disjunction(parser)?;
        condition(parser, term)
    })
}

/// A part of a condition: brackets may hold either.
enum Term {
    Condition {
        tree: Condition,
        is_bracketed: bool,
    },
    Operand(Operand),
    /// A function that is a condition, but stands where an operand does.
    Misplaced(String, Condition),
}

impl Term {
    fn plain(tree: Condition) -> Self {
        Self::Condition { tree, is_bracketed: false }
    }
}

fn disjunction(parser: &mut Parser<'_>) -> Parsed<Term> {
    let mut term = conjunction(parser)?;
    while parser.token().is_keyword("OR") {
        let left = condition(parser, term)?;
        parser.advance();
        let right = conjunction(parser)?;
        term = Term::plain(left.or(condition(parser, right)?));
    }
    Ok(term)
}

fn conjunction(parser: &mut Parser<'_>) -> Parsed<Term> {
    let mut term = negation(parser)?;
    while parser.token().is_keyword("AND") {
        let left = condition(parser, term)?;
        parser.advance();
        let right = negation(parser)?;
        term = Term::plain(left.and(condition(parser, right)?));
    }
    Ok(term)
}

fn negation(parser: &mut Parser<'_>) -> Parsed<Term> {
    if !parser.takes_keyword("NOT") {
        return comparison(parser);
    }
    let inner = parser.deeper(negation)?;
    Ok(Term::plain(condition(parser, inner)?.negated()))
}

/// The condition that `term` is; where it is a mere operand, the grammar breaks at the next token.
fn condition(parser: &mut Parser<'_>, term: Term) -> Parsed<Condition> {
    match term {
        Term::Condition { tree, .. } | Term::Misplaced(_, tree) => Ok(tree),
        Term::Operand(Operand::Size(_)) => {
            misused(parser, "size");
            Ok(Condition::Exists(super::Path::of("")))
        }
        Term::Operand(_) => Err(parser.unexpected()),
    }
}

fn misused(parser: &mut Parser<'_>, function: &str) {
    let why = "The function is not allowed to be used this way in an expression; function: ";
    parser.problem(Rank::MisusedFunction, format!("{why}{function}"));
}

fn comparison(parser: &mut Parser<'_>) -> Parsed<Term> {
    let left = atom(parser)?;
    let token = parser.token();
    let comparator = match token.text {
        "=" => Some(Comparator::Equal),
        "<>" => Some(Comparator::NotEqual),
        "<" => Some(Comparator::Less),
        "<=" => Some(Comparator::LessOrEqual),
        ">" => Some(Comparator::Greater),
        ">=" => Some(Comparator::GreaterOrEqual),
        _ => None,
    };
    if let Some(comparator) = comparator.filter(|_| token.kind == Kind::Symbol) {
        let left = operand_of(parser, left)?;
        parser.advance();
        let right = operand(parser)?;
        check_comparable(parser, comparator, &left, &right);
        return Ok(Term::plain(Condition::Compare(comparator, left, right)));
    }
    if token.is_keyword("BETWEEN") {
        let value = operand_of(parser, left)?;
        parser.advance();
        let low = operand(parser)?;
        if !parser.takes_keyword("AND") {
            return Err(parser.unexpected());
        }
        let high = operand(parser)?;
        check_bounds(parser, &low, &high);
        return Ok(Term::plain(Condition::Between(value, low, high)));
    }
    if token.is_keyword("IN") {
        let value = operand_of(parser, left)?;
        parser.advance();
        parser.expect("(")?;
        let list = arguments(parser)?;
        return Ok(Term::plain(Condition::In(value, list)));
    }
    Ok(left)
}

fn operand(parser: &mut Parser<'_>) -> Parsed<Operand> {
    let term = atom(parser)?;
    operand_of(parser, term)
}

fn operand_of(parser: &mut Parser<'_>, term: Term) -> Parsed<Operand> {
    match term {
        Term::Operand(operand) => Ok(operand),
        Term::Misplaced(function, _) => {
            misused(parser, &function);
            Ok(Operand::Value(Value::Null))
        }
        Term::Condition { .. } => Err(parser.unexpected()),
    }
}

fn atom(parser: &mut Parser<'_>) -> Parsed<Term> {
    let token = parser.token();
    if parser.takes("(") {
        let inner = parser.deeper(disjunction)?;
        parser.expect(")")?;
        return Ok(match inner {
            Term::Condition { tree, is_bracketed } => {
                if is_bracketed {
                    parser.problem(Rank::Parentheses, "The expression has redundant parentheses;");
                }
                Term::Condition { tree, is_bracketed: true }
            }
            Term::Misplaced(_, tree) => Term::Condition { tree, is_bracketed: true },
            operand @ Term::Operand(_) => operand,
        });
    }
    if token.kind == Kind::Value {
        return Ok(Term::Operand(Operand::Value(parser.value())));
    }
    if token.kind == Kind::Word && parser.peek().is("(") && !token.is_keyword("NOT") {
        return function(parser);
    }
    Ok(Term::Operand(Operand::Path(parser.path()?)))
}

/// Behind the opening bracket: one or more operands and the closing one.
fn arguments(parser: &mut Parser<'_>) -> Parsed<Vec<Operand>> {
    let mut list = vec![parser.deeper(operand)?];
    while parser.takes(",") {
        list.push(parser.deeper(operand)?);
    }
    parser.expect(")")?;
    Ok(list)
}

fn function(parser: &mut Parser<'_>) -> Parsed<Term> {
    let name = parser.advance().text;
    parser.expect("(")?;
    let mut operands = arguments(parser)?;
    let nothing = || Term::Misplaced(name.to_owned(), Condition::Exists(super::Path::of("")));
    let wanted = match name {
        "attribute_exists" | "attribute_not_exists" | "size" => 1,
        "attribute_type" | "begins_with" | "contains" => 2,
        _ => {
            parser.problem(Rank::UnknownFunction, format!("Invalid function name; function: {name}"));
            return Ok(nothing());
        }
    };
    if operands.len() != wanted {
        let count = operands.len();
        let why = "Incorrect number of operands for operator or function; operator or function: ";
        parser.problem(Rank::Operands, format!("{why}{name}, number of operands: {count}"));
        return Ok(nothing());
    }
    check_distinct(parser, name, &operands);
    check_types(parser, name, &operands);
    let last = operands.pop().expect("there is at least one");
    let tree = match (name, operands.pop(), last) {
        ("attribute_exists", _, Operand::Path(path)) => Condition::Exists(path),
        ("attribute_not_exists", _, Operand::Path(path)) => Condition::Exists(path).negated(),
        ("size", _, operand) => return Ok(Term::Operand(Operand::Size(Box::new(operand)))),
        ("attribute_type", Some(operand), Operand::Value(Value::S(kind))) => Condition::IsOfType(operand, kind),
        ("begins_with", Some(operand), prefix) => Condition::BeginsWith(operand, prefix),
        ("contains", Some(operand), part) => Condition::Contains(operand, part),
        // A problem was reported.
        _ => return Ok(nothing()),
    };
    Ok(Term::Misplaced(name.to_owned(), tree))
}

fn check_types(parser: &mut Parser<'_>, name: &str, operands: &[Operand]) {
    let wrong = |kind: &str| {
        format!("Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}")
    };
    match name {
        "attribute_exists" | "attribute_not_exists" if !matches!(operands[0], Operand::Path(_)) => {
            let why = "Operator or function requires a document path; operator or function: ";
            parser.problem(Rank::Types, format!("{why}{name}"));
        }
        "begins_with" => {
            let mut kinds = operands.iter().filter_map(Operand::type_name);
            if let Some(kind) = kinds.find(|kind| !["S", "B"].contains(kind)) {
                parser.problem(Rank::Types, wrong(kind));
            }
        }
        "attribute_type" => match &operands[1] {
            Operand::Value(Value::S(kind)) => {
                if !["S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"].contains(&kind.as_str()) {
                    let valid = "valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}";
                    let why = format!("Invalid attribute type name found; type: {kind}, {valid}");
                    parser.problem(Rank::Types, why);
                }
            }
            other => {
                let kind = other.type_name().unwrap_or("{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
                parser.problem(Rank::Types, wrong(kind));
            }
        },
        "size" => {
            if let Some(kind) = operands[0].type_name().filter(|kind| ["N", "BOOL", "NULL"].contains(kind)) {
                parser.problem(Rank::Types, wrong(kind));
            }
        }
        _ => {}
    }
}

fn check_distinct(parser: &mut Parser<'_>, operator: &str, operands: &[Operand]) {
    if let [Operand::Path(one), Operand::Path(two)] = operands
        && one == two
    {
        let why =
            "The first operand must be distinct from the remaining operands for this operator or function; operator: ";
        parser.problem(Rank::Distinct, format!("{why}{operator}, first operand: {one}"));
    }
}

fn check_comparable(parser: &mut Parser<'_>, comparator: Comparator, left: &Operand, right: &Operand) {
    check_distinct(parser, comparator.symbol(), &[left.clone(), right.clone()]);
    if matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
        return;
    }
    let mut kinds = [left, right].into_iter().filter_map(Operand::type_name);
    if let Some(kind) = kinds.find(|kind| !["S", "N", "B"].contains(kind)) {
        let why = "Incorrect operand type for operator or function; operator or function: ";
        parser.problem(Rank::Types, format!("{why}{}, operand type: {kind}", comparator.symbol()));
    }
}

fn check_bounds(parser: &mut Parser<'_>, low: &Operand, high: &Operand) {
    let (Operand::Value(low), Operand::Value(high)) = (low, high) else { return };
    let bounds = format!(
        "lower bound operand: AttributeValue: {}, upper bound operand: AttributeValue: {}",
        low.shown(),
        high.shown()
    );
    if low.type_name() != high.type_name() {
        let why = "The BETWEEN operator requires same data type for lower and upper bounds; ";
        parser.problem(Rank::Types, format!("{why}{bounds}"));
    } else if order(Some(low), Some(high)) == Some(Ordering::Greater) {
        let why = "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ";
        parser.problem(Rank::Types, format!("{why}{bounds}"));
    }
}
