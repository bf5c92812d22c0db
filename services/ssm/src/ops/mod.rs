//! The operations.

mod delete;
mod describe_parameters;
mod get;
mod get_parameter_history;
mod labels;
mod put_parameter;
mod tags;
