//! Condition operators.
//!
//! A condition asks one test of one key: does a value that the request says equal one of the values that the policy
//! lists? `Not…` operators turn that around, so they hold where the key is absent; `ForAllValues:`, `ForAnyValue:` and
//! `…IfExists` say what several values and none mean.

use crate::{
    pattern::{ArnPattern, Case, Pattern, Reading},
    request::{Request, Values},
};
use base::Timestamp;
use std::{cmp::Ordering, net::IpAddr};

#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// As the document writes them.
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
    /// In small letters, as requests are asked.
    lookup: String,
    rule: Rule,
    wanted: Vec<Wanted>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    quantifier: Quantifier,
    pub(crate) test: Test,
    negated: bool,
    if_exists: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    None,
    ForAllValues,
    ForAnyValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    IpAddress,
    Arn,
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

/// A listed value, read as its operator reads it.
#[derive(Clone, Debug)]
enum Wanted {
    Text(Pattern),
    Arn(ArnPattern),
    Number(f64),
    Date(Timestamp),
    Network(Network),
    /// It has no meaning under its operator, and matches nothing.
    Nothing,
}

impl Rule {
    /// Reads an operator's name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (quantifier, name) = match name.split_once(':') {
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAllValues") => (Quantifier::ForAllValues, rest),
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAnyValue") => (Quantifier::ForAnyValue, rest),
            Some(_) => return None,
            None => (Quantifier::None, name),
        };
        let name = name.to_ascii_lowercase();
        let (name, if_exists) = match name.strip_suffix("ifexists") {
            Some(rest) => (rest, true),
            None => (name.as_str(), false),
        };
        let (test, negated) = test(name)?;
        let is_plain_null = quantifier == Quantifier::None && !if_exists;
        (test != Test::Null || is_plain_null).then_some(Self { quantifier, test, negated, if_exists })
    }
}

fn test(name: &str) -> Option<(Test, bool)> {
    let comparison = |name: &str| {
        Some(match name {
            "equals" => (Comparison::Equals, false),
            "notequals" => (Comparison::Equals, true),
            "lessthan" => (Comparison::LessThan, false),
            "lessthanequals" => (Comparison::LessThanEquals, false),
            "greaterthan" => (Comparison::GreaterThan, false),
            "greaterthanequals" => (Comparison::GreaterThanEquals, false),
            _ => return None,
        })
    };
    if let Some(rest) = name.strip_prefix("numeric") {
        return comparison(rest).map(|(how, negated)| (Test::Numeric(how), negated));
    }
    if let Some(rest) = name.strip_prefix("date") {
        return comparison(rest).map(|(how, negated)| (Test::Date(how), negated));
    }
    Some(match name {
        "stringequals" => (Test::StringEquals, false),
        "stringnotequals" => (Test::StringEquals, true),
        "stringequalsignorecase" => (Test::StringEqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Test::StringEqualsIgnoreCase, true),
        "stringlike" => (Test::StringLike, false),
        "stringnotlike" => (Test::StringLike, true),
        "bool" => (Test::Bool, false),
        "binaryequals" => (Test::Binary, false),
        "ipaddress" => (Test::IpAddress, false),
        "notipaddress" => (Test::IpAddress, true),
        // AWS: ArnEquals and ArnLike do the same.
        "arnequals" | "arnlike" => (Test::Arn, false),
        "arnnotequals" | "arnnotlike" => (Test::Arn, true),
        "null" => (Test::Null, false),
        _ => return None,
    })
}

impl Condition {
    pub(crate) fn new(operator: &str, rule: Rule, key: &str, values: Vec<String>, variables: bool) -> Self {
        Self {
            operator: operator.to_owned(),
            key: key.to_owned(),
            lookup: key.to_ascii_lowercase(),
            wanted: values.iter().map(|value| Wanted::new(rule.test, value, variables)).collect(),
            values,
            rule,
        }
    }

    pub(crate) fn holds(&self, request: &Request<'_>) -> bool {
        let Rule { quantifier, test, negated, if_exists } = self.rule;
        let found = request.values(&self.lookup);
        if test == Test::Null {
            let asked = |value: &String| boolean(value) == Some(found.is_none());
            return self.values.iter().any(asked);
        }
        let passes = |value: &str| self.wanted.iter().any(|wanted| wanted.fits(test, value, request)) != negated;
        let is_absent = found.is_none_or(|values| values.iter().next().is_none());
        let mut values = found.unwrap_or(Values::Many(&[])).iter();
        match quantifier {
            Quantifier::ForAllValues => values.all(passes),
            Quantifier::ForAnyValue if is_absent => if_exists,
            Quantifier::ForAnyValue => values.any(passes),
            Quantifier::None if is_absent => if_exists || negated,
            // AWS leaves several values without a quantifier open; none may break a rule that forbids.
            Quantifier::None if negated => values.all(passes),
            Quantifier::None => values.any(passes),
        }
    }

    pub(crate) fn is_date(&self) -> bool {
        matches!(self.rule.test, Test::Date(_))
    }

    /// What the request says under this key, for the explanation.
    pub(crate) fn found(&self, request: &Request<'_>) -> Option<Vec<String>> {
        request.values(&self.lookup).map(|values| values.iter().map(str::to_owned).collect())
    }
}

impl Wanted {
    fn new(test: Test, value: &str, variables: bool) -> Self {
        let text = |wildcards| Self::Text(Pattern::new(value, Reading { wildcards, variables }));
        match test {
            Test::StringLike => text(true),
            Test::StringEquals | Test::StringEqualsIgnoreCase | Test::Bool | Test::Binary | Test::Null => text(false),
            Test::Arn => Self::Arn(ArnPattern::new(value, variables)),
            Test::Numeric(_) => number(value).map_or(Self::Nothing, Self::Number),
            Test::Date(_) => date(value).map_or(Self::Nothing, Self::Date),
            Test::IpAddress => Network::parse(value).map_or(Self::Nothing, Self::Network),
        }
    }

    fn fits(&self, test: Test, found: &str, request: &Request<'_>) -> bool {
        match (self, test) {
            (Self::Text(pattern), Test::StringEqualsIgnoreCase) => pattern.matches(found, Case::Insensitive, request),
            (Self::Text(pattern), Test::Bool) => {
                boolean(found).is_some() && pattern.matches(found, Case::Insensitive, request)
            }
            (Self::Text(pattern), _) => pattern.matches(found, Case::Sensitive, request),
            (Self::Arn(pattern), _) => pattern.matches(found, request),
            (Self::Number(wanted), Test::Numeric(how)) => {
                number(found).and_then(|found| found.partial_cmp(wanted)).is_some_and(|order| how.accepts(order))
            }
            (Self::Date(wanted), Test::Date(how)) => date(found).is_some_and(|found| how.accepts(found.cmp(wanted))),
            (Self::Network(network), _) => found.parse().is_ok_and(|address| network.contains(address)),
            _ => false,
        }
    }
}

impl Comparison {
    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equals => order.is_eq(),
            Self::LessThan => order.is_lt(),
            Self::LessThanEquals => order.is_le(),
            Self::GreaterThan => order.is_gt(),
            Self::GreaterThanEquals => order.is_ge(),
        }
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Seconds since 1970, or one of the lengths of ISO 8601 that the W3C lists: from the year to fractions of a second.
pub(crate) fn date(text: &str) -> Option<Timestamp> {
    if text.len() > 4
        && let Ok(seconds) = text.parse()
    {
        return Some(Timestamp::from_secs(seconds));
    }
    let full = match (text.len(), text.split_once(['T', 't'])) {
        (4, None) => format!("{text}-01-01T00:00:00Z"),
        (7, None) => format!("{text}-01T00:00:00Z"),
        (_, None) => format!("{text}T00:00:00Z"),
        (_, Some((day, time))) => {
            let clock_ends = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
            let (clock, zone) = time.split_at(clock_ends);
            let seconds = if clock.len() == "hh:mm".len() { ":00" } else { "" };
            let zone = if zone.is_empty() { "Z" } else { zone };
            format!("{day}T{clock}{seconds}{zone}")
        }
    };
    Timestamp::parse_iso(&full)
}

/// An address range; an address alone is a range of one.
#[derive(Clone, Copy, Debug)]
struct Network {
    base: IpAddr,
    prefix_bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (base, prefix) = match text.split_once('/') {
            Some((base, prefix)) => (base, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let base: IpAddr = base.parse().ok()?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix.unwrap_or(width);
        (prefix_bits <= width).then_some(Self { base, prefix_bits })
    }

    fn contains(self, address: IpAddr) -> bool {
        let shared_bits = match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => (base.to_bits() ^ address.to_bits()).leading_zeros(),
            (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits() ^ address.to_bits()).leading_zeros(),
            _ => return false,
        };
        shared_bits >= self.prefix_bits
    }
}
