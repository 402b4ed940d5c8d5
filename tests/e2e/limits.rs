//! One limit holds for an entry wherever it is written: what was accepted once can be sent back.

use std::fmt::Write;

use serde_json::{Value, json};
use tests::{Answer, App, Client};

use crate::submissions::{SUBMISSIONS, begins, content, konstanz, path, step};

/// Bytes that an entry may have.
const MOST: usize = 1 << 20;

/// A text of umlauts with as many different words as fit into so many characters.
fn text(characters: usize, number: &mut usize) -> Value {
    let mut half = || {
        let mut text = String::new();
        let mut length = 0;
        while length + 6 <= characters {
            *number += 1;
            // Five letters, which are different ones for every number.
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

/// Content with every text of the form as long as the form says.
async fn whole(app: &App, slug: &str) -> Value {
    let form = app.anonymous().get("/v1/submissions/form?resource=practice-examples").await.json();
    assert_eq!(form["max_bytes"], json!(MOST));
    let (mut entry, mut number) = (content(slug), 0);
    for member in form["members"].as_array().unwrap().iter().filter(|member| member["kind"] == "text") {
        let most = member["max_length"].as_u64().unwrap().try_into().unwrap();
        entry[member["name"].as_str().unwrap()] = text(most, &mut number);
    }
    for list in ["success_factors", "obstacles"] {
        entry[list] = (0..50).map(|_| json!({ "text": text(500, &mut number) })).collect();
    }
    entry["status"] = json!("discontinued");
    entry["discontinued"] = json!({ "reasons": ["other"], "text": text(20_000, &mut number) });
    entry
}

/// An entry that is so long as compact JSON.
fn long(slug: &str, bytes: usize) -> Value {
    let mut entry = content(slug);
    let filled = |entry: &mut Value, bytes: usize| {
        let mut left = bytes - entry.to_string().len();
        for list in ["success_factors", "obstacles"] {
            let mut items = vec![];
            while left > 4100 && items.len() < 50 {
                // Four bytes a letter, so that 500 letters are 2,000 bytes.
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
    filled(&mut entry, bytes);
    // The rest, byte by byte.
    let missing = bytes - entry.to_string().len();
    let source = format!("https://example.org/{}", "x".repeat(missing));
    entry["sources"] = json!([source]);
    assert_eq!(entry.to_string().len(), bytes);
    entry
}

/// JSON with every letter beyond ASCII escaped, as some libraries write it.
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

fn too_long(answer: &Answer, pointer: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (422, "validation-failed"), "{}", answer.text());
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
    assert_eq!(errors[0]["pointer"], pointer);
    assert_eq!(errors[0]["code"], "bytes");
    assert_eq!(errors[0]["parameters"], json!({ "bytes": MOST + 1, "max": MOST }));
}

/// What was set of an entry, as its history has it.
async fn set_of(client: &Client, path: &str) -> Value {
    let history = client.get(&format!("{path}/history?limit=1")).await.json();
    client.get(history["items"][0]["href"].as_str().unwrap()).await.json()["entry"].clone()
}

#[tokio::test]
async fn every_text_of_the_form_may_be_as_long_as_the_form_says() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    let entry = whole(&app, "alle-texte").await;
    assert!(entry.to_string().len() > 350_000);

    let direct = editor.post("/v1/practice-examples", &entry).await;
    assert_eq!(direct.status, 201, "{}", direct.text());
    let here = "/v1/practice-examples/alle-texte";
    assert_eq!(set_of(&editor, here).await, entry);
    // What it is can be sent back, and what a change has made of it.
    assert_eq!(editor.put(here, &entry, direct.etag()).await.status, 200);
    let grown = editor.patch(here, &json!({ "starts_on": "2021" }), "*").await;
    assert_eq!(grown.status, 200);
    assert_eq!(editor.put(here, &set_of(&editor, here).await, grown.etag()).await.etag(), grown.etag(), "the same");

    // The same by way of a review.
    let mut other = entry.clone();
    other["slug"] = json!("eingereicht");
    let begun = officer.post(SUBMISSIONS, &begins(&other)).await;
    assert_eq!((begun.status, &begun.json()["violations"]), (201, &json!([])));
    let submission = path(&begun.json());
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
async fn one_limit_holds_wherever_an_entry_is_written() {
    let app = App::start();
    let (officer, editor) = (konstanz(&app).await, app.editor().await);
    let (most, more) = (long("am-limit", MOST), long("zu-lang", MOST + 1));

    // Directly.
    let created = editor.post("/v1/practice-examples", &most).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let here = "/v1/practice-examples/am-limit";
    assert_eq!(editor.put(here, &set_of(&editor, here).await, created.etag()).await.status, 200);
    too_long(&editor.post("/v1/practice-examples", &more).await, "");
    let mut grown = most.clone();
    grown["sources"][0] = json!(format!("{}x", most["sources"][0].as_str().unwrap()));
    too_long(&editor.put(here, &grown, "*").await, "");
    too_long(&editor.patch(here, &json!({ "sources": grown["sources"] }), "*").await, "");
    too_long(&editor.post("/v1/practice-examples/batch", &json!([content("kurz"), more])).await, "/1");
    let each = editor.post("/v1/practice-examples/batch?mode=each", &json!([content("kurz"), more])).await;
    assert_eq!((each.status, &each.json()["items"][1]["status"]), (207, &json!(422)));

    // By way of a review.
    too_long(&officer.post(SUBMISSIONS, &begins(&more)).await, "/content");
    let draft = officer.post(SUBMISSIONS, &begins(&long("entwurf", MOST))).await;
    assert_eq!(draft.status, 201, "{}", draft.text());
    let submission = path(&draft.json());
    let content = draft.json()["content"].clone();
    too_long(&officer.put(&submission, &json!({ "content": long("entwurf", MOST + 1) }), "*").await, "/content");
    let longer = json!(format!("{}x", content["sources"][0].as_str().unwrap()));
    too_long(&officer.patch(&submission, &json!({ "content": { "sources": [longer] } }), "*").await, "/content");
    assert_eq!(officer.put(&submission, &json!({ "content": content }), draft.etag()).await.status, 200);
    assert_eq!(step(&officer, &submission, "submit").await.status, 200);
    let published = step(&editor, &submission, "publish").await;
    assert_eq!(published.status, 200, "{}", published.text());
    // Every letter escaped, it is three times as long, and the same.
    let escaped = escaped(&long("maskiert", MOST).to_string());
    assert!(escaped.len() > 2 * MOST);
    let body = Some(("application/json", escaped));
    assert_eq!(editor.write(reqwest::Method::POST, "/v1/practice-examples", &[], body).await.status, 201);
}

#[tokio::test]
async fn a_page_of_the_feed_is_bounded_however_long_its_entries_are() {
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

    assert_eq!(editor.post("/v1/practice-examples", &long("lang", MOST)).await.status, 201);
    let many = 12;
    let shorter = long("lang", MOST - 100);
    for year in 1..many {
        let mut entry = shorter.clone();
        entry["starts_on"] = json!(format!("20{year:02}"));
        assert_eq!(editor.put("/v1/practice-examples/lang", &entry, "*").await.status, 200);
    }
    let (mut heard, mut pages) = (vec![], 0);
    while let page = app.anonymous().get(&format!("/v1/changes?after={after}&limit=1000")).await
        && page.json()["items"] != json!([])
    {
        assert!(page.body.len() < 10 * MOST, "{} bytes", page.body.len());
        let page = page.json();
        heard.extend(page["items"].as_array().unwrap().iter().map(|item| item["sequence"].as_i64().unwrap()));
        assert_eq!(page["more"], json!(heard.len() < many), "{}", heard.len());
        after = page["next"].as_i64().unwrap();
        pages += 1;
    }
    assert_eq!((heard.len(), pages), (many, 2));
    assert!(heard.is_sorted());
}
