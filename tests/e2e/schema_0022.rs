//! Upgrade of a database of the release with schema 0022 to the current schema.

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

use crate::forgeries::{claims, sign_token, signing_key, token_header};
use crate::schema::stale_documents;
use crate::submissions::SUBMISSIONS;
use crate::upgrade::{PREVENT_EXPIRY, Row, Tables, assert_rows_preserved, retitle, stored_state, tables, text};
use crate::webhooks::WEBHOOKS;

/// SHA-256 of the names and contents of the files of steps 0001 to 0022, in order, in Base64.
const FILES: &str = "Lc0Sh6+4gpelSH0cW8SvAevWA+N+B079inoBdjvrdD4=";

/// Loads the fixture and migrates it to the current schema. Returns the database and its rows before the migration.
fn upgraded() -> (TestDatabase, Tables) {
    let database = TestDatabase::of_schema_0022();
    let before = database.with(async |database| {
        let before = tables(database).await;
        database.migrate(None).await.unwrap();
        assert_eq!(database.schema().await.unwrap(), Schema::Current);
        assert_rows_preserved(&before, &tables(database).await);
        before
    });
    (database, before)
}

/// Starts a service on the upgraded fixture.
fn upgraded_service() -> (App, Tables) {
    let (database, before) = upgraded();
    database.with(async |database| database.connection().execute_unprepared(PREVENT_EXPIRY).await.map(drop).unwrap());
    (App::start_on(database), before)
}

fn string_list(row: &Row, column: &str) -> Vec<String> {
    row[column].as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Returns a client with a token of the fixture, signed with the key of the tests.
fn client_with_token(app: &App, row: &Row) -> Client {
    let mut claims = claims(text(row, "id"));
    let subject = text(row, "subject");
    (claims["sub"], claims["client_id"]) = (json!(subject), json!(subject));
    claims["scope"] = json!(string_list(row, "scopes").join(" "));
    if !row["municipalities"].is_null() {
        claims["municipalities"] = row["municipalities"].clone();
    }
    app.anonymous().with_token(&sign_token(&token_header().to_string(), &claims.to_string(), &signing_key().1))
}

fn token_row<'a>(before: &'a Tables, subject: &str) -> &'a Row {
    before["token"].iter().find(|row| text(row, "subject") == subject).unwrap()
}

#[test]
fn released_migrations_are_unchanged() {
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

    assert_eq!(STANDARD.encode(digest.finish()), FILES, "released migrations must not change; write a new step");
}

#[test]
fn upgrade_keeps_every_row_and_export() {
    /// Whether the sequence of delivery numbers continues after the last one.
    const NUMBERS: &str =
        "select last_value = (select max(number) from webhook_delivery) from webhook_delivery_number_seq";
    let (database, _) = upgraded();
    database.with(async |database| {
        let numbers = database.connection().query_one_raw(statement(NUMBERS)).await.unwrap().unwrap();
        assert!(numbers.try_get_by_index::<bool>(0).unwrap());
        assert_eq!(stale_documents(database).await, 0, "search documents match their entries");
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
async fn upgrade_keeps_the_history_of_every_entry() {
    let (app, before) = upgraded_service();
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
    // New changes continue the sequence.
    let last = before["change"].iter().filter_map(|change| change["sequence"].as_i64()).max().unwrap();
    assert_eq!(editor.patch("/v1/themes/mobility", &json!({ "sdgs": [11] }), "*").await.status, 200);
    let next = app.anonymous().get(&format!("/v1/changes?after={last}")).await;
    assert_eq!(next.each("sequence"), [last + 1]);
}

#[tokio::test]
async fn former_keys_still_redirect_after_upgrade() {
    let (app, _) = upgraded_service();

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
async fn tokens_keep_their_validity_after_upgrade() {
    let (app, before) = upgraded_service();
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
        let me = client_with_token(&app, row).get("/v1/me").await;
        if row["revoked_at"].is_null() {
            assert_eq!((me.status, &me.json()["subject"]), (200, &row["subject"]), "{}", me.text());
        } else {
            assert!(me.status == 401 && me.text().contains("it was revoked"), "{}", me.text());
        }
    }
    // The official key and slug of this municipality changed after the token was issued, which locked the token out in schema 0022.
    let eisenach = client_with_token(&app, token_row(&before, "eisenach.office"));
    assert_eq!(eisenach.get("/v1/me").await.json()["municipalities"], json!(["16063105"]));
    assert_eq!(eisenach.get("/v1/municipalities/16063105/tasks").await.status, 200);
    let konstanz = client_with_token(&app, token_row(&before, "konstanz.office"));
    let confirmed = "/v1/practice-examples/konstanz-smart-green-city-realignment/confirmations";
    assert_eq!(konstanz.post(confirmed, &json!({})).await.status, 200);
    let ulm = client_with_token(&app, token_row(&before, "ulm.office"));
    assert_eq!(ulm.post(confirmed, &json!({})).await.status, 403);
}

#[tokio::test]
async fn submissions_keep_their_visibility_after_upgrade() {
    let (app, before) = upgraded_service();
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
        let own = string_list(office, "municipalities");
        let is_own = |row: &&Row| string_list(row, "municipalities").iter().any(|one| own.contains(one));
        let own = ids(before["submission"].iter().filter(is_own).collect());
        assert!(!own.is_empty());
        assert_eq!(seen(&client_with_token(&app, office)).await, own, "{}", text(office, "subject"));
    }
    let reviewer = client_with_token(&app, token_row(&before, "atlas.review"));
    let queue = ids(before["submission"].iter().filter(|row| row["submitted_at"] != Value::Null).collect());
    assert_eq!(seen(&reviewer).await, queue);

    for row in &before["submission"] {
        let author = client_with_token(&app, token_row(&before, text(row, "submitted_by")));
        let path = format!("{SUBMISSIONS}/{}", text(row, "id"));
        let shown = author.get(&path).await.json();
        for member in ["stage", "purpose", "content", "submitted_by"] {
            assert_eq!(shown[member], row[member], "{path} {member}");
        }
        assert_eq!(shown.get("assigned_to").unwrap_or(&Value::Null), &row["assigned_to"]);
    }
}

#[tokio::test]
async fn upgrade_keeps_comments_and_actions_of_submissions() {
    let (app, before) = upgraded_service();

    for row in &before["submission"] {
        let author = client_with_token(&app, token_row(&before, text(row, "submitted_by")));
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
async fn upgrade_keeps_webhooks_and_deliveries() {
    let (app, before) = upgraded_service();
    let admin = app.admin();

    for row in &before["webhook"] {
        let path = format!("{WEBHOOKS}/{}", text(row, "id"));
        let shown = admin.get(&path).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        let shown = shown.json();
        for member in ["url", "owner", "themes", "changes", "submissions", "active"] {
            assert_eq!(shown[member], row[member], "{member}");
        }
        assert_eq!(shown["resources"].as_array().unwrap().len(), string_list(row, "resources").len());
        assert_eq!(shown["municipalities"].as_array().unwrap().len(), string_list(row, "municipalities").len());
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
    let owner = client_with_token(&app, token_row(&before, "eisenach.office"));
    assert_eq!(owner.get(WEBHOOKS).await.json()["total"], 1, "a token still reaches its webhooks");
}
