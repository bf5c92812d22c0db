//! The grammar of updates.

use super::{
    Action, Path, Placeholders, Source, Update,
    parser::{Parsed, Parser, Rank, parse_whole},
    tokens::Kind,
};
use crate::value::Value;
use kernel::Outcome;

const SECTIONS: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];

pub(crate) fn parse_update(source: &str, placeholders: &mut Placeholders) -> Outcome<Update> {
    parse_whole("UpdateExpression", source, placeholders, |parser| {
        let mut seen = Vec::new();
        let mut actions: Vec<Action> = Vec::new();
        while parser.token().kind != Kind::End || seen.is_empty() {
            let token = parser.token();
            let Some(section) = SECTIONS.into_iter().find(|name| token.is_keyword(name)) else {
                return Err(parser.unexpected());
            };
            parser.advance();
            if seen.contains(&section) {
                let why = format!("The \"{section}\" section can only be used once in an update expression;");
                parser.problem(Rank::Section, why);
            }
            seen.push(section);
            loop {
                let action = action(parser, section)?;
                for known in &actions {
                    if let Some((rank, why)) = known.path().clash(action.path()) {
                        parser.problem(rank, why);
                    }
                }
                actions.push(action);
                if !parser.takes(",") {
                    break;
                }
            }
        }
        Ok(Update(actions))
    })
}

fn action(parser: &mut Parser<'_>, section: &str) -> Parsed<Action> {
    let path = parser.path()?;
    match section {
        "SET" => {
            parser.expect("=")?;
            Ok(Action::Set(path, sum(parser)?))
        }
        "REMOVE" => Ok(Action::Remove(path)),
        section => {
            if parser.token().kind != Kind::Value {
                return Err(parser.unexpected());
            }
            let value = parser.value();
            check_operand(parser, section, &value);
            Ok(if section == "ADD" { Action::Add(path, value) } else { Action::Delete(path, value) })
        }
    }
}

/// ADD takes numbers and sets, DELETE sets.
fn check_operand(parser: &mut Parser<'_>, section: &str, value: &Value) {
    let kind = match value {
        Value::N(_) if section == "ADD" => return,
        Value::Ss(_) | Value::Ns(_) | Value::Bs(_) => return,
        Value::S(_) => "STRING",
        Value::N(_) => "NUMBER",
        Value::B(_) => "BINARY",
        Value::Null => "NULL",
        Value::Bool(_) => "BOOLEAN",
        Value::L(_) => "LIST",
        Value::M(_) => "MAP",
    };
    let types = format!("typeSet: ALLOWED_FOR_{section}_OPERAND");
    let why = "Incorrect operand type for operator or function; operator: ";
    parser.problem(Rank::Operands, format!("{why}{section}, operand type: {kind}, {types}"));
}

/// An operand, or two with a sign between them.
fn sum(parser: &mut Parser<'_>) -> Parsed<Source> {
    let left = operand(parser)?;
    for (sign, make) in [("+", Source::Plus as fn(_, _) -> _), ("-", Source::Minus)] {
        if parser.takes(sign) {
            let right = operand(parser)?;
            check_kinds(parser, sign, "N", &[&left, &right]);
            return Ok(make(Box::new(left), Box::new(right)));
        }
    }
    Ok(left)
}

fn operand(parser: &mut Parser<'_>) -> Parsed<Source> {
    let token = parser.token();
    if parser.takes("(") {
        let inner = parser.deeper(sum)?;
        parser.expect(")")?;
        return Ok(inner);
    }
    match token.kind {
        Kind::Value => Ok(Source::Value(parser.value())),
        Kind::Word if parser.peek().is("(") => function(parser),
        _ => Ok(Source::Path(parser.path()?)),
    }
}

fn function(parser: &mut Parser<'_>) -> Parsed<Source> {
    let name = parser.advance().text;
    parser.expect("(")?;
    let mut arguments = vec![parser.deeper(operand)?];
    while parser.takes(",") {
        arguments.push(parser.deeper(operand)?);
    }
    parser.expect(")")?;
    if !["if_not_exists", "list_append"].contains(&name) {
        parser.problem(Rank::UnknownFunction, format!("Invalid function name; function: {name}"));
        return Ok(Source::Value(Value::Null));
    }
    let count = arguments.len();
    let Ok([one, two]) = <[Source; 2]>::try_from(arguments) else {
        let why = "Incorrect number of operands for operator or function; operator or function: ";
        parser.problem(Rank::Types, format!("{why}{name}, number of operands: {count}"));
        return Ok(Source::Value(Value::Null));
    };
    if name == "list_append" {
        check_kinds(parser, name, "L", &[&one, &two]);
        return Ok(Source::ListAppend(Box::new(one), Box::new(two)));
    }
    let path: Path = match one {
        Source::Path(path) => path,
        _ => {
            let why = "Operator or function requires a document path; operator or function: ";
            parser.problem(Rank::Types, format!("{why}{name}"));
            Path::of("")
        }
    };
    Ok(Source::IfNotExists(path, Box::new(two)))
}

fn check_kinds(parser: &mut Parser<'_>, operator: &str, wanted: &str, operands: &[&Source]) {
    let kinds = operands.iter().filter_map(|operand| match operand {
        Source::Value(value) => Some(value.type_name()),
        _ => None,
    });
    if let Some(kind) = kinds.into_iter().find(|kind| *kind != wanted) {
        let why = "Incorrect operand type for operator or function; operator or function: ";
        parser.problem(Rank::Types, format!("{why}{operator}, operand type: {kind}"));
    }
}
