//! A way to the database that can be cut.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A proxy on loopback that passes everything, until it is cut.
pub struct Proxy {
    pub address: SocketAddr,
    faults: Arc<Faults>,
}

#[derive(Default)]
struct Faults {
    cut: AtomicBool,
    /// Is a connection cut as soon as it has asked for a commit?
    at_commit: AtomicBool,
    /// Whether nothing passes.
    silent: AtomicBool,
    /// How often nothing passed: a connection from before then carries nothing any more.
    silences: AtomicUsize,
    /// Milliseconds that everything takes each way.
    delay: std::sync::atomic::AtomicU64,
}

impl Proxy {
    /// Must be called inside a tokio runtime that lives as long as the test.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let faults = Arc::new(Faults::default());
        let known = faults.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !known.cut.load(Ordering::Relaxed) {
                    tokio::spawn(pass(client, target.clone(), known.clone()));
                }
            }
        });
        Self { address, faults }
    }

    /// Ends every connection and refuses new ones.
    pub fn cut(&self) {
        self.faults.cut.store(true, Ordering::Relaxed);
    }

    /// Keeps every connection open and passes nothing on, now and later, as when the other side is gone without a word. New
    /// connections are accepted and lead nowhere.
    pub fn silence(&self) {
        self.faults.silences.fetch_add(1, Ordering::Relaxed);
        self.faults.silent.store(true, Ordering::Relaxed);
    }

    /// Passes the next COMMIT on and nothing that is answered to it: the connection ends.
    pub fn cut_at_commit(&self) {
        self.faults.at_commit.store(true, Ordering::Relaxed);
    }

    /// Makes the way longer, by so much in each direction.
    pub fn delay(&self, way: Duration) {
        self.faults.delay.store(u64::try_from(way.as_millis()).unwrap_or_default(), Ordering::Relaxed);
    }

    pub fn heal(&self) {
        self.faults.cut.store(false, Ordering::Relaxed);
        self.faults.silent.store(false, Ordering::Relaxed);
        self.faults.at_commit.store(false, Ordering::Relaxed);
    }
}

async fn pass(mut client: TcpStream, target: String, faults: Arc<Faults>) {
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
    // Once it was asked for the commit that is to be cut, nothing that is answered arrives.
    let deaf = AtomicBool::new(false);
    tokio::select! {
        () = carry(from_client, to_server, &faults, (&deaf, true), silences) => {}
        () = carry(from_server, to_client, &faults, (&deaf, false), silences) => {}
        () = watch => {}
    }
}

async fn carry(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    faults: &Faults,
    (deaf, up): (&AtomicBool, bool),
    silences: usize,
) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return };
        let delay = faults.delay.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        if faults.silences.load(Ordering::Relaxed) != silences {
            continue;
        }
        let commits = up && bytes[..count].windows(6).any(|word| word == b"COMMIT");
        let ends = commits && faults.at_commit.swap(false, Ordering::Relaxed);
        deaf.fetch_or(ends, Ordering::Relaxed);
        if !up && deaf.load(Ordering::Relaxed) {
            continue;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
        if ends {
            // The server is left the time to do it.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return;
        }
    }
}
