//! The sockets of connections to the server.
//!
//! sqlx sets no keepalive, its pings have no time limit, and it gives no access to its sockets. Therefore the sockets are
//! found in `/proc` by the port of their peer. Each file descriptor is sent through a local socket to this process itself,
//! which yields a duplicate that safe code can use.

/// Sets TCP keepalive on new connections to a port. It ends statements without a time limit when the server becomes unreachable.
#[cfg(target_os = "linux")]
pub(super) async fn keep_alive(port: u16) {
    on_each(port, linux::keep_alive, "TCP keepalive could not be set").await;
}

/// Shuts down all connections to a port, so that operations without a time limit fail.
#[cfg(target_os = "linux")]
pub(super) async fn shut_down(port: u16) {
    on_each(port, linux::shut_down, "a connection could not be closed").await;
}

#[cfg(not(target_os = "linux"))]
pub(super) async fn keep_alive(_: u16) {}

#[cfg(not(target_os = "linux"))]
pub(super) async fn shut_down(_: u16) {}

#[cfg(target_os = "linux")]
async fn on_each(port: u16, action: linux::Action, failure: &'static str) {
    match tokio::task::spawn_blocking(move || linux::on_each(port, action)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(cause = %error, "{failure}"),
        Err(error) => tracing::debug!(cause = %error, "{failure}"),
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashSet;
    use std::fs;
    use std::io::{self, IoSlice, IoSliceMut};
    use std::mem::MaybeUninit;
    use std::os::fd::{AsRawFd, OwnedFd, RawFd};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
    use rustix::io::Errno;
    use rustix::net::sockopt;
    use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, Shutdown, recvmsg, shutdown};

    /// Idle time before the first keepalive probe.
    const IDLE: Duration = Duration::from_secs(10);
    /// Interval and number of keepalive probes.
    const INTERVAL: (Duration, u32) = (Duration::from_secs(5), 3);
    /// Time that sent data may stay unacknowledged, in milliseconds.
    const USER_TIMEOUT: u32 = 25_000;

    /// An action on a socket.
    pub(super) type Action = fn(&OwnedFd) -> io::Result<()>;

    /// Performs an action on each connection of this process to a port. Returns the last error.
    pub(super) fn on_each(port: u16, action: Action) -> io::Result<()> {
        let (inodes, mut result) = (connections(port), Ok(()));
        for entry in fs::read_dir("/proc/self/fd")? {
            let entry = entry?;
            // The listing contains descriptors that are already closed, such as its own.
            let Ok(target) = fs::read_link(entry.path()) else { continue };
            let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let (Some(number), true) = (number, inodes.contains(&*target.to_string_lossy())) {
                // A connection may be closed at the same time, which must not spare the others.
                result = duplicate(number).and_then(|socket| action(&socket)).and(result);
            }
        }
        result
    }

    /// Returns the sockets that are connected to a port, as named by links in `/proc/self/fd`.
    fn connections(port: u16) -> HashSet<String> {
        let port = format!(":{port:04X}");
        let tables =
            ["/proc/self/net/tcp", "/proc/self/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
        let socket = |line: &str| {
            let mut columns = line.split_whitespace();
            let is_peer = columns.nth(2)?.ends_with(&port);
            is_peer.then(|| columns.nth(6).map(|inode| format!("socket:[{inode}]"))).flatten()
        };
        tables.iter().flat_map(|table| table.lines().filter_map(socket)).collect()
    }

    fn duplicate(number: RawFd) -> io::Result<OwnedFd> {
        let (from, to) = UnixStream::pair()?;
        sendmsg::<()>(
            from.as_raw_fd(),
            &[IoSlice::new(&[0])],
            &[ControlMessage::ScmRights(&[number])],
            MsgFlags::empty(),
            None,
        )?;
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut received = RecvAncillaryBuffer::new(&mut space);
        recvmsg(&to, &mut [IoSliceMut::new(&mut [0])], &mut received, RecvFlags::CMSG_CLOEXEC)?;
        let mut descriptors = received.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
            _ => None,
        });
        descriptors.next().and_then(|mut descriptors| descriptors.next()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Sets keepalive on a socket that does not have it yet.
    pub(super) fn keep_alive(socket: &OwnedFd) -> io::Result<()> {
        if sockopt::socket_keepalive(socket)? {
            return Ok(());
        }
        sockopt::set_tcp_keepidle(socket, IDLE)?;
        sockopt::set_tcp_keepintvl(socket, INTERVAL.0)?;
        sockopt::set_tcp_keepcnt(socket, INTERVAL.1)?;
        sockopt::set_tcp_user_timeout(socket, USER_TIMEOUT)?;
        Ok(sockopt::set_socket_keepalive(socket, true)?)
    }

    /// Ends a connection in both directions. A connection that the peer has ended meanwhile is not an error.
    pub(super) fn shut_down(socket: &OwnedFd) -> io::Result<()> {
        match shutdown(socket, Shutdown::Both) {
            Ok(()) | Err(Errno::NOTCONN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(test)]
    mod tests {
        use std::io::{Read, Write};
        use std::net::{TcpListener, TcpStream};

        use super::*;

        #[test]
        fn keepalive_is_set_only_for_connections_to_the_port() {
            let (listener, other) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("[::1]:0").unwrap());
            let connection = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let another = TcpStream::connect(other.local_addr().unwrap()).unwrap();

            on_each(listener.local_addr().unwrap().port(), keep_alive).unwrap();

            assert!(sockopt::socket_keepalive(&connection).unwrap() && !sockopt::socket_keepalive(&another).unwrap());
            assert_eq!(sockopt::tcp_user_timeout(&connection).unwrap(), USER_TIMEOUT);
            assert_eq!(sockopt::tcp_keepidle(&connection).unwrap(), IDLE);
            on_each(other.local_addr().unwrap().port(), keep_alive).unwrap();
            assert!(sockopt::socket_keepalive(&another).unwrap(), "IPv6");
        }

        #[test]
        fn only_connections_to_the_port_are_shut_down() {
            let [one, other] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
            let [mut connection, mut another] =
                [&one, &other].map(|listener| TcpStream::connect(listener.local_addr().unwrap()).unwrap());
            on_each(one.local_addr().unwrap().port(), shut_down).unwrap();
            assert_eq!(connection.read(&mut [0]).unwrap(), 0, "the connection has ended");
            other.accept().unwrap().0.write_all(b"x").unwrap();
            assert_eq!(another.read(&mut [0]).unwrap(), 1, "the other connection is open");
        }
    }
}
