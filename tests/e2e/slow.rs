//! Clients that send or read slowly, or that send more than was asked for.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{App, Listen, SharedApp, TestDatabase, exchange, keys, listen};

const GET: &[u8] = b"GET /v1/themes?limit=1 HTTP/1.1\r\nhost: x\r\n\r\n";
const POST: &str = "POST /v1/themes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    stream
}

/// Sends some bytes at once, then one byte every 200 milliseconds. Returns the seconds until the service closes the connection.
fn drip(address: SocketAddr, at_once: &[u8], byte: &[u8]) -> f64 {
    let mut stream = connect(address);
    stream.write_all(at_once).unwrap();
    let start = Instant::now();
    let mut buffer = [0; 4096];
    while start.elapsed() < Duration::from_mins(1) {
        thread::sleep(Duration::from_millis(200));
        let is_closed = match stream.read(&mut buffer) {
            Ok(length) => length == 0,
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        };
        if is_closed || stream.write_all(byte).is_err() {
            break;
        }
    }
    start.elapsed().as_secs_f64()
}

/// Requests more than fits into the buffers of the sockets, reads nothing until after the time limit, and asserts that the
/// responses are incomplete.
fn read_nothing(address: SocketAddr) {
    let mut stream = connect(address);
    stream.write_all(&b"GET /v1/municipalities.geojson HTTP/1.1\r\nhost: x\r\n\r\n".repeat(4)).unwrap();

    thread::sleep(Duration::from_secs(34));

    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut received = vec![];
    let end = stream.read_to_end(&mut received);
    assert!(!end.is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "the connection is open");
    assert!(received.len() < 20_000_000, "{} bytes", received.len());
}

#[tokio::test]
async fn slow_clients_are_disconnected_at_their_time_limits() {
    let address = SharedApp::first_content().address();
    let second = [GET, b"GET /v1/themes HTTP/1.1\r\nx: "].concat();
    let declared = format!("{POST}content-length: 1000000\r\n\r\n");
    let chunked = format!("{POST}transfer-encoding: chunked\r\n\r\n");

    let reader = thread::spawn(move || read_nothing(address));
    let kinds: [(&str, Vec<u8>, &[u8], f64); 4] = [
        ("head of the first request", b"GET /v1/themes HTTP/1.1\r\nx: ".to_vec(), b"x", 5.0),
        ("head of the second request", second, b"x", 5.0),
        ("body with a length", declared.into_bytes(), b"x", 15.0),
        ("chunked body", chunked.into_bytes(), b"1\r\nx\r\n", 15.0),
    ];
    let slow =
        kinds.map(|(kind, at_once, byte, limit)| (kind, limit, thread::spawn(move || drip(address, &at_once, byte))));

    for (kind, limit, client) in slow {
        let seconds = client.join().unwrap();
        // Connections are checked each second. The rest is for a busy machine.
        assert!(seconds < limit + 4.0, "{kind}: {seconds} s");
    }
    reader.join().unwrap();
}

/// Begins a request that is refused, and sends its body until the service closes the connection.
fn send_all(address: SocketAddr, head: &str) {
    let mut stream = connect(address);
    stream.write_all(format!("{POST}{head}\r\n\r\n").as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(1 << 16)).repeat(16);
    let start = Instant::now();
    let mut sent = 0;
    while stream.write_all(chunk.as_bytes()).is_ok() {
        sent += chunk.len();
        assert!(sent < 20_000_000 && start.elapsed() < Duration::from_secs(20), "{head}: {sent} bytes were read");
    }
}

#[tokio::test]
async fn body_after_a_refusal_is_not_read() {
    let address = SharedApp::first_content().address();
    let heads = ["content-length: 4000000", "content-length: 1000000000", "transfer-encoding: chunked"];
    for client in heads.map(|head| thread::spawn(move || send_all(address, head))) {
        client.join().unwrap();
    }
}

#[tokio::test]
async fn body_is_asked_for_only_if_it_is_read() {
    let app = App::start();
    let editor = app.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    let body = r#"{"slug":"expected","title":{"de":"Erwartet"}}"#;
    let write = |length: usize, token: &str| {
        format!("{POST}authorization: Bearer {token}\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n")
    };
    let begin = |request: &str| {
        let mut stream = connect(app.address());
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = [0; 4096];
        let length = stream.read(&mut response).unwrap();
        (stream, String::from_utf8_lossy(&response[..length]).into_owned())
    };
    let (unknown, form) =
        (write(9, &editor).replace("/v1/themes", "/v1/nothing"), write(9, &editor).replace("json", "xml"));

    for (request, status) in [
        (write(1 << 30, &editor), 413),
        (write(1 << 30, "invalid"), 413),
        (write(9, "invalid"), 401),
        (unknown, 404),
        (form, 415),
    ] {
        let (_, response) = begin(&request);
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{request}{response}");
    }

    let (mut stream, response) = begin(&write(body.len(), &editor));
    assert_eq!(response, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).unwrap();
    let mut response = [0; 4096];
    let length = stream.read(&mut response).unwrap();
    assert!(response[..length].starts_with(b"HTTP/1.1 201 "), "{}", String::from_utf8_lossy(&response));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_connections_are_reserved_for_health_checks_and_tokens() {
    let database = TestDatabase::filled();
    let settings = database.settings();
    let app = App::start_as(database, settings, keys(), Listen { max_connections: Some(40), ..listen() });
    let token = app.issue(json!({ "subject": "reserve", "scopes": ["themes:write"] })).await;
    let address = app.address();
    let open = || {
        let mut stream = connect(address);
        stream.write_all(GET).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.read_exact(&mut [0; 12]).unwrap();
        stream
    };
    let _open: Vec<_> = (0..36).map(|_| open()).collect();
    let get = |path: &str, header: &str| {
        exchange(address, format!("GET {path} HTTP/1.1\r\nhost: x\r\n{header}\r\n\r\n").as_bytes()).remove(0)
    };
    let refused = get("/v1/themes?limit=3", "accept: */*");
    let cached = get("/v1/themes?limit=1", "user-agent: test");
    let healthy = get("/health/ready", "accept: */*");
    let known = get("/v1/themes?limit=3", &format!("authorization: Bearer {token}"));
    let idle = connect(address);
    idle.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let start = Instant::now();
    let end = (&idle).read(&mut [0]).unwrap();

    assert_eq!((refused.status, refused.json()["type"].as_str()), (503, Some("/problems/too-many-connections")));
    assert_eq!((refused.header("retry-after"), refused.header("connection")), ("2", "close"));
    assert_eq!([cached, healthy, known].map(|answer| answer.status), [200; 3]);
    assert_eq!(end, 0);
    assert!(start.elapsed() < Duration::from_secs(5), "an idle connection is closed after {:?}", start.elapsed());
}
