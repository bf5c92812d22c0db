//! `maquette start`: the model itself, until it is told to stop.

use crate::{
    Done,
    model::{DEFAULT_PORT, Running},
    services, status,
};
use base::{Clock, Entropy};
use blob::Blobs;
use clap::Args;
use gateway::Gateway;
use http_io::Ca;
use kernel::{Cloud, CloudBuilder, Home};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use store::Store;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Keep everything in memory and forget it at the end
    #[arg(long)]
    ephemeral: bool,
    /// The port of the API and the proxy; 0 picks a free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The address to listen on. Whoever reaches it can use the model: keep it on this machine
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    listen: IpAddr,
}

/// Few threads: two cores are what everybody has, and the work is short.
const WORKERS: usize = 2;

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MAQUETTE_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false).init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|why| format!("the runtime does not start: {why}"))?;
    let served = runtime.block_on(serve(data, arguments));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    served
}

async fn serve(data: &Path, arguments: &Arguments) -> Done {
    // The port first: who cannot have it should not touch the data.
    let address = SocketAddr::new(arguments.listen, arguments.port);
    let listener = TcpListener::bind(address).await.map_err(|why| cannot_listen(address, &why))?;
    let port = listener.local_addr().map_err(|why| why.to_string())?.port();
    let place = Place::of(data, arguments.ephemeral)?;
    let ca = Ca::at(place.folder.join("ca"));
    let ca_bundle = ca.bundle_file().map_err(|why| why.to_string())?;
    let running = Running {
        pid: std::process::id(),
        port,
        ca_bundle,
        ca_key_hash: ca.key_hash().map_err(|why| why.to_string())?,
    };
    // Held to the end: an ephemeral model's folder goes with it.
    let (cloud, _temporary) = place.cloud(port, ca.bundle().map_err(|why| why.to_string())?)?;
    cloud.recall_clock().map_err(|fault| format!("the clock of the model cannot be read: {fault}"))?;
    let gateway = Gateway::of(&cloud, Some(ca.server_config()), Arc::new(status::Pages));
    cloud.start();
    // Commands find the model by its folder, also when nothing of it is kept.
    std::fs::create_dir_all(data).and_then(|()| running.write(data)).map_err(|why| cannot_write(data, &why))?;
    let server = gateway.server("port").expect("the gateway lives until the end of this function");
    // Listened to before anybody is told that we are ready.
    let signals = Signals::listen().map_err(|why| format!("signals cannot be listened to: {why}"))?;
    println!("ready {}", running.url());
    let control = gateway.control().clone();
    server.serve(listener, async move { signals.or_stop(&control).await }).await;
    Running::remove(data);
    cloud.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// What ends the model from outside.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }
    /// Ctrl-C, a polite kill, or `maquette down`.
    async fn or_stop(mut self, control: &gateway::Control) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = control.stop.notified() => {}
        }
    }
}

fn cannot_listen(address: SocketAddr, why: &io::Error) -> String {
    if why.kind() == io::ErrorKind::AddrInUse {
        let port = address.port();
        return format!(
            "port {port} is taken, perhaps by another model; stop that (`maquette down`), or choose another with --port"
        );
    }
    format!("cannot listen on {address}: {why}")
}

fn cannot_write(data: &Path, why: &io::Error) -> String {
    format!("{} cannot be written: {why}; choose another folder with --data", data.display())
}

/// Where the model keeps its things.
struct Place {
    folder: PathBuf,
    store: Store,
    /// Held for an ephemeral model, and removed with it.
    temporary: Option<tempfile::TempDir>,
}

impl Place {
    fn of(data: &Path, is_ephemeral: bool) -> Result<Self, String> {
        if is_ephemeral {
            let temporary = tempfile::tempdir().map_err(|why| format!("no temporary folder can be made: {why}"))?;
            return Ok(Self {
                folder: temporary.path().to_path_buf(),
                store: Store::ephemeral(),
                temporary: Some(temporary),
            });
        }
        let store = Store::open(data).map_err(|why| why.to_string())?;
        Ok(Self { folder: data.to_path_buf(), store, temporary: None })
    }

    fn cloud(self, port: u16, ca_pem: String) -> Result<(Cloud, Option<tempfile::TempDir>), String> {
        let blobs = Blobs::open(&self.folder.join("blobs"), Entropy::system()).map_err(|fault| fault.to_string())?;
        let builder = CloudBuilder {
            store: self.store,
            blobs,
            clock: Clock::system(),
            entropy: Entropy::system(),
            home: Home { data: self.folder, port, ca_pem },
            services: services::all(),
        };
        Ok((builder.build(), self.temporary))
    }
}
