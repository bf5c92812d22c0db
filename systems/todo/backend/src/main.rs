//! The backend of the todo system: one axum router, two ways to serve it.
//!
//! With `AWS_LAMBDA_RUNTIME_API` set (as in every Lambda environment) the router answers invocations of the HTTP API;
//! otherwise it listens on `PORT`. What differs between the two is only who vouches for the caller: see [`identity`].
//!
//! `TABLE_NAME` names the DynamoDB table and is required; `LOG_LEVEL` is one of tracing's levels (default `info`).

mod api;
mod dynamo;
mod error;
mod identity;
mod task;
#[cfg(test)]
mod tests;

use std::env;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;

use crate::identity::Voucher;

const DEFAULT_PORT: u16 = 8080;

// One thread: a Lambda environment serves one request at a time, and all that this program does is wait for DynamoDB.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let level = env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    tracing_subscriber::fmt().json().flatten_event(true).with_target(false).with_max_level(level).init();

    let table =
        env::var("TABLE_NAME").map_err(|_| "TABLE_NAME is not set: it names the DynamoDB table of the tasks")?;
    let tasks = Arc::new(dynamo::Table::connect(table).await);
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        lambda_http::run(api::router(tasks, Voucher::Authorizer)).await
    } else {
        let port = match env::var("PORT") {
            Ok(port) => port.parse().map_err(|_| format!("PORT is {port:?}, which is not a port number"))?,
            Err(_) => DEFAULT_PORT,
        };
        let listener =
            TcpListener::bind(("0.0.0.0", port)).await.map_err(|e| format!("cannot listen on {port}: {e}"))?;
        tracing::info!(port, "listening");
        let mut terminate = signal(SignalKind::terminate())?;
        axum::serve(listener, api::router(tasks, Voucher::Upstream))
            .with_graceful_shutdown(async move {
                terminate.recv().await;
            })
            .await?;
        Ok(())
    }
}
