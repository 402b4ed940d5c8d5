//! Properties of every resource with write operations: members, batches, search and entity tags.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, Client, RESOURCES, complete, contract, statement};

use crate::writing::{new_entry_input, stored_input};

/// Returns the request schema of a resource.
fn input_schema(resource: &str) -> &'static Value {
    let create = contract().find("POST", &format!("/v1/{resource}")).unwrap();
    let schema = create.value.pointer("/requestBody/content/application~1json/schema/$ref").unwrap().as_str().unwrap();
    contract().document().pointer(schema.trim_start_matches('#')).unwrap()
}

/// Returns the strings of an array, or the names of the members of an object.
fn member_names(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        members => members.as_object().unwrap().keys().map(String::as_str).collect(),
    }
}

#[tokio::test]
async fn every_member_is_stored_and_null_removes_optional_members() {
    let app = App::start();
    let editor = app.editor().await;

    for (resource, entry) in complete() {
        let (mut members, required) =
            (member_names(&input_schema(resource)["properties"]), member_names(&input_schema(resource)["required"]));
        let description_of =
            |member: &str| input_schema(resource)["properties"][member]["description"].as_str().unwrap_or_default();
        members.retain(|member| !description_of(member).starts_with("Read-only"));
        assert_eq!(member_names(entry), members, "{resource}: the complete entry has every member");
        let created = editor.post(&format!("/v1/{resource}"), entry).await;
        assert_eq!(created.status, 201, "{resource}: {}", created.text());
        let path = format!("/v1/{resource}/vollstaendig");

        let mut left: Vec<&str> = members.difference(&required).copied().collect();
        while !left.is_empty() {
            let mut refused = vec![];
            for member in &left {
                let removed = editor.patch(&path, &json!({ *member: null }), "*").await;
                // A member that another one requires is removed later.
                if removed.status == 422 {
                    refused.push(*member);
                    continue;
                }
                assert_eq!(removed.status, 200, "{resource} without {member}: {}", removed.text());
                assert!(!is_set(&stored_input(&app, &path).await[*member]), "{resource} without {member}");
            }
            // Members that require each other are removed together.
            if refused.len() == left.len() {
                let all: Value = left.iter().map(|member| ((*member).to_owned(), Value::Null)).collect();
                let removed = editor.patch(&path, &all, "*").await;
                assert_eq!(removed.status, 200, "{resource} without {left:?}: {}", removed.text());
                refused.clear();
            }
            left = refused;
        }
        let stored = stored_input(&app, &path).await;
        let kept: BTreeSet<&str> =
            member_names(&stored).into_iter().filter(|member| is_set(&stored[*member])).collect();
        assert_eq!(kept, required, "{resource}");
        for member in required {
            assert_eq!(stored[member], entry[member], "{resource}: required members are unchanged");
        }
    }
}

fn is_set(value: &Value) -> bool {
    !value.is_null() && value != &json!([])
}

#[tokio::test]
async fn every_resource_accepts_a_batch() {
    let app = App::start_with_examples();
    let editor = app.editor().await;

    for (resource, entry) in complete() {
        for (mode, status) in [("all", 200), ("each", 207)] {
            let (mut one, mut two) = (entry.clone(), new_entry_input(&app, resource, &format!("{mode}-zwei")).await);
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

/// Returns whether a word finds the complete entry in its list, in the search and in the suggestions.
async fn finds_entry(client: &Client, resource: &str, word: &str) -> [bool; 3] {
    let has_entry = async |path: String, list: &str| {
        let found = client.get(&path).await.json();
        found[list].as_array().unwrap().iter().any(|item| item.to_string().contains("vollstaendig"))
    };
    [
        has_entry(format!("/v1/{resource}?q={word}"), "items").await,
        has_entry(format!("/v1/search?resource={resource}&q={word}"), "items").await,
        has_entry(format!("/v1/suggest?q={word}"), "items").await,
    ]
}

/// Returns a patch for each limit of the numbers in a schema, and whether the value is valid in the document.
fn numeric_limits(schema: &Value, patch: &dyn Fn(Value) -> Value) -> Vec<(Value, bool)> {
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
    nested.flat_map(|(name, member)| numeric_limits(member, &|value| patch(json!({ name: value })))).collect()
}

#[tokio::test]
async fn numbers_are_accepted_up_to_their_limits() {
    let app = App::start();
    let editor = app.editor().await;
    let mut tried = 0;

    for (resource, entry) in complete() {
        assert_eq!(editor.post(&format!("/v1/{resource}"), entry).await.status, 201, "{resource}");
        let path = format!("/v1/{resource}/vollstaendig");
        let members = input_schema(resource)["properties"].as_object().unwrap().iter();
        for (name, member) in members.filter(|(_, member)| !member["description"].to_string().contains("Read-only")) {
            for (patch, is_valid) in numeric_limits(member, &|value| json!({ name: value })) {
                let answer = editor.patch(&path, &patch, "*").await;
                // A valid number can break a rule about several members.
                let allowed: &[u16] = if is_valid { &[200, 422] } else { &[422] };
                assert!(allowed.contains(&answer.status), "{resource} {patch}: {}", answer.text());
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried}");
}

#[tokio::test]
async fn search_and_suggestions_reflect_every_write() {
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
        assert_eq!(finds_entry(&client, resource, "Quarzuhrwerk").await, [true; 3], "{resource} after POST");

        assert_eq!(editor.put(&path, &with("Zwiebelturm"), "*").await.status, 200, "{resource}");
        assert_eq!(finds_entry(&client, resource, "Zwiebelturm").await, [true; 3], "{resource} after PUT");
        assert_eq!(finds_entry(&client, resource, "Quarzuhrwerk").await, [false; 3], "{resource} after PUT");

        assert_eq!(editor.patch(&path, &retitled("Jodversorgung"), "*").await.status, 200, "{resource}");
        assert_eq!(finds_entry(&client, resource, "Jodversorgung").await, [true; 3], "{resource} after PATCH");
        assert_eq!(finds_entry(&client, resource, "Zwiebelturm").await, [false; 3], "{resource} after PATCH");

        assert_eq!(editor.delete(&path, "*").await.status, 204, "{resource}");
        assert_eq!(finds_entry(&client, resource, "Jodversorgung").await, [false; 3], "{resource} after DELETE");
    }
}

#[tokio::test]
async fn search_finds_entries_by_new_titles_of_the_entries_that_they_show() {
    let app = App::start();
    let (editor, client) = (app.editor().await, app.anonymous());
    for (path, word) in [
        ("/v1/themes/mobility", "Zwiebelturm"),
        ("/v1/projects/kempten", "Jodversorgung"),
        ("/v1/solutions/kempten-traffic-sensors", "Walfischknochen"),
        // Solutions have words of the members of their projects, which they do not name themselves. This is last, because a change
        // of the project updates the same solutions.
        ("/v1/municipalities/kempten-allgaeu", "Quarzuhrwerk"),
    ] {
        let renamed = editor.patch(path, &json!({ "title": { "de": word } }), "*").await;
        assert_eq!(renamed.status, 200, "{}", renamed.text());
    }

    for (list, word) in
        [("solutions", "Quarzuhrwerk"), ("courses", "Zwiebelturm"), ("practice-examples", "Walfischknochen")]
    {
        let found = client.get(&format!("/v1/{list}?q={word}&limit=1")).await;
        assert!(found.json()["total"].as_u64() > Some(0), "{list}: {word}");
    }
    app.stop_serving().with(async |database| {
        for resource in RESOURCES {
            let table = resource.replace('-', "_").replace("ies", "y").trim_end_matches('s').to_owned();
            // Positions of words depend on the order in which municipalities are read.
            let outdated = format!(
                "with d as materialized (select * from search_document where resource = '{table}'), \
                      v as materialized (select * from {table}_document) \
                 select count(*) from d join v on v.entry_id = d.entry_id \
                  where (tsvector_to_array(d.words), d.label, d.summary, d.themes, d.slug) \
                        is distinct from (tsvector_to_array(v.words), v.label, v.summary, v.themes, v.slug)"
            );
            let row = database.connection().query_one_raw(statement(&outdated)).await.unwrap().unwrap();
            assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0, "{resource}");
        }
    });
}

#[tokio::test]
async fn every_list_format_has_a_new_entity_tag_after_a_write() {
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
async fn the_entity_tag_of_an_entry_changes_with_its_linked_entries() {
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
    assert!(shown.len() >= 8, "at least eight resources have themes");

    assert_eq!(editor.patch("/v1/themes/mobility", &json!({ "title": { "de": "Verkehr" } }), "*").await.status, 200);

    for (path, before) in shown {
        let after = client.get_with(&path, "if-none-match", before.etag()).await;
        assert_eq!(after.status, 200, "{path} shows the new name of its theme");
        assert_ne!(after.etag(), before.etag(), "{path}");
        assert!(after.text().contains("Verkehr"), "{path}: {}", after.text());
    }
}
