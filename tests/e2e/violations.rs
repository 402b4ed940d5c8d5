//! Violations of request bodies.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App, RESOURCES};

use crate::writing::new_entry_input;

fn pointers(answer: &Answer) -> Vec<String> {
    let errors = answer.json()["errors"].as_array().unwrap_or_else(|| panic!("{}", answer.text())).clone();
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one line for each violation")]
async fn every_violation_of_a_body_is_reported() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let mut entry = new_entry_input(&app, "solutions", "a b").await;
    for (member, value) in [
        ("colour", json!("red")),
        ("kind", json!("gadget")),
        ("title", json!({ "en": "only English" })),
        ("summary", json!({ "de": "<script>alert(1)</script>" })),
        ("licence", json!("MIT OR nothing")),
        ("website", json!("javascript:alert(1)")),
        ("themes", json!(["mobility", "nowhere", "mobility"])),
        ("providers", json!(["99999999"])),
        ("costs", json!({ "one_off_min": 10, "one_off_max": 5, "currency": "USD", "basis": "guess" })),
        ("last_confirmed_on", json!("yesterday")),
        ("repository_url", json!(null)),
        ("sources", json!([])),
    ] {
        entry[member] = value;
    }

    let refused = editor.post("/v1/solutions", &entry).await;

    assert_eq!((refused.status, refused.problem().as_str()), (422, "validation-failed"));
    let mut found = pointers(&refused);
    found.sort();
    assert_eq!(
        found,
        [
            "/colour",
            "/costs",
            "/costs/basis",
            "/costs/currency",
            "/kind",
            "/last_confirmed_on",
            "/licence",
            "/providers/0",
            "/repository_url",
            "/slug",
            "/sources",
            "/summary/de",
            "/themes/1",
            "/themes/2",
            "/title/de",
            "/website"
        ]
    );
    let kind =
        refused.json()["errors"].as_array().unwrap().iter().find(|error| error["pointer"] == "/kind").cloned().unwrap();
    assert_eq!(kind["code"], "unknown-value");
    assert!(kind["detail"].as_str().unwrap().contains("use one of: software, hardware"), "{kind}");
}

#[tokio::test]
async fn every_resource_rejects_unknown_members() {
    let app = App::start_with_examples();
    let editor = app.editor().await;

    for resource in RESOURCES {
        let first = app.anonymous().get(&format!("/v1/{resource}?limit=1")).await.slugs().remove(0);
        let mut entry = app.anonymous().get(&format!("/v1/{resource}/{first}")).await.json();
        entry["colour"] = json!("red");
        let refused = editor.put(&format!("/v1/{resource}/{first}"), &entry, "*").await;

        assert_eq!((refused.status, pointers(&refused)), (422, vec!["/colour".to_owned()]), "{resource}");
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one line for each violation")]
async fn ambiguous_or_malformed_bodies_are_rejected() {
    let app = App::start();
    let editor = app.editor().await;
    let send = async |body: &str, method: Method, path: &str, media: &str| {
        editor.write(method, path, &[("if-match", "*")], Some((media, body.to_owned()))).await
    };
    let (json, merge) = ("application/json", "application/merge-patch+json");

    let twice =
        send(r#"{"slug": "ab", "slug": "cd", "title": {"de": "x", "de": "y"}}"#, Method::POST, "/v1/themes", json)
            .await;
    let nul = send(r#"{"slug": "ab", "title": {"de": "a\u0000b"}}"#, Method::POST, "/v1/themes", json).await;
    let patched = send(r#"{"sdgs": [1], "sdgs": [2]}"#, Method::PATCH, "/v1/themes/mobility", merge).await;
    let list = send(r#"["ab", {"de": "x"}]"#, Method::POST, "/v1/themes", json).await;
    let inner = send(r#"{"slug": "ab", "title": ["x"]}"#, Method::POST, "/v1/themes", json).await;
    let broken = send(r#"{"slug": "ab""#, Method::POST, "/v1/themes", json).await;
    let more = send(r#"{"slug": "ab", "title": {"de": "x"}} {}"#, Method::POST, "/v1/themes", json).await;
    let deep = send(&"[".repeat(100_000), Method::POST, "/v1/themes", json).await;
    let long = send(&format!("[{}1]", "1,".repeat(5_000)), Method::POST, "/v1/themes", json).await;
    let items = format!("[{}1],", "1,".repeat(4_999));
    let many = send(&format!("[{}1]", items.repeat(81)), Method::POST, "/v1/themes", json).await;
    let media = send("{}", Method::POST, "/v1/themes", "text/plain").await;
    let other = send("{}", Method::PATCH, "/v1/themes/mobility", json).await;
    let none = editor.write(Method::POST, "/v1/themes", &[], None).await;
    let large = send(&format!("\"{}\"", "x".repeat(5 << 20)), Method::POST, "/v1/themes", json).await;
    let coded =
        editor.write(Method::POST, "/v1/themes", &[("content-encoding", "gzip")], Some((json, "{}".to_owned()))).await;
    let asked = send(r#"{"slug": "ab", "title": {"de": "x"}}"#, Method::POST, "/v1/themes?strict=true", json).await;

    assert_eq!(pointers(&twice), ["/slug", "/title/de"]);
    assert_eq!(pointers(&nul), ["/title/de"]);
    assert_eq!(pointers(&patched), ["/sdgs"]);
    assert_eq!(pointers(&list), [""]);
    assert_eq!(pointers(&inner), ["/title"]);
    for (answer, status, problem) in [
        (broken, 400, "malformed-json"),
        (more, 400, "malformed-json"),
        (deep, 400, "malformed-json"),
        (long, 400, "malformed-json"),
        (many, 400, "malformed-json"),
        (media, 415, "unsupported-media-type"),
        (other, 415, "unsupported-media-type"),
        (none, 415, "unsupported-media-type"),
        (large, 413, "content-too-large"),
        (coded, 415, "unsupported-content-encoding"),
        (asked, 400, "invalid-parameters"),
    ] {
        assert_eq!((answer.status, answer.problem().as_str()), (status, problem));
    }
    assert_eq!(app.anonymous().get("/v1/themes").await.json()["total"], 15, "no rejected body is stored");
}

#[tokio::test]
async fn only_plain_text_and_safe_markdown_are_accepted() {
    let app = App::start();
    let editor = app.editor().await;

    for (text, fits) in [
        ("a < b und b > c & d", true),
        (
            "**Fett**, *kursiv*, [Seite](https://example.org/), <https://example.org/>, <a@example.org>\n\n- eins\n- zwei",
            true,
        ),
        ("<b>fett</b>", false),
        ("a <img src=x onerror=alert(1)> b", false),
        ("<!-- nichts -->", false),
        ("![Bild](https://example.org/x.png)", false),
        ("[hier](javascript:alert(1))", false),
        ("[hier][1]\n\n[1]: data:text/html,x", false),
        ("a\u{7}b", false),
        ("   ", false),
    ] {
        let path = "/v1/themes/mobility";
        let answer = editor.patch(path, &json!({ "description": { "de": text } }), "*").await;
        assert_eq!(answer.status, if fits { 200 } else { 422 }, "{text}");
        if fits {
            assert_eq!(
                app.anonymous().get(path).await.json()["description"]["de"],
                text,
                "the text is stored unchanged"
            );
        } else {
            assert_eq!(pointers(&answer), ["/description/de"], "{text}");
        }
    }
}

#[tokio::test]
async fn out_of_range_values_are_rejected() {
    let app = App::start();
    let editor = app.editor().await;
    let event = app.anonymous().get("/v1/events?limit=1").await.slugs().remove(0);

    for (path, patch, expected) in [
        ("/v1/municipalities/ulm", json!({ "population_as_of": "-9999-01-01" }), "/population_as_of"),
        ("/v1/municipalities/ulm", json!({ "population_as_of": "5-1-1" }), "/population_as_of"),
        ("/v1/municipalities/ulm", json!({ "population": 3_000_000_000_i64 }), "/population"),
        ("/v1/municipalities/ulm", json!({ "area_km2": 1e300 }), "/area_km2"),
        ("/v1/municipalities/ulm", json!({ "location": { "lon": 9, "lat": 91 } }), "/location/lat"),
        ("/v1/municipalities/ulm", json!({ "title": { "de": "`<img src=x>`" } }), "/title/de"),
        ("/v1/municipalities/ulm", json!({ "title": { "de": "Ulm\u{ffff}" } }), "/title/de"),
        ("/v1/solutions/open-smartcity-app", json!({ "last_confirmed_on": "99999-01-01" }), "/last_confirmed_on"),
        ("/v1/solutions/open-smartcity-app", json!({ "title": { "de": "    <b>fett</b>" } }), "/title/de"),
        ("/v1/solutions/open-smartcity-app", json!({ "sources": ["https://example.org/", "x", "y"] }), "/sources/1"),
        ("/v1/courses/smart-city-akademie-electives-2026", json!({ "language": "xx" }), "/language"),
    ] {
        let refused = editor.patch(path, &patch, "*").await;
        assert_eq!(refused.status, 422, "{patch}: {}", refused.text());
        assert_eq!(pointers(&refused)[0], expected, "{patch}");
    }
    for time in ["+262142-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "2024-10-05"] {
        let patch = json!({ "starts_at": time, "ends_at": time, "time_zone": "Europe/Berlin" });
        let refused = editor.patch(&format!("/v1/events/{event}"), &patch, "*").await;
        assert_eq!(
            (refused.status, pointers(&refused)),
            (422, vec!["/ends_at".to_owned(), "/starts_at".to_owned()]),
            "{time}"
        );
    }
    let many = json!({ "technologies": (0..4_000).map(|number| format!("{number}")).collect::<Vec<_>>() });
    let started = std::time::Instant::now();
    let refused = editor.patch("/v1/solutions/open-smartcity-app", &many, "*").await;
    assert_eq!(refused.status, 422);
    let nulls = json!({ "sources": vec![Value::Null; 4_000] });
    let refused = editor.patch("/v1/solutions/open-smartcity-app", &nulls, "*").await;
    assert_eq!((refused.status, pointers(&refused).len()), (422, 100), "at most 100 violations are reported");
    assert!(started.elapsed().as_secs() < 5, "validation ends in time");
}

#[tokio::test]
async fn taken_slug_returns_409() {
    let app = App::start();
    let editor = app.editor().await;
    let theme = |slug: &str| json!({ "slug": slug, "title": { "de": "x" } });

    let taken = editor.post("/v1/themes", &theme("mobility")).await;
    let renamed = editor.patch("/v1/themes/water", &json!({ "slug": "mobility" }), "*").await;
    let also = editor.post("/v1/themes", &json!({ "slug": "mobility", "title": { "de": "" } })).await;
    let ags: Value = json!({
        "slug": "anderswo", "ags": "08421000", "title": { "de": "Anderswo" }, "kind": "independent_city", "federal_state": "DE-BW"
    });
    let official = editor.post("/v1/municipalities", &ags).await;

    assert_eq!(
        (taken.status, taken.problem().as_str(), pointers(&taken)),
        (409, "value-taken", vec!["/slug".to_owned()])
    );
    assert_eq!(renamed.status, if app.anonymous().get("/v1/themes/water").await.status == 200 { 409 } else { 404 });
    assert_eq!((also.status, pointers(&also)), (422, vec!["/slug".to_owned(), "/title/de".to_owned()]));
    assert_eq!((official.status, pointers(&official)), (409, vec!["/ags".to_owned()]));
}
