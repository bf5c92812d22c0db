//! The CloudFormation language: what a template says, before and after its parameters have values.
//!
//! A body becomes a [`Template`] ([`Template::parse`]: JSON or YAML, both notations of the functions), which
//! has passed every check that needs no parameter. With values it becomes a [`Bound`] ([`Template::bind`]):
//! rules hold, conditions are decided, the [`Graph`] of resources is known and has no cycle. Expressions are
//! evaluated against an [`Environment`], which knows what was made; [`dynamic`] references come after that.
//! [`diff`] compares two bound templates.
//!
//! Pure: no I/O, no waiting, no clock. No input panics, nesting and growth are bounded ([`limits`]), and no
//! message or `Debug` output holds the value of a `NoEcho` parameter.
//!
//! Left out, refused by name: macros and transforms other than `AWS::LanguageExtensions` (so SAM, `AWS::Include`
//! and `Fn::Transform`), the `Hooks` section. Whether a resource type or property exists is not known here.

mod bind;
mod check;
mod cidr;
mod diff;
mod document;
pub mod dynamic;
mod error;
mod evaluate;
mod function;
mod graph;
mod language_extensions;
pub mod limits;
mod parameter;
mod pattern;
mod resource;
mod rule;
mod summary;
mod template;
mod walk;
mod yaml;

pub use bind::{Bound, BoundParameter, ParameterInput, ResourceMention, StackContext};
pub use diff::{Changes, ResourceChange, changed_paths, diff};
pub use error::TemplateError;
pub use evaluate::Environment;
pub use graph::Graph;
pub use parameter::{Parameter, ParameterType};
pub use resource::{DeletionPolicy, Resource};
pub use rule::{Assertion, Rule};
pub use summary::{Capabilities, Capability};
pub use template::{Mapping, Output, Template};
