//! What a client can see: small APIs of each kind, botocore's protocol cases, and bytes that no client would send.

mod answers;
mod cases;
mod compare;
mod hostile;
mod model;
mod models;
mod properties;
mod routing;

use shape::{Api, Protocol};

/// An API without operations, by name and protocol.
const fn api(name: &'static str, protocol: Protocol) -> Api {
    Api {
        name,
        signing_name: name,
        action_prefix: name,
        endpoint_prefix: name,
        version: "2012-08-10",
        protocol,
        target_prefix: "",
        xml_namespace: "",
        is_global: false,
        validation_error: "ValidationException",
        operations: &[],
        missing: &[],
    }
}
