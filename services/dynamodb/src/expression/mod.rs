//! The expression language: conditions, filters, key conditions, updates and projections.
//!
//! A text becomes tokens, tokens become a tree whose placeholders are resolved, and the tree is evaluated against
//! items. The older parameters (Expected, AttributeUpdates, KeyConditions, …) become the same trees.
//!
//! AWS: what breaks the grammar is reported first, wherever it stands; what breaks a rule is reported afterwards, one
//! problem, in a fixed order of kinds (`Rank`).

mod condition;
mod key_condition;
mod legacy;
mod parse_condition;
mod parse_update;
mod parser;
mod path;
mod placeholders;
mod projection;
mod reserved;
mod tokens;
mod update;

pub(crate) use condition::{Comparator, Condition, Operand};
pub(crate) use key_condition::{KeyConditions, SortCondition};
pub(crate) use legacy::{attribute_updates, expected, filter};
pub(crate) use parse_condition::parse_condition;
pub(crate) use parse_update::parse_update;
pub(crate) use path::{Element, Path};
pub(crate) use placeholders::Placeholders;
pub(crate) use projection::{Projected, parse_projection};
pub(crate) use update::{Action, Source, Update};
