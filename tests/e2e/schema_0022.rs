//! A database that the release with schema 0022 filled loses nothing on its way to the schema of today.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use api::base::db::Schema;
use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, Client, TestDatabase, statement};

use crate::forgeries::{claims, head, key, signed};
use crate::schema::stale_documents;
use crate::submissions::SUBMISSIONS;
use crate::upgrade::{Row, TIMELESS, Tables, assert_kept, retitle, stored_state, tables, text};
use crate::webhooks::WEBHOOKS;

/// SHA-256 of the names and the content of the files of steps 0001 to 0022, in order.
const FILES: &str = "Lc0Sh6+4gpelSH0cW8SvAevWA+N+B079inoBdjvrdD4=";

/// Loads the fixture and brings it to the schema of today; tells what its tables held before.
fn upgraded() -> (TestDatabase, Tables) {
    let database = TestDatabase::of_schema_0022();
    let before = database.with(async |database| {
        let before = tables(database).await;
        database.migrate(None).await.unwrap();
        assert_eq!(database.schema().await.unwrap(), Schema::Current);
        assert_kept(&before, &tables(database).await);
        before
    });
    (database, before)
}

/// The same, with a service on it.
fn serving() -> (App, Tables) {
    let (database, before) = upgraded();
    database.with(async |database| database.connection().execute_unprepared(TIMELESS).await.map(drop).unwrap());
    (App::start_on(database), before)
}

fn texts(row: &Row, column: &str) -> Vec<String> {
    row[column].as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The token of the fixture that was issued to somebody, as it was signed then; the key is that of the tests.
fn token(app: &App, row: &Row) -> Client {
    let mut claims = claims(text(row, "id"));
    let subject = text(row, "subject");
    (claims["sub"], claims["client_id"]) = (json!(subject), json!(subject));
    claims["scope"] = json!(texts(row, "scopes").join(" "));
    if !row["municipalities"].is_null() {
        claims["municipalities"] = row["municipalities"].clone();
    }
    app.anonymous().with_token(&signed(&head().to_string(), &claims.to_string(), &key().1))
}

fn issued<'a>(before: &'a Tables, subject: &str) -> &'a Row {
    before["token"].iter().find(|row| text(row, "subject") == subject).unwrap()
}

#[test]
fn the_steps_that_were_released_stay_as_they_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migration/sql");
    let mut steps: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    steps.sort();
    let mut digest = Context::new(&SHA256);
    for step in steps.iter().filter(|step| step.as_str() < "0023") {
        for file in ["up.sql", "down.sql"] {
            digest.update(step.as_bytes());
            digest.update(&fs::read(folder.join(step).join(file)).unwrap());
        }
    }

    assert_eq!(STANDARD.encode(digest.finish()), FILES, "databases were made with these files: write a new step");
}

#[test]
fn no_row_is_lost_and_every_entry_is_exported_as_before() {
    /// Are deliveries numbered on from the last one?
    const NUMBERS: &str =
        "select last_value = (select max(number) from webhook_delivery) from webhook_delivery_number_seq";
    let (database, _) = upgraded();
    database.with(async |database| {
        let numbers = database.connection().query_one_raw(statement(NUMBERS)).await.unwrap().unwrap();
        assert!(numbers.try_get_by_index::<bool>(0).unwrap());
        assert_eq!(stale_documents(database).await, 0, "search has every entry as it is");
        for line in TestDatabase::exports_of_schema_0022().lines() {
            let then: Value = serde_json::from_str(line).unwrap();
            let collection = then["collection"].as_str().unwrap();
            let now = api::app::seed::export(database, collection, api::app::seed::Form::Json).await.unwrap();
            let mut entries = then["entries"].clone();
            for entry in entries.as_array_mut().unwrap() {
                let table =
                    if collection == "municipalities" { "municipality" } else { collection.trim_end_matches('s') };
                retitle(entry.as_object_mut().unwrap(), &table.replace('-', "_"));
            }
            assert_eq!(serde_json::from_str::<Value>(&now).unwrap(), entries, "{collection}");
        }
    });
}

#[tokio::test]
async fn the_history_of_every_entry_is_kept() {
    let (app, before) = serving();
    let editor = app.editor().await;
    let mut by_entry: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for change in before["change"].iter().filter(|change| text(change, "resource") != "token") {
        by_entry.entry(text(change, "entry_id")).or_default().push(change);
    }
    assert!(by_entry.len() > 90);

    for (entry, changes) in by_entry {
        let collection = match text(changes[0], "resource") {
            "municipality" => "municipalities".to_owned(),
            table => format!("{}s", table.replace('_', "-")),
        };
        let history = editor.get(&format!("/v1/{collection}/{entry}/history?sort=directory_version")).await;
        let mut changes = changes;
        changes.sort_by_key(|change| change["sequence"].as_i64());
        let actions: Vec<&Value> = changes.iter().map(|change| &change["action"]).collect();
        assert_eq!(history.each("action").iter().collect::<Vec<_>>(), actions, "{collection} {entry}");
        for (change, shown) in changes.iter().zip(history.each("href")) {
            let state = editor.get(shown.as_str().unwrap()).await.json();
            assert_eq!(state.get("entry").unwrap_or(&Value::Null), &stored_state(change), "{shown}");
        }
    }
    // What comes now follows on what was.
    let last = before["change"].iter().filter_map(|change| change["sequence"].as_i64()).max().unwrap();
    assert_eq!(editor.patch("/v1/themes/mobility", &json!({ "sdgs": [11] }), "*").await.status, 200);
    let next = app.anonymous().get(&format!("/v1/changes?after={last}")).await;
    assert_eq!(next.each("sequence"), [last + 1]);
}

#[tokio::test]
async fn names_from_before_still_lead_to_their_entries() {
    let (app, _) = serving();

    for (old, new) in [
        ("/v1/solutions/ulm-lorapark", "/v1/solutions/lorapark"),
        ("/v1/projects/smart-city-jena", "/v1/projects/jena"),
        ("/v1/municipalities/16056000", "/v1/municipalities/16063105"),
        ("/v1/municipalities/eisenach", "/v1/municipalities/eisenach-wartburgkreis"),
    ] {
        let moved = app.anonymous().get(old).await;
        let (then, now) = (app.anonymous().get(moved.header("location")).await, app.anonymous().get(new).await);
        assert_eq!(
            (moved.status, then.status, then.json()["id"].clone()),
            (308, 200, now.json()["id"].clone()),
            "{old}"
        );
    }
    assert_eq!(app.anonymous().get("/v1/municipalities/bromskirchen").await.status, 410);
}

#[tokio::test]
async fn tokens_hold_or_do_not_as_before() {
    let (app, before) = serving();
    let listed = app.admin().all("/v1/tokens").await;
    let listed: HashMap<&str, &Value> = listed.iter().map(|token| (token["id"].as_str().unwrap(), token)).collect();

    for row in &before["token"] {
        let shown = listed[text(row, "id")];
        for member in ["subject", "scopes", "issued_by", "key_id"] {
            assert_eq!(shown[member], row[member], "{member}");
        }
        for member in ["role", "revoked_at"] {
            assert_eq!(shown.get(member).is_some(), !row[member].is_null(), "{member}");
        }
        let me = token(&app, row).get("/v1/me").await;
        if row["revoked_at"].is_null() {
            assert_eq!((me.status, &me.json()["subject"]), (200, &row["subject"]), "{}", me.text());
        } else {
            assert!(me.status == 401 && me.text().contains("it was revoked"), "{}", me.text());
        }
    }
    // The official key and the slug of its municipality were changed after it was issued, which locked it out then.
    let eisenach = token(&app, issued(&before, "eisenach.office"));
    assert_eq!(eisenach.get("/v1/me").await.json()["municipalities"], json!(["16063105"]));
    assert_eq!(eisenach.get("/v1/municipalities/16063105/tasks").await.status, 200);
    let konstanz = token(&app, issued(&before, "konstanz.office"));
    let confirmed = "/v1/practice-examples/konstanz-smart-green-city-realignment/confirmations";
    assert_eq!(konstanz.post(confirmed, &json!({})).await.status, 200);
    let ulm = token(&app, issued(&before, "ulm.office"));
    assert_eq!(ulm.post(confirmed, &json!({})).await.status, 403);
}

#[tokio::test]
async fn submissions_are_seen_by_those_whose_they_are_and_by_reviewers() {
    let (app, before) = serving();
    let ids = |rows: Vec<&Row>| {
        let mut ids: Vec<String> = rows.into_iter().map(|row| text(row, "id").to_owned()).collect();
        ids.sort();
        ids
    };
    let seen = async |client: &Client| {
        let mut ids: Vec<String> =
            client.all(SUBMISSIONS).await.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };

    let offices = before["token"].iter().filter(|row| row["role"] == "contributor" && row["revoked_at"].is_null());
    for office in offices {
        let own = texts(office, "municipalities");
        let is_own = |row: &&Row| texts(row, "municipalities").iter().any(|one| own.contains(one));
        let own = ids(before["submission"].iter().filter(is_own).collect());
        assert!(!own.is_empty());
        assert_eq!(seen(&token(&app, office)).await, own, "{}", text(office, "subject"));
    }
    let reviewer = token(&app, issued(&before, "atlas.review"));
    let queue = ids(before["submission"].iter().filter(|row| row["submitted_at"] != Value::Null).collect());
    assert_eq!(seen(&reviewer).await, queue);

    for row in &before["submission"] {
        let author = token(&app, issued(&before, text(row, "submitted_by")));
        let path = format!("{SUBMISSIONS}/{}", text(row, "id"));
        let shown = author.get(&path).await.json();
        for member in ["stage", "purpose", "content", "submitted_by"] {
            assert_eq!(shown[member], row[member], "{path} {member}");
        }
        assert_eq!(shown.get("assigned_to").unwrap_or(&Value::Null), &row["assigned_to"]);
    }
}

#[tokio::test]
async fn comments_and_actions_of_submissions_are_kept() {
    let (app, before) = serving();

    for row in &before["submission"] {
        let author = token(&app, issued(&before, text(row, "submitted_by")));
        let path = format!("{SUBMISSIONS}/{}", text(row, "id"));
        let shown = author.get(&path).await.json();
        let of_it = |table: &str| -> Vec<&Row> {
            let mut rows: Vec<&Row> = before[table].iter().filter(|part| part["submission_id"] == row["id"]).collect();
            rows.sort_by_key(|part| (text(part, "at"), text(part, "id")));
            rows
        };
        let bodies: Vec<&Value> = of_it("submission_comment").iter().map(|comment| &comment["body"]).collect();
        assert_eq!(shown["comments"].as_array().unwrap().iter().map(|one| &one["body"]).collect::<Vec<_>>(), bodies);
        let actions = author.get(&format!("{path}/actions")).await.json()["items"].clone();
        for (action, was) in actions.as_array().unwrap().iter().zip(of_it("submission_action")) {
            assert_eq!((&action["action"], &action["actor"]), (&was["action"], &was["actor"]));
            assert_eq!(action.get("content").unwrap_or(&Value::Null), &was["content"], "{path}");
        }
        assert_eq!(actions.as_array().unwrap().len(), of_it("submission_action").len());
    }
}

#[tokio::test]
async fn webhooks_and_their_deliveries_are_kept() {
    let (app, before) = serving();
    let admin = app.admin();

    for row in &before["webhook"] {
        let path = format!("{WEBHOOKS}/{}", text(row, "id"));
        let shown = admin.get(&path).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        let shown = shown.json();
        for member in ["url", "owner", "themes", "changes", "submissions", "active"] {
            assert_eq!(shown[member], row[member], "{member}");
        }
        assert_eq!(shown["resources"].as_array().unwrap().len(), texts(row, "resources").len());
        assert_eq!(shown["municipalities"].as_array().unwrap().len(), texts(row, "municipalities").len());
        let deliveries = admin.all(&format!("{path}/deliveries")).await;
        let deliveries: HashMap<&str, &Value> =
            deliveries.iter().map(|one| (one["id"].as_str().unwrap(), one)).collect();
        for was in before["webhook_delivery"].iter().filter(|delivery| delivery["webhook_id"] == row["id"]) {
            let now = deliveries[text(was, "id")];
            let payload = || was["payload"].as_str().map(|body| serde_json::from_str::<Value>(body).unwrap());
            assert_eq!((&now["type"], &now["attempts"]), (&was["type"], &was["attempts"]));
            assert!(now["state"] == was["state"] || row["active"] == false, "{now}");
            assert!(payload().is_none_or(|payload| now["payload"] == payload), "{now}");
        }
    }
    let owner = token(&app, issued(&before, "eisenach.office"));
    assert_eq!(owner.get(WEBHOOKS).await.json()["total"], 1, "the tokens that set them still reach them");
}
