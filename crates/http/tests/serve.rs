//! What a client sees of a server: over plain TCP, TLS, HTTP/2 and through a proxy's tunnels.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail with them")]

use async_trait::async_trait;
use base::{Clock, Timestamp};
use bytes::Bytes;
use http::{Request, Response, StatusCode, request::Parts, uri::Authority};
use http_io::{Body, Ca, Connect, Handler, Limits, Origin, Peer, Server, Timeouts, fetch, fetch_over};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use std::{fs, net::SocketAddr, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, oneshot},
};
use tokio_rustls::TlsConnector;

const PATIENCE: Timeouts = Timeouts { connect: Duration::from_secs(20), answer: Duration::from_secs(20) };

/// Answers by path.
#[derive(Default)]
struct Sample {
    entered: Notify,
    released: Notify,
}

#[async_trait]
impl Handler for Sample {
    async fn handle(&self, request: Request<Body>, peer: &Peer) -> Response<Body> {
        match request.uri().path() {
            "/panic" => panic!("as the test asks"),
            "/echo" => Response::new(request.into_body()),
            "/collect" => Response::new(Body::from(request.into_body().collect(100).await.unwrap())),
            "/moved" => Response::builder().status(302).header("location", "/").body(Body::empty()).unwrap(),
            "/headers" => Response::new(Body::from(format!("{:?}", request.headers()))),
            "/deny" => Response::builder().status(403).body(Body::empty()).unwrap(),
            "/wait" => {
                self.entered.notify_one();
                self.released.notified().await;
                Response::new(Body::from("waited"))
            }
            _ => {
                let said = format!(
                    "{:?} {} tls={} sni={} connected={} via={}",
                    request.version(),
                    request.uri(),
                    peer.is_tls,
                    peer.sni.as_deref().unwrap_or("-"),
                    peer.connected_to.as_ref().map_or("-", Authority::as_str),
                    peer.via
                );
                Response::new(Body::from(said))
            }
        }
    }

    async fn connect(&self, authority: &Authority, _request: &Parts, _peer: &Peer) -> Connect {
        match authority.host() {
            "127.0.0.1" => Connect::Tunnel { to: authority.to_string() },
            host if host.ends_with(".amazonaws.com") => Connect::Intercept,
            _ => Connect::Refuse(Response::builder().status(403).body(Body::empty()).unwrap()),
        }
    }
}

struct World {
    addr: SocketAddr,
    ca: Arc<Ca>,
    sample: Arc<Sample>,
    stop: oneshot::Sender<()>,
    _folder: TempDir,
}

impl World {
    fn origin(&self, tls_name: Option<&str>) -> Origin {
        let tls = tls_name.map(|name| (self.ca.client_config().unwrap(), name.to_owned()));
        Origin { address: self.addr.to_string(), tls }
    }
    async fn get(&self, uri: &str, tls_name: Option<&str>) -> String {
        let request = Request::get(uri).body(Body::empty()).unwrap();
        text(fetch(&self.origin(tls_name), request, PATIENCE).await.unwrap()).await
    }
    /// Opens a connection, writes, and reads until `end` has come.
    async fn raw(&self, sent: &str, end: &str) -> (TcpStream, String) {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let read = read_until(&mut stream, end).await;
        (stream, read)
    }
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(end) {
        let byte = stream.read_u8().await;
        read.push(byte.unwrap_or_else(|error| panic!("{error} after {:?}", String::from_utf8_lossy(&read))));
    }
    String::from_utf8(read).unwrap()
}

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect(1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs `test` against a server, stops it, and waits for its end.
async fn with_server(limits: Limits, test: impl AsyncFnOnce(World)) {
    let folder = tempfile::tempdir().unwrap();
    let ca = Ca::at(folder.path());
    let sample = Arc::new(Sample::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (stop, stopped) = oneshot::channel();
    let world =
        World { addr: listener.local_addr().unwrap(), ca: ca.clone(), sample: sample.clone(), stop, _folder: folder };
    let server = Server {
        handler: sample,
        tls: Some(ca.server_config()),
        clock: Clock::still(Timestamp::from_secs(1_000_000_000)),
        via: "test",
        limits,
    };
    let shutdown = async {
        // A dropped sender is the end of the test: that is what it waits for.
        let _ = stopped.await;
    };
    tokio::join!(server.serve(listener, shutdown), test(world));
}

#[tokio::test]
async fn one_port_speaks_plain_and_tls() {
    with_server(Limits::default(), async |world| {
        assert_eq!(world.get("/a?b", None).await, "HTTP/1.1 /a?b tls=false sni=- connected=- via=test");
        assert_eq!(
            world.get("/a", Some("sqs.us-east-1.amazonaws.com")).await,
            "HTTP/1.1 /a tls=true sni=sqs.us-east-1.amazonaws.com connected=- via=test"
        );
        assert_eq!(world.get("/", Some("127.0.0.1")).await, "HTTP/1.1 / tls=true sni=- connected=- via=test");
    })
    .await;
}

#[tokio::test]
async fn one_port_speaks_http_2_plain_and_by_alpn() {
    with_server(Limits::default(), async |world| {
        let uri = "http://s3.amazonaws.com/k";
        let plain = TcpStream::connect(world.addr).await.unwrap();
        assert_eq!(get_http2(plain, uri).await, format!("HTTP/2.0 {uri} tls=false sni=- connected=- via=test"));

        let mut config = (*world.ca.client_config().unwrap()).clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let name = ServerName::try_from("s3.amazonaws.com").unwrap();
        let stream = TcpStream::connect(world.addr).await.unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let uri = "https://s3.amazonaws.com/k";
        let said = get_http2(stream, uri).await;
        assert_eq!(said, format!("HTTP/2.0 {uri} tls=true sni=s3.amazonaws.com connected=- via=test"));
    })
    .await;
}

async fn get_http2(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    uri: &str,
) -> String {
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let asking = async {
        let response = sender.send_request(Request::get(uri).body(Body::empty()).unwrap()).await.unwrap();
        text(response.map(Body::of)).await
    };
    tokio::select! {
        said = asking => said,
        _ = connection => panic!("the connection ended before the answer"),
    }
}

#[tokio::test]
async fn a_connect_to_our_names_is_intercepted_under_a_certificate_of_that_name() {
    with_server(Limits::default(), async |world| {
        let connect = "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\nhost: sts.amazonaws.com:443\r\n\r\n";
        let (stream, head) = world.raw(connect, "\r\n\r\n").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let name = ServerName::try_from("sts.amazonaws.com").unwrap();
        let connector = TlsConnector::from(world.ca.client_config().unwrap());
        let stream = connector.connect(name, stream).await.unwrap();
        let request = Request::get("https://sts.amazonaws.com/x").body(Body::empty()).unwrap();
        let said = text(fetch_over(stream, request, PATIENCE.answer).await.unwrap()).await;
        assert_eq!(said, "HTTP/1.1 /x tls=true sni=sts.amazonaws.com connected=sts.amazonaws.com:443 via=test");

        let (stream, _) = world.raw(&connect.replace("443", "80"), "\r\n\r\n").await;
        let request = Request::get("/x").body(Body::empty()).unwrap();
        let said = text(fetch_over(stream, request, PATIENCE.answer).await.unwrap()).await;
        assert_eq!(said, "HTTP/1.1 /x tls=false sni=- connected=sts.amazonaws.com:80 via=test");
    })
    .await;
}

#[tokio::test]
async fn a_connect_elsewhere_is_tunnelled_or_refused() {
    with_server(Limits::default(), async |world| {
        let (stream, head) = world.raw(&format!("CONNECT {} HTTP/1.1\r\n\r\n", world.addr), "\r\n\r\n").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let request = Request::get("/x").body(Body::empty()).unwrap();
        let said = text(fetch_over(stream, request, PATIENCE.answer).await.unwrap()).await;
        assert_eq!(said, "HTTP/1.1 /x tls=false sni=- connected=- via=test");

        let (_, head) = world.raw("CONNECT example.com:443 HTTP/1.1\r\n\r\n", "\r\n\r\n").await;
        assert!(head.starts_with("HTTP/1.1 403"), "{head}");
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let (_, head) = world.raw(&format!("CONNECT {nobody} HTTP/1.1\r\n\r\n"), "\r\n\r\n").await;
        assert!(head.starts_with("HTTP/1.1 502"), "{head}");
    })
    .await;
}

#[tokio::test]
async fn a_proxied_request_keeps_the_authority_that_it_names() {
    with_server(Limits::default(), async |world| {
        let sent = "GET http://s3.amazonaws.com/b/k HTTP/1.1\r\nhost: s3.amazonaws.com\r\n\r\n";
        let (_, read) = world.raw(sent, "via=test").await;
        assert!(read.contains("HTTP/1.1 http://s3.amazonaws.com/b/k tls=false"), "{read}");
    })
    .await;
}

#[tokio::test]
async fn a_panic_costs_one_answer_and_not_the_connection() {
    with_server(Limits::default(), async |world| {
        let (mut stream, head) = world.raw("GET /panic HTTP/1.1\r\nhost: h\r\n\r\n", "occurred\n").await;
        assert!(head.starts_with("HTTP/1.1 500"), "{head}");
        stream.write_all(b"GET /next HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
        assert!(read_until(&mut stream, "via=test").await.starts_with("HTTP/1.1 200"));
    })
    .await;
}

#[tokio::test]
async fn a_body_is_asked_for_only_by_who_reads_it() {
    with_server(Limits::default(), async |world| {
        let put =
            |path: &str| format!("PUT {path} HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n");
        let (_, denied) = world.raw(&put("/deny"), "\r\n\r\n").await;
        assert!(denied.starts_with("HTTP/1.1 403"), "{denied}");
        let (mut stream, asked) = world.raw(&put("/collect"), "\r\n\r\n").await;
        assert!(asked.starts_with("HTTP/1.1 100"), "{asked}");
        stream.write_all(b"ok").await.unwrap();
        assert!(read_until(&mut stream, "\r\n\r\nok").await.starts_with("HTTP/1.1 200"));
    })
    .await;
}

#[tokio::test]
async fn answers_tell_the_time_of_the_model() {
    with_server(Limits::default(), async |world| {
        let (_, head) = world.raw("GET / HTTP/1.1\r\nhost: h\r\n\r\n", "\r\n\r\n").await;
        assert!(head.contains("date: Sun, 09 Sep 2001 01:46:40 GMT"), "{head}");
    })
    .await;
}

fn peak_memory_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn sixty_four_mebibytes_pass_through_in_little_memory() {
    const CHUNK: &[u8] = &[7; 64 * 1024];
    with_server(Limits::default(), async |world| {
        let before = peak_memory_kib();
        let (sender, body) = Body::channel(2);
        let writing = async move {
            for _ in 0..1024 {
                assert!(sender.send(Bytes::from_static(CHUNK)).await);
            }
            sender.finish().await;
        };
        let reading = async {
            let origin = world.origin(Some("s3.amazonaws.com"));
            let request = Request::put("/echo").body(body).unwrap();
            let mut echoed = fetch(&origin, request, PATIENCE).await.unwrap().into_body();
            let mut read = 0;
            while let Some(frame) = echoed.next().await {
                read += frame.unwrap().into_data().unwrap().len();
            }
            read
        };
        let ((), read) = tokio::join!(writing, reading);
        let grown = peak_memory_kib() - before;
        assert_eq!(read, 64 << 20);
        assert!(grown < 24 * 1024, "memory grew by {grown} KiB");
    })
    .await;
}

#[tokio::test]
async fn clients_that_dawdle_do_not_hinder_others_and_are_hung_up_on() {
    let limits = Limits { headers: Duration::from_millis(200), ..Limits::default() };
    with_server(limits, async |world| {
        let mut dawdling = Vec::new();
        for sent in ["", "P", "PRI * HTTP/2.0\r\n", "GET / HT", "GET / HTTP/1.1\r\nhost: h", "\x16\x03\x01"].repeat(8) {
            let mut stream = TcpStream::connect(world.addr).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            dawdling.push((sent, stream));
        }
        assert!(world.get("/", None).await.starts_with("HTTP/1.1 /"));
        for (sent, mut stream) in dawdling.into_iter().filter(|(sent, _)| !sent.starts_with('\x16')) {
            let mut rest = Vec::new();
            let read = stream.read_to_end(&mut rest).await;
            assert!(read.is_ok() || rest.is_empty(), "{sent:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_for_a_place() {
    with_server(Limits { connections: 1, ..Limits::default() }, async |world| {
        let (first, _) = world.raw("GET / HTTP/1.1\r\nhost: h\r\n\r\n", "via=test").await;
        let mut second = Box::pin(world.get("/second", None));
        let early = tokio::time::timeout(Duration::from_millis(50), &mut second).await;
        assert!(early.is_err(), "there was no place for it, but it was answered");
        drop(first);
        assert!(second.await.starts_with("HTTP/1.1 /second"));
    })
    .await;
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_server_ends() {
    with_server(Limits::default(), async |world| {
        let World { addr, sample, stop, ca, _folder } = world;
        let origin = Origin { address: addr.to_string(), tls: Some((ca.client_config().unwrap(), "h".into())) };
        let idle = TcpStream::connect(addr).await.unwrap();
        let request = Request::get("/wait").body(Body::empty()).unwrap();
        let waiting = async { text(fetch(&origin, request, PATIENCE).await.unwrap()).await };
        let stopping = async {
            sample.entered.notified().await;
            stop.send(()).unwrap();
            while TcpStream::connect(addr).await.is_ok() {
                tokio::task::yield_now().await;
            }
            sample.released.notify_one();
        };
        let (said, ()) = tokio::join!(waiting, stopping);
        assert_eq!(said, "waited");
        drop(idle);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_when_the_time_to_stop_is_over() {
    with_server(Limits { drain: Duration::from_millis(50), ..Limits::default() }, async |world| {
        let origin = world.origin(None);
        let World { sample, stop, .. } = world;
        let request = Request::get("/wait").body(Body::empty()).unwrap();
        let stopping = async {
            sample.entered.notified().await;
            stop.send(()).unwrap();
        };
        let (answer, ()) = tokio::join!(fetch(&origin, request, PATIENCE), stopping);
        assert!(answer.is_err());
    })
    .await;
}

#[tokio::test]
async fn an_origin_that_is_silent_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = Origin { address: listener.local_addr().unwrap().to_string(), tls: None };
    let timeouts = Timeouts { answer: Duration::from_millis(50), ..PATIENCE };
    let answer = fetch(&origin, Request::new(Body::empty()), timeouts).await;
    assert!(matches!(answer, Err(http_io::FetchError::AnswerTimeout)));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    with_server(Limits::default(), async |world| {
        let request = Request::get("http://any.name/moved").body(Body::empty()).unwrap();
        let answer = fetch(&world.origin(None), request, PATIENCE).await.unwrap();
        assert_eq!((answer.status(), &answer.headers()["location"]), (StatusCode::FOUND, &"/".parse().unwrap()));
    })
    .await;
}

#[tokio::test]
async fn headers_between_neighbours_stay_between_them() {
    with_server(Limits::default(), async |world| {
        let request = Request::get("http://any.name/headers")
            .header("connection", "x-mine")
            .header("x-mine", "1")
            .header("proxy-authorization", "secret")
            .header("x-theirs", "2");
        let answer = fetch(&world.origin(None), request.body(Body::empty()).unwrap(), PATIENCE).await.unwrap();
        assert_eq!(text(answer).await, "{\"x-theirs\": \"2\", \"host\": \"any.name\"}");
    })
    .await;
}
