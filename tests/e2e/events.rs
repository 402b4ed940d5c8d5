//! Events.

use serde_json::json;
use tests::SharedApp;

#[tokio::test]
async fn list_returns_36_events_with_the_latest_first() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/events?facets=kind&facets=year&limit=100").await;

    assert_eq!(page.json()["total"], 36);
    assert_eq!(page.slugs().first().unwrap(), "mpsc-congress-8-berlin");
    assert_eq!(page.slugs().last().unwrap(), "networking-meeting-bamberg", "an event without a date is last");
    assert_eq!(page.json()["facets"]["kind"][0]["count"], 19);
}

#[tokio::test]
async fn get_returns_the_complete_event() {
    let app = SharedApp::first_content();

    let event = app.anonymous().get("/v1/events/regional-conference-23-konstanz").await.json();

    insta::assert_json_snapshot!(event, { ".**.id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]" });
}

#[tokio::test]
async fn date_filters_select_events_that_overlap_the_range() {
    let app = SharedApp::first_content();
    let slugs = async |query: &str| app.anonymous().get(&format!("/v1/events?limit=100&{query}")).await.slugs();

    assert_eq!(slugs("from=2025-09-24&to=2025-09-24").await, ["regional-conference-23-konstanz"]);
    let spring = slugs("from=2023-03&to=2023-03").await;
    assert!(
        spring.contains(&"transfer-on-site-cottbus-2023".to_owned()),
        "an event dated to a month overlaps that month: {spring:?}"
    );
    assert!(slugs("from=2023-03-31&to=2023-03-31").await.contains(&"transfer-on-site-cottbus-2023".to_owned()));
    assert!(slugs("to=2021").await.len() == 2);
    assert_eq!(slugs("from=2026-04-29").await, ["mpsc-congress-8-berlin"], "the second day of the event");
    let (past, upcoming) = (slugs("upcoming=false").await, slugs("upcoming=true").await);
    assert_eq!(past.len() + upcoming.len(), 35, "every event except the one without a date");
    assert!(past.contains(&"regional-conference-23-konstanz".to_owned()));
    let refused = app.anonymous().get("/v1/events?from=2025-13").await;
    assert_eq!((refused.status, refused.json()["errors"][0]["parameter"].clone()), (400, json!("from")));
}

#[tokio::test]
async fn events_are_filtered_by_place_and_host() {
    let app = SharedApp::first_content();
    let slugs = async |query: &str| app.anonymous().get(&format!("/v1/events?limit=100&{query}")).await.slugs();

    assert_eq!(slugs("near=9.17,47.66&radius_km=5").await, ["regional-conference-23-konstanz"]);
    // This event takes place in Berlin and is hosted by Hamburg.
    assert!(slugs("federal_state=DE-BE").await.contains(&"cut-results-smart-country-convention-2025".to_owned()));
    assert!(!slugs("federal_state=DE-HH").await.contains(&"cut-results-smart-country-convention-2025".to_owned()));
    assert!(slugs("municipality=hamburg").await.contains(&"cut-results-smart-country-convention-2025".to_owned()));
    assert_eq!(slugs("online=true").await.len(), 4);
    assert_eq!(slugs("ags=08335").await, ["regional-conference-23-konstanz"]);
    let impossible = app.anonymous().get("/v1/events?to=0000-02").await;
    assert_eq!((impossible.status, impossible.problem().as_str()), (400, "invalid-parameters"));
}
