//! Number of SQL statements of a read, and counts of facets.

use serde_json::json;
use tests::{App, RESOURCES, SharedApp, contract, encoded};

use crate::facets::facet_names;

#[tokio::test]
async fn statement_count_does_not_depend_on_the_page_size() {
    let app = App::start();

    for list in RESOURCES.into_iter().chain(["search"]) {
        let mut costs = vec![];
        for limit in [1, 2, 100] {
            // The first page of a list also counts the entries.
            app.anonymous().get(&format!("/v1/{list}?limit=3")).await;
            let before = statements(&app).await;
            let page = app.anonymous().get(&format!("/v1/{list}?limit={limit}")).await;
            costs.push(statements(&app).await - before);
            assert_eq!(page.status, 200);
        }

        assert!(costs.iter().all(|cost| *cost == costs[0]), "{list}: {costs:?}");
        let most = if list == "search" { 8 } else { 1 };
        assert!((1..=most).contains(&costs[0]), "{list}: {costs:?}");
    }
}

#[tokio::test]
async fn cached_response_takes_no_statement() {
    let app = App::start();
    app.anonymous().get("/v1/solutions?limit=5").await;

    let before = statements(&app).await;
    app.anonymous().get("/v1/solutions?limit=5").await;

    assert_eq!(statements(&app).await, before);
}

#[tokio::test]
async fn total_is_counted_once_per_directory_version() {
    let app = App::start();
    let editor = app.editor().await;
    let cost = async |path: &str| {
        let before = statements(&app).await;
        assert_eq!(app.anonymous().get(path).await.status, 200, "{path}");
        statements(&app).await - before
    };

    let lists =
        ["/v1/search?federal_state=DE-NW", "/v1/search?updated_since=2099-01-01T00:00:00Z", "/v1/solutions?kind=data"];
    for (number, list) in lists.into_iter().enumerate() {
        let (first, second) = (cost(&format!("{list}&limit=1")).await, cost(&format!("{list}&limit=2")).await);
        assert_eq!(first, second + 1, "{list}: the second page does not count");
        let change = json!({ "url": format!("https://example.org/{number}") });
        let changed = editor.patch("/v1/courses/smart-city-akademie-electives-2026", &change, "*").await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        assert_eq!(cost(&format!("{list}&limit=3")).await, first, "{list}: the next version is counted");
    }
}

/// Returns the number of SQL statements that reads have executed so far.
async fn statements(app: &App) -> u64 {
    let metrics = app.anonymous().get("/metrics").await.text();
    let line = metrics.lines().find(|line| line.starts_with("transferatlas_database_reads_total")).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn facet_count_equals_the_total_of_its_filter() {
    let app = SharedApp::with_examples();

    for list in contract().operations().iter().filter(|list| list.method == "get" && !list.is_guarded()) {
        let parameter = |name: &str| list.parameters("query").into_iter().find(|known| known["name"] == name);
        // Lists below an entry redirect to the top-level lists.
        if parameter("facets").is_none() || list.path.contains('{') {
            continue;
        }
        for name in facet_names(list) {
            let page = app.anonymous().get(&format!("{}?facets={name}&limit=1", list.path)).await.json();
            for bucket in page["facets"][name].as_array().unwrap().iter().take(3) {
                let value = encoded(bucket["value"].as_str().unwrap());
                let found = app.anonymous().get(&format!("{}?{name}={value}&limit=1", list.path)).await.json();
                assert_eq!(found["total"], bucket["count"], "{} {name}={value}", list.id);
            }
        }
    }
}
