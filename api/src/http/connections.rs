//! Limits the lifetime of connections. The framework has no timeout for slow bodies, for clients that stop reading, or
//! for the head of the second request on a connection.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::net::{Shutdown, shutdown};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Age after which a connection is closed after its next response.
const OLD: Duration = Duration::from_mins(4);
/// Age after which a connection is closed, even during a response.
const TOO_OLD: Duration = Duration::from_mins(5);
/// Time in which an accepted connection is registered.
const REGISTRATION: Duration = Duration::from_millis(50);
/// Time that sent data may stay unacknowledged by the client.
#[cfg(target_os = "linux")]
const STALLED: Duration = Duration::from_secs(30);

/// The open connections, each with a duplicated file descriptor to close it by.
#[derive(Clone, Default)]
pub(crate) struct Connections(Arc<Open>);

#[derive(Default)]
struct Open {
    next: AtomicU64,
    sockets: Mutex<HashMap<u64, (Instant, OwnedFd)>>,
    ending: CancellationToken,
    /// Notified when a connection ends.
    closed: Notify,
}

/// Registration of an open connection. Dropped with the connection.
struct Registration {
    born: Instant,
    number: u64,
    open: Arc<Open>,
}

impl Connections {
    /// Registers a new connection.
    pub(crate) fn note(&self, stream: &TcpStream, data: &mut Extensions) {
        #[cfg(target_os = "linux")]
        let _ =
            rustix::net::sockopt::set_tcp_user_timeout(stream, u32::try_from(STALLED.as_millis()).unwrap_or_default());
        let Ok(handle) = rustix::io::dup(stream) else { return };
        let (number, born) = (self.0.next.fetch_add(1, Ordering::Relaxed), Instant::now());
        self.0.sockets().insert(number, (born, handle));
        data.insert(Registration { born, number, open: self.0.clone() });
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
            while !self.0.sockets().is_empty() {
                self.0.closed.notified().await;
            }
        };
        let _ = tokio::time::timeout(patience, all_closed).await;
    }

    /// Closes connections that are too old, until the process ends.
    pub(crate) async fn reap(self) {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let sockets = self.0.sockets();
            for (born, socket) in sockets.values().filter(|(born, _)| born.elapsed() > TOO_OLD) {
                tracing::debug!(seconds = born.elapsed().as_secs(), "closed a connection that exceeded the time limit");
                let _ = shutdown(socket, Shutdown::Both);
            }
        }
    }
}

impl Open {
    fn sockets(&self) -> MutexGuard<'_, HashMap<u64, (Instant, OwnedFd)>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.open.sockets().remove(&self.number);
        self.open.closed.notify_one();
    }
}

/// Returns whether the connection is to be closed after this response.
pub(super) fn is_old(req: &HttpRequest) -> bool {
    req.conn_data::<Registration>().is_some_and(|registration| registration.born.elapsed() > OLD)
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
