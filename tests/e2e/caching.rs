//! Conditional requests, entity tags, content codings and cache control.

use std::io::Read;

use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{Answer, App, SharedApp, TestDatabase, statement, until};

#[tokio::test]
async fn conditional_requests_for_unchanged_representations_return_304() {
    let app = SharedApp::first_content();

    for path in [
        "/v1/projects",
        "/v1/projects/ulm",
        "/v1/municipalities?q=ulm",
        "/v1/themes?format=csv",
        "/openapi.json",
        "/docs/reference",
    ] {
        let first = app.anonymous().get(path).await;
        let again = app.anonymous().get_with(path, "if-none-match", first.header("etag")).await;
        let strong = first.header("etag").trim_start_matches("W/");
        let weak = app.anonymous().get_with(path, "if-none-match", &format!("\"x\", W/{strong}")).await;
        let other = app.anonymous().get_with(path, "if-none-match", "\"x\"").await;
        let commas = app.anonymous().get_with(path, "if-none-match", "\"x,*,y\"").await;
        let since = app.anonymous().get_with(path, "if-modified-since", first.header("last-modified")).await;

        assert_eq!(first.header("etag").starts_with('"'), !path.contains("csv"), "{path}: only streams have weak tags");
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        for header in ["etag", "content-security-policy", "content-location", "link", "cache-control"] {
            assert_eq!(again.header(header), first.header(header), "{path} {header}");
        }
        assert_eq!((weak.status, other.status), (304, 200), "{path}");
        // The representation of an entry depends on linked entries, so its own date cannot validate it.
        assert_eq!(since.status, if path == "/v1/projects/ulm" { 200 } else { 304 }, "{path}");
        assert_eq!(commas.status, 200, "{path}: commas in quotes are part of the entity tag");
    }
}

#[tokio::test]
async fn private_responses_are_not_stored_and_support_conditional_requests() {
    let app = App::start();
    let admin = app.admin();
    let draft = admin.post("/v1/submissions", &json!({ "resource": "solutions", "content": {} })).await;
    let draft = draft.header("location").to_owned();

    let tasks = "/v1/municipalities/08335043/tasks";
    for path in ["/v1/submissions", &draft, &format!("{draft}/actions"), "/v1/webhooks", "/v1/me", tasks] {
        let first = admin.get(path).await;
        let again = admin.get_with(path, "if-none-match", first.etag()).await;

        assert_eq!((first.status, first.header("cache-control")), (200, "no-store"), "{path}");
        assert!(first.etag().starts_with('"'), "{path}");
        assert_eq!((again.status, again.body.len(), again.etag()), (304, 0, first.etag()), "{path}");
        assert_eq!(again.header("cache-control"), "no-store", "{path}");
        assert_eq!(app.anonymous().get_with(path, "if-none-match", first.etag()).await.status, 401, "{path}");
    }
    let before = admin.get("/v1/submissions").await;
    admin.put(&draft, &json!({ "content": { "slug": "anders" } }), "*").await;
    assert_eq!(admin.get_with("/v1/submissions", "if-none-match", before.etag()).await.status, 200);
}

#[tokio::test]
async fn every_representation_has_its_own_entity_tag() {
    let app = SharedApp::first_content();

    let mut tags = vec![];
    for path in [
        "/v1/projects",
        "/v1/projects?limit=3",
        "/v1/projects?format=geojson",
        "/v1/projects?format=csv",
        "/v1/projects?format=ndjson",
    ] {
        let is_streamed = path.contains("format");
        for coding in ["identity", "gzip", "zstd", "br"].into_iter().take(if is_streamed { 3 } else { 4 }) {
            let answer = app.anonymous().get_with(path, "accept-encoding", coding).await;
            assert_eq!(answer.header("vary"), "Accept, Accept-Encoding");
            tags.push(answer.header("etag").to_owned());
        }
    }

    let all = tags.len();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), all);
}

#[tokio::test]
async fn the_order_of_query_parameters_does_not_change_the_entity_tag() {
    let app = SharedApp::first_content();

    let one = app.anonymous().get("/v1/projects?round=1&category=large_city").await;
    let other = app.anonymous().get("/v1/projects?category=large_city&round=1").await;

    assert_eq!(one.header("etag"), other.header("etag"));
}

#[tokio::test]
async fn responses_are_compressed_with_an_accepted_content_coding() {
    let app = SharedApp::first_content();
    let plain = app.anonymous().get("/v1/projects?limit=100").await;

    for path in ["/v1/projects?limit=100", "/v1/projects?format=ndjson"] {
        let plain = app.anonymous().get(path).await;
        let coded = app.anonymous().get_with(path, "accept-encoding", "gzip").await;

        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(&*coded.body).read_to_string(&mut text).unwrap();
        assert_eq!(coded.header("content-encoding"), "gzip");
        assert_eq!(text, plain.text());
    }
    let all = "gzip, deflate, br, zstd";
    let best = app.anonymous().get_with("/v1/projects?limit=100", "accept-encoding", all).await;
    assert_eq!(best.header("content-encoding"), "br");
    let streamed = app.anonymous().get_with("/v1/projects?format=ndjson", "accept-encoding", all).await;
    assert_eq!(streamed.header("content-encoding"), "zstd");
    assert!(streamed.etag().ends_with("-zstd\""), "{}", streamed.etag());
    assert!(best.body.len() * 4 < plain.body.len());
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_change_by_another_database_client_becomes_visible() {
    let app = App::start();
    let other_client = app.database.connect().await;
    let before = app.anonymous().get("/v1/projects/ulm").await;

    other_client
        .execute_raw(statement("update project set title = '{\"de\": \"Ulm an der Donau\"}' where slug = 'ulm'"))
        .await
        .unwrap();
    let after = until("the change is visible", async || {
        let after = app.anonymous().get_with("/v1/projects/ulm", "if-none-match", before.header("etag")).await;
        Some(after).filter(|after| after.status == 200)
    });
    let after = after.await;

    assert_eq!(after.json()["title"]["de"], "Ulm an der Donau");
    assert_ne!(after.header("etag"), before.header("etag"));
    other_client.close().await.unwrap();
}

#[tokio::test]
async fn health_metrics_and_errors_are_not_cached() {
    let app = App::start();

    for path in ["/health/live", "/health/ready", "/metrics", "/v1/nowhere"] {
        assert_eq!(app.anonymous().get(path).await.header("cache-control"), "no-store", "{path}");
    }
}

#[track_caller]
fn assert_lines(metrics: &str, lines: &[&str]) {
    for line in lines {
        assert!(metrics.lines().any(|found| found == *line), "{line} in\n{metrics}");
    }
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_status() {
    let app = App::start();
    app.anonymous().get("/v1/projects/ulm").await;
    app.anonymous().get("/v1/projects/nowhere").await;

    let metrics = app.anonymous().get("/metrics").await.text();

    assert_lines(
        &metrics,
        &[
            "transferatlas_requests_total{method=\"GET\",route=\"/v1/projects/{key}\",status=\"200\"} 1",
            "transferatlas_requests_total{method=\"GET\",route=\"/v1/projects/{key}\",status=\"404\"} 1",
            "transferatlas_request_seconds_count{route=\"/v1/projects/{key}\"} 2",
            // Version 1 is the first content, version 2 the token of the tests.
            "transferatlas_directory_version 2",
            "transferatlas_info{version=\"0.1.0\"} 1",
        ],
    );
    assert!(metrics.contains("transferatlas_database_connections{state=\"idle\"}"));
}

#[tokio::test]
async fn stored_response_equals_the_first_one() {
    let app = App::start();
    let client = app.anonymous();
    let headers = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        for name in ["date", "x-request-id"] {
            assert!(headers.remove(name).is_some(), "{name}");
        }
        headers
    };

    for path in ["/v1/projects/ulm", "/v1/themes?limit=2", "/v1/projects/ulm.geojson", "/v1/search?q=ulm&limit=1"] {
        for accept in ["*/*", "application/json, text/*", "text/event-stream;q=0, */*"] {
            let first = client.get_with(path, "accept", accept).await;
            let hits = cache_hits(&app).await;
            let again = client.get_with(path, "accept", accept).await;
            let head = client.send(Method::HEAD, path, &[("accept", accept)]).await;

            assert_eq!(cache_hits(&app).await, hits + 2, "{path} {accept}");
            assert_eq!((again.status, headers(&again)), (200, headers(&first)), "{path} {accept}");
            assert_eq!(again.body, first.body, "{path} {accept}");
            assert_eq!((head.status, head.body.len()), (200, 0), "{path} {accept}");
            assert_eq!(head.header("content-length"), first.body.len().to_string(), "{path} {accept}");
        }
    }
}

async fn cache_hits(app: &App) -> u64 {
    let metrics = app.anonymous().get("/metrics").await.text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("transferatlas_cache_hits_total "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn requests_for_a_stored_response_are_checked() {
    let app = App::start();
    let client = app.anonymous();
    for _ in 0..2 {
        assert_eq!(client.get("/v1/themes").await.status, 200);
    }

    let forged = client.with_token("a.b.c").get("/v1/themes").await;
    let coded = client.get_with("/v1/themes", "content-encoding", "gzip").await;
    let written = client.post("/v1/themes", &json!({})).await;
    let named = client.get_with("/v1/themes", "x-request-id", "request-of-a-test").await;

    assert_eq!((forged.status, coded.status, written.status), (401, 415, 401));
    assert_eq!((named.status, named.header("x-request-id")), (200, "request-of-a-test"));
}

#[tokio::test]
async fn requests_for_a_stored_response_are_counted_by_their_route() {
    let app = App::start();
    for _ in 0..3 {
        app.anonymous().get("/v1/projects/ulm.geojson").await;
    }

    let metrics = app.anonymous().get("/metrics").await.text();

    assert_lines(
        &metrics,
        &[
            "transferatlas_requests_total{method=\"GET\",route=\"/v1/projects/{key}.geojson\",status=\"200\"} 3",
            "transferatlas_cache_misses_total 1",
            "transferatlas_cache_hits_total 2",
            "transferatlas_cache_evictions_total 0",
            "transferatlas_cache_responses 1",
        ],
    );
}

#[tokio::test]
async fn content_location_names_the_slug_for_every_key_of_an_entry() {
    let app = SharedApp::first_content();
    let id = app.anonymous().get("/v1/municipalities/ulm").await.json()["id"].as_str().unwrap().to_owned();

    for (key, location) in [
        ("ulm", "/v1/municipalities/ulm"),
        (&*id, "/v1/municipalities/ulm"),
        ("08421000", "/v1/municipalities/ulm"),
        ("08421000.geojson", "/v1/municipalities/ulm.geojson"),
    ] {
        let answer = app.anonymous().get(&format!("/v1/municipalities/{key}")).await;
        assert_eq!((answer.status, answer.header("content-location")), (200, location), "{key}");
    }
    assert_eq!(app.anonymous().get("/v1/municipalities/ulm?fields=slug").await.header("content-location"), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_read_with_a_token_sees_the_writes_of_other_instances() {
    let database = TestDatabase::filled();
    let other = App::start_on(database.shared());
    let one = App::start_on(database);
    let (editor, reader) = (one.editor().await, other.editor().await);

    for number in 0..5 {
        let before = reader.get("/v1/themes/mobility").await;
        let title = format!("Mobilität {number}");
        let changed = editor.patch("/v1/themes/mobility", &json!({ "title": { "de": title } }), before.etag()).await;
        let after = reader.get("/v1/themes/mobility").await;

        assert_eq!((changed.status, &after.json()["title"]["de"]), (200, &json!(title)));
    }
}
