//! Limits the lifetime of connections. The framework has no timeout for slow bodies, for clients that stop reading, or
//! for the head of the second request on a connection.

mod deadlines;
mod framing;
mod interim;
mod reader;
mod refusal;
mod reserve;
mod stream;

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::net::{Shutdown, shutdown};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::deadlines::Deadlines;
use self::interim::Interim;

pub(super) use self::interim::expect_body;
pub(crate) use self::reserve::keep_reserve;
pub(crate) use self::stream::ClientStream;

/// Time limit for receiving the head of the first request.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Age after which a connection is closed after its next response.
const OLD: Duration = Duration::from_mins(4);
/// Age after which a connection is closed, even during a response.
const TOO_OLD: Duration = Duration::from_mins(5);
/// Largest part of a body that is read after the response has begun, in bytes.
const UNREAD: usize = 64 * 1024;
/// Time for reading the response before the connection ends because of its unread body. A client that still sends then may lose
/// the response.
const GRACE: Duration = Duration::from_secs(5);
/// Time in which an accepted connection is registered.
const REGISTRATION: Duration = Duration::from_millis(50);
/// Time that sent data may stay unacknowledged by the client.
#[cfg(target_os = "linux")]
const STALLED: Duration = Duration::from_secs(30);

/// An open connection.
struct Connection {
    born: Instant,
    socket: OwnedFd,
    deadlines: Arc<Deadlines>,
}

/// The open connections, each with a duplicated file descriptor to close it by.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Open>);

struct Open {
    /// Number of connections from which on others are reserved.
    unreserved: usize,
    next: AtomicU64,
    connections: Mutex<HashMap<u64, Connection>>,
    /// Whether connections are closed after their next response.
    draining: AtomicBool,
    ending: CancellationToken,
    /// Notified when a connection ends.
    closed: Notify,
}

/// Registration of an open connection. Dropped with the connection.
struct Registration {
    born: Instant,
    number: u64,
    is_reserved: bool,
    deadlines: Arc<Deadlines>,
    interim: Rc<Interim>,
    open: Arc<Open>,
}

impl Connections {
    /// Returns no connections, with their largest number.
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Open {
            unreserved: reserve::unreserved(most),
            next: AtomicU64::default(),
            connections: Mutex::default(),
            draining: AtomicBool::default(),
            ending: CancellationToken::default(),
            closed: Notify::default(),
        }))
    }

    /// Registers a new connection.
    pub(crate) fn note(&self, client: &ClientStream<TcpStream>, data: &mut Extensions) {
        let stream = client.stream();
        #[cfg(target_os = "linux")]
        let _ =
            rustix::net::sockopt::set_tcp_user_timeout(stream, u32::try_from(STALLED.as_millis()).unwrap_or_default());
        let Ok(socket) = rustix::io::dup(stream) else { return };
        let (number, born) = (self.0.next.fetch_add(1, Ordering::Relaxed), Instant::now());
        let connection = Connection { born, socket, deadlines: client.deadlines().clone() };
        let is_reserved = {
            let mut connections = self.0.connections();
            connections.insert(number, connection);
            connections.len() > self.0.unreserved
        };
        if is_reserved {
            client.deadlines().shorten();
        }
        data.insert(Registration {
            born,
            number,
            is_reserved,
            deadlines: client.deadlines().clone(),
            interim: client.interim().clone(),
            open: self.0.clone(),
        });
    }

    /// Closes each connection after its next response.
    pub(crate) fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    /// Waits until each client has begun to send a request, up to `patience`. A connection without a request ends immediately, which
    /// loses the request that is on its way.
    pub(crate) async fn wait_for_first_requests(&self, patience: Duration) {
        let all_begun = async {
            while self.0.connections().values().any(|connection| !connection.deadlines.has_begun()) {
                tokio::time::sleep(REGISTRATION / 5).await;
            }
        };
        let _ = tokio::time::timeout(patience, all_begun).await;
    }

    /// Waits until connections are to end: idle ones immediately, others after the response in progress.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + use<> {
        self.0.ending.clone().cancelled_owned()
    }

    /// Ends all connections, and waits up to `patience` for their responses in progress.
    pub(crate) async fn end(&self, patience: Duration) {
        self.0.ending.cancel();
        let all_closed = async {
            // The server may have accepted connections that are not registered yet.
            tokio::time::sleep(REGISTRATION).await;
            while !self.0.connections().is_empty() {
                self.0.closed.notified().await;
            }
        };
        let _ = tokio::time::timeout(patience, all_closed).await;
    }

    /// Closes connections that are too old, and those of slow clients, until the process ends.
    pub(crate) async fn reap(self) {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            for Connection { born, socket, deadlines } in self.0.connections().values() {
                let late = deadlines.passed();
                if late.is_some() || born.elapsed() > TOO_OLD {
                    tracing::debug!(?late, seconds = born.elapsed().as_secs(), "closed a connection at its time limit");
                    let _ = shutdown(socket, Shutdown::Both);
                }
            }
        }
    }
}

impl Open {
    fn connections(&self) -> MutexGuard<'_, HashMap<u64, Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.open.connections().remove(&self.number);
        self.open.closed.notify_one();
    }
}

/// Returns whether the connection is to be closed after this response.
pub(super) fn ends(req: &HttpRequest) -> bool {
    let ends = |Registration { born, is_reserved, open, .. }: &Registration| {
        *is_reserved || born.elapsed() > OLD || open.draining.load(Ordering::Relaxed)
    };
    req.conn_data::<Registration>().is_some_and(ends)
}

/// Returns the time by which a long-running response must end: when the connection is 4 minutes old.
pub(crate) fn lasts_until(req: &HttpRequest) -> tokio::time::Instant {
    let born = req.conn_data::<Registration>().map_or_else(Instant::now, |registration| registration.born);
    (born + OLD).into()
}

/// Returns the number of connections that the process can hold: two file descriptors each, with a fifth of all
/// descriptors left for other uses. Raises the limit on open files to its maximum.
pub(crate) fn max_connections_of_process() -> usize {
    let most = getrlimit(Resource::Nofile).maximum;
    let _ = setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most });
    let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(65_536).min(1_000_000);
    usize::try_from(descriptors * 2 / 5).unwrap_or(1024)
}
