//! What is wrong with a template, in CloudFormation's words.

use std::fmt;

/// The message of a `ValidationError`. Never holds a parameter's value, because it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError(String);

impl TemplateError {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
    /// A mistake in the shape of the document.
    pub(crate) fn format(message: impl fmt::Display) -> Self {
        Self(format!("Template format error: {message}"))
    }
    /// A mistake in the use of a function.
    pub(crate) fn function(message: impl fmt::Display) -> Self {
        Self(format!("Template error: {message}"))
    }
    pub fn message(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TemplateError {}

/// A list of names as CloudFormation prints it: `[A, B]`.
pub(crate) fn names<T: AsRef<str>>(list: impl IntoIterator<Item = T>) -> String {
    let list: Vec<_> = list.into_iter().map(|name| name.as_ref().to_owned()).collect();
    format!("[{}]", list.join(", "))
}

/// A path into a template as CloudFormation prints it.
///
/// AWS: what is below a resource's `Properties` is printed as if it were below `Type`:
/// `[/Resources/Pipeline/Type/RestartExecutionOnUpdate] 'null' values are not allowed in templates`.
pub(crate) fn printed_path(path: &str) -> String {
    let mut parts: Vec<_> = path.split('/').collect();
    if parts.len() > 4 && parts[1] == "Resources" && parts[3] == "Properties" {
        parts[3] = "Type";
    }
    parts.join("/")
}
