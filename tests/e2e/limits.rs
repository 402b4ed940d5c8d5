//! Every write has the same size limit, so a stored entry can be sent back.

use std::fmt::Write;

use serde_json::{Value, json};
use tests::{Answer, App, Client};

use crate::submissions::{SUBMISSIONS, content, konstanz_contributor, step, submission_input, submission_path};

/// The maximum size of an entry in bytes.
const MAX_BYTES: usize = 1 << 20;

/// Returns a text with as many different words as fit into the number of characters.
fn long_text(characters: usize, number: &mut usize) -> Value {
    let mut half = || {
        let mut text = String::new();
        let mut length = 0;
        while length + 6 <= characters {
            *number += 1;
            // Every number has its own word of five letters.
            let letters: Vec<char> = "aböcädeüfghijklm".chars().collect();
            let word: String = (0..5).map(|place| letters[(*number >> (4 * place)) % letters.len()]).collect();
            let _ = write!(text, "{word} ");
            length += 6;
        }
        text.truncate(text.trim_end().len());
        let missing = characters - text.chars().count();
        text + &"ü".repeat(missing)
    };
    json!({ "de": half(), "en": half() })
}

/// Returns content with every text as long as the submission form allows.
async fn entry_with_longest_texts(app: &App, slug: &str) -> Value {
    let form = app.anonymous().get("/v1/submissions/form?resource=practice-examples").await.json();
    assert_eq!(form["max_bytes"], json!(MAX_BYTES));
    let (mut entry, mut number) = (content(slug), 0);
    for member in form["members"].as_array().unwrap().iter().filter(|member| member["kind"] == "text") {
        let most = member["max_length"].as_u64().unwrap().try_into().unwrap();
        entry[member["name"].as_str().unwrap()] = long_text(most, &mut number);
    }
    for list in ["success_factors", "obstacles"] {
        entry[list] = (0..50).map(|_| json!({ "text": long_text(500, &mut number) })).collect();
    }
    entry["status"] = json!("discontinued");
    entry["discontinued"] = json!({ "reasons": ["other"], "text": long_text(20_000, &mut number) });
    entry
}

/// Returns an entry with the given size as compact JSON.
fn entry_of_size(slug: &str, bytes: usize) -> Value {
    let mut entry = content(slug);
    let fill = |entry: &mut Value, bytes: usize| {
        let mut left = bytes - entry.to_string().len();
        for list in ["success_factors", "obstacles"] {
            let mut items = vec![];
            while left > 4100 && items.len() < 50 {
                // Each of these letters has four bytes in UTF-8.
                items.push(json!({ "text": { "de": "𝔞".repeat(490), "en": "𝔟".repeat(490) } }));
                left = bytes - (entry.to_string().len() + json!({ list: items }).to_string().len());
            }
            entry[list] = json!(items);
        }
        for member in ["challenge", "approach", "results", "lessons_learned", "transfer_notes"] {
            let left = bytes.saturating_sub(entry.to_string().len());
            if left > 200 {
                let half = (left - 100) / 8;
                let letters = half.clamp(1, 20_000);
                entry[member] = json!({ "de": "𝔠".repeat(letters), "en": "𝔡".repeat(letters) });
            }
        }
    };
    fill(&mut entry, bytes);
    // The URL of the source fills the remaining bytes.
    let missing = bytes - entry.to_string().len();
    let source = format!("https://example.org/{}", "x".repeat(missing));
    entry["sources"] = json!([source]);
    assert_eq!(entry.to_string().len(), bytes);
    entry
}

/// Escapes every character outside ASCII, as some JSON libraries do.
fn escaped(json: &str) -> String {
    json.chars().fold(String::new(), |mut text, letter| {
        let mut units = [0; 2];
        if letter.is_ascii() {
            text.push(letter);
            return text;
        }
        for unit in letter.encode_utf16(&mut units) {
            let _ = write!(text, "\\u{unit:04x}");
        }
        text
    })
}

/// Asserts that a write was rejected for the size of the entry.
fn assert_too_large(answer: &Answer, pointer: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (422, "validation-failed"), "{}", answer.text());
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
    assert_eq!(errors[0]["pointer"], pointer);
    assert_eq!(errors[0]["code"], "bytes");
    assert_eq!(errors[0]["parameters"], json!({ "bytes": MAX_BYTES + 1, "max": MAX_BYTES }));
}

/// Returns the input members of an entry from its latest revision.
async fn latest_input(client: &Client, path: &str) -> Value {
    let history = client.get(&format!("{path}/history?limit=1")).await.json();
    client.get(history["items"][0]["href"].as_str().unwrap()).await.json()["entry"].clone()
}

#[tokio::test]
async fn texts_are_accepted_up_to_the_length_in_the_submission_form() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let entry = entry_with_longest_texts(&app, "alle-texte").await;
    assert!(entry.to_string().len() > 350_000);

    let direct = editor.post("/v1/practice-examples", &entry).await;
    assert_eq!(direct.status, 201, "{}", direct.text());
    let here = "/v1/practice-examples/alle-texte";
    assert_eq!(latest_input(&editor, here).await, entry);
    // The stored entry can be sent back, also after an update.
    assert_eq!(editor.put(here, &entry, direct.etag()).await.status, 200);
    let grown = editor.patch(here, &json!({ "starts_on": "2021" }), "*").await;
    assert_eq!(grown.status, 200);
    assert_eq!(
        editor.put(here, &latest_input(&editor, here).await, grown.etag()).await.etag(),
        grown.etag(),
        "an identical replacement keeps the entity tag"
    );

    // The same limits apply to submissions.
    let mut other = entry.clone();
    other["slug"] = json!("eingereicht");
    let begun = officer.post(SUBMISSIONS, &submission_input(&other)).await;
    assert_eq!((begun.status, &begun.json()["violations"]), (201, &json!([])));
    let submission = submission_path(&begun.json());
    let put = officer.put(&submission, &json!({ "content": begun.json()["content"] }), begun.etag()).await;
    assert_eq!(put.status, 200);
    assert_eq!(step(&officer, &submission, "submit").await.status, 200);
    let published = step(&editor, &submission, "publish").await;
    assert_eq!(published.status, 200, "{}", published.text());
    let found = app.anonymous().get("/v1/practice-examples?q=eingereicht&fields=slug").await;
    assert_eq!(found.status, 200);
    let export = app.anonymous().get("/v1/practice-examples?format=ndjson").await.text();
    let written =
        |line: &&str| ["alle-texte", "eingereicht"].iter().any(|slug| line.contains(&format!("\"slug\":\"{slug}\"")));
    assert_eq!(export.lines().filter(written).count(), 2);
}

#[tokio::test]
async fn every_write_enforces_the_same_size_limit() {
    let app = App::start();
    let (officer, editor) = (konstanz_contributor(&app).await, app.editor().await);
    let (largest, too_large) = (entry_of_size("am-limit", MAX_BYTES), entry_of_size("zu-lang", MAX_BYTES + 1));

    // Writes of entries.
    let created = editor.post("/v1/practice-examples", &largest).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let here = "/v1/practice-examples/am-limit";
    assert_eq!(editor.put(here, &latest_input(&editor, here).await, created.etag()).await.status, 200);
    assert_too_large(&editor.post("/v1/practice-examples", &too_large).await, "");
    let mut grown = largest.clone();
    grown["sources"][0] = json!(format!("{}x", largest["sources"][0].as_str().unwrap()));
    assert_too_large(&editor.put(here, &grown, "*").await, "");
    assert_too_large(&editor.patch(here, &json!({ "sources": grown["sources"] }), "*").await, "");
    assert_too_large(&editor.post("/v1/practice-examples/batch", &json!([content("kurz"), too_large])).await, "/1");
    let each = editor.post("/v1/practice-examples/batch?mode=each", &json!([content("kurz"), too_large])).await;
    assert_eq!((each.status, &each.json()["items"][1]["status"]), (207, &json!(422)));

    // Submissions.
    assert_too_large(&officer.post(SUBMISSIONS, &submission_input(&too_large)).await, "/content");
    let draft = officer.post(SUBMISSIONS, &submission_input(&entry_of_size("entwurf", MAX_BYTES))).await;
    assert_eq!(draft.status, 201, "{}", draft.text());
    let submission = submission_path(&draft.json());
    let content = draft.json()["content"].clone();
    assert_too_large(
        &officer.put(&submission, &json!({ "content": entry_of_size("entwurf", MAX_BYTES + 1) }), "*").await,
        "/content",
    );
    let longer = json!(format!("{}x", content["sources"][0].as_str().unwrap()));
    assert_too_large(
        &officer.patch(&submission, &json!({ "content": { "sources": [longer] } }), "*").await,
        "/content",
    );
    assert_eq!(officer.put(&submission, &json!({ "content": content }), draft.etag()).await.status, 200);
    assert_eq!(step(&officer, &submission, "submit").await.status, 200);
    let published = step(&editor, &submission, "publish").await;
    assert_eq!(published.status, 200, "{}", published.text());
    // The limit applies to the entry, so a longer body with escaped characters is accepted.
    let escaped = escaped(&entry_of_size("maskiert", MAX_BYTES).to_string());
    assert!(escaped.len() > 2 * MAX_BYTES);
    let body = Some(("application/json", escaped));
    assert_eq!(editor.write(reqwest::Method::POST, "/v1/practice-examples", &[], body).await.status, 201);
}

#[tokio::test]
async fn a_page_of_the_change_feed_is_limited_in_bytes() {
    let app = App::start();
    let editor = app.editor().await;
    let last = app.anonymous().get("/v1/changes?after=0&limit=1000").await.json();
    assert_eq!(last["items"].as_array().map(Vec::len), Some(1000));
    let mut after = 0;
    while let page = app.anonymous().get(&format!("/v1/changes?after={after}&limit=1000")).await.json()
        && page["items"] != json!([])
    {
        after = page["next"].as_i64().unwrap();
    }

    assert_eq!(editor.post("/v1/practice-examples", &entry_of_size("lang", MAX_BYTES)).await.status, 201);
    let revisions = 12;
    let shorter = entry_of_size("lang", MAX_BYTES - 100);
    for year in 1..revisions {
        let mut entry = shorter.clone();
        entry["starts_on"] = json!(format!("20{year:02}"));
        assert_eq!(editor.put("/v1/practice-examples/lang", &entry, "*").await.status, 200);
    }
    let (mut sequences, mut pages) = (vec![], 0);
    while let page = app.anonymous().get(&format!("/v1/changes?after={after}&limit=1000")).await
        && page.json()["items"] != json!([])
    {
        assert!(page.body.len() < 10 * MAX_BYTES, "{} bytes", page.body.len());
        let page = page.json();
        sequences.extend(page["items"].as_array().unwrap().iter().map(|item| item["sequence"].as_i64().unwrap()));
        assert_eq!(page["more"], json!(sequences.len() < revisions), "{}", sequences.len());
        after = page["next"].as_i64().unwrap();
        pages += 1;
    }
    assert_eq!((sequences.len(), pages), (revisions, 2));
    assert!(sequences.is_sorted());
}
