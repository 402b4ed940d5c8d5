//! What holds for every resource that is written to: its members, its batches, and what shows an entry after a write.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{App, Client, complete, contract};

use crate::writing::{another, state};

/// The schema of what is sent of a resource.
fn input(resource: &str) -> &'static Value {
    let create = contract().find("POST", &format!("/v1/{resource}")).unwrap();
    let schema = create.value.pointer("/requestBody/content/application~1json/schema/$ref").unwrap().as_str().unwrap();
    contract().document().pointer(schema.trim_start_matches('#')).unwrap()
}

fn names(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        members => members.as_object().unwrap().keys().map(String::as_str).collect(),
    }
}

#[tokio::test]
async fn every_member_is_stored_and_every_optional_one_is_removed_by_null() {
    let app = App::start();
    let editor = app.editor().await;

    for (resource, entry) in complete() {
        let (mut members, required) = (names(&input(resource)["properties"]), names(&input(resource)["required"]));
        let about = |member: &str| input(resource)["properties"][member]["description"].as_str().unwrap_or_default();
        members.retain(|member| !about(member).starts_with("Read-only"));
        assert_eq!(names(entry), members, "{resource}: the complete entry has every member");
        let created = editor.post(&format!("/v1/{resource}"), entry).await;
        assert_eq!(created.status, 201, "{resource}: {}", created.text());
        let path = format!("/v1/{resource}/vollstaendig");

        let mut left: Vec<&str> = members.difference(&required).copied().collect();
        while !left.is_empty() {
            let mut refused = vec![];
            for member in &left {
                let removed = editor.patch(&path, &json!({ *member: null }), "*").await;
                // Some members need another one; that one goes later.
                if removed.status == 422 {
                    refused.push(*member);
                    continue;
                }
                assert_eq!(removed.status, 200, "{resource} without {member}: {}", removed.text());
                assert!(!is_set(&state(&app, &path).await[*member]), "{resource} without {member}");
            }
            // Those that need each other go together.
            if refused.len() == left.len() {
                let all: Value = left.iter().map(|member| ((*member).to_owned(), Value::Null)).collect();
                let removed = editor.patch(&path, &all, "*").await;
                assert_eq!(removed.status, 200, "{resource} without {left:?}: {}", removed.text());
                refused.clear();
            }
            left = refused;
        }
        let stored = state(&app, &path).await;
        let kept: BTreeSet<&str> = names(&stored).into_iter().filter(|member| is_set(&stored[*member])).collect();
        assert_eq!(kept, required, "{resource}");
        for member in required {
            assert_eq!(stored[member], entry[member], "{resource}: nothing else has changed");
        }
    }
}

fn is_set(value: &Value) -> bool {
    !value.is_null() && value != &json!([])
}

#[tokio::test]
async fn every_resource_takes_a_batch() {
    let app = App::start_with_examples();
    let editor = app.editor().await;

    for (resource, entry) in complete() {
        for (mode, status) in [("all", 200), ("each", 207)] {
            let (mut one, mut two) = (entry.clone(), another(&app, resource, &format!("{mode}-zwei")).await);
            one["slug"] = json!(format!("{mode}-eins"));
            one.as_object_mut().unwrap().remove("ags");
            two["slug"] = json!(format!("{mode}-zwei"));
            let before = total(&app, resource).await;

            let stored = editor.post(&format!("/v1/{resource}/batch?mode={mode}"), &json!([one, two])).await;

            assert_eq!(stored.status, status, "{resource}: {}", stored.text());
            assert_eq!(total(&app, resource).await, before + 2, "{resource} by {mode}");
            for slug in [format!("{mode}-eins"), format!("{mode}-zwei")] {
                assert_eq!(
                    app.anonymous().get(&format!("/v1/{resource}/{slug}")).await.status,
                    200,
                    "{resource}/{slug}"
                );
            }
        }
    }
}

async fn total(app: &App, resource: &str) -> u64 {
    app.anonymous().get(&format!("/v1/{resource}?limit=1")).await.json()["total"].as_u64().unwrap()
}

/// Whether a word leads to an entry: in its list, in the search across all, among the suggestions.
async fn leads(client: &Client, resource: &str, word: &str) -> [bool; 3] {
    let holds = async |path: String, list: &str| {
        let found = client.get(&path).await.json();
        found[list].as_array().unwrap().iter().any(|item| item.to_string().contains("vollstaendig"))
    };
    [
        holds(format!("/v1/{resource}?q={word}"), "items").await,
        holds(format!("/v1/search?resource={resource}&q={word}"), "items").await,
        holds(format!("/v1/suggest?q={word}"), "items").await,
    ]
}

/// The limits of the numbers in a member of a body: each as a patch, and whether it is valid by the document.
fn limits(schema: &Value, patch: &dyn Fn(Value) -> Value) -> Vec<(Value, bool)> {
    let schema = match schema.pointer("/oneOf/0").unwrap_or(schema).get("$ref").and_then(Value::as_str) {
        Some(reference) => contract().document().pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema.pointer("/oneOf/0").unwrap_or(schema),
    };
    if ["integer", "number"].iter().any(|kind| schema["type"] == *kind) {
        let (above, most) = (schema["exclusiveMinimum"].as_i64(), schema["maximum"].as_i64());
        let least = above.map(|above| above + 1).or(schema["minimum"].as_i64());
        assert!(schema["type"] == "number" || least.zip(most).is_some(), "{schema} has limits");
        let bounds =
            [(least, true), (most, true), (least.map(|least| least - 1), false), (most.map(|most| most + 1), false)];
        return bounds.into_iter().filter_map(|(value, is_valid)| Some((patch(json!(value?)), is_valid))).collect();
    }
    let nested = schema["properties"].as_object().into_iter().flatten();
    nested.flat_map(|(name, member)| limits(member, &|value| patch(json!({ name: value })))).collect()
}

#[tokio::test]
async fn numbers_are_stored_up_to_their_limits() {
    let app = App::start();
    let editor = app.editor().await;
    let mut tried = 0;

    for (resource, entry) in complete() {
        assert_eq!(editor.post(&format!("/v1/{resource}"), entry).await.status, 201, "{resource}");
        let path = format!("/v1/{resource}/vollstaendig");
        let members = input(resource)["properties"].as_object().unwrap().iter();
        for (name, member) in members.filter(|(_, member)| !member["description"].to_string().contains("Read-only")) {
            for (patch, is_valid) in limits(member, &|value| json!({ name: value })) {
                let answer = editor.patch(&path, &patch, "*").await;
                // Some rules are about several numbers.
                let allowed: &[u16] = if is_valid { &[200, 422] } else { &[422] };
                assert!(allowed.contains(&answer.status), "{resource} {patch}: {}", answer.text());
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried}");
}

#[tokio::test]
async fn search_and_suggestions_follow_every_write() {
    let app = App::start();
    let (editor, client) = (app.editor().await, app.anonymous());

    for (resource, entry) in complete() {
        let (list, path) = (format!("/v1/{resource}"), format!("/v1/{resource}/vollstaendig"));
        let with = |word: &str| {
            let mut entry = entry.clone();
            entry["title"] = json!({ "de": word });
            entry
        };
        let retitled = |word: &str| json!({ "title": { "de": word } });

        assert_eq!(editor.post(&list, &with("Quarzuhrwerk")).await.status, 201, "{resource}");
        assert_eq!(leads(&client, resource, "Quarzuhrwerk").await, [true; 3], "{resource} after POST");

        assert_eq!(editor.put(&path, &with("Zwiebelturm"), "*").await.status, 200, "{resource}");
        assert_eq!(leads(&client, resource, "Zwiebelturm").await, [true; 3], "{resource} after PUT");
        assert_eq!(leads(&client, resource, "Quarzuhrwerk").await, [false; 3], "{resource} after PUT");

        assert_eq!(editor.patch(&path, &retitled("Jodversorgung"), "*").await.status, 200, "{resource}");
        assert_eq!(leads(&client, resource, "Jodversorgung").await, [true; 3], "{resource} after PATCH");
        assert_eq!(leads(&client, resource, "Zwiebelturm").await, [false; 3], "{resource} after PATCH");

        assert_eq!(editor.delete(&path, "*").await.status, 204, "{resource}");
        assert_eq!(leads(&client, resource, "Jodversorgung").await, [false; 3], "{resource} after DELETE");
    }
}

#[tokio::test]
async fn no_form_of_a_list_is_unchanged_after_a_write() {
    let app = App::start();
    let (editor, client) = (app.editor().await, app.anonymous());

    for (resource, entry) in complete() {
        let list = format!("/v1/{resource}");
        let formats = contract().operations().iter().map(|operation| operation.path.clone());
        let formats: Vec<String> = formats
            .filter(|path| path.strip_prefix(&list).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
            .collect();
        assert!(formats.len() >= 3, "{formats:?}");
        let mut before = vec![];
        for path in formats.into_iter().collect::<BTreeSet<_>>() {
            let read = client.get(&path).await;
            let same = client.get_with(&path, "if-none-match", read.etag()).await;
            assert_eq!((read.status, same.status), (200, 304), "{path}");
            before.push((path, read));
        }

        assert_eq!(editor.post(&format!("/v1/{resource}"), entry).await.status, 201, "{resource}");

        for (path, before) in before {
            let after = client.get_with(&path, "if-none-match", before.etag()).await;
            assert_eq!(after.status, 200, "{path} after a write");
            assert_ne!(after.etag(), before.etag(), "{path} after a write");
        }
    }
}

#[tokio::test]
async fn the_tag_of_an_entry_follows_everything_it_shows() {
    let app = App::start();
    let (editor, client) = (app.editor().await, app.anonymous());
    let mut shown = vec![];
    for (resource, entry) in complete() {
        assert_eq!(editor.post(&format!("/v1/{resource}"), entry).await.status, 201, "{resource}");
    }
    for (resource, entry) in complete() {
        if entry.get("themes").is_some() {
            let path = format!("/v1/{resource}/vollstaendig");
            let read = client.get(&path).await;
            assert_eq!(client.get_with(&path, "if-none-match", read.etag()).await.status, 304, "{path}");
            shown.push((path, read));
        }
    }
    assert!(shown.len() >= 8, "resources with themes");

    assert_eq!(editor.patch("/v1/themes/mobility", &json!({ "title": { "de": "Verkehr" } }), "*").await.status, 200);

    for (path, before) in shown {
        let after = client.get_with(&path, "if-none-match", before.etag()).await;
        assert_eq!(after.status, 200, "{path} shows the new name of its theme");
        assert_ne!(after.etag(), before.etag(), "{path}");
        assert!(after.text().contains("Verkehr"), "{path}: {}", after.text());
    }
}
