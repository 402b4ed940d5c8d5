//! Former slugs and keys in paths, filters and references.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App, Client, contract};

/// The collections and slugs of the entries that the tests rename.
const ENTRIES: [(&str, &str); 5] = [
    ("municipalities", "konstanz"),
    ("themes", "mobility"),
    ("projects", "ulm"),
    ("solutions", "open-smartcity-app"),
    ("practice-examples", "an-adoption-that-ended"),
];

/// Renames the entries. Returns the collection, the old and the new slug of each.
async fn rename_entries(app: &App) -> Vec<(&'static str, &'static str, String)> {
    let admin = app.admin();
    let mut renamed = vec![];
    for (collection, slug) in ENTRIES {
        let new = format!("{slug}-now");
        let answer = admin.patch(&format!("/v1/{collection}/{slug}"), &json!({ "slug": new }), "*").await;
        assert_eq!(answer.status, 200, "{collection}: {}", answer.text());
        renamed.push((collection, slug, new));
    }
    renamed
}

/// Calls an operation with the given path, with an empty JSON object as the body of POST, PUT and PATCH.
async fn send_operation(client: &Client, operation: &openapi::Operation, path: &str) -> Answer {
    let body = match operation.method.as_str() {
        "put" | "post" => Some(("application/json", "{}".to_owned())),
        "patch" => Some(("application/merge-patch+json", "{}".to_owned())),
        _ => None,
    };
    let method: Method = operation.method.to_uppercase().parse().unwrap();
    client.write(method, path, &[("if-match", "*")], body).await
}

#[tokio::test]
async fn every_path_below_a_former_slug_redirects_to_the_new_slug() {
    let app = App::start_with_examples();
    let renamed = rename_entries(&app).await;
    let mut seen = 0;
    for (collection, old, new) in &renamed {
        let history = app.anonymous().get(&format!("/v1/{collection}/{new}/history")).await.json();
        let number = history["items"][0]["directory_version"].to_string();
        for operation in contract().operations() {
            let path = operation.path.replace("{resource}", collection).replace("{directory_version}", &number);
            let Some(rest) = path.strip_prefix(&format!("/v1/{collection}/{{key}}")) else { continue };
            let query = if operation.method == "get" && rest.is_empty() { "?fields=slug" } else { "" };

            let answer = send_operation(&app.admin(), operation, &format!("/v1/{collection}/{old}{rest}{query}")).await;

            let (status, location) = (answer.status, answer.header("location").to_owned());
            let is_list = operation.value.pointer("/responses/308").is_some()
                && (operation.id.starts_with("list_") && !rest.starts_with("/history") && rest != "/similar"
                    || rest.starts_with("/adoptions"));
            if is_list {
                assert!(status == 308 && location.contains(&format!("={new}")), "{} {status} {location}", operation.id);
            } else {
                let there = match rest.rsplit_once('.') {
                    Some((rest, format)) => format!("/v1/{collection}/{new}{rest}?format={format}"),
                    None => format!("/v1/{collection}/{new}{rest}{query}"),
                };
                assert_eq!((status, location), (308, there), "{} {}", operation.id, answer.text());
            }
            seen += 1;
        }
    }
    assert!(seen >= 40, "{seen}");
}

#[tokio::test]
async fn a_post_to_a_former_slug_redirects_to_its_operation() {
    let app = App::start_with_examples();
    rename_entries(&app).await;
    let editor = app.editor().await;

    let moved = editor.post("/v1/solutions/open-smartcity-app/confirmations", &json!({})).await;
    assert_eq!(moved.status, 308);
    let there = editor.post(moved.header("location"), &json!({})).await;
    assert_eq!((there.status, &there.json()["slug"]), (200, &json!("open-smartcity-app-now")));
    let tasks = editor.get("/v1/municipalities/konstanz/tasks").await;
    assert_eq!(editor.get(tasks.header("location")).await.status, 200);
}

/// Returns the paths of all public lists with the given filter.
fn lists_with_filter(filter: &str) -> Vec<String> {
    let with = contract().operations().iter().filter(|operation| {
        operation.method == "get"
            && !operation.is_guarded()
            && !operation.path.contains(['{', '.'])
            && operation.parameters("query").iter().any(|parameter| parameter["name"] == filter)
    });
    with.map(|operation| operation.path.clone()).collect()
}

/// Returns the total of a filter, or the nodes of the network, which has no total.
async fn filter_result(client: &Client, list: &str, filter: &str, name: &str) -> Value {
    let answer = client.get(&format!("{list}?{filter}={name}")).await;
    assert_eq!(answer.status, 200, "{list} {filter}={name}: {}", answer.text());
    answer.json().get("total").cloned().unwrap_or_else(|| answer.json()["nodes"].clone())
}

#[tokio::test]
async fn filters_and_references_accept_former_keys() {
    let app = App::start_with_examples();
    let anonymous = app.anonymous();
    let filters: [(&str, &str, &str); 5] = [
        ("municipality", "municipalities", "konstanz"),
        ("theme", "themes", "mobility"),
        ("project", "projects", "ulm"),
        ("solution", "solutions", "open-smartcity-app"),
        ("municipality", "municipalities", "08335043"),
    ];
    let mut before = vec![];
    for (filter, _, name) in filters {
        for list in lists_with_filter(filter) {
            before.push((list.clone(), filter, name, filter_result(&anonymous, &list, filter, name).await));
        }
    }
    let some = before.iter().filter(|(.., total)| *total != json!(0)).count();
    assert!(before.len() >= 20 && some >= 12, "{} {some}", before.len());

    rename_entries(&app).await;
    let key = app.admin().patch("/v1/municipalities/konstanz-now", &json!({ "ags": "08335999" }), "*").await;
    assert_eq!(key.status, 200, "{}", key.text());

    for (list, filter, name, total) in before.iter().filter(|(list, ..)| list != "/v1/network") {
        assert_eq!(&filter_result(&anonymous, list, filter, name).await, total, "{list}?{filter}={name}");
    }
    let network = filter_result(&anonymous, "/v1/network", "municipality", "08335043").await;
    assert!(!network.as_array().unwrap().is_empty());
    let example = json!({
        "slug": "alter-schluessel", "title": { "de": "Erfunden" }, "municipality": "08335043", "relation": "transfer",
        "solution": "open-smartcity-app", "themes": ["mobility"], "sources": ["https://example.org/"],
    });
    let created = app.editor().await.post("/v1/practice-examples", &example).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.json()["municipality"]["slug"], "konstanz-now");
    let unknown = anonymous.get("/v1/solutions?municipality=08335998").await;
    assert_eq!((unknown.status, &unknown.json()["errors"][0]["parameter"]), (400, &json!("municipality")));
}

#[tokio::test]
async fn a_former_key_that_is_in_use_again_identifies_the_new_entry() {
    let app = App::start();
    let admin = app.admin();
    admin
        .patch("/v1/municipalities/08335043", &json!({ "ags": "08335999", "slug": "konstanz-am-bodensee" }), "*")
        .await;
    let new: Value = json!({
        "ags": "08335043", "slug": "konstanz", "title": { "de": "Konstanz" }, "kind": "town", "federal_state": "DE-BW",
    });
    let created = admin.post("/v1/municipalities", &new).await;
    assert_eq!(created.status, 201, "{}", created.text());

    let id = |answer: &Answer| answer.json()["id"].clone();
    for name in ["08335043", "konstanz"] {
        assert_eq!(id(&app.anonymous().get(&format!("/v1/municipalities/{name}")).await), id(&created), "{name}");
        let of = app.anonymous().get(&format!("/v1/projects?municipality={name}")).await.json();
        assert_eq!(of["total"], 0, "{name}");
    }
    assert_eq!(app.anonymous().get("/v1/projects?municipality=08335999").await.json()["total"], 1);
}
