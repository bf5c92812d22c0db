//! One file per operation.

mod get_parameter;
mod put_parameter;
