//! Numbers that AWS chose.

/// AWS quota for HTTP APIs: integration timeout.
pub(crate) const LONGEST_TIMEOUT_MS: i32 = 30_000;
/// AWS quota for HTTP APIs: payload size, 10 MB.
pub(crate) const MOST_PAYLOAD_BYTES: usize = 10 * 1024 * 1024;
/// Items of a page where the caller does not say; AWS answers with up to this many.
pub(crate) const PAGE_ITEMS: usize = 100;
/// The ids' lengths, as AWS makes them.
pub(crate) const API_ID_LENGTH: usize = 10;
pub(crate) const ROUTE_ID_LENGTH: usize = 7;
pub(crate) const INTEGRATION_ID_LENGTH: usize = 7;
pub(crate) const AUTHORIZER_ID_LENGTH: usize = 6;
pub(crate) const DEPLOYMENT_ID_LENGTH: usize = 6;
/// AWS: the results of Lambda authorizers are kept at most this long.
pub(crate) const LONGEST_AUTHORIZER_TTL_SECS: i32 = 3600;
