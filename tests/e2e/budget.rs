//! The time limit of a search.

use serde_json::json;
use tests::{App, Listen, TestDatabase, keys, listen};

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn search_over_its_budget_is_incomplete_and_not_cached() {
    let database = TestDatabase::filled();
    let settings = database.settings();
    let app = App::start_as(database, settings, keys(), Listen { search_budget_ms: 10, ..listen() });
    let words =
        "parken mobilität daten plattform wasser energie klima verwaltung or bürger or stadt or schule or sensor";

    for path in [format!("/v1/search?q={words}"), format!("/v1/solutions?q={words}&facets=theme")] {
        let answer = app.anonymous().get(&path).await;

        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        assert_eq!((&page["search"]["incomplete"], &page["total_is_lower_bound"]), (&json!(true), &json!(true)));
    }
    assert!(app.anonymous().get("/metrics").await.text().contains("transferatlas_cache_responses 0\n"));
}
