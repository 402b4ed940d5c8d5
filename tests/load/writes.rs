//! Figures of writing, on the server that `TEST_DATABASE_URL` names: how many writes a second, how soon another instance shows
//! them, what a token costs a reader, and how many statements a write takes (where `pg_stat_statements` is loaded).
#![expect(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "figures are printed")]

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use tests::{App, TestDatabase, statement};

/// How long each figure is taken.
const LONG: Duration = Duration::from_secs(10);

/// Somebody who asks as fast as answers come.
#[derive(Clone)]
struct Asker {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Asker {
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
    let beside = database.connect().await;
    let shared = database.shared();
    let (one, other) = (App::start_on(database), App::start_on(shared));
    let token = one.issue(json!({ "subject": "load", "role": "editor" })).await;
    let writer = Asker::new(&one, Some(&token));

    for writers in [1, 8] {
        creating(&writer, writers).await;
    }
    visibility(&writer, &Asker::new(&other, None)).await;
    for (who, reader) in [("anonymous", Asker::new(&one, None)), ("with a token", writer.clone())] {
        reading(who, &reader).await;
    }
    statements(&writer, &beside).await;
    beside.close().await.expect("a closed connection");
}

/// Entries created in a second.
async fn creating(writer: &Asker, writers: usize) {
    let ends = Instant::now() + LONG;
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
    let each = times.len() as u64 / LONG.as_secs();
    println!("{writers} writers: {each} entries created a second; {}", spread(times));
}

/// From the answer to a change on one instance until another one shows it.
async fn visibility(writer: &Asker, reader: &Asker) {
    let mut times = vec![];
    for number in 0..200 {
        let website = format!("https://example.org/{number}");
        assert_eq!(writer.change("ulm", &website).await, 200);
        let began = Instant::now();
        while !reader.get("/v1/projects/ulm?fields=website").await.contains(&format!("{website}\"")) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        times.push(began.elapsed());
        // So that changes fall anywhere between two looks.
        tokio::time::sleep(Duration::from_millis(37 * (number % 7))).await;
    }
    println!("a change is seen on another instance after {}", spread(times));
}

/// One entry, from memory.
async fn reading(who: &str, reader: &Asker) {
    let ends = Instant::now() + LONG;
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
    println!("reads from memory, {who}: {} a second; {}", times.len() as u64 / LONG.as_secs(), spread(times));
}

/// What the service asked so far: not what functions did for it, nor its looking for changes.
const CALLS: &str = "select coalesce(sum(calls), 0)::bigint from pg_stat_statements s join pg_database d on d.oid = s.dbid \
    where d.datname = current_database() and s.query not like '%pg_stat_statements%' \
      and s.query not like 'select version, changed_at%' and s.query not like '%from token where expires_at%'";

/// Statements of a write, by what is written.
async fn statements(writer: &Asker, beside: &DatabaseConnection) {
    if beside.execute_unprepared("create extension if not exists pg_stat_statements").await.is_err() {
        println!("statements of a write: load pg_stat_statements to count them");
        return;
    }
    let calls = async || -> i64 {
        let row = beside.query_one_raw(statement(CALLS)).await.expect("a count").expect("a row");
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
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let each = (calls().await - before) as f64 / 20.0;
        println!("{what} takes {each:.1} statements, BEGIN, COMMIT and the checks of its connection among them");
    }
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    format!("p50 {:.2} ms, p99 {:.2} ms", at(50), at(99))
}
