//! Clients that send or read slowly.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::join_all;
use tests::release::Place;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Finding;
use crate::client::{address, start};

/// Time after its limit in which a connection ends.
const SLACK: Duration = Duration::from_secs(2);

/// Bytes per second of a client that reads at once.
const EVERYTHING: usize = 1 << 16;

/// A kind of slow client.
struct Kind {
    name: &'static str,
    /// What the client sends first.
    begin: String,
    /// What it sends each second.
    drip: &'static [u8],
    /// Bytes that it reads each second.
    read: usize,
    /// Time limit of its connection.
    limit: Duration,
}

/// Measures when the connections of slow clients end.
pub(crate) async fn measure(place: &Place) -> Result<Finding> {
    let (server, client) = start(place, "slow", 0, &[]).await?;
    let kinds = kinds(&client.authorization());
    let held = join_all(kinds.iter().map(|kind| hold(kind, address(&server)))).await;

    let mut late = vec![];
    for (kind, held) in kinds.iter().zip(held) {
        let held = held?;
        if held.is_none_or(|held| held > kind.limit + SLACK) {
            late.push(format!("{}: {}", kind.name, held.map_or("open".to_owned(), |held| format!("{held:.1?}"))));
        }
    }
    Ok(Finding {
        measured: match late.as_slice() {
            [] => format!("all {} kinds ended", kinds.len()),
            late => late.join(", "),
        },
        goal: "head 5 s, body 15 s, response 30 s, and 2 s more".to_owned(),
        is_met: late.is_empty(),
    })
}

fn kinds(token: &str) -> [Kind; 9] {
    let get = "GET /v1/themes/mobility HTTP/1.1\r\nhost: x\r\n";
    let post = |authorization: &str, rest: &str| {
        format!(
            "POST /v1/themes HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\ncontent-type: application/json\r\n{rest}"
        )
    };
    let export = "GET /v1/municipalities.geojson HTTP/1.1\r\nhost: x\r\n\r\n".to_owned();
    let (sized, chunked) = ("content-length: 100000\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n");
    let kind = |name, begin: String, drip, read, seconds| Kind {
        name,
        begin,
        drip,
        read,
        limit: Duration::from_secs(seconds),
    };
    [
        kind("first head", get.to_owned(), b"x: y\r\n", EVERYTHING, 5),
        kind("second head", format!("{get}\r\n{get}"), b"x: y\r\n", EVERYTHING, 5),
        kind("idle", format!("{get}\r\n"), b"", EVERYTHING, 5),
        kind("no body", post(token, sized), b"", EVERYTHING, 15),
        kind("slow body", post(token, sized), b" ", EVERYTHING, 15),
        kind("slow chunks", post(token, chunked), b"1\r\n \r\n", EVERYTHING, 15),
        kind("slow chunks after 401", post("Bearer x", chunked), b"1\r\n \r\n", EVERYTHING, 15),
        kind("reads nothing", export.clone(), b"", 0, 30),
        kind("reads 16 bytes a second", export, b"", 16, 30),
    ]
}

/// Returns how long a connection stays open. `None` if it is open after its limit and more.
async fn hold(kind: &Kind, address: &str) -> Result<Option<Duration>> {
    const SECOND: Duration = Duration::from_secs(1);
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(kind.begin.as_bytes()).await?;
    let began = Instant::now();
    let mut buffer = vec![0; kind.read];
    while began.elapsed() < kind.limit + SLACK {
        let next = Instant::now() + SECOND;
        while kind.read == EVERYTHING && Instant::now() < next {
            if let Ok(Ok(0) | Err(_)) = tokio::time::timeout_at(next.into(), stream.read(&mut buffer)).await {
                return Ok(Some(began.elapsed()));
            }
        }
        if (1..EVERYTHING).contains(&kind.read) {
            stream.read_exact(&mut buffer).await?;
        }
        tokio::time::sleep_until(next.into()).await;
        if !kind.drip.is_empty() && stream.write_all(kind.drip).await.is_err() {
            return Ok(Some(began.elapsed()));
        }
    }
    // A client that reads slowly learns of the end of the connection after the data that it has received until then.
    let is_cut = kind.read < EVERYTHING && is_cut(&mut stream).await;
    Ok(is_cut.then_some(kind.limit))
}

/// Reads the rest of a response, and returns whether its end is missing.
async fn is_cut(stream: &mut TcpStream) -> bool {
    let mut rest = vec![];
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
    read.is_ok() && !rest.ends_with(b"\r\n0\r\n\r\n")
}
