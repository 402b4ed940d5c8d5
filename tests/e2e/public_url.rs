//! URLs in responses of a service behind a reverse proxy, with and without a path prefix.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App, Client, HttpSettings, Listen, Nginx, TestDatabase, keys, listen};

/// One path of every kind of response that contains URLs.
const STARTS: [&str; 21] = [
    "/",
    "/docs/",
    "/docs",
    "/terms",
    "/problems",
    "/problems.json",
    "/problems/not-found",
    "/v1/projects?limit=2",
    "/v1/projects/ulm",
    "/v1/projects/ulm/solutions",
    "/v1/projects/ulm/history",
    "/v1/publications.atom?limit=2",
    "/v1/events.ics",
    "/v1/network?kind=working_group",
    "/v1/search?q=klima&limit=2",
    "/v1/suggest?q=ulm",
    "/v1/changes?limit=2",
    "/v1/submissions/form?resource=solutions",
    "/openapi.json",
    "/v1/projects/unknown",
    "/v1/projects?limit=x",
];

fn start(public_url: &str) -> App {
    let database = TestDatabase::filled();
    let settings = database.settings();
    let http = HttpSettings { public_url: Some(public_url.parse().unwrap()), ..listen().http };
    App::start_as(database, settings, keys(), Listen { http, ..listen() })
}

/// Returns the URLs in a response: in headers, in JSON members, and in attributes of HTML and XML.
fn urls(answer: &Answer) -> Vec<String> {
    let mut found: Vec<String> =
        ["location", "content-location"].map(|name| answer.header(name).to_owned()).into_iter().collect();
    found.extend(answer.header("link").split('<').skip(1).filter_map(|link| Some(link.split_once('>')?.0.to_owned())));
    let text = answer.text();
    match answer.header("content-type").split(';').next().unwrap() {
        "application/json" | "application/problem+json" => collect_urls(&answer.json(), &mut found),
        "text/calendar" => {
            let lines = text.replace("\r\n ", "");
            found.extend(lines.lines().filter_map(|line| line.strip_prefix("URL:")).map(str::to_owned));
        }
        _ => {
            for attribute in ["href=\"", "src=\""] {
                let values = text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(values.map(|value| value.replace("&amp;", "&")));
            }
        }
    }
    found.retain(|address| !address.is_empty());
    found
}

/// Collects the strings of a JSON value that are paths or URLs.
fn collect_urls(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with('/') || text.contains("://") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_urls(item, found)),
        Value::Object(members) => {
            // A JSON Pointer is no URL.
            members.iter().filter(|(name, _)| *name != "pointer").for_each(|(_, member)| collect_urls(member, found));
        }
        _ => {}
    }
}

/// Reads a response of every kind and follows its URLs. `prefix` is the path of the public URL, to which the client adds the
/// paths of its requests.
async fn follow_urls(client: &Client, origin: &str, prefix: &str) {
    let mut targets = BTreeSet::new();
    for path in STARTS {
        let answer = client.get_with(path, "accept", "text/html, */*;q=0.1").await;
        let listed = if path == "/openapi.json" { document_links(&answer.json()) } else { urls(&answer) };
        for address in listed {
            // URLs of other sites are not followed.
            let own = address.strip_prefix(origin).or_else(|| address.starts_with('/').then_some(&*address));
            let Some(own) = own else {
                assert!(!address.contains("127.0.0.1"), "{path}: {address}");
                continue;
            };
            let target = own.strip_prefix(prefix).filter(|target| target.is_empty() || target.starts_with('/'));
            let target = target.unwrap_or_else(|| panic!("{path}: {address}")).split('#').next().unwrap();
            targets.insert(if target.is_empty() { "/".to_owned() } else { target.to_owned() });
        }
    }
    assert!(targets.len() > 100, "{targets:?}");
    for target in targets {
        let answer = client.get(&target).await;
        let expected = if target.ends_with("limit=0") { 400..401 } else { 200..400 };
        assert!(expected.contains(&answer.status), "{target}: {}", answer.status);
    }
}

/// Returns the links in the texts of the OpenAPI document, the URL of its server and the URL of the terms.
fn document_links(document: &Value) -> Vec<String> {
    let text = document.to_string();
    let mut found: Vec<String> =
        text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect();
    found.extend(
        [&document["servers"][0]["url"], &document["info"]["termsOfService"]]
            .map(|url| url.as_str().unwrap().to_owned()),
    );
    found
}

/// Creates and renames an entry, and checks the URLs of the responses.
async fn check_write_urls(editor: &Client, prefix: &str) {
    let created = editor.post("/v1/themes", &json!({ "slug": "hafen", "title": { "de": "Hafen" } })).await;
    assert_eq!((created.status, created.header("location")), (201, &*format!("{prefix}/v1/themes/hafen")));
    let renamed = editor.patch("/v1/themes/hafen", &json!({ "slug": "haefen" }), created.etag()).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    let moved = editor.get("/v1/themes/hafen?fields=slug").await;
    assert_eq!(moved.header("location"), format!("{prefix}/v1/themes/haefen?fields=slug"));
    let refused = editor.send(Method::POST, "/v1/themes/haefen", &[]).await;
    let kind = format!("{prefix}/problems/method-not-allowed");
    assert_eq!((refused.status, &refused.json()["type"]), (405, &json!(kind)));
}

#[tokio::test]
async fn every_url_begins_with_the_public_url() {
    let app = start("https://host.example/atlas/");

    // Without a proxy, the service removes the path prefix.
    follow_urls(&app.anonymous().below("/atlas"), "https://host.example", "/atlas").await;
    check_write_urls(&app.editor().await.below("/atlas"), "/atlas").await;
    // A proxy may have removed the prefix. The URLs in responses stay the same.
    let list = app.anonymous().get("/v1/themes?limit=1").await;
    assert!(list.header("link").starts_with("</atlas/v1/themes?"), "{}", list.header("link"));
    assert_eq!(app.anonymous().get("/atlasx/v1/themes").await.status, 404);
    let unknown = app.anonymous().get("/atlas/v1/solution").await.json()["detail"].to_string();
    assert!(unknown.contains("`/atlas/v1/solutions`") && unknown.contains(" /atlas/v1/openapi.json"), "{unknown}");

    let document = app.anonymous().get("/v1/openapi.json").await.json();
    assert_eq!(document["servers"][0]["url"], "https://host.example/atlas");
    assert_eq!(
        document["paths"].as_object().unwrap().len(),
        tests::contract().document()["paths"].as_object().unwrap().len()
    );
}

#[tokio::test]
#[ignore = "needs nginx"]
async fn every_url_works_behind_nginx() {
    for (path, target) in [("/atlas", "/"), ("/atlas", "/atlas/"), ("", "/")] {
        let address = Nginx::free_address();
        let origin = format!("http://{address}");
        let app = start(&format!("{origin}{path}"));
        let nginx = Nginx::start(address, &format!("{path}/"), &format!("http://{}{target}", app.address()));

        follow_urls(&nginx.anonymous().below(path), &origin, path).await;
        let token = app.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
        check_write_urls(&nginx.anonymous().below(path).with_token(&token), path).await;
    }
}

#[tokio::test]
async fn start_page_is_html_for_browsers_and_json_otherwise() {
    let app = tests::SharedApp::first_content();
    let client = app.anonymous();

    let page = client.get_with("/", "accept", "text/html,application/xhtml+xml,*/*;q=0.8").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    for piece in ["Modellprojekte Smart Cities", "/docs/", "dl-de/by-2-0", "EUPL-1.2", "curl", "/v1/projects"] {
        assert!(page.text().contains(piece), "{piece}");
    }
    assert!(
        page.text().contains(&format!("curl \"http://{}/v1/", app.address())),
        "the example uses the URL of the service"
    );

    for accept in ["*/*", "application/json", "application/json, text/html;q=0.9"] {
        let home = client.get_with("/", "accept", accept).await;
        assert_eq!(home.header("content-type"), "application/json", "{accept}");
        assert_eq!(home.json()["resources"].as_array().unwrap().len(), 10);
        assert!(home.header("vary").contains("Accept"));
    }

    for path in ["/?utm_source=newsletter", "/terms?utm_source=newsletter", "/docs/?utm_source=newsletter"] {
        let page = client.get_with(path, "accept", "text/html").await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
    }

    let icon = client.get("/favicon.ico").await;
    assert_eq!((icon.status, icon.body.starts_with(&[0, 0, 1, 0])), (200, true));
    let robots = client.get("/robots.txt").await;
    assert_eq!(robots.text(), "User-agent: *\nDisallow: /*?\n");
}
