//! A TCP proxy in front of the database that simulates network faults.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A TCP proxy on the loopback interface.
pub struct Proxy {
    /// Address that the proxy listens on.
    pub address: SocketAddr,
    faults: Arc<Faults>,
}

#[derive(Default)]
struct Faults {
    cut: AtomicBool,
    /// Text of the transaction whose connection is closed before the response to its COMMIT.
    at_commit: Mutex<Option<String>>,
    /// Whether a silent period begins when a connection returns to its pool.
    at_return: AtomicBool,
    /// Whether no data is forwarded.
    silent: AtomicBool,
    /// Number of silent periods. A connection from before a silent period stays silent.
    silences: AtomicUsize,
    /// Delay in each direction, in milliseconds.
    delay: std::sync::atomic::AtomicU64,
}

/// What a connection has sent to the server.
#[derive(Default)]
struct Sent {
    /// Whether it has sent the text of the transaction to cut.
    is_marked: bool,
    /// Whether it has sent [`RETURN_CHECK`].
    has_check: bool,
    /// Whether its last message was a ping.
    was_ping: bool,
}

/// Part of the statement with which the service checks connections of the pools for background tasks on their return.
const RETURN_CHECK: &str = "pg_is_in_recovery()";

/// The message `Sync` by itself, which sqlx sends as a ping.
const PING: &[u8] = b"S\0\0\0\x04";

impl Proxy {
    /// Starts a proxy to a target. Must be called inside a tokio runtime that lives as long as the test.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let faults = Arc::new(Faults::default());
        let shared_faults = faults.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !shared_faults.cut.load(Ordering::Relaxed) {
                    tokio::spawn(serve(client, target.clone(), shared_faults.clone()));
                }
            }
        });
        Self { address, faults }
    }

    /// Closes every connection and refuses new ones.
    pub fn cut(&self) {
        self.faults.cut.store(true, Ordering::Relaxed);
    }

    /// Keeps every connection open without forwarding data, as if the peer disappeared without closing it. New connections are
    /// accepted and stay silent.
    pub fn silence(&self) {
        self.faults.silence();
    }

    /// Calls [`Self::silence`] when a connection of a background task has passed the check of the service on its return to
    /// the pool, before the ping of sqlx.
    pub fn silence_at_return(&self) {
        self.faults.at_return.store(true, Ordering::Relaxed);
    }

    /// Returns whether no data is forwarded.
    pub fn is_silent(&self) -> bool {
        self.faults.silent.load(Ordering::Relaxed)
    }

    /// Forwards the next COMMIT on the connection that has sent a text, and closes that connection before the response.
    /// Other connections, such as those of background tasks, are not affected.
    pub fn cut_at_commit_after(&self, text: &str) {
        *self.faults.at_commit.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.to_owned());
    }

    /// Delays data in each direction.
    pub fn delay(&self, way: Duration) {
        self.faults.delay.store(u64::try_from(way.as_millis()).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Ends all faults. Connections that were closed stay closed.
    pub fn restore(&self) {
        self.faults.cut.store(false, Ordering::Relaxed);
        self.faults.silent.store(false, Ordering::Relaxed);
        *self.faults.at_commit.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Faults {
    fn silence(&self) {
        self.silences.fetch_add(1, Ordering::Relaxed);
        self.silent.store(true, Ordering::Relaxed);
    }

    /// Begins a silent period if a connection sends the ping that follows its check. Other pings follow pings.
    fn silence_at_return(&self, data: &[u8], sent: &mut Sent) {
        let is_ping = data == PING;
        if is_ping && !sent.was_ping && sent.has_check && self.at_return.swap(false, Ordering::Relaxed) {
            self.silence();
        }
        sent.has_check |= contains(data, RETURN_CHECK);
        sent.was_ping = is_ping;
    }

    /// Whether a connection is closed after data that it sends.
    fn ends_at(&self, data: &[u8], sent: &mut Sent) -> bool {
        let mut at_commit = self.at_commit.lock().unwrap_or_else(PoisonError::into_inner);
        sent.is_marked |= at_commit.as_deref().is_some_and(|text| contains(data, text));
        at_commit.take_if(|_| sent.is_marked && contains(data, "COMMIT")).is_some()
    }
}

fn contains(data: &[u8], text: &str) -> bool {
    data.windows(text.len()).any(|part| part == text.as_bytes())
}

async fn serve(mut client: TcpStream, target: String, faults: Arc<Faults>) {
    if faults.silent.load(Ordering::Relaxed) {
        let _ = tokio::io::copy(&mut client, &mut tokio::io::sink()).await;
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let watch = async {
        while !faults.cut.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let silences = faults.silences.load(Ordering::Relaxed);
    // Set once the COMMIT was forwarded whose response is to be lost.
    let drop_responses = AtomicBool::new(false);
    tokio::select! {
        () = forward(from_client, to_server, &faults, (&drop_responses, true), silences) => {}
        () = forward(from_server, to_client, &faults, (&drop_responses, false), silences) => {}
        () = watch => {}
    }
}

async fn forward(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    faults: &Faults,
    (drop_responses, to_server): (&AtomicBool, bool),
    silences: usize,
) {
    let mut bytes = vec![0; 64 * 1024];
    let mut sent = Sent::default();
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return };
        let delay = faults.delay.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        if to_server {
            faults.silence_at_return(&bytes[..count], &mut sent);
        }
        if faults.silences.load(Ordering::Relaxed) != silences {
            continue;
        }
        let ends = to_server && faults.ends_at(&bytes[..count], &mut sent);
        drop_responses.fetch_or(ends, Ordering::Relaxed);
        if !to_server && drop_responses.load(Ordering::Relaxed) {
            continue;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
        if ends {
            // Gives the server time to execute the COMMIT.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return;
        }
    }
}
