//! Records a history: runs the clients, and reads the stored state at the end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::join_all;
use reqwest::Method;

use crate::Random;

use super::client::{Client, Log, PATIENCE, SLUGS};
use super::corrections::stage;
use super::history::{Exchange, History, Request, Revision};
use super::http::{Call, ENTRIES, Sender, content, json_of};

/// Time limit of the service to become available after the faults.
const LIMIT: Duration = Duration::from_secs(40);

/// Settings of a history.
pub struct Plan {
    /// Seed of the choices.
    pub seed: u64,
    /// URLs of two instances without a path.
    pub bases: [String; 2],
    /// A token for each client, of different subjects that may write and review.
    pub tokens: Vec<String>,
    /// Token of another subject that may review.
    pub reviewer: String,
    /// Number of operations after which each client ends. Without it, the clients end after the faults.
    pub operations: Option<usize>,
}

/// Runs the clients during `faults`, and reads the stored state `settled` later.
pub async fn record(plan: &Plan, settled: Duration, faults: impl Future<Output = Result<()>>) -> Result<History> {
    let sender = Sender::new(plan.bases.clone())?;
    let mut reader = Reader { sender: sender.clone(), plan, token: &plan.reviewer, exchanges: vec![] };
    let head = reader.changes(0, 0).await?.last().map_or(0, |change| change.sequence);
    reader.exchanges.clear();
    let stop = Arc::new(AtomicBool::default());
    let clients = plan.tokens.iter().enumerate().map(|(number, token)| {
        let client = Client {
            sender: sender.clone(),
            number,
            token: token.clone(),
            reviewer: plan.reviewer.clone(),
            choices: Random::of_part(plan.seed, number),
            after: head,
            known: [].into(),
            values: 0,
            log: Log::default(),
        };
        tokio::spawn(client.run(stop.clone(), plan.operations.unwrap_or(usize::MAX)))
    });
    let clients: Vec<_> = clients.collect();
    let done = faults.await;
    stop.store(plan.operations.is_none() || done.is_err(), Ordering::Relaxed);
    let mut logs = vec![];
    for client in clients {
        logs.push(client.await?);
    }
    done?;
    tokio::time::sleep(settled).await;
    reader.finish(head, logs).await
}

/// Reads the state at the end.
struct Reader<'a> {
    sender: Sender,
    plan: &'a Plan,
    token: &'a str,
    exchanges: Vec<Exchange>,
}

impl Reader<'_> {
    async fn finish(mut self, head: i64, logs: Vec<Log>) -> Result<History> {
        let mut revisions = self.changes(0, head).await?;
        self.changes(1, head).await?;
        for (instance, slug) in [0, 1].into_iter().flat_map(|instance| SLUGS.map(|slug| (instance, slug))) {
            self.get(instance, Request::Read(slug.to_owned()), &format!("{ENTRIES}/{slug}")).await?;
        }
        self.complete(&mut revisions).await?;
        let mut history = History { revisions, ..History::default() };
        for (Log { exchanges, drafts }, token) in logs.into_iter().zip(&self.plan.tokens) {
            // Reviewers cannot see drafts.
            self.token = token;
            history.exchanges.extend(exchanges);
            for (path, mut draft) in drafts {
                let submission = json_of(&self.get(0, Request::Step(None), &path).await?.answer)?;
                draft.stored = stage(&submission, &draft.value);
                history.drafts.push(draft);
            }
        }
        history.exchanges.extend(self.exchanges);
        Ok(history)
    }

    /// Reads the change feed to its end.
    async fn changes(&mut self, instance: usize, mut after: i64) -> Result<Vec<Revision>> {
        let mut changes = vec![];
        loop {
            let path = format!("/v1/changes?limit=1000&after={after}");
            let page = self.get(instance, Request::Changes(after), &path).await?.answer.page.context("a page")?;
            (after, changes) = (page.next, [changes, page.items].concat());
            if !page.more {
                return Ok(changes);
            }
        }
    }

    /// Adds the content of each revision, which the feed omits for deleted entries.
    async fn complete(&self, revisions: &mut [Revision]) -> Result<()> {
        let last: HashMap<String, i64> =
            revisions.iter().map(|revision| (revision.entry.clone(), revision.sequence)).collect();
        for part in revisions.chunks_mut(8) {
            let read = part.iter().map(|revision| async {
                let path = format!("{ENTRIES}/{}/history/{}", revision.entry, revision.version);
                let call = Call::new(Method::GET, &path).with_token(self.token);
                let answer = self.sender.send(0, Request::Step(None), &call, PATIENCE).await.answer;
                let is_deletion = last.get(&revision.entry) == Some(&revision.sequence) && revision.content.is_none();
                let entry = json_of(&answer)?.get("entry").and_then(content).or_else(|| revision.content.clone());
                ensure!(is_deletion || entry.is_some(), "{path} is {} {}", answer.status, answer.text);
                Ok(entry)
            });
            let contents: Vec<Result<_>> = join_all(read).await;
            for (revision, content) in part.iter_mut().zip(contents) {
                revision.content = content?;
            }
        }
        Ok(())
    }

    /// Sends a read until the service is available.
    async fn get(&mut self, instance: usize, request: Request, path: &str) -> Result<Exchange> {
        let (call, began) = (Call::new(Method::GET, path).with_token(self.token), Instant::now());
        loop {
            let exchange = self.sender.send(instance, request.clone(), &call, PATIENCE).await;
            if !exchange.answer.is_unknown() && !exchange.answer.is_stale {
                self.exchanges.push(exchange.clone());
                return Ok(exchange);
            }
            ensure!(began.elapsed() < LIMIT, "{path} is {}", exchange.answer.status);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
