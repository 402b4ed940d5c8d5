//! The change feed is complete, ordered and without duplicates.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use api::base::db::{Author, DirectoryVersion, Timeouts, Write};
use api::base::error::Error;
use futures_util::future::{join, join_all};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, Client, RESOURCES, TestDatabase};

/// A copy of the directory that is built from the change feed.
#[derive(Default)]
struct Mirror {
    after: i64,
    /// The content of each entry, by resource and id.
    entries: HashMap<(String, String), Value>,
}

impl Mirror {
    /// Applies the next page. Returns whether the page had changes.
    async fn read(&mut self, client: &Client, wait: u64) -> bool {
        let page = client.get(&format!("/v1/changes?after={}&limit=1000&wait={wait}", self.after)).await.json();
        for change in page["items"].as_array().unwrap() {
            assert_eq!(change["sequence"], self.after + 1, "in order, without gaps");
            self.after += 1;
            let text = |member: &str| change[member].as_str().unwrap().to_owned();
            let key = (text("resource"), text("entry"));
            match change.get("content") {
                Some(content) => drop(self.entries.insert(key, content.clone())),
                None => drop(self.entries.remove(&key)),
            }
        }
        assert_eq!(page["next"], self.after);
        !page["items"].as_array().unwrap().is_empty()
    }

    fn slugs(&self, resource: &str) -> BTreeMap<String, String> {
        let entries = self.entries.iter().filter(|((of, _), _)| of == resource);
        entries.map(|((_, id), content)| (id.clone(), string(&content["slug"]))).collect()
    }
}

/// Returns the slugs of a resource by the ids of the entries.
async fn slugs(client: &Client, resource: &str) -> BTreeMap<String, String> {
    let stream = client.get(&format!("/v1/{resource}?format=ndjson&fields=id,slug")).await.text();
    let entries = stream.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.map(|entry| (string(&entry["id"]), string(&entry["slug"]))).collect()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_mirror_built_from_the_feed_during_writes_matches_the_lists() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let write = async |writer: usize| {
        for number in 0..12 {
            let slug = format!("w-{writer}-{number}");
            let path = format!("/v1/themes/{slug}");
            let created = editor.post("/v1/themes", &json!({ "slug": slug, "title": { "de": slug } })).await;
            assert_eq!(created.status, 201, "{}", created.text());
            assert_eq!(editor.patch(&path, &json!({ "sdgs": [number + 1] }), created.etag()).await.status, 200);
            if number % 3 == 0 {
                assert_eq!(editor.delete(&path, "*").await.status, 204);
            }
        }
    };
    let mut mirror = Mirror::default();
    let reader = app.anonymous();
    let follow = async {
        // A page without changes means that all writers have finished.
        while mirror.read(&reader, 3).await {}
    };

    join(join_all((0..8).map(write)), follow).await;
    while mirror.read(&reader, 0).await {}

    for resource in RESOURCES {
        assert_eq!(mirror.slugs(resource), slugs(&reader, resource).await, "{resource}");
    }
    for theme in reader.all("/v1/themes").await {
        let content = &mirror.entries[&("themes".to_owned(), theme["id"].as_str().unwrap().to_owned())];
        let set = |member: &str| theme.get(member).cloned();
        assert_eq!((content.get("title").cloned(), content.get("sdgs").cloned()), (set("title"), set("sdgs")));
    }
    assert_eq!(
        mirror.entries.len(),
        mirror.entries.keys().map(|(_, id)| id).collect::<std::collections::HashSet<_>>().len()
    );
}

#[tokio::test]
async fn the_feed_supports_resource_filters_and_pages() {
    let app = App::start();
    let editor = app.editor().await;

    let first = app.anonymous().get("/v1/changes?limit=2&resource=themes").await;
    let again = app.anonymous().get_with("/v1/changes?limit=2&resource=themes", "if-none-match", first.etag()).await;
    let next =
        app.anonymous().get(&format!("/v1/changes?limit=1000&resource=themes&after={}", first.json()["next"])).await;
    editor.delete("/v1/courses/smart-city-akademie-electives-2026", "*").await;
    let courses = app.anonymous().get("/v1/changes?resource=courses&resource=events&limit=1000").await.json();

    assert_eq!(
        (first.each("action"), &first.json()["more"], again.status),
        (vec![json!("import"); 2], &json!(true), 304)
    );
    assert_eq!((next.json()["items"].as_array().unwrap().len(), &next.json()["more"]), (13, &json!(false)));
    let items = courses["items"].as_array().unwrap();
    let last = items.last().unwrap();
    assert_eq!((&last["action"], last.get("content")), (&json!("delete"), None));
    let before = items.iter().find(|item| item["entry"] == last["entry"]).unwrap();
    assert_eq!(
        (&before["action"], before.get("content")),
        (&json!("import"), None),
        "the feed omits the content of deleted entries"
    );
    assert!(items.iter().all(|item| ["courses", "events"].contains(&item["resource"].as_str().unwrap())));
    let tokens = app.anonymous().get("/v1/changes?resource=tokens").await;
    assert_eq!((tokens.status, tokens.problem().as_str()), (400, "invalid-parameters"));
    assert!(
        !app.anonymous()
            .get(&format!("/v1/changes?after={}", last["sequence"].as_i64().unwrap() - 1))
            .await
            .text()
            .contains("actor")
    );
}

#[tokio::test]
async fn long_polling_returns_a_change_at_once_or_nothing_after_the_wait() {
    let app = App::start();
    let editor = app.editor().await;
    let newest = app.anonymous().get("/v1/changes?limit=1000&after=12900").await.json()["next"].as_i64().unwrap();

    let waiting = async {
        let started = Instant::now();
        let page = app.anonymous().get(&format!("/v1/changes?after={newest}&wait=25")).await;
        (page.each("slug"), started.elapsed())
    };
    let change = async {
        tokio::time::sleep(Duration::from_millis(600)).await;
        editor.patch("/v1/projects/ulm", &json!({ "website": "https://example.org/" }), "*").await
    };
    let ((slugs, took), written) = join(waiting, change).await;
    let started = Instant::now();
    let empty = app.anonymous().get(&format!("/v1/changes?after={}&wait=1", newest + 1)).await;

    assert_eq!((slugs, written.status), (vec![json!("ulm")], 200));
    assert!(took > Duration::from_millis(500) && took < Duration::from_secs(5), "{took:?}");
    assert_eq!(empty.json()["items"], json!([]));
    assert!(started.elapsed() > Duration::from_millis(900) && started.elapsed() < Duration::from_secs(4));
}

/// Reads server-sent events until they contain the text. Returns `None` when the stream ends first.
async fn read_until(stream: &mut reqwest::Response, text: &str) -> Option<String> {
    let mut received = String::new();
    while !received.contains(text) {
        let chunk = tokio::time::timeout(Duration::from_secs(20), stream.chunk()).await.unwrap().unwrap()?;
        received.push_str(&String::from_utf8_lossy(&chunk));
    }
    Some(received)
}

#[tokio::test]
async fn the_event_stream_resumes_and_ends_when_the_service_stops() {
    let app = App::start();
    let editor = app.editor().await;
    let address = format!("http://{}/v1/changes?resource=projects", app.address());
    let open_stream = async |last: &str| {
        let request = reqwest::Client::new().get(&address).header("accept", "text/event-stream");
        request.header("last-event-id", last).send().await.unwrap()
    };
    let newest = app.anonymous().get("/v1/changes?limit=1000&after=12900").await.json()["next"].to_string();

    let mut stream = open_stream(&newest).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.headers()["cache-control"], "no-store");
    assert_eq!(stream.headers()["x-accel-buffering"], "no");
    for website in ["https://example.org/1", "https://example.org/2"] {
        editor.patch("/v1/projects/ulm", &json!({ "website": website }), "*").await;
        let received = read_until(&mut stream, website).await.unwrap();
        assert!(received.contains("event: change\ndata: {"), "{received}");
    }
    let again = read_until(&mut open_stream(&newest).await, "example.org/2").await.unwrap();
    let ids: Vec<&str> = again.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    let first: i64 = newest.parse().unwrap();
    assert_eq!(ids, [(first + 1).to_string(), (first + 2).to_string()]);
    let invalid =
        reqwest::Client::new().get(&address).header("accept", "text/event-stream").header("last-event-id", "x");
    assert_eq!(invalid.send().await.unwrap().status(), 400);

    let started = Instant::now();
    drop(app);
    assert_eq!(read_until(&mut stream, "never").await, None, "the stream ends without an error");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_page_of_changes_of_unknown_resources_is_skipped() {
    const UNKNOWN: &str = "insert into change (id, directory_version, at, action, resource, entry_id, actor, sequence) \
        select gen_random_uuid(), directory_version, now(), 'delete', 'unknown', gen_random_uuid(), 'tests', sequence + place \
          from (select max(directory_version) as directory_version, max(sequence) as sequence from change) c, generate_series(1, 101) as place";
    let database = TestDatabase::filled();
    database.with(async |database| {
        let write = async |write: &Write| write.tx.execute_unprepared(UNKNOWN).await.map(drop).map_err(Error::from);
        let version = DirectoryVersion::open(&database.connection()).await.unwrap();
        database.write(&version, Author::command("tests"), Timeouts::Enabled, write).await.unwrap();
    });
    let app = App::start_on(database);
    let editor = app.editor().await;
    let newest = app.anonymous().get("/v1/changes?limit=1000&after=12900").await.json()["next"].as_i64().unwrap();
    let (after, website) = (newest - 101, "https://example.org/neu");
    editor.patch("/v1/projects/ulm", &json!({ "website": website }), "*").await;

    let page = app.anonymous().get(&format!("/v1/changes?after={after}&limit=100&wait=20")).await;
    let address = format!("http://{}/v1/changes?after={after}", app.address());
    let mut stream = reqwest::Client::new().get(&address).header("accept", "text/event-stream").send().await.unwrap();

    assert_eq!(page.each("slug"), vec![json!("ulm")]);
    assert!(read_until(&mut stream, website).await.is_some());
}

#[tokio::test]
async fn a_position_beyond_the_end_of_the_feed_returns_410() {
    let app = App::start();
    let head = app.anonymous().get("/v1/changes?limit=1000&after=12900").await.json()["next"].as_i64().unwrap();
    let client = app.anonymous();

    let newest = client.get(&format!("/v1/changes?after={head}")).await;
    let filtered = client.get(&format!("/v1/changes?after={head}&resource=courses&resource=projects")).await;
    let started = Instant::now();
    for (path, name, value) in [
        (format!("/v1/changes?after={}", head + 1), "accept", "application/json".to_owned()),
        (format!("/v1/changes?after={}&resource=courses&wait=25", head + 1), "accept", "*/*".to_owned()),
        (format!("/v1/changes?after={}", i64::MAX), "accept", "text/event-stream".to_owned()),
        ("/v1/changes/stream".to_owned(), "last-event-id", (head + 1).to_string()),
    ] {
        let gone = client.get_with(&path, name, &value).await;

        assert_eq!((gone.status, gone.problem().as_str()), (410, "sequence-gone"), "{path}");
        assert_eq!(gone.json()["head"], head, "{path}");
        assert!(gone.json()["detail"].as_str().unwrap().contains(&format!("`after` {head}")), "{}", gone.text());
    }
    assert!(started.elapsed() < Duration::from_secs(10), "the error is returned without waiting");
    assert_eq!((newest.json()["items"].clone(), newest.json()["next"].clone()), (json!([]), json!(head)));
    assert_eq!(filtered.status, 200);
    let german = client.get_with(&format!("/v1/changes?after={}", head + 1), "accept-language", "de").await;
    assert!(german.json()["detail"].as_str().unwrap().contains("Lesen Sie alle Listen neu"), "{}", german.text());
}
