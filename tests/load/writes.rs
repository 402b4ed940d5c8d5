//! Measures writes on the server in `TEST_DATABASE_URL`: writes per second, latency until another instance shows a write, reads
//! with and without a token, and SQL statements per write (requires `pg_stat_statements`).
#![expect(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "prints measurements")]

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use tests::{App, TestDatabase, statement};

/// Duration of each measurement.
const DURATION: Duration = Duration::from_secs(10);

/// A client that sends each request as soon as it has the response to the previous one.
#[derive(Clone)]
struct LoadClient {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl LoadClient {
    fn new(app: &App, token: Option<&str>) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, base: format!("http://{}", app.address()), token: token.map(str::to_owned) }
    }

    async fn get(&self, path: &str) -> String {
        let mut request = self.http.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request.send().await.expect("an answer").text().await.expect("a body")
    }

    async fn create(&self, slug: &str) -> u16 {
        let body = json!({ "slug": slug, "title": { "de": "Zum Messen erfunden" } }).to_string();
        let request = self.http.post(format!("{}/v1/themes", self.base)).header("content-type", "application/json");
        let request = request.bearer_auth(self.token.as_deref().unwrap_or_default()).body(body);
        request.send().await.expect("an answer").status().as_u16()
    }

    async fn change(&self, slug: &str, website: &str) -> u16 {
        let body = json!({ "website": website }).to_string();
        let request = self.http.patch(format!("{}/v1/projects/{slug}", self.base)).header("if-match", "*");
        let request = request.header("content-type", "application/merge-patch+json").body(body);
        let request = request.bearer_auth(self.token.as_deref().unwrap_or_default());
        request.send().await.expect("an answer").status().as_u16()
    }
}

#[tokio::main]
async fn main() {
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let shared = database.shared();
    let (one, other) = (App::start_on(database), App::start_on(shared));
    let token = one.issue(json!({ "subject": "load", "role": "editor" })).await;
    let writer = LoadClient::new(&one, Some(&token));

    for writers in [1, 8] {
        measure_creation(&writer, writers).await;
    }
    measure_visibility(&writer, &LoadClient::new(&other, None)).await;
    for (who, reader) in [("anonymous", LoadClient::new(&one, None)), ("with a token", writer.clone())] {
        measure_reads(who, &reader).await;
    }
    measure_statements(&writer, &connection).await;
    connection.close().await.expect("a closed connection");
}

/// Measures created entries per second.
async fn measure_creation(writer: &LoadClient, writers: usize) {
    let ends = Instant::now() + DURATION;
    let write = async |number: usize| {
        let mut times = vec![];
        while Instant::now() < ends {
            let began = Instant::now();
            let status = writer.create(&format!("w-{writers}-{number}-{}", times.len())).await;
            assert_eq!(status, 201);
            times.push(began.elapsed());
        }
        times
    };
    let times: Vec<Duration> = join_all((0..writers).map(write)).await.into_iter().flatten().collect();
    let each = times.len() as u64 / DURATION.as_secs();
    println!("{writers} writers: {each} entries created per second; {}", spread(times));
}

/// Measures the time from the response to a write until another instance shows it.
async fn measure_visibility(writer: &LoadClient, reader: &LoadClient) {
    let mut times = vec![];
    for number in 0..200 {
        let website = format!("https://example.org/{number}");
        assert_eq!(writer.change("ulm", &website).await, 200);
        let began = Instant::now();
        while !reader.get("/v1/projects/ulm?fields=website").await.contains(&format!("{website}\"")) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        times.push(began.elapsed());
        // Varies the time between a write and the polling of the other instance.
        tokio::time::sleep(Duration::from_millis(37 * (number % 7))).await;
    }
    println!("another instance shows a write after {}", spread(times));
}

/// Measures reads of one cached entry per second.
async fn measure_reads(who: &str, reader: &LoadClient) {
    let ends = Instant::now() + DURATION;
    let read = async |_| {
        let mut times = vec![];
        while Instant::now() < ends {
            let began = Instant::now();
            reader.get("/v1/projects/solingen").await;
            times.push(began.elapsed());
        }
        times
    };
    let times: Vec<Duration> = join_all((0..4).map(read)).await.into_iter().flatten().collect();
    println!("cached reads, {who}: {} per second; {}", times.len() as u64 / DURATION.as_secs(), spread(times));
}

/// Counts the statements of the service, except its polling for changes.
const CALLS: &str = "select coalesce(sum(calls), 0)::bigint from pg_stat_statements s join pg_database d on d.oid = s.dbid \
    where d.datname = current_database() and s.query not like '%pg_stat_statements%' \
      and s.query not like 'select version, changed_at%' and s.query not like '%from token where expires_at%'";

/// Measures SQL statements per write.
async fn measure_statements(writer: &LoadClient, connection: &DatabaseConnection) {
    if connection.execute_unprepared("create extension if not exists pg_stat_statements").await.is_err() {
        println!("statements of a write: load pg_stat_statements to count them");
        return;
    }
    let calls = async || -> i64 {
        let row = connection.query_one_raw(statement(CALLS)).await.expect("a count").expect("a row");
        row.try_get_by_index(0).expect("a number")
    };
    for what in ["creating a theme", "changing a project"] {
        let before = calls().await;
        for number in 0..20 {
            if what == "creating a theme" {
                writer.create(&format!("s-{number}")).await;
            } else {
                writer.change("jena", &format!("https://example.org/s/{number}")).await;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "the count is small")]
        let each = (calls().await - before) as f64 / 20.0;
        println!("{what} takes {each:.1} statements, including BEGIN, COMMIT and connection checks");
    }
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    format!("p50 {:.2} ms, p99 {:.2} ms", at(50), at(99))
}
