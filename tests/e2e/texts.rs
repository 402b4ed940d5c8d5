//! Validation and normalisation of texts and URLs.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App};

use crate::submissions::{konstanz_contributor, submission_input, submission_path};

/// Returns the code, the parameters and the pointer of each violation.
fn violations(answer: &Answer) -> Vec<(String, Value, String)> {
    let errors = answer.json()["errors"].as_array().unwrap_or_else(|| panic!("{}", answer.text())).clone();
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(error, "code"), error["parameters"].clone(), text(error, "pointer"))).collect()
}

fn characters<const N: usize>(found: [(&str, usize); N]) -> Value {
    let characters = found.map(|(character, position)| json!({ "character": character, "position": position }));
    json!({ "characters": characters.to_vec() })
}

/// Returns a text of Markdown with a link, and the code and the parameters of its violation.
fn link_fault(text: &str, fault: &str, found: &str) -> (String, &'static str, Value) {
    (text.to_owned(), "markdown", json!({ "fault": fault, "found": [found] }))
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one line for each violation")]
async fn invalid_text_reports_rule_and_position() {
    let app = App::start();
    let editor = app.editor().await;
    let html = |tags: &[&str]| json!({ "tags": tags });

    for (title, code, parameters) in [
        ("\u{200b}\u{ad}".to_owned(), "no-visible-characters", characters([("U+200B", 1), ("U+00AD", 2)])),
        ("\u{3164}".to_owned(), "no-visible-characters", characters([("U+3164", 1)])),
        ("\u{2800}\u{2800}".to_owned(), "no-visible-characters", characters([("U+2800", 1), ("U+2800", 2)])),
        ("\u{301}".to_owned(), "no-visible-characters", characters([("U+0301", 1)])),
        ("\u{1d159}".to_owned(), "no-visible-characters", characters([("U+1D159", 1)])),
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
        link_fault("[x](https://a:b@example.org/)", "link-credentials", "https://example.org/"),
        link_fault("<https://@example.org/>", "link-credentials", "https://@example.org/"),
        link_fault("[x](http://10.0.0.1/)", "link-private-address", "http://10.0.0.1/"),
        link_fault("<http://localhost:8080/>", "link-private-address", "http://localhost:8080/"),
        link_fault("[x][1]\n\n[1]: http://nas.local/ 'Titel'", "link-private-address", "http://nas.local/"),
        link_fault("Gut\n\n[1]: http://wiki.internal/", "link-private-address", "http://wiki.internal/"),
        link_fault("[x](<https://example.org/a b>)", "link-url", "https://example.org/a b"),
        link_fault("[x](https://ex\u{200b}ample.org/)", "link-url", "https://ex\u{200b}ample.org/"),
        ("x".repeat(20_500), "length", json!({ "min": 1, "max": 20_000, "actual": 20_500 })),
    ] {
        let patch = json!({ "description": { "de": "Gut", "en": text } });
        let refused = editor.patch("/v1/projects/ulm", &patch, "*").await;
        let expected = (code.to_owned(), parameters, "/description/en".to_owned());
        assert_eq!((refused.status, violations(&refused)), (422, vec![expected]), "{text:.40}");
    }
}

#[tokio::test]
async fn every_language_and_rule_has_its_own_violation() {
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
async fn texts_are_stored_trimmed_and_normalised() {
    let app = App::start();
    let editor = app.editor().await;
    let officer = konstanz_contributor(&app).await;

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
    let begun = officer.post("/v1/submissions", &submission_input(&draft)).await.json();
    assert_eq!(begun["content"]["title"]["de"], "Entwurf\u{202e}");
    let found = begun["violations"].as_array().unwrap().iter().find(|violation| violation["pointer"] == "/title/de");
    assert_eq!(found.unwrap()["code"], "format-characters");
    let comments = format!("{}/comments", submission_path(&begun));
    let comment = officer.post(&comments, &json!({ "body": " Bitte\r\nprüfen " })).await;
    assert_eq!((comment.status, &comment.json()["body"]), (201, &json!("Bitte\nprüfen")), "{}", comment.text());
    let refused = officer.post(&comments, &json!({ "body": "\u{2060}" })).await;
    assert_eq!(violations(&refused)[0].0, "no-visible-characters");
}

/// Returns the parameters of the violation of a URL with a tag.
fn tag_in_url() -> Value {
    characters([("U+0022", 21), ("U+003E", 22), ("U+003C", 23), ("U+003E", 25)])
}

#[tokio::test]
async fn urls_with_credentials_or_private_hosts_are_rejected() {
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
        ("https:/example.org", "format", json!({ "expected": "url" })),
        ("https:///example.org", "format", json!({ "expected": "url" })),
        ("https://@example.org/", "url-credentials", json!({})),
        (r"https://example.org\a", "url-characters", characters([("U+005C", 20)])),
        (r#"https://example.org/"><b>"#, "url-characters", tag_in_url()),
        ("https://ex\u{200b}ample.org/", "invisible-characters", characters([("U+200B", 11)])),
    ] {
        let refused = editor.patch("/v1/municipalities/ulm", &json!({ "website": address }), "*").await;
        let expected = (code.to_owned(), parameters, "/website".to_owned());
        assert_eq!((refused.status, violations(&refused)), (422, vec![expected]), "{address}");
    }
}

#[tokio::test]
async fn urls_are_checked_as_they_are_sent() {
    let app = App::start();
    let editor = app.editor().await;

    let repaired = editor.patch("/v1/municipalities/ulm", &json!({ "website": r"https:\\example.org\a" }), "*").await;
    let codes: Vec<String> = violations(&repaired).into_iter().map(|(code, ..)| code).collect();
    assert_eq!((repaired.status, codes), (422, vec!["format".to_owned(), "url-characters".to_owned()]));
    let international = json!({ "website": "https://münchen.de/straße" });
    let changed = editor.patch("/v1/municipalities/ulm", &international, "*").await;
    assert_eq!((changed.status, &changed.json()["website"]), (200, &international["website"]));
    let sources = json!(["https://example.org/", "http://nas.lan/", "https://a:b@example.org/"]);
    let refused = editor.patch("/v1/solutions/open-smartcity-app", &json!({ "sources": sources }), "*").await;
    let found: Vec<(String, String)> =
        violations(&refused).into_iter().map(|(code, _, pointer)| (pointer, code)).collect();
    let expected = [("/sources/1", "private-address"), ("/sources/2", "url-credentials")];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let trimmed = editor.patch("/v1/municipalities/ulm", &json!({ "website": " https://www.ulm.de/ " }), "*").await;
    assert_eq!((trimmed.status, &trimmed.json()["website"]), (200, &json!("https://www.ulm.de/")));
}

#[tokio::test]
async fn invisible_characters_around_texts_are_removed() {
    let app = App::start();
    let editor = app.editor().await;

    for (title, stored) in [
        ("\u{200b}Amt\u{200b}", "Amt"),
        ("\u{feff}Amt", "Amt"),
        ("\u{2060} Amt \u{ad}\u{3164}", "Amt"),
        ("Amt\u{fe0f}", "Amt"),
        ("Amt \u{2764}\u{fe0f}\u{200b}", "Amt \u{2764}\u{fe0f}"),
        ("x\u{323}\u{feff}", "x\u{323}"),
    ] {
        let changed = editor.patch("/v1/themes/mobility", &json!({ "title": { "de": title } }), "*").await;
        assert_eq!((changed.status, &changed.json()["title"]["de"]), (200, &json!(stored)), "{title:?}");
    }
}

#[tokio::test]
async fn emails_require_a_public_host() {
    let app = App::start();
    let editor = app.editor().await;
    let host = |host: &str| json!({ "host": host });
    let contacts = |email: &str| json!({ "contacts": [{ "function": "Amt", "email": email }] });
    let path = "/v1/solutions/open-smartcity-app";

    for (email, code, parameters) in [
        ("a@localhost", "private-address", host("localhost")),
        ("a@intranet", "private-address", host("intranet")),
        ("a@nas.local", "private-address", host("nas.local")),
        ("a@[10.0.0.1]", "private-address", host("[10.0.0.1]")),
        ("a@10.0.0.1", "private-address", host("10.0.0.1")),
        ("a@[8.8.8.8]", "format", json!({ "expected": "email" })),
        ("a@ex\u{200b}ample.org", "invisible-characters", characters([("U+200B", 5)])),
        ("a", "format", json!({ "expected": "email" })),
    ] {
        let refused = editor.patch(path, &contacts(email), "*").await;
        let expected = (code.to_owned(), parameters, "/contacts/0/email".to_owned());
        assert_eq!((refused.status, violations(&refused)), (422, vec![expected]), "{email}");
    }
    let changed = editor.patch(path, &contacts("amt@xn--mnchen-3ya.de"), "*").await;
    assert_eq!((changed.status, &changed.json()["contacts"]), (200, &contacts("amt@xn--mnchen-3ya.de")["contacts"]));
}

#[tokio::test]
async fn identifiers_must_not_contain_invisible_characters() {
    let app = App::start();
    let editor = app.editor().await;
    let publication = app.anonymous().get("/v1/publications?limit=1").await.slugs().remove(0);
    let publication = format!("/v1/publications/{publication}");
    let solution = "/v1/solutions/open-smartcity-app".to_owned();
    let identifier = |scheme: &str, value: &str| json!({ "identifiers": [{ "scheme": scheme, "value": value }] });

    for (path, patch, character, pointer) in [
        (&publication, json!({ "doi": "10.1234/\u{200b}abc" }), ("U+200B", 9), "/doi"),
        (&solution, identifier("wiki\u{200d}data", "Q3012"), ("U+200D", 5), "/identifiers/0/scheme"),
        (&solution, identifier("wikidata", "Q\u{ad}3012"), ("U+00AD", 2), "/identifiers/0/value"),
    ] {
        let refused = editor.patch(path, &patch, "*").await;
        let expected = ("invisible-characters".to_owned(), characters([character]), pointer.to_owned());
        assert_eq!((refused.status, violations(&refused)), (422, vec![expected]), "{patch}");
    }
}
