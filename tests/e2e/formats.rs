//! The same list in other forms.

use serde_json::{Value, json};
use tests::App;

#[tokio::test]
async fn ndjson_gives_every_match_one_a_line() {
    let app = App::start();

    let projects = app.anonymous().get("/v1/projects?format=ndjson").await;
    let municipalities = app.anonymous().get_with("/v1/municipalities", "accept", "application/x-ndjson").await;

    assert_eq!(projects.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = projects.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, app.anonymous().all("/v1/projects").await);
    assert_eq!(municipalities.text().lines().count(), 12_260);
}

#[tokio::test]
async fn csv_has_a_header_and_a_row_for_every_match() {
    let app = App::start();

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
async fn geojson_puts_entries_on_the_map() {
    let app = App::start();

    let all = app.anonymous().get("/v1/projects?format=geojson").await;
    let one = app.anonymous().get("/v1/projects/ulm?format=geojson&fields=slug,name").await;
    let unknown = app.anonymous().get("/v1/municipalities/dithmarschen?format=geojson").await.json();

    assert_eq!(all.header("content-type"), "application/geo+json");
    assert_eq!(all.json()["features"].as_array().unwrap().len(), 73);
    assert_eq!(one.json()["properties"], json!({ "slug": "ulm", "name": "Ulm" }));
    let point = &one.json()["geometry"]["coordinates"];
    assert!((point[0].as_f64().unwrap() - 9.99).abs() < 0.1 && (point[1].as_f64().unwrap() - 48.4).abs() < 0.1);
    assert_eq!(unknown["geometry"], Value::Null);
}

#[tokio::test]
async fn the_parameter_goes_before_the_header() {
    let app = App::start();

    let answer = app.anonymous().get_with("/v1/projects?format=ndjson&limit=2", "accept", "text/csv").await;

    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.text().lines().count(), 2);
}

#[tokio::test]
async fn filters_order_and_members_hold_in_every_form() {
    let app = App::start();

    let listed =
        app.anonymous().get("/v1/projects?round=1&sort=-name&fields=slug&limit=100").await.json()["items"].clone();
    let streamed = app.anonymous().get("/v1/projects?round=1&sort=-name&fields=slug&format=ndjson").await.text();

    let lines: Vec<Value> = streamed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(listed, Value::Array(lines));
}
