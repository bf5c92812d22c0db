//! What all grammars share: the tokens, the placeholders, the problems.

use super::{
    Element, Path, Placeholders,
    reserved::is_reserved,
    tokens::{Kind, Token, tokens},
};
use crate::value::Value;
use kernel::Outcome;
use shape::ApiError;

/// AWS quota: "expression length: 4 KB".
const LONGEST: usize = 4096;
/// AWS quota: "operators or functions in an expression"; brackets nest no deeper either.
const DEEPEST: usize = 300;

/// Kinds of problems that are no problems of grammar, the one that AWS reports first being the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Parentheses,
    UnknownFunction,
    MisusedFunction,
    Reserved,
    Section,
    Placeholder,
    Overlap,
    Conflict,
    Operands,
    Distinct,
    Types,
}

/// The text broke the grammar; the caller's error is already made.
#[derive(Debug)]
pub(super) struct Broken(String);

pub(super) type Parsed<T> = Result<T, Broken>;

pub(super) struct Parser<'a> {
    source: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    placeholders: &'a mut Placeholders,
    problem: Option<(Rank, String)>,
}

/// Parses the whole of `source` with `grammar`. `parameter` is what the caller calls it: `FilterExpression`.
pub(super) fn parse_whole<'a, T>(
    parameter: &str,
    source: &'a str,
    placeholders: &'a mut Placeholders,
    grammar: impl FnOnce(&mut Parser<'a>) -> Parsed<T>,
) -> Outcome<T> {
    let invalid = |why: &str| ApiError::validation(format!("Invalid {parameter}: {why}"));
    if source.is_empty() {
        return Err(invalid("The expression can not be empty;"));
    }
    if source.len() > LONGEST {
        let size = source.len();
        return Err(invalid(&format!(
            "Expression size has exceeded the maximum allowed size; expression size: {size}"
        )));
    }
    let mut parser = Parser { source, tokens: tokens(source), at: 0, depth: 0, placeholders, problem: None };
    let parsed = grammar(&mut parser).and_then(|tree| match parser.token().kind {
        Kind::End => Ok(tree),
        _ => Err(parser.unexpected()),
    });
    let tree = parsed.map_err(|Broken(why)| invalid(&why))?;
    match parser.problem {
        None => Ok(tree),
        Some((_, why)) => Err(invalid(&why)),
    }
}

impl<'a> Parser<'a> {
    pub(super) fn token(&self) -> Token<'a> {
        self.tokens[self.at]
    }
    pub(super) fn peek(&self) -> Token<'a> {
        self.tokens[(self.at + 1).min(self.tokens.len() - 1)]
    }
    pub(super) fn advance(&mut self) -> Token<'a> {
        let token = self.token();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }
    /// Takes the symbol if it is next.
    pub(super) fn takes(&mut self, symbol: &str) -> bool {
        let is_next = self.token().is(symbol);
        if is_next {
            self.advance();
        }
        is_next
    }
    pub(super) fn takes_keyword(&mut self, keyword: &str) -> bool {
        let is_next = self.token().is_keyword(keyword);
        if is_next {
            self.advance();
        }
        is_next
    }
    pub(super) fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.takes(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// The next token has no business here.
    ///
    /// AWS: `near` is the text from the token before to the token behind.
    pub(super) fn unexpected(&self) -> Broken {
        let token = self.token();
        let start = self.tokens[self.at.saturating_sub(1)].start;
        let near = &self.source[start..self.peek().end()];
        Broken(format!("Syntax error; token: \"{}\", near: \"{}\"", token.text, near.trim_end()))
    }

    /// A problem that is reported if the grammar holds.
    pub(super) fn problem(&mut self, rank: Rank, why: impl Into<String>) {
        if self.problem.as_ref().is_none_or(|(known, _)| rank < *known) {
            self.problem = Some((rank, why.into()));
        }
    }

    /// One bracket or NOT deeper.
    pub(super) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Broken("The expression contains too many operators".into()));
        }
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    pub(super) fn path(&mut self) -> Parsed<Path> {
        let mut elements = vec![self.element()?];
        loop {
            if self.takes(".") {
                elements.push(self.element()?);
            } else if self.takes("[") {
                let token = self.token();
                let index = (token.kind == Kind::Digits).then(|| token.text.parse().ok()).flatten();
                let Some(index) = index else { return Err(self.unexpected()) };
                self.advance();
                self.expect("]")?;
                elements.push(Element::Index(index));
            } else {
                return Ok(Path(elements));
            }
        }
    }

    fn element(&mut self) -> Parsed<Element> {
        let token = self.token();
        match token.kind {
            Kind::Name => {
                self.advance();
                let found = self.placeholders.name(token.text).map(str::to_owned);
                if found.is_none() {
                    let why = "An expression attribute name used in the document path is not defined; attribute name: ";
                    self.problem(Rank::Placeholder, format!("{why}{}", token.text));
                }
                Ok(Element::Name(found.unwrap_or_default()))
            }
            // AWS: the keywords of the grammar are no names, not even reserved ones.
            Kind::Word if !is_keyword(token.text) => {
                self.advance();
                if is_reserved(token.text) {
                    let why = "Attribute name is a reserved keyword; reserved keyword: ";
                    self.problem(Rank::Reserved, format!("{why}{}", token.text));
                }
                Ok(Element::Name(token.text.to_owned()))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// The value of a `:placeholder`, which is next.
    pub(super) fn value(&mut self) -> Value {
        let token = self.advance();
        if let Some(value) = self.placeholders.value(token.text) {
            return value.clone();
        }
        let why = "An expression attribute value used in expression is not defined; attribute value: ";
        self.problem(Rank::Placeholder, format!("{why}{}", token.text));
        Value::Null
    }
}

fn is_keyword(word: &str) -> bool {
    ["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"]
        .iter()
        .any(|keyword| word.eq_ignore_ascii_case(keyword))
}
