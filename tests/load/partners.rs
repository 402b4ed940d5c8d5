//! Figures of what partners rely on, on the server that `TEST_DATABASE_URL` names, with the program built for release: how soon a
//! mirror has a change, what open event streams cost, what webhooks lose when the process is killed, and how long reviewers wait
//! for their queue.
#![expect(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "figures are printed")]

use std::collections::{HashMap, HashSet};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};
use tests::{Endpoint, TestDatabase, statement};

/// The program as a process of its own, which can be killed.
struct Service {
    program: PathBuf,
    database: String,
    keys: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl Service {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("DATABASE_URL", &self.database).env("TRANSFERATLAS_KEYS_FILE", &self.keys);
        command.env("TRANSFERATLAS_LOG", "off").stdin(Stdio::null());
        command
    }

    fn token(&self, arguments: &[&str]) -> String {
        let issued = self.command().args(["token"]).args(arguments).output().expect("the program");
        assert!(issued.status.success(), "{}", String::from_utf8_lossy(&issued.stderr));
        String::from_utf8(issued.stdout).expect("text").trim().to_owned()
    }

    async fn start(&mut self) {
        let port = self.port.to_string();
        let process = self.command().args(["--allow-private-webhooks", "--port", &port]).stderr(Stdio::null()).spawn();
        self.process = Some(process.expect("the program"));
        for _ in 0..600 {
            if reqwest::get(format!("{}/health/ready", self.base()))
                .await
                .is_ok_and(|ready| ready.status().is_success())
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        unreachable!("it does not get ready");
    }

    /// Without a chance to tidy up.
    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("a kill");
            process.wait().expect("an end");
        }
    }

    fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Kibibytes of memory it holds.
    fn memory(&self) -> u64 {
        let id = self.process.as_ref().map(Child::id).unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.split_whitespace().next().and_then(|size| size.parse().ok()).expect("a number")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

#[derive(Clone)]
struct Asker {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Asker {
    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Creates a theme, however often that takes.
    async fn create(&self, slug: &str) {
        let body = json!({ "slug": slug, "title": { "de": "Zum Messen erfunden" } }).to_string();
        loop {
            let request = self.http.post(format!("{}/v1/themes", self.base)).header("content-type", "application/json");
            let request = request.header("idempotency-key", slug).bearer_auth(&self.token).body(body.clone());
            match request.send().await {
                Ok(answer) if answer.status() == 201 => return,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

#[tokio::main]
async fn main() {
    let database = TestDatabase::filled();
    let beside = database.connect().await;
    let folder = tempfile::tempdir().expect("a folder");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let mut service = Service {
        program: std::env::current_exe().expect("this program").with_file_name("transferatlas"),
        database: database.settings().database_url.expect("an address").0,
        keys: folder.path().join("keys.json"),
        port,
        process: None,
    };
    assert!(service.command().args(["token", "rotate"]).output().expect("the program").status.success());
    let token = service.token(&["issue", "--role", "editor", "--subject", "load", "--days", "1"]);
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let asker = Asker { http, base: service.base(), token };
    service.start().await;
    // First, while it holds nothing else.
    streams(&asker, &service).await;
    mirror(&asker).await;
    queue(&asker, &beside).await;
    kills(&asker, &mut service, &beside).await;
    beside.close().await.expect("a closed connection");
}

fn share(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let place = (sorted.len() as f64 * share) as usize;
    sorted[place.min(sorted.len() - 1)]
}

/// The place of the last change there is.
async fn newest(asker: &Asker) -> i64 {
    let mut after = 0;
    loop {
        let page = asker.get(&format!("/v1/changes?limit=1000&after={after}")).await;
        after = page["next"].as_i64().expect("next");
        if page["more"] == false {
            return after;
        }
    }
}

/// How soon a mirror that waits has what eight writers change.
async fn mirror(asker: &Asker) {
    let first = newest(asker).await;
    let mut after = first;
    let writers = (0..8).map(|writer| async move {
        for number in 0..125 {
            asker.create(&format!("mirror-{writer}-{number}")).await;
        }
    });
    let follow = async {
        let (mut lags, mut seen) = (vec![], HashMap::<i64, u32>::new());
        // What is missed by then is missed.
        while after < first + 1000 {
            let page = asker.get(&format!("/v1/changes?limit=1000&wait=25&after={after}")).await;
            let now = api::base::clock::now();
            for item in page["items"].as_array().expect("items") {
                let at: DateTime<Utc> = item["at"].as_str().expect("a time").parse().expect("a time");
                lags.push((now - at).as_seconds_f64() * 1000.0);
                *seen.entry(item["sequence"].as_i64().expect("a number")).or_default() += 1;
            }
            after = page["next"].as_i64().expect("next");
        }
        (lags, seen)
    };
    let (_, (mut lags, seen)) = tokio::join!(join_all(writers), follow);
    lags.sort_by(f64::total_cmp);
    let missed = (first + 1..=first + 1000).filter(|sequence| !seen.contains_key(sequence)).count();
    let doubled = seen.values().filter(|times| **times > 1).count();
    println!(
        "mirror: 1,000 changes by 8 writers, {missed} missed, {doubled} doubled; lag from the beginning of the write p50 {:.0} ms, p99 {:.0} ms",
        share(&lags, 0.5),
        share(&lags, 0.99)
    );
}

/// What a thousand open event streams cost.
async fn streams(asker: &Asker, service: &Service) {
    let before = service.memory();
    let open = (0..1000).map(|_| async {
        let request = asker.http.get(format!("{}/v1/changes?after=999999999", asker.base));
        request.header("accept", "text/event-stream").send().await.expect("a stream")
    });
    let mut open = join_all(open).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let held = service.memory();
    let mut request = Box::pin(asker.create("streamed"));
    (&mut request).await;
    // All of them live: each is sent something within its heartbeat.
    let alive = join_all(open.iter_mut().map(|stream| async {
        tokio::time::timeout(Duration::from_secs(40), stream.chunk())
            .await
            .is_ok_and(|chunk| matches!(chunk, Ok(Some(_))))
    }));
    let alive = alive.await.into_iter().filter(|alive| *alive).count();
    println!(
        "streams: {} open, {alive} alive, {} MiB before, {} MiB with them",
        open.len(),
        before / 1024,
        held / 1024
    );
}

/// How long reviewers wait for their queue.
async fn queue(asker: &Asker, beside: &DatabaseConnection) {
    let fill = "insert into submission (id, resource, purpose, stage, content, municipalities, submitted_by, authors, submitted_at, created_at) \
        select gen_random_uuid(), case when n % 3 = 0 then 'solution' else 'practice_example' end, 'publish', \
               (array['submitted', 'submitted', 'changes_requested', 'published', 'rejected'])[1 + n % 5], \
               json_build_object('slug', 'load-' || n, 'title', json_build_object('de', 'Zum Messen erfunden ' || n), 'municipality', '08335043', \
                                 'challenge', json_build_object('de', repeat('Text ', 200))), \
               array['08335043'], 'load-' || n % 50, array['load-' || n % 50], now() - n * interval '1 minute', now() - n * interval '1 minute' \
          from generate_series(1, 10000) n";
    beside.execute_unprepared(fill).await.expect("submissions");
    beside.execute_unprepared("analyze submission").await.expect("figures for the planner");
    for path in [
        "/v1/submissions?stage=submitted&facets=stage",
        "/v1/submissions?stage=submitted&assigned=false&resource=solutions&facets=stage&facets=purpose&facets=assigned_to&limit=100",
    ] {
        assert!(asker.get(path).await["total"].as_i64() > Some(1000));
        let mut times = vec![];
        for _ in 0..300 {
            let began = Instant::now();
            asker.get(path).await;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        println!("queue of 10,000: {path} p50 {:.1} ms, p95 {:.1} ms", share(&times, 0.5), share(&times, 0.95));
    }
}

/// What webhooks lose when the process is killed again and again.
async fn kills(asker: &Asker, service: &mut Service, beside: &DatabaseConnection) {
    let endpoint = Endpoint::open().await;
    let made = asker.http.post(format!("{}/v1/webhooks", asker.base)).bearer_auth(&asker.token);
    let made = made.json(&json!({ "url": endpoint.url() })).send().await.expect("an answer");
    assert_eq!(made.status(), 201);
    let writers = (0..4).map(|writer| async move {
        for number in 0..250 {
            asker.create(&format!("killed-{writer}-{number}")).await;
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    });
    let killer = async {
        for kill in 0..20 {
            tokio::time::sleep(Duration::from_millis(500 + 83 * (kill % 7))).await;
            service.kill();
            service.start().await;
        }
    };
    let began = Instant::now();
    tokio::join!(join_all(writers), killer);
    delivered(beside).await;
    let heard = endpoint.heard();
    let slugs: HashSet<String> = heard
        .iter()
        .map(|heard| heard.json()["data"]["slug"].as_str().expect("a slug").to_owned())
        .filter(|slug| slug.starts_with("killed-"))
        .collect();
    let ids: HashSet<&String> = heard.iter().map(|heard| &heard.headers["webhook-id"]).collect();
    println!(
        "webhooks: 20 kills during 1,000 changes: {} lost, {} sent a second time with the same webhook-id, {:.0} s in all",
        1000 - slugs.len(),
        heard.len() - ids.len(),
        began.elapsed().as_secs_f64()
    );
}

/// Waits until nobody is behind, and nothing is on its way.
async fn delivered(beside: &DatabaseConnection) {
    const DONE: &str = "select (select count(*) from webhook_delivery where state = 'pending') = 0 \
        and (select min(cursor) from webhook) = (select max(sequence) from change)";
    for _ in 0..120 {
        let row = beside.query_one_raw(statement(DONE)).await.expect("an answer").expect("an answer");
        if row.try_get_by_index(0).expect("yes or no") {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
