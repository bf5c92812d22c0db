//! Runs programs confined.
//!
//! A [`Spec`] says everything that a program is to see: files, environment, addresses, limits. [`Runner::start`] makes
//! that world out of Linux namespaces and starts the program in it; the [`Sandbox`] that comes back carries its output,
//! its end, and sockets that were made *inside* its network for the caller to serve from outside.
//!
//! What holds, for a root runner and for an ordinary user's alike:
//! * The program sees no file, process, socket or variable of the host that the [`Spec`] does not list. Its root is
//!   fresh; what it has of the host is read-only.
//! * It is never root, has no capability, cannot gain one, and a filter keeps system calls that could change that away.
//! * There is no way out of its network but the sockets that the caller serves.
//! * When the runner's process dies, however it dies, everything inside dies.
//! * What it takes is bounded: memory, processes, files, space, output waiting to be read.
//!
//! ```no_run
//! # async fn example() -> Result<(), runner::Error> {
//! use runner::{Mount, Runner, Spec};
//! let mut spec = Spec::new("greeter", "/bin/echo");
//! spec.root = runner::system_layers();
//! spec.root.push(Mount::file("/etc/hosts", "127.0.0.1 localhost\n"));
//! spec.args = vec!["hello".to_owned()];
//! let sandbox = Runner::new("/var/lib/model/runner")?.start(spec).await?;
//! let exit = sandbox.wait().await;
//! # Ok(()) }
//! ```
//!
//! The binary calls [`shim_main`] first thing in `main`: the runner starts its own executable again to set a sandbox up
//! (`shim` tells why). Tests that use the runner call [`shim_before_main!`].
//!
//! Left out: writable binds, overlays, more than one user inside, a way out to other networks. Linux 5.12 or newer.

mod cgroup;
pub mod doctor;
mod error;
mod layers;
mod sandbox;
mod shim;
mod spec;
mod wire;

pub use error::Error;
pub use layers::{Interpreter, interpreter, system_layers};
pub use sandbox::{Enforcement, Exit, Runner, Sandbox};
pub use shim::shim_main;
pub use spec::{Limits, Listen, Mount, Net, Spec};
pub use wire::Status;

/// Calls [`shim_main`] before `main`, for test binaries, whose `main` is not theirs. Once per binary, at its top level.
#[macro_export]
macro_rules! shim_before_main {
    () => {
        #[used]
        #[expect(unsafe_code, reason = "the C runtime calls what is listed in this section before main")]
        #[unsafe(link_section = ".init_array")]
        static SHIM_BEFORE_MAIN: extern "C" fn() = {
            extern "C" fn shim_before_main() {
                $crate::shim_main();
            }
            shim_before_main
        };
    };
}
