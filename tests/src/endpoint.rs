//! An endpoint of somebody else, which is told of changes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// An endpoint on loopback that keeps what it is told.
#[derive(Clone)]
pub struct Endpoint {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<Vec<String>>>,
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
        let endpoint = Self { address, heard: Arc::default(), answers: Arc::default() };
        let known = endpoint.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
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

    /// What was heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("a lock").clone()
    }

    /// Waits until so many messages were heard.
    pub async fn hears(&self, messages: usize) -> Vec<Heard> {
        let until = Instant::now() + Duration::from_secs(20);
        while self.heard().len() < messages {
            assert!(Instant::now() < until, "only {} of {messages} were heard", self.heard().len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.heard()
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
            let answer = self.answers.lock().ok()?.pop().unwrap_or_else(|| "204 No Content".to_owned());
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
            client.write_all(answer.as_bytes()).await.ok()?;
        }
    }
}
