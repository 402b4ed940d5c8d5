//! Lists exported as files: CSV dialects, columns and pages.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Answer, App, HttpSettings, Listen, SharedApp, TestDatabase, keys, listen};

/// Returns the header and the rows of a CSV file.
fn parse_csv(text: &str, delimiter: u8) -> (Vec<String>, Vec<csv::StringRecord>) {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (header, reader.records().map(Result::unwrap).collect())
}

/// Returns the path of the next page in the `Link` header.
fn next_path(answer: &Answer) -> Option<String> {
    let link = answer.header("link").split(", <").find(|link| link.contains("rel=\"next\""))?;
    Some(link.trim_start_matches('<').split('>').next().unwrap().to_owned())
}

#[tokio::test]
async fn the_excel_de_dialect_writes_csv_for_a_german_excel() {
    let app = SharedApp::first_content();
    let list = "/v1/municipalities.csv?federal_state=DE-SH";

    let plain = app.anonymous().get(list).await;
    let excel = app.anonymous().get(&format!("{list}&dialect=excel-de")).await;
    let accepted =
        app.anonymous().get_with("/v1/municipalities?federal_state=DE-SH&dialect=excel-de", "accept", "text/csv").await;
    let again = app.anonymous().get_with(&format!("{list}&dialect=excel-de"), "if-none-match", excel.etag()).await;
    let standard = app.anonymous().get(&format!("{list}&dialect=rfc4180")).await;

    assert_eq!((standard.text(), accepted.text()), (plain.text(), excel.text()));
    assert_eq!(excel.header("content-type"), plain.header("content-type"));
    assert!(excel.etag() != plain.etag() && again.status == 304);
    let text = excel.text();
    let text = text.strip_prefix('\u{feff}').unwrap();
    assert!(text.lines().count() > 1000 && text.split_inclusive('\n').all(|line| line.ends_with("\r\n")));
    let (header, rows) = parse_csv(text, b';');
    let (same, plain_rows) = parse_csv(&plain.text(), b',');
    assert_eq!((&header, rows.len()), (&same, plain_rows.len()));
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let row = |rows: &[csv::StringRecord]| rows.iter().find(|row| &row[column("slug")] == "flensburg").unwrap().clone();
    let (city, plain) = (row(&rows), row(&plain_rows));
    assert_eq!((&city[column("ags")], &plain[column("ags")]), ("=\"01001000\"", "01001000"));
    assert_eq!(city[column("location_lon")], plain[column("location_lon")].replace('.', ","));
    assert_eq!(
        &city[column("population")],
        &plain[column("population")],
        "whole numbers are the same in both dialects"
    );
    for link in excel.header("link").split(", <") {
        let path = link.trim_start_matches('<').split('>').next().unwrap();
        assert_eq!(app.anonymous().get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_dialect_parameter_requires_the_csv_format() {
    let app = SharedApp::first_content();
    let violation = async |path: &str| {
        let answer = app.anonymous().get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        answer.json()["errors"][0].clone()
    };

    for format in ["", "&format=json", "&format=ndjson", "&format=atom", "&format=ics"] {
        for dialect in ["excel-de", "rfc4180"] {
            let found = violation(&format!("/v1/events?dialect={dialect}{format}")).await;
            assert_eq!(
                (&found["parameter"], &found["code"]),
                (&json!("dialect"), &json!("requires-value")),
                "{format}"
            );
            assert_eq!(found["detail"], "`dialect` requires `format` to be `csv`");
        }
    }
    let unknown = violation("/v1/events.csv?dialect=excel").await;
    assert_eq!(unknown["parameters"], json!({ "value": "excel", "allowed": ["rfc4180", "excel-de"] }));
    let entry = violation("/v1/events/regional-conference-23-konstanz?dialect=excel-de").await;
    assert_eq!(entry["code"], "unknown-parameter");
}

#[tokio::test]
async fn fields_select_the_csv_columns() {
    let app = SharedApp::first_content();
    let header = async |fields: &str| {
        let text = app.anonymous().get(&format!("/v1/events.csv?limit=1&fields={fields}")).await.text();
        assert_eq!(text.lines().count(), 2, "{text}");
        text.lines().next().unwrap().to_owned()
    };

    assert_eq!(header("title,slug").await, "slug,title_de,title_en", "columns keep the order of the full export");
    assert_eq!(header("location&fields=municipality,highlight").await, "municipality_ags,location_lon,location_lat");
    for (fields, allowed) in [("titel", "highlight"), ("highlight", "title")] {
        let refused = app.anonymous().get(&format!("/v1/events.csv?fields={fields}")).await;
        let errors = refused.json()["errors"].clone();
        assert_eq!((refused.status, errors.as_array().unwrap().len()), (400, 1), "{fields}");
        assert_eq!((&errors[0]["parameter"], &errors[0]["code"]), (&json!("fields"), &json!("unknown-value")));
        assert!(errors[0]["parameters"]["allowed"].as_array().unwrap().contains(&json!(allowed)), "{fields}");
    }
}

/// Returns the entries of an exported file as texts.
fn exported_entries(answer: &Answer) -> Vec<String> {
    let text = answer.text();
    match answer.header("content-type").split(';').next().unwrap() {
        "application/geo+json" => answer.json()["features"].as_array().unwrap().iter().map(Value::to_string).collect(),
        "text/csv" => text.lines().skip(1).map(str::to_owned).collect(),
        "text/calendar" => text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect(),
        _ => text.lines().map(str::to_owned).collect(),
    }
}

#[tokio::test]
async fn a_limited_export_links_to_the_next_page() {
    let app = SharedApp::first_content();

    for (list, limit, parts) in [
        ("/v1/municipalities.csv?federal_state=DE-SH&fields=slug&sort=-title", 600, 2),
        ("/v1/events.csv?q=Smart", 5, 0),
        ("/v1/events.ndjson?kind=congress&fields=slug", 3, 3),
        ("/v1/events?format=geojson", 20, 2),
        ("/v1/events.ics", 20, 2),
        ("/v1/search.ndjson?q=Wasser&fields=slug", 7, 0),
        ("/v1/vocabularies.csv", 10, 0),
    ] {
        let whole = app.anonymous().get(list).await;
        assert_eq!(next_path(&whole), None, "{list}");
        let separator = if list.contains('?') { '&' } else { '?' };
        let (mut found, mut pages) = (vec![], 0);
        let mut page = Some(format!("{list}{separator}limit={limit}"));
        while let Some(path) = page {
            let answer = app.anonymous().get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            found.extend(exported_entries(&answer));
            pages += 1;
            page = next_path(&answer);
        }
        assert_eq!(found, exported_entries(&whole), "{list}");
        assert!(pages > 1 && (parts == 0 || pages == parts), "{list}: {pages}");
    }
    let cursor = next_path(&app.anonymous().get("/v1/projects.csv?limit=70").await)
        .unwrap()
        .replace("format=csv", "format=json");
    assert_eq!(app.anonymous().get(&cursor).await.slugs().len(), 3, "a cursor is valid in every format");
    let dialect = next_path(&app.anonymous().get("/v1/projects.csv?limit=70&dialect=excel-de").await).unwrap();
    assert_eq!(app.anonymous().get(&dialect).await.text().lines().count(), 4);
}

/// Requests a list, and reads only its beginning.
pub(crate) fn unread(app: &App, list: &str, headers: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.address()).unwrap();
    write!(stream, "GET {list} HTTP/1.1\r\n{headers}\r\n\r\n").unwrap();
    stream.read_exact(&mut [0; 1024]).unwrap();
    stream
}

#[tokio::test]
async fn only_some_lists_are_sent_as_a_whole_at_once() {
    let database = TestDatabase::filled();
    let settings = database.settings();
    let http = HttpSettings { max_exports: 2, ..listen().http };
    let app = App::start_as(database, settings, keys(), Listen { http, ..listen() });
    let list = "/v1/municipalities?format=geojson";
    let exports = [unread(&app, list, "host: x"), unread(&app, list, "host: x")];

    let refused = app.anonymous().get(list).await;
    let page = app.anonymous().get("/v1/municipalities?limit=1").await;
    let limited = app.anonymous().get(&format!("{list}&limit=2")).await;

    assert_eq!((refused.status, page.status, limited.status), (503, 200, 200));
    assert_eq!(refused.json()["type"], "/problems/too-many-exports");
    assert_eq!(refused.header("retry-after"), "2");

    drop(exports);
    let limit = Instant::now() + Duration::from_secs(30);
    while app.anonymous().get(list).await.status != 200 {
        assert!(Instant::now() < limit, "exports are possible after others have ended");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
