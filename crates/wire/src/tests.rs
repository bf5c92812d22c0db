//! What a client can see: small APIs of each kind, and botocore's protocol cases.

mod cases;
mod compare;
mod model;
mod routing;
