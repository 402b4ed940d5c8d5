//! Requests that are written byte by byte, and all that the service sends back.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Largest number of bytes of the responses that is kept.
const KEPT: usize = 1 << 20;

/// Length of a status line up to the status code.
const STATUS_LINE: usize = "HTTP/1.1 200".len();

/// What the service sent on a connection.
pub(crate) struct Exchange {
    /// The responses, as sent.
    pub(crate) received: Vec<u8>,
    /// Time until the end of the connection.
    pub(crate) time: Duration,
    /// Whether the service ended the connection within the time limit.
    pub(crate) has_ended: bool,
}

/// Writes bytes to a new connection, and reads until the service ends it, or until the time limit.
pub(crate) async fn exchange(address: &str, bytes: &[u8], limit: Duration) -> Result<Exchange> {
    let mut stream = TcpStream::connect(address).await?;
    let (mut reader, mut writer) = stream.split();
    let began = Instant::now();
    let mut received = vec![];
    let read = async {
        let mut buffer = vec![0; 1 << 14];
        while let Ok(length @ 1..) = reader.read(&mut buffer).await {
            if received.len() < KEPT {
                received.extend(buffer.iter().take(length));
            }
        }
    };
    // The service may end the connection before it has read everything.
    let write = async {
        let _ = writer.write_all(bytes).await;
        std::future::pending::<()>().await;
    };
    let both = async {
        tokio::select! {
            () = read => {}
            () = write => {}
        }
    };
    let has_ended = timeout(limit, both).await.is_ok();
    Ok(Exchange { received, time: began.elapsed(), has_ended })
}

impl Exchange {
    /// Returns the status codes of the responses, without interim responses.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let lines = self.received.windows(STATUS_LINE).filter(|bytes| bytes.starts_with(b"HTTP/1."));
        let codes = lines.filter_map(|line| std::str::from_utf8(line).ok()?.split(' ').nth(1)?.parse().ok());
        codes.filter(|code| *code >= 200).collect()
    }

    /// Returns the responses as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }
}
