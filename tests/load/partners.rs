//! Measures the release build on the server in `TEST_DATABASE_URL`: latency of a mirror, memory of open event streams, lost and
//! repeated webhook deliveries when the process is killed, and response times of the review queue.
#![expect(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "prints measurements")]

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

/// The service as a separate process.
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
        unreachable!("the service does not become ready");
    }

    /// Kills the process without a graceful shutdown.
    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("a kill");
            process.wait().expect("an end");
        }
    }

    fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the resident memory of the process in kibibytes.
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
struct LoadClient {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl LoadClient {
    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Creates a theme and repeats the request until it succeeds.
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
    let connection = database.connect().await;
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
    let client = LoadClient { http, base: service.base(), token };
    service.start().await;
    // First, because later measurements increase the memory.
    measure_streams(&client, &service).await;
    measure_mirror(&client).await;
    measure_queue(&client, &connection).await;
    measure_kills(&client, &mut service, &connection).await;
    connection.close().await.expect("a closed connection");
}

fn quantile(sorted: &[f64], fraction: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let place = (sorted.len() as f64 * fraction) as usize;
    sorted[place.min(sorted.len() - 1)]
}

/// Returns the sequence number of the newest change.
async fn last_sequence(client: &LoadClient) -> i64 {
    let mut after = 0;
    loop {
        let page = client.get(&format!("/v1/changes?limit=1000&after={after}")).await;
        after = page["next"].as_i64().expect("next");
        if page["more"] == false {
            return after;
        }
    }
}

/// Measures the latency between writes of eight clients and a mirror with long polling.
async fn measure_mirror(client: &LoadClient) {
    let first = last_sequence(client).await;
    let mut after = first;
    let writers = (0..8).map(|writer| async move {
        for number in 0..125 {
            client.create(&format!("mirror-{writer}-{number}")).await;
        }
    });
    let follow = async {
        let (mut lags, mut seen) = (vec![], HashMap::<i64, u32>::new());
        // Changes that are not received by then count as missed.
        while after < first + 1000 {
            let page = client.get(&format!("/v1/changes?limit=1000&wait=25&after={after}")).await;
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
        "mirror: 1,000 changes by 8 writers, {missed} missed, {doubled} duplicated; latency since the start of the write p50 {:.0} ms, p99 {:.0} ms",
        quantile(&lags, 0.5),
        quantile(&lags, 0.99)
    );
}

/// Measures the memory of 1,000 open event streams.
async fn measure_streams(client: &LoadClient, service: &Service) {
    let before = service.memory();
    let open = (0..1000).map(|_| async {
        let request = client.http.get(format!("{}/v1/changes?after=999999999", client.base));
        request.header("accept", "text/event-stream").send().await.expect("a stream")
    });
    let mut open = join_all(open).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = service.memory();
    let mut request = Box::pin(client.create("streamed"));
    (&mut request).await;
    // An open stream receives data within the heartbeat interval.
    let alive = join_all(open.iter_mut().map(|stream| async {
        tokio::time::timeout(Duration::from_secs(40), stream.chunk())
            .await
            .is_ok_and(|chunk| matches!(chunk, Ok(Some(_))))
    }));
    let alive = alive.await.into_iter().filter(|alive| *alive).count();
    println!(
        "streams: {} open, {alive} alive, {} MiB before, {} MiB with open streams",
        open.len(),
        before / 1024,
        after / 1024
    );
}

/// Measures the response time of the review queue with 10,000 submissions.
async fn measure_queue(client: &LoadClient, connection: &DatabaseConnection) {
    let fill = "insert into submission (id, resource, purpose, stage, content, municipalities, submitted_by, authors, submitted_at, created_at) \
        select gen_random_uuid(), case when n % 3 = 0 then 'solution' else 'practice_example' end, 'publish', \
               (array['submitted', 'submitted', 'changes_requested', 'published', 'rejected'])[1 + n % 5], \
               json_build_object('slug', 'load-' || n, 'title', json_build_object('de', 'Zum Messen erfunden ' || n), 'municipality', '08335043', \
                                 'challenge', json_build_object('de', repeat('Text ', 200))), \
               array['08335043'], 'load-' || n % 50, array['load-' || n % 50], now() - n * interval '1 minute', now() - n * interval '1 minute' \
          from generate_series(1, 10000) n";
    connection.execute_unprepared(fill).await.expect("submissions");
    connection.execute_unprepared("analyze submission").await.expect("planner statistics");
    for path in [
        "/v1/submissions?stage=submitted&facets=stage",
        "/v1/submissions?stage=submitted&assigned=false&resource=solutions&facets=stage&facets=purpose&facets=assigned_to&limit=100",
    ] {
        assert!(client.get(path).await["total"].as_i64() > Some(1000));
        let mut times = vec![];
        for _ in 0..300 {
            let began = Instant::now();
            client.get(path).await;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        println!("queue of 10,000: {path} p50 {:.1} ms, p95 {:.1} ms", quantile(&times, 0.5), quantile(&times, 0.95));
    }
}

/// Measures lost and repeated webhook deliveries when the process is killed repeatedly.
async fn measure_kills(client: &LoadClient, service: &mut Service, connection: &DatabaseConnection) {
    let endpoint = Endpoint::open().await;
    let created = client.http.post(format!("{}/v1/webhooks", client.base)).bearer_auth(&client.token);
    let created = created.json(&json!({ "url": endpoint.url() })).send().await.expect("an answer");
    assert_eq!(created.status(), 201);
    let writers = (0..4).map(|writer| async move {
        for number in 0..250 {
            client.create(&format!("killed-{writer}-{number}")).await;
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
    wait_until_delivered(connection).await;
    let received = endpoint.received();
    let slugs: HashSet<String> = received
        .iter()
        .map(|received| received.json()["data"]["slug"].as_str().expect("a slug").to_owned())
        .filter(|slug| slug.starts_with("killed-"))
        .collect();
    let ids: HashSet<&String> = received.iter().map(|received| &received.headers["webhook-id"]).collect();
    println!(
        "webhooks: 20 kills during 1,000 changes: {} lost, {} repeated with the same webhook-id, {:.0} s in total",
        1000 - slugs.len(),
        received.len() - ids.len(),
        began.elapsed().as_secs_f64()
    );
}

/// Waits until every webhook has processed all changes and no delivery is pending.
async fn wait_until_delivered(connection: &DatabaseConnection) {
    const DONE: &str = "select (select count(*) from webhook_delivery where state = 'pending') = 0 \
        and (select min(cursor) from webhook) = (select max(sequence) from change)";
    for _ in 0..120 {
        let row = connection.query_one_raw(statement(DONE)).await.expect("an answer").expect("an answer");
        if row.try_get_by_index(0).expect("a boolean") {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
