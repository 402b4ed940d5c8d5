//! A webhook endpoint that records deliveries.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::until;

/// A webhook endpoint on the loopback interface.
#[derive(Clone)]
pub struct Endpoint {
    /// Address that the endpoint listens on.
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<ReceivedWebhook>>>,
    responses: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    delay: Arc<Mutex<Duration>>,
    /// Number of deliveries without a response yet, and the maximum of that number.
    in_progress: Arc<AtomicUsize>,
    max_concurrent: Arc<AtomicUsize>,
}

/// A webhook delivery as received.
#[derive(Clone, Debug)]
pub struct ReceivedWebhook {
    /// Path and query of the request.
    pub path: String,
    /// Request headers, with names in lower case.
    pub headers: HashMap<String, String>,
    /// Request body.
    pub body: String,
}

impl ReceivedWebhook {
    /// Returns the body as JSON. Panics if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Endpoint {
    /// Opens an endpoint. Must be called inside a tokio runtime that lives as long as the test.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let endpoint = Self {
            address,
            received: Arc::default(),
            responses: Arc::default(),
            connections: Arc::default(),
            delay: Arc::default(),
            in_progress: Arc::default(),
            max_concurrent: Arc::default(),
        };
        let known = endpoint.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                known.connections.fetch_add(1, Ordering::Relaxed);
                let known = known.clone();
                tokio::spawn(async move { known.serve(client).await });
            }
        });
        endpoint
    }

    /// Returns the URL of the endpoint, for subscriptions.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Sets the responses to the next deliveries: status code and reason phrase, with optional header lines. Later deliveries
    /// receive 204.
    pub fn respond_with(&self, responses: &[&str]) {
        let mut queue = self.responses.lock().expect("a lock");
        *queue = responses.iter().rev().map(|response| (*response).to_owned()).collect();
    }

    /// Delays each response.
    pub fn delay_responses(&self, time: Duration) {
        *self.delay.lock().expect("a lock") = time;
    }

    /// Returns the maximum number of concurrent deliveries.
    pub fn max_concurrent(&self) -> usize {
        self.max_concurrent.load(Ordering::Relaxed)
    }

    /// Returns the number of connections that were opened.
    pub fn connection_count(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Returns the deliveries received so far.
    pub fn received(&self) -> Vec<ReceivedWebhook> {
        self.received.lock().expect("a lock").clone()
    }

    /// Waits for a number of deliveries, and returns all deliveries.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> impl Future<Output = Vec<ReceivedWebhook>> {
        until(&format!("{} receives {count} deliveries", self.url()), async move || {
            Some(self.received()).filter(|received| received.len() >= count)
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
            self.received.lock().ok()?.push(ReceivedWebhook { path, headers, body });
            let in_progress = self.in_progress.fetch_add(1, Ordering::Relaxed) + 1;
            self.max_concurrent.fetch_max(in_progress, Ordering::Relaxed);
            let delay = *self.delay.lock().ok()?;
            tokio::time::sleep(delay).await;
            self.in_progress.fetch_sub(1, Ordering::Relaxed);
            let answer = self.responses.lock().ok()?.pop().unwrap_or_else(|| "204 No Content".to_owned());
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
            client.write_all(answer.as_bytes()).await.ok()?;
        }
    }
}
