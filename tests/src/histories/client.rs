//! A client that reads and writes a few entries.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::history::{Answer, Draft, Entry, Exchange, Kind, Member, Request, Write};
use super::http::{Call, ENTRIES, Sender, example};
use crate::Random;

/// Slugs of the entries. They are few, so that writes collide.
pub(super) const SLUGS: [&str; 4] = ["history-a", "history-b", "history-c", "history-d"];

/// Longest time that a client waits for a response.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// Number of times that a client sends a request at most.
const ATTEMPTS: usize = 5;

/// A client with its own token.
pub(super) struct Client {
    pub sender: Sender,
    pub number: usize,
    pub token: String,
    /// Token of another subject, which publishes corrections.
    pub reviewer: String,
    pub choices: Random,
    /// Last sequence number of the change feed that the client has read.
    pub after: i64,
    /// Entries as last read, by slug.
    pub known: BTreeMap<&'static str, Entry>,
    /// Number of values that the client has sent.
    pub values: usize,
    pub log: Log,
}

/// What a client did.
#[derive(Default)]
pub(super) struct Log {
    pub exchanges: Vec<Exchange>,
    /// Corrections with their paths.
    pub drafts: Vec<(String, Draft)>,
}

impl Client {
    /// Reads and writes until `stop` is set, or a number of times.
    pub(super) async fn run(mut self, stop: Arc<AtomicBool>, operations: usize) -> Log {
        for _ in 0..operations {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let slug = SLUGS[self.choices.below(SLUGS.len())];
            match self.choices.below(100) {
                0..25 => self.read(slug).await,
                25..42 => self.update(slug).await,
                42..50 => self.replace(slug).await,
                50..68 => self.create(slug).await,
                68..74 => self.delete(slug).await,
                74..84 => self.read_changes().await,
                _ => self.correct(slug).await,
            }
            self.pause(20).await;
        }
        self.log
    }

    /// Waits for a random time.
    pub(super) async fn pause(&mut self, limit: usize) {
        tokio::time::sleep(Duration::from_millis(self.choices.below(limit) as u64)).await;
    }

    /// Returns a value that no other write has.
    pub(super) fn value(&mut self) -> String {
        self.values += 1;
        format!("v-{}-{}", self.number, self.values)
    }

    pub(super) fn member(&mut self) -> Member {
        if self.choices.chance(50) { Member::Title } else { Member::Approach }
    }

    async fn read(&mut self, slug: &'static str) {
        let call = Call::new(Method::GET, &format!("{ENTRIES}/{slug}"));
        // A response to a request without a token may be served before routing.
        let call = if self.choices.chance(50) { call.with_token(&self.token) } else { call };
        let answer = self.send(Request::Read(slug.to_owned()), &call).await;
        self.learn(slug, &answer);
    }

    async fn read_changes(&mut self) {
        let call = Call::new(Method::GET, &format!("/v1/changes?limit=100&after={}", self.after));
        let answer = self.send(Request::Changes(self.after), &call).await;
        if let Some(page) = answer.page {
            self.after = page.next;
        }
    }

    async fn create(&mut self, slug: &'static str) {
        let value = self.value();
        let body = example(slug, &value);
        let write = |key| Write { value: value.clone(), slug: slug.to_owned(), kind: Kind::Create, key };
        if self.choices.chance(30) {
            let call = self.call(Method::PUT, slug).with("if-none-match", "*").with_body(body);
            self.write(slug, write(None), &call).await;
            return;
        }
        let call = Call::new(Method::POST, ENTRIES).with_token(&self.token).with_body(body).with_key(&value);
        let answer = self.write(slug, write(Some(value.clone())), &call).await;
        if answer.is_success() && self.choices.chance(20) {
            self.reuse_key(slug, &value).await;
        }
    }

    /// Sends another request with a key that was used.
    async fn reuse_key(&mut self, slug: &'static str, key: &str) {
        let value = self.value();
        let call = Call::new(Method::POST, ENTRIES).with_token(&self.token).with_key(key);
        let call = call.with_body(example(slug, &value));
        let write = Write { value, slug: slug.to_owned(), kind: Kind::Create, key: Some(key.to_owned()) };
        self.write(slug, write, &call).await;
    }

    async fn update(&mut self, slug: &'static str) {
        let Some(entry) = self.known(slug).await else { return };
        let (value, member) = (self.value(), self.member());
        let call = self.call(Method::PATCH, slug).based_on(entry.revision).with_body(change(member, &value));
        let kind = Kind::Update(member, entry.revision);
        self.write(slug, Write { value, slug: slug.to_owned(), kind, key: None }, &call).await;
    }

    async fn replace(&mut self, slug: &'static str) {
        let Some(entry) = self.known(slug).await else { return };
        let value = self.value();
        let call = self.call(Method::PUT, slug).based_on(entry.revision).with_body(example(slug, &value));
        let kind = Kind::Replace(entry.revision);
        self.write(slug, Write { value, slug: slug.to_owned(), kind, key: None }, &call).await;
    }

    async fn delete(&mut self, slug: &'static str) {
        let Some(entry) = self.known(slug).await else { return };
        let call = self.call(Method::DELETE, slug).based_on(entry.revision);
        let write = Write { value: self.value(), slug: slug.to_owned(), kind: Kind::Delete(entry.revision), key: None };
        if self.write(slug, write, &call).await.is_success() {
            self.known.remove(slug);
        }
    }

    fn call(&self, method: Method, slug: &str) -> Call {
        Call::new(method, &format!("{ENTRIES}/{slug}")).with_token(&self.token)
    }

    /// Returns the entry as last read, or reads it.
    async fn known(&mut self, slug: &'static str) -> Option<Entry> {
        if !self.known.contains_key(slug) || self.choices.chance(40) {
            self.read(slug).await;
        }
        self.known.get(slug).cloned()
    }

    fn learn(&mut self, slug: &'static str, answer: &Answer) {
        if let Some(entry) = &answer.entry {
            self.known.insert(slug, entry.clone());
        } else if matches!(answer.status, 404 | 410) {
            self.known.remove(slug);
        }
    }

    async fn write(&mut self, slug: &'static str, write: Write, call: &Call) -> Answer {
        let is_repeatable = write.key.is_some();
        let answer = self.repeat(Request::Write(write), call, is_repeatable).await;
        self.learn(slug, &answer);
        answer
    }

    /// Sends a request, and repeats it if its outcome is unknown. A repeatable request is also repeated after its success.
    pub(super) async fn repeat(&mut self, request: Request, call: &Call, is_repeatable: bool) -> Answer {
        let mut answer = Answer::default();
        for attempt in 0..ATTEMPTS {
            answer = if is_repeatable && self.choices.chance(25) {
                self.send_twice(&request, call).await
            } else {
                self.send(request.clone(), call).await
            };
            let is_pending = answer.is_unknown() || answer.text.contains("request-in-progress");
            let is_repeated = match (is_pending, is_repeatable) {
                (true, true) => true,
                (true, false) => self.choices.chance(50),
                (false, _) => is_repeatable && answer.is_success() && attempt == 0 && self.choices.chance(25),
            };
            if !is_repeated {
                break;
            }
            self.pause(20 << (2 * attempt)).await;
        }
        answer
    }

    async fn send(&mut self, request: Request, call: &Call) -> Answer {
        let (instance, patience) = (self.choices.below(2), self.patience());
        let exchange = self.sender.send(instance, request, call, patience).await;
        let answer = exchange.answer.clone();
        self.log.exchanges.push(exchange);
        answer
    }

    /// Sends a request to both instances at once. Returns a successful response, if there is one.
    async fn send_twice(&mut self, request: &Request, call: &Call) -> Answer {
        let patience = [self.patience(), self.patience()];
        let send = |instance: usize| self.sender.send(instance, request.clone(), call, patience[instance]);
        let (one, other) = tokio::join!(send(0), send(1));
        let answer = if one.answer.is_success() { &one.answer } else { &other.answer }.clone();
        self.log.exchanges.extend([one, other]);
        answer
    }

    /// Returns how long the client waits for a response. Some clients close the connection soon.
    fn patience(&mut self) -> Duration {
        if self.choices.chance(4) { Duration::from_millis(1 + self.choices.below(40) as u64) } else { PATIENCE }
    }
}

/// Returns a merge patch of one member.
pub(super) fn change(member: Member, value: &str) -> serde_json::Value {
    match member {
        Member::Title => json!({ "title": { "de": value } }),
        Member::Approach => json!({ "approach": { "de": value } }),
    }
}
