//! Signed load: `bench URL WHAT CONNECTIONS REQUESTS`, where WHAT is put-item, get-item, put-object, get-object or
//! `get:PATH` (unsigned, with the host that HOST names). Prints one line of JSON: requests per second, and the median
//! and 99th percentile in microseconds. The load is bounded in number and stops by itself; `run` beside it compares.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a bench measures the machine"
)]

use base::Timestamp;
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use sign::{Credentials, Secret, Signer, sha256_hex};
use std::{process::ExitCode, sync::Arc, time::Instant};
use tokio::net::TcpStream;

/// The size of an object, and about that of an item.
const BODY_BYTES: usize = 1024;

struct Load {
    address: String,
    host: String,
    what: String,
}

impl Load {
    fn request(&self, number: usize) -> Request<Full<Bytes>> {
        let (method, path, service, target, body) = match self.what.as_str() {
            "put-item" => (Method::POST, "/".to_owned(), "dynamodb", "PutItem", put_item(number)),
            "get-item" => (Method::POST, "/".to_owned(), "dynamodb", "GetItem", get_item(number)),
            "put-object" => (Method::PUT, format!("/bench/{number}"), "s3", "", "x".repeat(BODY_BYTES)),
            "get-object" => (Method::GET, format!("/bench/{}", number % 100), "s3", "", String::new()),
            other => (Method::GET, other.trim_start_matches("get:").to_owned(), "", "", String::new()),
        };
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if service == "dynamodb" {
            request = request
                .header("x-amz-target", format!("DynamoDB_20120810.{target}"))
                .header(header::CONTENT_TYPE, "application/x-amz-json-1.0");
        }
        let hash = sha256_hex(body.as_bytes());
        if service == "s3" {
            request = request.header("x-amz-content-sha256", &hash);
        }
        let (mut parts, body) = request.body(Full::from(body)).expect("the parts are plain").into_parts();
        if !service.is_empty() {
            let credentials =
                Credentials { access_key_id: "test".into(), secret: Secret::new("test"), session_token: None };
            let signer = Signer { credentials: &credentials, region: "us-east-1", service };
            signer.sign(&mut parts, &hash, now()).expect("the parts can be signed");
        }
        Request::from_parts(parts, body)
    }
}

fn put_item(number: usize) -> String {
    let text = "x".repeat(BODY_BYTES - 64);
    format!(r#"{{"TableName":"bench","Item":{{"id":{{"S":"{number}"}},"text":{{"S":"{text}"}}}}}}"#)
}

fn get_item(number: usize) -> String {
    format!(r#"{{"TableName":"bench","Key":{{"id":{{"S":"{}"}}}}}}"#, number % 100)
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or_default())
}

async fn connect(address: &str) -> Result<http1::SendRequest<Full<Bytes>>, String> {
    let stream = TcpStream::connect(address).await.map_err(|why| format!("{address}: {why}"))?;
    stream.set_nodelay(true).map_err(|why| why.to_string())?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|why| why.to_string())?;
    // Ends with its sender.
    drop(tokio::spawn(connection));
    Ok(sender)
}

/// One connection, one request after another; the time of each in microseconds.
async fn drive(load: Arc<Load>, numbers: std::ops::Range<usize>) -> Result<Vec<u64>, String> {
    let mut sender = connect(&load.address).await?;
    let mut times = Vec::with_capacity(numbers.len());
    for number in numbers {
        let request = load.request(number);
        let begun = Instant::now();
        // Some servers close the connection after each answer; connecting again is part of what they cost.
        if sender.ready().await.is_err() {
            sender = connect(&load.address).await?;
        }
        let response = sender.send_request(request).await.map_err(|why| why.to_string())?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|why| why.to_string())?.to_bytes();
        times.push(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
        if !status.is_success() {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)));
        }
    }
    Ok(times)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, what, connections, requests] = words.as_slice() else {
        eprintln!("usage: bench URL put-item|get-item|put-object|get-object|get:PATH CONNECTIONS REQUESTS");
        return ExitCode::FAILURE;
    };
    let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let host = std::env::var("HOST").unwrap_or_else(|_| address.clone());
    let load = Arc::new(Load { address, host, what: what.clone() });
    let connections: usize = connections.parse().unwrap_or(1).max(1);
    let each = requests.parse().unwrap_or(1000) / connections;
    let begun = Instant::now();
    let drivers: Vec<_> =
        (0..connections).map(|which| tokio::spawn(drive(load.clone(), which * each..(which + 1) * each))).collect();
    let mut times = Vec::new();
    for driver in drivers {
        match driver.await.map_err(|why| why.to_string()).and_then(|done| done) {
            Ok(found) => times.extend(found),
            Err(why) => {
                eprintln!("{what}: {why}");
                return ExitCode::FAILURE;
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    let per_second = times.len() as f64 / seconds;
    println!("{}", serde_json::json!({"per_second": per_second.round(), "p50_us": at(50), "p99_us": at(99)}));
    ExitCode::SUCCESS
}
