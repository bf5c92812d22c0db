//! HTTP in and out: shared by the gateway, API Gateway and CloudFront.
//!
//! [`Server`] accepts connections and finds out by their first bytes what they speak: TLS (its certificate minted by
//! the local [`Ca`] for the name that the client asked for), HTTP/1.1 or HTTP/2. It hands requests to one [`Handler`],
//! which may also let a `CONNECT` be intercepted (the tunnel is then served like a connection of its own) or
//! tunnelled. [`fetch`] sends one request onwards. All of it speaks one [`Body`].
//!
//! Invariants: a body is never held whole unless [`Body::collect`] asks for it, with a limit; a connection that sends
//! nothing is closed; no task outlives [`Server::serve`]; a panic of a handler costs one response.
//!
//! Time: what waits for a peer (handshakes, headers, answers) waits in the machine's time, because the peer lives in
//! it: the model's clock may jump eight days while a socket is open. Only the `date` header tells the model's time.
//!
//! Left out: HTTP/3, and WebSocket framing (a handler may take the upgrade out of the request's extensions).

mod body;
mod ca;
mod fetch;
mod serve;
mod stream;
mod unread;

pub use body::{Body, BodyError, BodySender};
pub use ca::{Ca, CaError, Resolver};
pub use fetch::{FetchError, Origin, Timeouts, fetch, fetch_over};
pub use serve::{Connect, Handler, Limits, Peer, Server};
