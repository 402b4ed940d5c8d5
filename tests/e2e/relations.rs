//! Number of SQL statements of a read, and counts of facets.

use tests::{App, SharedApp, contract};

use crate::facets::facet_names;
use crate::writing::RESOURCES;

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
                let value = percent_encoding::utf8_percent_encode(
                    bucket["value"].as_str().unwrap(),
                    percent_encoding::NON_ALPHANUMERIC,
                );
                let found = app.anonymous().get(&format!("{}?{name}={value}&limit=1", list.path)).await.json();
                assert_eq!(found["total"], bucket["count"], "{} {name}={value}", list.id);
            }
        }
    }
}
