//! Requests of the load, and faults.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::join_all;
use reqwest::header::AUTHORIZATION;
use rustix::net::sockopt::set_socket_linger;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use serde_json::Value;
use tests::release::Place;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{Answer, Client, http};

/// Clients that measure the capacity.
const CLIENTS: u64 = 4;

/// Time for which clients that do not send or read keep their connections.
const HELD: Duration = Duration::from_secs(2);

/// Terminates a connection of the service to the database.
const TERMINATE: &str = "select pg_terminate_backend(pid) from (select pid from pg_stat_activity where \
                         datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' \
                         order by random() limit 1) one";

/// A kind of request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A read or a write without a fault.
    Plain,
    /// The client resets its connection in the middle of a write.
    Reset,
    /// The client sends half of a body.
    HalfBody,
    /// The signature of the token is wrong.
    ForgedToken,
    /// The client does not read a list.
    UnreadExport,
    /// A connection to the database is terminated.
    Terminated,
}

impl Kind {
    /// Returns the kind of a fault. All are equally frequent.
    pub(super) fn fault(number: u64) -> Self {
        match number % 5 {
            0 => Self::Reset,
            1 => Self::HalfBody,
            2 => Self::ForgedToken,
            3 => Self::UnreadExport,
            _ => Self::Terminated,
        }
    }
}

/// What the requests need.
pub(super) struct Faults {
    client: Client,
    /// The theme that is changed. No entry refers to it.
    theme: String,
    address: String,
    http: reqwest::Client,
    database: DatabaseConnection,
    terminated: Mutex<Vec<Instant>>,
}

impl Faults {
    /// Connects to the database of a service.
    pub(super) async fn new(place: &Place, client: Client, address: &str) -> Result<Self> {
        let (theme, answer) = client.create_theme().await;
        ensure!(answer.status == 201, "a theme could not be created: {}", answer.status);
        let mut options = ConnectOptions::new(place.url());
        options.max_connections(1).sqlx_logging(false);
        let database = Database::connect(options).await?;
        Ok(Self { client, theme, address: address.to_owned(), http: http()?, database, terminated: Mutex::default() })
    }

    /// Returns when connections were terminated.
    pub(super) fn terminated(&self) -> Vec<Instant> {
        self.terminated.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the number of requests per second that a few clients achieve.
    pub(super) async fn capacity(&self, time: Duration) -> u64 {
        let began = Instant::now();
        let clients = (0..CLIENTS).map(async |first| {
            let mut number = first;
            while began.elapsed() < time {
                self.plain(number).await;
                number += CLIENTS;
            }
            number / CLIENTS
        });
        let sent: u64 = join_all(clients).await.into_iter().sum();
        sent / time.as_secs().max(1)
    }

    /// Sends a read, or a write.
    async fn plain(&self, number: u64) -> Answer {
        let answer = match path(number) {
            Some(path) => self.client.get(&path).await,
            None => self.client.change_title(&self.theme).await,
        };
        // All answers are kept to the end.
        Answer { body: Value::Null, ..answer }
    }

    /// Sends a part of a write.
    async fn half_write(&self) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).await?;
        let head = format!(
            "POST /v1/themes HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-type: application/json\r\n\
             content-length: 1000\r\n\r\n{{\"slug\":",
            self.client.authorization()
        );
        stream.write_all(head.as_bytes()).await?;
        Ok(stream)
    }

    async fn forged_token(&self) -> Result<Answer> {
        let began = Instant::now();
        let authorization = format!("{}AAAA", self.client.authorization());
        let request = self.http.get(format!("http://{}/v1/me", self.address)).header(AUTHORIZATION, authorization);
        let status = request.send().await.map_or(0, |response| response.status().as_u16());
        Ok(Answer { status, time: began.elapsed(), ..nothing() })
    }

    async fn unread_export(&self) -> Result<()> {
        let mut stream = TcpStream::connect(&self.address).await?;
        stream.write_all(b"GET /v1/municipalities.geojson HTTP/1.1\r\nhost: x\r\n\r\n").await?;
        tokio::time::sleep(HELD).await;
        Ok(())
    }

    async fn terminate(&self) -> Result<()> {
        self.terminated.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        self.database.execute_unprepared(TERMINATE).await?;
        Ok(())
    }
}

/// Sends a request of a kind.
pub(super) async fn send(faults: &Faults, kind: Kind, number: u64) -> Result<Answer> {
    match kind {
        Kind::Plain => return Ok(faults.plain(number).await),
        Kind::Reset => {
            let stream = faults.half_write().await?;
            set_socket_linger(&stream, Some(Duration::ZERO))?;
        }
        Kind::HalfBody => {
            let _stream = faults.half_write().await?;
            tokio::time::sleep(HELD).await;
        }
        Kind::ForgedToken => return faults.forged_token().await,
        Kind::UnreadExport => faults.unread_export().await?,
        Kind::Terminated => faults.terminate().await?,
    }
    Ok(nothing())
}

/// Returns the result of a request whose response is not read.
fn nothing() -> Answer {
    Answer { status: 0, time: Duration::ZERO, is_stale: false, may_be_repeated: false, body: Value::Null }
}

/// Returns the path of a read. `None` stands for a write.
pub(super) fn path(number: u64) -> Option<String> {
    Some(match number % 10 {
        0 => return None,
        1 => "/v1/themes/mobility".to_owned(),
        2 => "/v1/search?q=Bibliothek".to_owned(),
        3 => "/v1/statistics".to_owned(),
        4 => format!("/v1/municipalities?limit={}", 1 + number % 50),
        5 => "/v1/projects?facets=phase".to_owned(),
        6 => "/v1/municipalities/08335043".to_owned(),
        7 => format!("/v1/changes?after={}&limit=10", number % 1000),
        _ => format!("/v1/solutions?limit={}", 1 + number % 100),
    })
}
