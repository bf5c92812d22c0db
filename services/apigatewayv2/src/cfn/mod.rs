//! The CloudFormation types, by the public operations.

pub(crate) mod api;
pub(crate) mod authorizer;
pub(crate) mod deployment;
pub(crate) mod integration;
pub(crate) mod route;
pub(crate) mod stage;

use api_apigatewayv2::errors::{self, NotFoundException};
use kernel::Outcome;
use shape::ApiError;

/// What is gone is deleted.
fn gone_is_deleted<T>(answer: Outcome<T>) -> Outcome<()> {
    match answer {
        Err(error) if !error.is(&NotFoundException) => Err(error),
        _ => Ok(()),
    }
}

/// A text of one of the values that AWS knows, or an error that names the property.
fn known<T>(property: &str, text: Option<&str>, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ApiError> {
    match text {
        None => Ok(None),
        Some(text) => match parse(text) {
            Some(value) => Ok(Some(value)),
            None => Err(errors::bad_request_exception(format!("{text} is not a value of {property}"))),
        },
    }
}

fn number(property: &str, value: Option<i64>) -> Result<Option<i32>, ApiError> {
    let number = value.map(i32::try_from).transpose();
    number.map_err(|_| errors::bad_request_exception(format!("the number of {property} is too large")))
}
