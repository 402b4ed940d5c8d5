//! An endpoint of somebody else, which is told of changes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::until;

/// An endpoint on loopback that keeps what it is told.
#[derive(Clone)]
pub struct Endpoint {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<Vec<String>>>,
    accepted: Arc<AtomicUsize>,
    takes: Arc<Mutex<Duration>>,
    /// Messages that are being answered, and the most that were at once.
    under_way: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
}

/// A message, as it came.
#[derive(Clone, Debug)]
pub struct Heard {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Endpoint {
    /// Must be called inside a tokio runtime that lives as long as the test.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let endpoint = Self {
            address,
            heard: Arc::default(),
            answers: Arc::default(),
            accepted: Arc::default(),
            takes: Arc::default(),
            under_way: Arc::default(),
            most_at_once: Arc::default(),
        };
        let known = endpoint.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                known.accepted.fetch_add(1, Ordering::Relaxed);
                let known = known.clone();
                tokio::spawn(async move { known.serve(client).await });
            }
        });
        endpoint
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Answers the next messages so, with a status line and whatever headers follow; later ones with 204.
    pub fn answers(&self, answers: &[&str]) {
        let mut kept = self.answers.lock().expect("a lock");
        *kept = answers.iter().rev().map(|answer| (*answer).to_owned()).collect();
    }

    /// Takes so long to answer each message.
    pub fn takes(&self, time: Duration) {
        *self.takes.lock().expect("a lock") = time;
    }

    /// How many messages came at most before the first of them was answered.
    pub fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::Relaxed)
    }

    /// How many connections were opened to it.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// What was heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("a lock").clone()
    }

    /// Waits until so many messages were heard.
    #[track_caller]
    pub fn hears(&self, messages: usize) -> impl Future<Output = Vec<Heard>> {
        until(&format!("{} hears {messages} messages", self.url()), async move || {
            Some(self.heard()).filter(|heard| heard.len() >= messages)
        })
    }

    async fn serve(self, client: TcpStream) -> Option<()> {
        let mut client = BufReader::new(client);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if client.read_line(&mut head).await.ok()? == 0 {
                    return None;
                }
            }
            let path = head.split(' ').nth(1)?.to_owned();
            let headers: HashMap<String, String> = head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            client.read_exact(&mut body).await.ok()?;
            let body = String::from_utf8(body).ok()?;
            self.heard.lock().ok()?.push(Heard { path, headers, body });
            let under_way = self.under_way.fetch_add(1, Ordering::Relaxed) + 1;
            self.most_at_once.fetch_max(under_way, Ordering::Relaxed);
            let takes = *self.takes.lock().ok()?;
            tokio::time::sleep(takes).await;
            self.under_way.fetch_sub(1, Ordering::Relaxed);
            let answer = self.answers.lock().ok()?.pop().unwrap_or_else(|| "204 No Content".to_owned());
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
            client.write_all(answer.as_bytes()).await.ok()?;
        }
    }
}
