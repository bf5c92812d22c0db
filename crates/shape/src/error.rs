//! Two audiences, kept apart: an [`ApiError`] is the caller's mistake, worded as AWS words it; a [`Fault`] is ours.

use crate::{Schema, Shape, Value};
use std::fmt;

pub use base::Fault;

/// One error of a model.
#[derive(Debug)]
pub struct ErrorSpec {
    /// The shape's name: `ResourceNotFoundException`.
    pub name: &'static str,
    /// The code on the wire, which differs in some query services: `EntityAlreadyExists`.
    pub code: &'static str,
    pub status: u16,
    pub schema: &'static Schema,
}

/// An answer other than success. The message is for the caller.
#[derive(Debug)]
pub struct ApiError {
    pub code: &'static str,
    pub message: String,
    pub status: u16,
    /// Further members of the error's shape.
    pub detail: Option<Box<(&'static Schema, Value)>>,
    /// Texts that XML services put beside the message: S3's `BucketName`.
    pub elements: Vec<(&'static str, String)>,
    /// Ours, not the caller's: logged, and told to the caller only as a request id.
    pub fault: Option<Box<Fault>>,
}

impl ApiError {
    /// An error that AWS does not model, such as those every service shares.
    pub fn new(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), status, detail: None, elements: Vec::new(), fault: None }
    }
    pub fn of(spec: &'static ErrorSpec, message: impl Into<String>) -> Self {
        Self::new(spec.code, spec.status, message)
    }
    /// With further members of the error's shape.
    #[must_use]
    pub fn with<T: Shape>(mut self, schema: &'static Schema, detail: T) -> Self {
        self.detail = Some(Box::new((schema, detail.into_value())));
        self
    }
    /// With texts that XML services put beside the message.
    #[must_use]
    pub fn with_elements(mut self, elements: Vec<(&'static str, String)>) -> Self {
        self.elements = elements;
        self
    }
    pub fn is(&self, spec: &ErrorSpec) -> bool {
        self.code == spec.code
    }
    /// The message most JSON services give for input that breaks the model.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", 400, message)
    }
    /// What Maquette does not do, by name. `what` completes the sentence "… is not supported by Maquette".
    pub fn not_implemented(what: impl fmt::Display) -> Self {
        Self::new("NotImplemented", 501, format!("{what} is not supported by Maquette."))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        let message =
            "We encountered an internal error. Try again; the server's log has the cause under this request id.";
        Self { fault: Some(Box::new(fault)), ..Self::new("InternalFailure", 500, message) }
    }
}
