//! Atom feeds and iCalendar exports, read by independent parsers.

use std::collections::HashSet;

use calcard::icalendar::{ICalendar, ICalendarComponentType};
use feed_rs::model::Link;
use serde_json::{Value, json};
use tests::{App, SharedApp};

#[tokio::test]
async fn events_are_exported_as_icalendar() {
    let app = SharedApp::first_content();

    let answer = app.anonymous().get("/v1/events?format=ics").await;
    let again = app.anonymous().get("/v1/events?format=ics").await;
    let text = answer.text();
    let calendar = ICalendar::parse(&text).unwrap();

    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(text, again.text(), "the calendar is stable between changes");
    assert!(text.lines().all(|line| line.len() <= 75) && text.contains("\r\n"), "lines are folded as in RFC 5545");
    let components_of =
        |kind| calendar.components.iter().filter(|component| component.component_type == kind).collect::<Vec<_>>();
    assert_eq!(components_of(ICalendarComponentType::VTimezone).len(), 1);
    let events = components_of(ICalendarComponentType::VEvent);
    assert_eq!(events.len(), 32, "every event except one without a date and three that are dated to a month");
    let uids: HashSet<&str> = events.iter().map(|event| event.uid().unwrap()).collect();
    assert_eq!(uids.len(), 32);
    let konstanz =
        app.anonymous().get("/v1/events/regional-conference-23-konstanz?format=ics").await.text().replace("\r\n ", "");
    assert!(konstanz.contains("DTSTART;TZID=Europe/Berlin:20250924T093000\r\n"), "{konstanz}");
    assert!(
        konstanz.contains("LOCATION:Bodenseeforum Konstanz\\, Reichenaustraße 21\\, 78462 Konstanz\\, Konstanz\r\n")
    );
    let unfolded = text.replace("\r\n ", "");
    // The event has two days, and `DTEND` is exclusive.
    assert!(unfolded.contains("DTSTART;VALUE=DATE:20260428\r\nDTEND;VALUE=DATE:20260430\r\n"));
    for property in ["DTSTAMP", "LAST-MODIFIED", "URL", "DTSTART"] {
        let found = unfolded.lines().filter(|line| line.split([':', ';']).next() == Some(property));
        // The two rules of the time zone have a `DTSTART` as well.
        assert_eq!(found.count(), if property == "DTSTART" { 34 } else { 32 }, "{property}");
    }
    for name in ["NAME", "X-WR-CALNAME"] {
        assert!(unfolded.contains(&format!("\r\n{name}:Veranstaltungen im Transferatlas\r\n")), "{name}");
    }
    let month = app.anonymous().get("/v1/events/transfer-on-site-cottbus-2023.ics").await.text();
    assert!(!month.contains("BEGIN:VEVENT") && ICalendar::parse(&month).is_ok(), "months are omitted: {month}");
    let some = app.anonymous().get("/v1/events?format=ics&kind=congress").await.text();
    assert_eq!(
        ICalendar::parse(&some).unwrap().components.len(),
        11,
        "the calendar, its time zone with two rules, and seven congresses"
    );
}

#[tokio::test]
async fn icalendar_marks_cancelled_events_and_uses_utc_for_other_time_zones() {
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
async fn lists_are_published_as_atom_feeds() {
    let app = SharedApp::with_examples();
    let root = format!("http://{}", app.address());

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
        let link_with =
            |links: &[Link], rel: &str| links.iter().find(|link| link.rel.as_deref() == Some(rel)).cloned().unwrap();
        for link in feed.links.iter().chain(feed.entries.iter().flat_map(|entry| &entry.links)) {
            assert!(link.href.starts_with("http"), "{list}: {}", link.href);
        }
        assert_eq!(link_with(&feed.links, "self").href, format!("{root}/v1/{list}?limit=2&format=atom"));
        let page = link_with(&entry.links, "alternate");
        assert_eq!(page.media_type.as_deref(), Some("text/html"), "{list}");
        assert!(!page.href.starts_with(&root), "{list}: {}", page.href);
        let same = app.anonymous().get(link_with(&entry.links, "related").href.strip_prefix(&root).unwrap()).await;
        assert_eq!(entry.title.as_ref().unwrap().content, same.json()["title"]["de"], "{list}");
        assert_eq!(feed.updated, feed.entries.iter().map(|entry| entry.updated).max().unwrap(), "{list}");
    }
}

#[tokio::test]
async fn a_feed_with_several_pages_keeps_its_id_and_links_to_the_next_page() {
    let app = SharedApp::first_content();
    let root = format!("http://{}", app.address());
    let mut page = "/v1/publications?format=atom&limit=30&kind=strategy&kind=article".to_owned();

    let (mut seen, mut feed_ids) = (HashSet::new(), HashSet::new());
    loop {
        let feed = feed_rs::parser::parse(app.anonymous().get(&page).await.body.as_slice()).unwrap();
        seen.extend(feed.entries.iter().map(|entry| entry.id.clone()));
        feed_ids.insert(feed.id);
        match feed.links.iter().find(|link| link.rel.as_deref() == Some("next")) {
            Some(next) => next.href.strip_prefix(&root).unwrap().clone_into(&mut page),
            None => break,
        }
    }

    assert_eq!((seen.len(), feed_ids.len()), (57, 1), "every page has the id of the feed");
}

#[tokio::test]
async fn a_feed_changes_only_with_its_own_entries() {
    let app = App::start();
    let editor = app.editor().await;
    let feed = "/v1/publications.atom?year=2017";

    let before = app.anonymous().get(feed).await;
    editor.patch("/v1/projects/ulm", &json!({ "website": "https://example.org/" }), "*").await;
    let same = app.anonymous().get(feed).await;
    editor.patch("/v1/publications/smart-city-charter-2017", &json!({ "doi": "10.1000/182", "url": null }), "*").await;
    let after = app.anonymous().get(feed).await;
    let (none, again) = (format!("{feed}&q=xyzzy"), format!("{feed}&q=xyzzy&limit=1"));
    let updated = async |path: &str| {
        let body = app.anonymous().get(path).await.body;
        feed_rs::parser::parse(body.as_slice()).unwrap().updated
    };

    assert_eq!(
        (before.text(), before.etag()),
        (same.text(), same.etag()),
        "a change of another resource leaves the feed unchanged"
    );
    assert_ne!(after.text(), before.text());
    let newest = feed_rs::parser::parse(after.body.as_slice()).unwrap();
    assert_eq!(newest.entries[0].links[0].href, "https://doi.org/10.1000/182");
    assert_eq!(newest.updated, newest.entries.iter().map(|entry| entry.updated).max().unwrap());
    assert_eq!(updated(&none).await, updated(&again).await, "empty feeds have the same date");
}

/// Returns an event whose texts contain the delimiters and property names of iCalendar.
fn hostile_event() -> Value {
    json!({
        "slug": "hostile",
        "title": { "de": format!("Tag; der, offenen \\ Tür: 50 % – „Zukunft“ BEGIN:VALARM 🚲🚲🚲 {}", "ä".repeat(60)) },
        "kind": "workshop",
        "status": "confirmed",
        "starts_on": "2027-03-28",
        "starts_at": "2027-03-28T01:30:00+01:00",
        "ends_at": "2027-03-28T03:30:00+02:00",
        "time_zone": "Europe/Berlin",
        "venue": "Haus \"A\", Saal; 2",
        "registration_url": "https://example.org/anmeldung/größe?a=1,2;3",
        "summary": { "de": format!("Zeile 1\nZeile 2\n BEGIN:VALARM\nEND:VEVENT\t{}\t🚲", "x".repeat(62)) },
        "sources": ["https://example.org/"],
    })
}

#[tokio::test]
async fn icalendar_text_is_escaped_and_folded() {
    let app = App::start();
    let editor = app.editor().await;
    let created = editor.post("/v1/events", &hostile_event()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let winter = json!({
        "starts_on": "2027-10-31",
        "starts_at": "2027-10-31T02:30:00+01:00",
        "ends_at": "2027-10-31T04:30:00+01:00",
    });

    let text = app.anonymous().get("/v1/events/hostile.ics").await.text();
    assert_eq!(editor.patch("/v1/events/hostile", &winter, "*").await.status, 200);
    let repeated = app.anonymous().get("/v1/events/hostile.ics").await.text();

    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "{text}");
    let lines: Vec<String> = text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect();
    for line in [
        format!("SUMMARY:Tag\\; der\\, offenen \\\\ Tür: 50 % – „Zukunft“ BEGIN:VALARM 🚲🚲🚲 {}", "ä".repeat(60)),
        format!("DESCRIPTION:Zeile 1\\nZeile 2\\n BEGIN:VALARM\\nEND:VEVENT\t{}\t🚲", "x".repeat(62)),
        "LOCATION:Haus \"A\"\\, Saal\\; 2".to_owned(),
        "URL:https://example.org/anmeldung/gr%C3%B6%C3%9Fe?a=1,2;3".to_owned(),
        "DTSTART;TZID=Europe/Berlin:20270328T013000".to_owned(),
        "DTEND;TZID=Europe/Berlin:20270328T033000".to_owned(),
    ] {
        assert!(lines.contains(&line), "{line}: {lines:#?}");
    }
    let calendar = ICalendar::parse(&text).unwrap();
    let is_alarm = |kind: &ICalendarComponentType| *kind == ICalendarComponentType::VAlarm;
    assert!(!calendar.components.iter().any(|component| is_alarm(&component.component_type)));
    assert!(
        repeated.contains("\r\nDTSTART:20271031T013000Z\r\nDTEND;TZID=Europe/Berlin:20271031T043000\r\n"),
        "{repeated}"
    );
}
