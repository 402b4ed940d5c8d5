//! Clients that send bodies which the service refuses.

use std::time::Duration;

use anyhow::Result;
use tests::release::Place;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Finding;
use crate::client::{address, start};

/// Largest number of bytes that a client can send: what the service reads after the response, and the buffers of the sockets.
const MOST: usize = 16 << 20;

/// Time for which a client sends.
const LIMIT: Duration = Duration::from_secs(20);

/// Measures how much of a refused body a client can send, and whether it is asked for it.
pub(crate) async fn measure(place: &Place) -> Result<Finding> {
    let (server, client) = start(place, "bodies", 0, &[]).await?;
    let (token, address) = (client.authorization(), address(&server));
    let head = |authorization: &str, path: &str, rest: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\ncontent-type: application/json\r\n{rest}\r\n\r\n"
        )
    };
    let (chunked, sized) = ("transfer-encoding: chunked", "content-length: 1073741824\r\nexpect: 100-continue");
    let idle = server.process.memory("VmRSS");
    let mut most = 0;
    for (authorization, path) in [("Bearer x", "/v1/themes"), (&token, "/nowhere"), (&token, "/v1/themes")] {
        most = most.max(send_without_end(address, &head(authorization, path, chunked)).await?);
    }
    let mut asked = 0;
    for authorization in ["Bearer x", &token] {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(head(authorization, "/v1/themes", sized).as_bytes()).await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        asked += usize::from(status.ends_with(b"100"));
    }
    let grown = server.process.memory("VmHWM").saturating_sub(idle);
    Ok(Finding {
        measured: format!(
            "{} KiB of a body without end; {asked} times `100 Continue` for 1 GiB; memory +{grown} KiB",
            most >> 10
        ),
        goal: format!(
            "≤ {} MiB with the buffers of the sockets; no `100 Continue`; memory +16 MiB at most",
            MOST >> 20
        ),
        is_met: most <= MOST && asked == 0 && grown <= 16 << 10,
    })
}

/// Sends a chunked body until the connection ends. Returns the number of bytes that were sent.
async fn send_without_end(address: &str, head: &str) -> Result<usize> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(head.as_bytes()).await?;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(1 << 16));
    let mut length = 0;
    let send = async {
        while stream.write_all(chunk.as_bytes()).await.is_ok() {
            length += chunk.len();
        }
    };
    let _ = timeout(LIMIT, send).await;
    Ok(length)
}
