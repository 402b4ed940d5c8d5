//! Clients that request a list as a whole, and do not read it.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use tests::release::Place;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Finding;
use crate::client::{address, start};

/// Content codings with the memory of an export that is not read, in kibibytes. Encoders need memory until the end.
const CODINGS: [(&str, u64); 3] = [("identity", 64), ("zstd", 320), ("gzip", 448)];

/// Memory of each client whose export is refused, in kibibytes.
const CLIENT: u64 = 64;

/// Exports at once, of which none is refused.
const ACCEPTED: usize = 32;

/// Exports that are begun before memory is measured, because the first ones also allocate what all share.
const FIRST: usize = 4;

/// Time for the service to begin exports.
const BEGIN: Duration = Duration::from_secs(5);

/// Measures the memory of exports that are not read.
pub(crate) async fn measure(place: &Place, count: usize) -> Result<Finding> {
    let (mut measured, mut is_met) = (vec![], true);
    for (coding, each) in CODINGS {
        let Unread { held, held_by_all, page } = unread(place, coding, count).await?;
        let (begun, all) = (u64::try_from(ACCEPTED - FIRST)?, u64::try_from(count)?);
        measured
            .push(format!("{coding}: {begun} hold {held} KiB, {all} clients {held_by_all} KiB, then a page is {page}"));
        is_met = is_met && held <= each * begun && held_by_all <= each * begun + CLIENT * (all - begun) && page == 200;
    }
    let each = CODINGS.map(|(coding, each)| format!("{each} ({coding})")).join(", ");
    Ok(Finding {
        measured: measured.join("; "),
        goal: format!("KiB for each export ≤ {each}, for each other client ≤ {CLIENT}; the page is 200"),
        is_met,
    })
}

/// Exports that are not read.
struct Unread {
    /// Memory of the accepted exports after the first ones, in kibibytes.
    held: u64,
    /// Memory of all clients after the first ones.
    held_by_all: u64,
    /// Status of a page that is requested afterwards.
    page: u16,
}

async fn unread(place: &Place, coding: &str, count: usize) -> Result<Unread> {
    let (server, client) = start(place, "exports", 0, &[]).await?;
    for list in ["municipalities", "solutions"] {
        client.get(&format!("/v1/{list}.geojson")).await;
    }
    let (mut streams, mut memory) = (vec![], vec![]);
    for (number, end) in [FIRST, ACCEPTED, count].into_iter().enumerate() {
        while streams.len() < end {
            let mut stream = TcpStream::connect(address(&server)).await?;
            let request =
                format!("GET /v1/municipalities.geojson HTTP/1.1\r\nhost: x\r\naccept-encoding: {coding}\r\n\r\n");
            stream.write_all(request.as_bytes()).await?;
            streams.push(stream);
        }
        tokio::time::sleep(BEGIN).await;
        memory.push(server.process.memory("VmRSS"));
        if number == 1 {
            ensure!(begun(&mut streams).await? == ACCEPTED, "not all of {ACCEPTED} exports were begun");
        }
    }
    let [first, accepted, all] = memory.as_slice() else { bail!("no memory") };
    let page = client.get("/v1/solutions?limit=7").await.status;
    Ok(Unread { held: accepted.saturating_sub(*first), held_by_all: all.saturating_sub(*first), page })
}

/// Returns the number of exports that the service has begun to send.
async fn begun(streams: &mut [TcpStream]) -> Result<usize> {
    let mut begun = 0;
    for stream in streams {
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        begun += usize::from(status.ends_with(b"200"));
    }
    Ok(begun)
}
