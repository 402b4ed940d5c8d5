//! Clients that request a list as a whole, and do not read it.

use std::time::Duration;

use anyhow::Result;
use tests::release::Place;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Finding;
use crate::client::{address, start};

/// Memory of an export that is not read, in kibibytes.
const EACH: u64 = 64;

/// Time for the service to begin the exports.
const BEGIN: Duration = Duration::from_secs(10);

/// Measures the memory of exports that are not read.
pub(crate) async fn measure(place: &Place, count: usize) -> Result<Finding> {
    let (server, client) = start(place, "exports", 0, &[]).await?;
    for list in ["municipalities", "solutions"] {
        client.get(&format!("/v1/{list}.geojson")).await;
    }
    let idle = server.process.memory("VmRSS");
    let mut unread = vec![];
    for number in 0..count {
        let list = ["municipalities", "solutions"].get(number % 2).copied().unwrap_or_default();
        let mut stream = TcpStream::connect(address(&server)).await?;
        stream.write_all(format!("GET /v1/{list}.geojson HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await?;
        unread.push(stream);
    }
    tokio::time::sleep(BEGIN).await;
    let grown = server.process.memory("VmHWM").saturating_sub(idle);
    let mut begun = 0_u64;
    for stream in &mut unread {
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        begun += u64::from(status.ends_with(b"200"));
    }
    let page = client.get("/v1/solutions?limit=7").await;
    Ok(Finding {
        measured: format!(
            "{begun} of {count} begun; memory {idle} KiB before, {grown} KiB more at most; a page is {} in {:.1?}",
            page.status, page.time
        ),
        goal: format!("≤ {EACH} KiB for each that is begun, and the page is 200"),
        is_met: begun > 0 && grown <= EACH * begun && page.status == 200,
    })
}
