//! Where functions run: environments, pooled by version, each for one invocation at a time.
//!
//! The idea: an invocation takes the environment that was used last, or starts one; when it is done the environment
//! goes back. One that idles is paused, then ended; one whose function changed, whose credentials run out or that broke
//! is not used again. Nothing of this is in rows: after a restart every environment is gone, and the next invocation
//! starts one.
//!
//! Time: a function is a real process and lives in the machine's time; so do its limits and its durations. What the
//! model decides (how long an environment may idle, when credentials expire) asks the model's clock.

mod credentials;
mod environment;
mod names;
mod output;
mod places;
mod plan;
mod pool;
mod port;
mod runtime_api;
mod shipper;

pub(crate) use credentials::assume;
pub(crate) use places::blobs;
pub(crate) use plan::{RESERVED_VARIABLES, Target};
pub(crate) use pool::{Engine, Invocation, MOST_CONCURRENT, Ran};
