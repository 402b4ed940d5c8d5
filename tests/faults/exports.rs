//! Clients that request a list as a whole, and do not read it.

use std::time::Duration;

use anyhow::Result;
use tests::release::Place;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Finding;
use crate::client::{address, start};

/// Content codings with the memory of an export that is not read, in kibibytes. Encoders need memory until the end.
const CODINGS: [(&str, u64); 3] = [("identity", 64), ("zstd", 320), ("gzip", 448)];

/// Memory of a connection without an export, in kibibytes.
const CONNECTION: u64 = 25;

/// Time for the service to begin the exports.
const BEGIN: Duration = Duration::from_secs(10);

/// Measures the memory of exports that are not read.
pub(crate) async fn measure(place: &Place, count: usize) -> Result<Finding> {
    let (mut measured, mut is_met) = (vec![], true);
    for (coding, each) in CODINGS {
        let Unread { begun, grown, page } = unread(place, coding, count).await?;
        let others = u64::try_from(count)?.saturating_sub(begun);
        measured.push(format!("{coding}: {begun} of {count} begun, {grown} KiB more at most, then a page is {page}"));
        is_met = is_met && begun > 0 && grown <= each * begun + CONNECTION * others && page == 200;
    }
    let each = CODINGS.map(|(coding, each)| format!("{each} ({coding})")).join(", ");
    Ok(Finding {
        measured: measured.join("; "),
        goal: format!("KiB for each that is begun ≤ {each}, for other connections ≤ {CONNECTION}; the page is 200"),
        is_met,
    })
}

/// Exports that are not read.
struct Unread {
    /// Number of those that the service has begun to send.
    begun: u64,
    /// Growth of memory, in kibibytes.
    grown: u64,
    /// Status of a page that is requested afterwards.
    page: u16,
}

async fn unread(place: &Place, coding: &str, count: usize) -> Result<Unread> {
    let (server, client) = start(place, "exports", 0, &[]).await?;
    for list in ["municipalities", "solutions"] {
        client.get(&format!("/v1/{list}.geojson")).await;
    }
    let idle = server.process.memory("VmRSS");
    let mut streams = vec![];
    for number in 0..count {
        let list = ["municipalities", "solutions"].get(number % 2).copied().unwrap_or_default();
        let mut stream = TcpStream::connect(address(&server)).await?;
        let request = format!("GET /v1/{list}.geojson HTTP/1.1\r\nhost: x\r\naccept-encoding: {coding}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        streams.push(stream);
    }
    tokio::time::sleep(BEGIN).await;
    let grown = server.process.memory("VmHWM").saturating_sub(idle);
    let mut begun = 0;
    for stream in &mut streams {
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        begun += u64::from(status.ends_with(b"200"));
    }
    Ok(Unread { begun, grown, page: client.get("/v1/solutions?limit=7").await.status })
}
