//! The same list in other forms.

use std::collections::HashSet;

use calcard::icalendar::{ICalendar, ICalendarComponentType};
use reqwest::Method;
use serde_json::{Value, json};
use tests::SharedApp;

#[tokio::test]
async fn ndjson_gives_every_match_one_a_line() {
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
async fn geojson_puts_entries_on_the_map() {
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
async fn the_parameter_goes_before_the_header() {
    let app = SharedApp::first_content();

    let answer = app.anonymous().get_with("/v1/projects?format=ndjson&limit=2", "accept", "text/csv").await;

    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.text().lines().count(), 2);
}

#[tokio::test]
async fn filters_order_and_members_hold_in_every_form() {
    let app = SharedApp::first_content();

    let listed =
        app.anonymous().get("/v1/projects?round=1&sort=-title&fields=slug&limit=100").await.json()["items"].clone();
    let streamed = app.anonymous().get("/v1/projects?round=1&sort=-title&fields=slug&format=ndjson").await.text();

    let lines: Vec<Value> = streamed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(listed, Value::Array(lines));
}

#[tokio::test]
async fn the_other_forms_are_told() {
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
async fn events_go_into_a_calendar() {
    let app = SharedApp::first_content();

    let answer = app.anonymous().get("/v1/events?format=ics").await;
    let again = app.anonymous().get("/v1/events?format=ics").await;
    let text = answer.text();
    let calendar = ICalendar::parse(&text).unwrap();

    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(text, again.text(), "the same until something changes");
    assert!(text.lines().all(|line| line.len() <= 75) && text.contains("\r\n"), "folded as RFC 5545 asks");
    let of = |kind| calendar.components.iter().filter(|component| component.component_type == kind).collect::<Vec<_>>();
    assert_eq!(of(ICalendarComponentType::VTimezone).len(), 1);
    let events = of(ICalendarComponentType::VEvent);
    assert_eq!(events.len(), 35, "all but the one without a date");
    let uids: HashSet<&str> = events.iter().map(|event| event.uid().unwrap()).collect();
    assert_eq!(uids.len(), 35);
    let konstanz =
        app.anonymous().get("/v1/events/regional-conference-23-konstanz?format=ics").await.text().replace("\r\n ", "");
    assert!(konstanz.contains("DTSTART;TZID=Europe/Berlin:20250924T093000\r\n"), "{konstanz}");
    assert!(
        konstanz.contains("LOCATION:Bodenseeforum Konstanz\\, Reichenaustraße 21\\, 78462 Konstanz\\, Konstanz\r\n")
    );
    let unfolded = text.replace("\r\n ", "");
    // Two days, and a month: the end is the day after.
    assert!(unfolded.contains("DTSTART;VALUE=DATE:20260428\r\nDTEND;VALUE=DATE:20260430\r\n"));
    assert!(unfolded.contains("DTSTART;VALUE=DATE:20230301\r\nDTEND;VALUE=DATE:20230401\r\n"));
    let some = app.anonymous().get("/v1/events?format=ics&kind=congress").await.text();
    assert_eq!(
        ICalendar::parse(&some).unwrap().components.len(),
        11,
        "the calendar, its zone with two rules, seven congresses"
    );
}

#[tokio::test]
async fn what_is_cancelled_says_so_and_other_zones_are_universal_time() {
    let app = SharedApp::with_examples();

    let text = app.anonymous().get("/v1/events/a-cancelled-webinar?format=ics").await.text().replace("\r\n ", "");

    for line in [
        "STATUS:CANCELLED",
        "DTSTART:20310506T090000Z",
        "DTEND:20310506T103000Z",
        "CATEGORIES:Mobilität und Verkehr",
        "URL:https://example.org/anmeldung",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert!(text.contains("Komma\\, Semikolon\\; Rückstrich \\\\."), "{text}");
    let event = app.anonymous().get("/v1/events/a-cancelled-webinar").await.json();
    assert_eq!(event["starts_at"], "2031-05-06T10:00:00+01:00");
}

#[tokio::test]
async fn what_is_new_is_a_feed() {
    let app = SharedApp::with_examples();

    for list in ["solutions", "practice-examples", "events", "publications"] {
        let answer = app.anonymous().get_with(&format!("/v1/{list}?limit=2"), "accept", "application/atom+xml").await;
        assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8", "{list}");
        let feed = feed_rs::parser::parse(answer.body.as_slice()).unwrap();

        let (id, title) = (feed.id.clone(), feed.title.unwrap().content);
        assert!(id.starts_with("urn:uuid:") && title.contains("Transferatlas"), "{list}");
        assert!(feed.updated.is_some() && feed.authors.len() == 1, "{list}");
        assert_eq!(feed.entries.len(), 2, "{list}");
        let entry = &feed.entries[0];
        assert!(entry.id.starts_with("urn:uuid:") && entry.title.is_some() && entry.updated.is_some());
        assert_eq!(entry.summary.is_some(), entry.title.as_ref().unwrap().content != "Ein Ursprung");
        let link =
            |rel: &str| feed.links.iter().find(|link| link.rel.as_deref() == Some(rel)).map(|link| link.href.clone());
        assert_eq!(link("self").unwrap(), format!("/v1/{list}?limit=2"));
        assert_eq!(app.anonymous().get(&entry.links[0].href).await.status, 200);
    }
}

#[tokio::test]
async fn a_feed_is_followed_to_its_end() {
    let app = SharedApp::first_content();
    let mut path = "/v1/publications?format=atom&limit=30&kind=strategy&kind=article".to_owned();

    let (mut seen, mut names) = (HashSet::new(), HashSet::new());
    loop {
        let feed = feed_rs::parser::parse(app.anonymous().get(&path).await.body.as_slice()).unwrap();
        seen.extend(feed.entries.iter().map(|entry| entry.id.clone()));
        names.insert(feed.id);
        match feed.links.iter().find(|link| link.rel.as_deref() == Some("next")) {
            Some(next) => path.clone_from(&next.href),
            None => break,
        }
    }

    assert_eq!((seen.len(), names.len()), (57, 1), "one feed, whatever the page");
}

#[tokio::test]
async fn a_path_with_a_format_is_that_format_and_only_read() {
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
        let asked = client.send(Method::OPTIONS, path, &[]).await;
        assert_eq!((asked.status, asked.header("allow")), (204, "GET, HEAD, OPTIONS"), "{path}");
    }
    let twice = client.get("/v1/themes.csv?format=json").await;
    assert_eq!((twice.status, twice.problem().as_str()), (400, "invalid-parameters"));
    let none = client.get("/v1/themes.geojson").await;
    assert_eq!((none.status, none.problem().as_str()), (406, "not-acceptable"));
}
