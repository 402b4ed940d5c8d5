//! TCP keepalive for connections to the server. It ends statements without a time limit when the server becomes
//! unreachable.
//!
//! sqlx does not set keepalive, and gives no access to its sockets. Therefore the sockets are found in `/proc` by the
//! port of their peer. Each file descriptor is sent through a local socket to this process itself, which yields a
//! duplicate that safe code can use.

#[cfg(target_os = "linux")]
pub(super) async fn set(port: u16) {
    match tokio::task::spawn_blocking(move || linux::set(port)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(cause = %error, "TCP keepalive could not be set"),
        Err(error) => tracing::debug!(cause = %error, "TCP keepalive could not be set"),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) async fn set(_: u16) {}

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
    use rustix::net::sockopt;
    use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

    /// Idle time before the first keepalive probe.
    const IDLE: Duration = Duration::from_secs(10);
    /// Interval and number of keepalive probes.
    const INTERVAL: (Duration, u32) = (Duration::from_secs(5), 3);
    /// Time that sent data may stay unacknowledged, in milliseconds.
    const USER_TIMEOUT: u32 = 25_000;

    /// Sets keepalive on all connections of this process to a port that do not have it yet.
    pub(super) fn set(port: u16) -> io::Result<()> {
        let inodes = connections(port);
        for entry in fs::read_dir("/proc/self/fd")? {
            let entry = entry?;
            // The listing contains descriptors that are already closed, such as its own.
            let Ok(target) = fs::read_link(entry.path()) else { continue };
            let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
            if let (Some(number), true) = (number, inodes.contains(&*target.to_string_lossy())) {
                keep_alive(&duplicate(number)?)?;
            }
        }
        Ok(())
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

    fn keep_alive(socket: &OwnedFd) -> io::Result<()> {
        if sockopt::socket_keepalive(socket)? {
            return Ok(());
        }
        sockopt::set_tcp_keepidle(socket, IDLE)?;
        sockopt::set_tcp_keepintvl(socket, INTERVAL.0)?;
        sockopt::set_tcp_keepcnt(socket, INTERVAL.1)?;
        sockopt::set_tcp_user_timeout(socket, USER_TIMEOUT)?;
        Ok(sockopt::set_socket_keepalive(socket, true)?)
    }

    #[cfg(test)]
    mod tests {
        use std::net::{TcpListener, TcpStream};

        use super::*;

        #[test]
        fn keepalive_is_set_only_for_connections_to_the_port() {
            let (listener, other) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("[::1]:0").unwrap());
            let connection = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let another = TcpStream::connect(other.local_addr().unwrap()).unwrap();

            set(listener.local_addr().unwrap().port()).unwrap();

            assert!(sockopt::socket_keepalive(&connection).unwrap() && !sockopt::socket_keepalive(&another).unwrap());
            assert_eq!(sockopt::tcp_user_timeout(&connection).unwrap(), USER_TIMEOUT);
            assert_eq!(sockopt::tcp_keepidle(&connection).unwrap(), IDLE);
            set(other.local_addr().unwrap().port()).unwrap();
            assert!(sockopt::socket_keepalive(&another).unwrap(), "IPv6");
        }
    }
}
