//! Formats of lists and entries: NDJSON, CSV, GeoJSON and others.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{SharedApp, contract};

#[tokio::test]
async fn ndjson_returns_one_line_per_match() {
    let app = SharedApp::first_content();

    let projects = app.anonymous().get("/v1/projects?format=ndjson").await;
    let municipalities = app.anonymous().get_with("/v1/municipalities", "accept", "application/x-ndjson").await;

    assert_eq!(projects.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = projects.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, app.anonymous().all("/v1/projects").await);
    assert_eq!(municipalities.text().lines().count(), 12_210);
}

#[tokio::test]
async fn csv_has_a_header_and_a_row_for_every_match() {
    let app = SharedApp::first_content();

    let answer = app.anonymous().get_with("/v1/municipalities?federal_state=DE-SL", "accept", "text/csv").await;

    assert!(answer.header("content-type").starts_with("text/csv"));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"municipalities.csv\"");
    let mut reader = csv::Reader::from_reader(&*answer.body);
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |name: &str| columns.iter().position(|column| column == name).unwrap();
    assert_eq!(rows.len(), 58);
    let city = rows.iter().find(|row| &row[column("slug")] == "saarbruecken").unwrap();
    assert_eq!(&city[column("ags")], "10041100");
    assert_eq!(&city[column("district_ags")], "10041");
    assert!(city[column("location_lon")].parse::<f64>().is_ok());
}

#[tokio::test]
async fn geojson_returns_features_with_coordinates() {
    let app = SharedApp::first_content();

    let all = app.anonymous().get("/v1/projects?format=geojson").await;
    let one = app.anonymous().get("/v1/projects/ulm?format=geojson&fields=slug,title").await;
    let unknown = app.anonymous().get("/v1/municipalities/dithmarschen?format=geojson").await.json();

    assert_eq!(all.header("content-type"), "application/geo+json");
    assert_eq!(all.json()["features"].as_array().unwrap().len(), 73);
    assert_eq!(one.json()["properties"], json!({ "slug": "ulm", "title": { "de": "Ulm" } }));
    let point = &one.json()["geometry"]["coordinates"];
    assert!((point[0].as_f64().unwrap() - 9.99).abs() < 0.1 && (point[1].as_f64().unwrap() - 48.4).abs() < 0.1);
    assert_eq!(unknown["geometry"], Value::Null);
}

#[tokio::test]
async fn the_format_parameter_overrides_the_accept_header() {
    let app = SharedApp::first_content();

    let answer = app.anonymous().get_with("/v1/projects?format=ndjson&limit=2", "accept", "text/csv").await;

    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.text().lines().count(), 2);
}

#[tokio::test]
async fn filters_sort_and_fields_apply_to_ndjson() {
    let app = SharedApp::first_content();

    let listed =
        app.anonymous().get("/v1/projects?round=1&sort=-title&fields=slug&limit=100").await.json()["items"].clone();
    let streamed = app.anonymous().get("/v1/projects?round=1&sort=-title&fields=slug&format=ndjson").await.text();

    let lines: Vec<Value> = streamed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(listed, Value::Array(lines));
}

#[tokio::test]
async fn the_link_header_names_the_other_formats() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/events?kind=congress&limit=3").await;
    let entry = app.anonymous().get("/v1/events/regional-conference-23-konstanz").await;
    let courses = app.anonymous().get("/v1/courses?limit=100").await;

    let links: Vec<&str> = page.header("link").split(", <").collect();
    assert!(links[0].ends_with("rel=\"next\""), "{links:?}");
    assert_eq!(links.len(), 6, "{links:?}");
    assert!(
        page.header("link")
            .contains("</v1/events?kind=congress&limit=3&format=ics>; rel=\"alternate\"; type=\"text/calendar\"")
    );
    assert!(entry.header("link").contains("?format=geojson>; rel=\"alternate\"; type=\"application/geo+json\""));
    assert!(!courses.header("link").contains("next") && !courses.header("link").contains("atom"));
    for link in links {
        let path = link.trim_start_matches('<').split('>').next().unwrap();
        assert_eq!(app.anonymous().get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn paths_with_a_format_suffix_return_that_format_and_are_read_only() {
    let app = SharedApp::first_content();
    let client = app.anonymous();

    for (path, negotiated) in [
        ("/v1/themes.csv", "/v1/themes?format=csv"),
        ("/v1/themes.csv?sdg=11", "/v1/themes?sdg=11&format=csv"),
        ("/v1/projects/ulm.geojson", "/v1/projects/ulm?format=geojson"),
        ("/v1/vocabularies.ndjson", "/v1/vocabularies?format=ndjson"),
    ] {
        let (read, same) = (client.get(path).await, client.get(negotiated).await);
        assert_eq!((read.status, read.text()), (200, same.text()), "{path}");
        assert_eq!((read.header("content-type"), read.etag()), (same.header("content-type"), same.etag()), "{path}");
    }
    for path in ["/v1/themes.csv", "/v1/projects/ulm.geojson"] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let refused = client.send(method, path, &[]).await;
            assert_eq!((refused.status, refused.problem().as_str()), (405, "method-not-allowed"), "{path}");
            assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS", "{path}");
            assert!(!refused.header("x-request-id").is_empty(), "{path}");
        }
        let options = client.send(Method::OPTIONS, path, &[]).await;
        assert_eq!((options.status, options.header("allow")), (204, "GET, HEAD, OPTIONS"), "{path}");
    }
    let twice = client.get("/v1/themes.csv?format=json").await;
    assert_eq!((twice.status, twice.problem().as_str()), (400, "invalid-parameters"));
    let none = client.get("/v1/themes.geojson").await;
    assert_eq!((none.status, none.problem().as_str()), (406, "not-acceptable"));
}

#[tokio::test]
async fn an_unknown_format_is_rejected_with_the_supported_formats() {
    let app = SharedApp::with_examples();
    let mut tried = 0;

    for read in contract().operations().iter().filter(|read| read.method == "get" && !read.is_guarded()) {
        if read.is_endless() || read.path.contains('.') || !read.path.starts_with("/v1/") {
            continue;
        }
        let answer = app.anonymous().get(&format!("{}?format=rss", read.example())).await;
        if answer.status == 308 || answer.json()["errors"][0]["code"] == "unknown-parameter" {
            continue;
        }

        let prefix = format!("{}.", read.path);
        let others = contract().operations().iter().filter_map(|other| other.path.strip_prefix(&prefix));
        let offered: BTreeSet<&str> = others.chain(["json"]).collect();
        let body = answer.json();
        let violation = &body["errors"][0];
        assert_eq!((answer.status, &violation["code"]), (400, &json!("unknown-value")), "{}", read.path);
        let allowed = violation["parameters"]["allowed"].as_array().unwrap();
        let allowed: BTreeSet<&str> = allowed.iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!((&violation["parameter"], allowed), (&json!("format"), offered), "{}", read.path);
        tried += 1;
    }
    assert!(tried > 20, "{tried}");
}
