//! What is sent as text is stored as people read it, and what nobody can read is refused with its place.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App};

use crate::submissions::{begins, konstanz, path};

/// Code, parameters and pointer of each violation.
fn violations(answer: &Answer) -> Vec<(String, Value, String)> {
    let errors = answer.json()["errors"].as_array().unwrap_or_else(|| panic!("{}", answer.text())).clone();
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(error, "code"), error["parameters"].clone(), text(error, "pointer"))).collect()
}

fn characters<const N: usize>(found: [(&str, usize); N]) -> Value {
    let characters = found.map(|(character, position)| json!({ "character": character, "position": position }));
    json!({ "characters": characters.to_vec() })
}

#[tokio::test]
async fn each_fault_of_a_text_is_named_with_its_place() {
    let app = App::start();
    let editor = app.editor().await;
    let html = |tags: &[&str]| json!({ "tags": tags });

    for (title, code, parameters) in [
        ("\u{200b}\u{ad}".to_owned(), "no-visible-characters", characters([("U+200B", 1), ("U+00AD", 2)])),
        ("\u{3164}".to_owned(), "no-visible-characters", characters([("U+3164", 1)])),
        ("\u{2800}\u{2800}".to_owned(), "no-visible-characters", characters([("U+2800", 1), ("U+2800", 2)])),
        ("\u{301}".to_owned(), "no-visible-characters", characters([("U+0301", 1)])),
        ("Ulm\u{202e}mlU".to_owned(), "format-characters", characters([("U+202E", 4)])),
        ("\u{2067}Ulm\u{2069}".to_owned(), "format-characters", characters([("U+2067", 1), ("U+2069", 5)])),
        ("Ulm\u{200f} am\u{61c}".to_owned(), "format-characters", characters([("U+200F", 4), ("U+061C", 8)])),
        ("Ulm\u{e0041}".to_owned(), "format-characters", characters([("U+E0041", 4)])),
        ("Zeile\nzwei\u{7}".to_owned(), "control-characters", characters([("U+000A", 6), ("U+0007", 11)])),
        ("Zeile\u{2028}zwei".to_owned(), "control-characters", characters([("U+2028", 6)])),
        ("x".repeat(201), "length", json!({ "min": 1, "max": 200, "actual": 201 })),
        (" \u{a0}\t".to_owned(), "length", json!({ "min": 1, "max": 200, "actual": 0 })),
        ("Für <Projektname> und <b>".to_owned(), "html", html(&["<Projektname>", "<b>"])),
    ] {
        let refused = editor.patch("/v1/themes/mobility", &json!({ "title": { "de": title } }), "*").await;
        let expected = (code.to_owned(), parameters, "/title/de".to_owned());
        assert_eq!((refused.status, violations(&refused)), (422, vec![expected]), "{title:?}");
    }
    for (text, code, parameters) in [
        ("<Projektname>".to_owned(), "markdown", json!({ "fault": "html", "found": ["<Projektname>"] })),
        (
            "![x](https://a.de/b.png)".to_owned(),
            "markdown",
            json!({ "fault": "image", "found": ["![x](https://a.de/b.png)"] }),
        ),
        ("x".repeat(20_500), "length", json!({ "min": 1, "max": 20_000, "actual": 20_500 })),
    ] {
        let patch = json!({ "description": { "de": "Gut", "en": text } });
        let refused = editor.patch("/v1/projects/ulm", &patch, "*").await;
        let expected = (code.to_owned(), parameters, "/description/en".to_owned());
        assert_eq!((refused.status, violations(&refused)), (422, vec![expected]), "{text:.40}");
    }
}

#[tokio::test]
async fn each_language_and_each_fault_has_its_own_violation() {
    let app = App::start();
    let editor = app.editor().await;

    let patch = json!({ "title": { "de": "a\u{7}\u{202e}", "en": "x".repeat(300) } });
    let headers = [("if-match", "*"), ("accept-language", "de")];
    let body = Some(("application/merge-patch+json", patch.to_string()));
    let refused = editor.write(Method::PATCH, "/v1/themes/mobility", &headers, body).await.json();
    let details: Vec<&str> =
        refused["errors"].as_array().unwrap().iter().map(|error| error["detail"].as_str().unwrap()).collect();
    assert_eq!(
        details,
        [
            "darf keine Steuerzeichen enthalten; entfernen oder ersetzen Sie U+0007 an Position 2",
            "darf keine Zeichen enthalten, die Richtung oder Anordnung von Text steuern; entfernen Sie U+202E an Position 3",
            "muss 1 bis 200 Zeichen haben und hat 300"
        ]
    );
    let nul = r#"{"title": {"de": "a\u0000b"}}"#.to_owned();
    let body = Some(("application/merge-patch+json", nul));
    let refused = editor.write(Method::PATCH, "/v1/themes/mobility", &[("if-match", "*")], body).await;
    assert_eq!(violations(&refused)[0].1, characters([("U+0000", 2)]));
}

#[tokio::test]
async fn texts_are_stored_trimmed_and_composed() {
    let app = App::start();
    let editor = app.editor().await;
    let officer = konstanz(&app).await;

    let patch = json!({
        "title": { "de": "  Bu\u{308}rger \u{a0}" },
        "description": { "de": "\nEins\r\nzwei\rdrei 👩\u{200d}💻\n\n", "en": "Soft\u{ad}ware" },
    });
    let changed = editor.patch("/v1/themes/mobility", &patch, "*").await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let read = app.anonymous().get("/v1/themes/mobility").await.json();
    assert_eq!(read["title"]["de"], "B\u{fc}rger");
    assert_eq!(read["description"], json!({ "de": "Eins\nzwei\ndrei 👩\u{200d}💻", "en": "Soft\u{ad}ware" }));

    let draft = json!({ "slug": "ein-entwurf", "title": { "de": " Entwurf\u{202e} " } });
    let begun = officer.post("/v1/submissions", &begins(&draft)).await.json();
    assert_eq!(begun["content"]["title"]["de"], "Entwurf\u{202e}");
    let found = begun["violations"].as_array().unwrap().iter().find(|violation| violation["pointer"] == "/title/de");
    assert_eq!(found.unwrap()["code"], "format-characters");
    let comments = format!("{}/comments", path(&begun));
    let comment = officer.post(&comments, &json!({ "body": " Bitte\r\nprüfen " })).await;
    assert_eq!((comment.status, &comment.json()["body"]), (201, &json!("Bitte\nprüfen")), "{}", comment.text());
    let refused = officer.post(&comments, &json!({ "body": "\u{2060}" })).await;
    assert_eq!(violations(&refused)[0].0, "no-visible-characters");
}

#[tokio::test]
async fn addresses_lead_to_public_places_without_secrets() {
    let app = App::start();
    let editor = app.editor().await;
    let host = |host: &str| json!({ "host": host });

    for (address, code, parameters) in [
        ("https://user:secret@example.org/", "url-credentials", json!({})),
        ("https://example.org/a b", "url-spaces", characters([("U+0020", 22)])),
        ("http://localhost:8080/", "private-address", host("localhost")),
        ("http://drucker.local/", "private-address", host("drucker.local")),
        ("http://wiki.internal/", "private-address", host("wiki.internal")),
        ("http://10.1.2.3/", "private-address", host("10.1.2.3")),
        ("http://0x7f000001/", "private-address", host("127.0.0.1")),
        ("http://[::1]/", "private-address", host("[::1]")),
        ("ftp://example.org/", "format", json!({ "expected": "url" })),
    ] {
        let refused = editor.patch("/v1/municipalities/ulm", &json!({ "website": address }), "*").await;
        let expected = (code.to_owned(), parameters, "/website".to_owned());
        assert_eq!((refused.status, violations(&refused)), (422, vec![expected]), "{address}");
    }
    let sources = json!(["https://example.org/", "http://nas.lan/", "https://a:b@example.org/"]);
    let refused = editor.patch("/v1/solutions/open-smartcity-app", &json!({ "sources": sources }), "*").await;
    let found: Vec<(String, String)> =
        violations(&refused).into_iter().map(|(code, _, pointer)| (pointer, code)).collect();
    let expected = [("/sources/1", "private-address"), ("/sources/2", "url-credentials")];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let trimmed = editor.patch("/v1/municipalities/ulm", &json!({ "website": " https://www.ulm.de/ " }), "*").await;
    assert_eq!((trimmed.status, &trimmed.json()["website"]), (200, &json!("https://www.ulm.de/")));
}
