//! Properties of every operation in the OpenAPI document.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{App, SharedApp, contract};

/// Returns the GET operations that need no token and whose responses end.
fn reads() -> Vec<openapi::Operation> {
    let is_read = |operation: &&openapi::Operation| {
        operation.method == "get" && !operation.is_guarded() && !operation.is_endless()
    };
    contract().operations().iter().filter(is_read).cloned().collect()
}

#[tokio::test]
async fn every_read_succeeds_and_sends_the_common_headers() {
    let app = SharedApp::with_examples();

    for read in reads() {
        let answer = app.anonymous().get(&read.short_example()).await;

        assert!([200, 308].contains(&answer.status), "{}: {}", read.id, answer.status);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{}", read.id);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{}", read.id);
        assert!(!answer.header("cache-control").is_empty(), "{}", read.id);
    }
}

#[tokio::test]
async fn every_read_accepts_the_examples_of_its_parameters() {
    let app = SharedApp::with_examples();

    for read in reads() {
        for parameter in read.parameters("query") {
            let name = parameter["name"].as_str().unwrap();
            let example = match &parameter["example"] {
                serde_json::Value::Array(values) => values.iter().map(query_text).collect(),
                value => vec![query_text(value)],
            };
            // `radius_km` requires `near`. The example of `cursor` is empty, which is no valid cursor.
            let with = if name == "radius_km" { "&near=9.99,48.40" } else { "" };
            if name == "cursor" {
                continue;
            }
            let mut query: Vec<String> = example.iter().map(|value| format!("{name}={value}")).collect();
            query.extend(read.restriction().filter(|_| name != "q").map(str::to_owned));
            let answer = app.anonymous().get(&format!("{}?{}{with}", read.example(), query.join("&"))).await;

            assert!([200, 308].contains(&answer.status), "{} with {query:?}: {}", read.id, answer.text());
        }
    }
}

fn query_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.replace('ü', "%C3%BC"))
}

#[tokio::test]
async fn head_returns_the_headers_of_get_without_a_body() {
    let app = App::start_with_examples();

    for read in reads() {
        let get = app.anonymous().get(&read.short_example()).await;
        let head = app.anonymous().send(Method::HEAD, &read.short_example(), &[]).await;

        assert_eq!(head.status, get.status, "{}", read.id);
        assert_eq!(head.body, b"", "{}", read.id);
        for name in ["content-type", "etag", "link"] {
            assert_eq!(head.header(name), get.header(name), "{} of {}", name, read.id);
        }
        let length = head.header("content-length");
        assert!(
            length.is_empty() || read.path == "/metrics" || length == get.body.len().to_string(),
            "{}: {length}",
            read.id
        );
    }
}

#[tokio::test]
async fn unsupported_methods_return_405_with_the_allowed_methods() {
    let app = SharedApp::first_content();

    for operation in contract().operations() {
        let methods = contract().operations().iter().filter(|other| other.path == operation.path);
        let methods: Vec<String> = methods.map(|other| other.method.to_uppercase()).collect();
        for unsupported in [Method::DELETE, Method::PATCH, Method::PUT, Method::POST, Method::TRACE] {
            if methods.contains(&unsupported.to_string()) {
                continue;
            }
            let answer = app.anonymous().send(unsupported.clone(), &operation.example(), &[]).await;

            let is_refused = (answer.status, answer.problem().as_str()) == (405, "method-not-allowed");
            assert!(is_refused, "{unsupported} {}: {}", operation.path, answer.text());
            let allow: Vec<&str> = answer.header("allow").split(", ").collect();
            assert!(methods.iter().all(|method| allow.contains(&method.as_str())), "{}: {allow:?}", operation.path);
            assert_eq!(allow.contains(&"HEAD"), allow.contains(&"GET"), "{}", operation.id);
        }
    }
}

#[tokio::test]
async fn protected_operations_check_token_and_scope_before_reading_the_body() {
    let app = App::start_with_examples();
    let expired = app.issue(json!({ "subject": "x", "scopes": ["themes:write"] })).await;
    let revoked = app.issue(json!({ "subject": "x", "role": "editor" })).await;
    let id = app.anonymous().with_token(&revoked).get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();
    app.admin().post(&format!("/v1/tokens/{id}/revocation"), &json!({})).await;
    let tampered = format!("{}x", expired.rsplit_once('.').unwrap().0) + "." + revoked.rsplit_once('.').unwrap().1;
    let guarded: Vec<_> = contract().operations().iter().filter(|operation| operation.is_guarded()).collect();
    let scopes: Vec<&str> = guarded.iter().filter_map(|operation| operation.scope()).collect();
    assert!(guarded.len() > 50);

    for operation in &guarded {
        let method: Method = operation.method.to_uppercase().parse().unwrap();
        // Token and scope are checked before the body, which is invalid.
        let call = async |token: &str| {
            let body = Some(("text/plain", "{".to_owned()));
            let client = if token.is_empty() { app.anonymous() } else { app.anonymous().with_token(token) };
            client.write(method.clone(), &operation.example(), &[], body).await
        };
        for (token, problem) in [
            ("", "unauthenticated"),
            ("x.y.z", "invalid-token"),
            (&revoked, "invalid-token"),
            (&tampered, "invalid-token"),
        ] {
            let answer = call(token).await;
            assert_eq!((answer.status, answer.problem().as_str()), (401, problem), "{} {token}", operation.id);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{}", operation.id);
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{}", operation.id);
        }
        let Some(scope) = operation.scope() else { continue };
        let sufficient = operation.scopes();
        let others: Vec<&str> = scopes.iter().copied().filter(|other| !sufficient.contains(other)).collect();
        let answer = call(&app.issue(json!({ "subject": "x", "scopes": others })).await).await;
        assert_eq!((answer.status, answer.problem().as_str()), (403, "insufficient-scope"), "{}", operation.id);
        assert!(answer.text().contains(scope), "{}: {}", operation.id, answer.text());
        for scope in sufficient {
            let answer = call(&app.issue(json!({ "subject": "x", "scopes": [scope] })).await).await;
            assert!(![401, 403].contains(&answer.status), "{} has {scope}: {}", operation.id, answer.text());
        }
    }
}

#[tokio::test]
async fn cors_preflight_allows_every_read_from_any_origin() {
    let app = SharedApp::first_content();

    for read in reads() {
        let request_headers = [("origin", "https://example.org"), ("access-control-request-method", "GET")];
        let answer = app.anonymous().send(Method::OPTIONS, &read.example(), &request_headers).await;

        assert_eq!(answer.status, 204, "{}", read.id);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{}", read.id);
        assert!(answer.header("access-control-allow-methods").contains("GET"), "{}", read.id);
        let headers = answer.header("access-control-allow-headers");
        for header in ["Authorization", "Content-Type", "If-None-Match", "Last-Event-ID"] {
            assert!(headers.contains(header), "{} {header}", read.id);
        }
    }
}

#[tokio::test]
async fn only_pages_of_configured_origins_may_write() {
    let app = SharedApp::first_content();

    for operation in contract().operations().iter().filter(|operation| operation.method != "get") {
        let method = operation.method.to_uppercase();
        let preflight = async |origin: &str| {
            let request_headers = [("origin", origin), ("access-control-request-method", &method)];
            app.anonymous().send(Method::OPTIONS, &operation.example(), &request_headers).await
        };
        let (stranger, known) = (preflight("https://example.org").await, preflight("https://front.example").await);

        assert!(!stranger.header("access-control-allow-methods").contains(&method), "{}", operation.id);
        assert!(!stranger.header("access-control-allow-headers").contains("If-Match"), "{}", operation.id);
        assert!(known.header("access-control-allow-methods").contains(&method), "{}", operation.id);
        assert!(known.header("access-control-allow-headers").contains("If-Match"), "{}", operation.id);
        assert_eq!(known.header("vary"), "Origin", "{}", operation.id);

        // Browsers send a POST even if the preflight response does not allow the method.
        let own = format!("http://{}", app.address());
        for (origin, is_refused) in
            [("https://example.org", true), ("null", true), ("https://front.example", false), (&own, false)]
        {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = app.anonymous().send(method, &operation.example(), &[("origin", origin)]).await;
            let problem = if is_refused { "origin-not-allowed" } else { "unauthenticated" };
            assert_eq!(answer.problem(), problem, "{} from {origin}", operation.id);
        }
    }
}

#[tokio::test]
async fn unknown_query_parameters_are_rejected_with_the_allowed_names() {
    let app = SharedApp::first_content();

    let redirects = |read: &openapi::Operation| read.value.pointer("/responses/308").is_some();
    for read in reads().iter().filter(|read| read.path.starts_with("/v1") && !redirects(read)) {
        let answer = app.anonymous().get(&format!("{}?fase=completed", read.example())).await;

        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid-parameters"), "{}", read.id);
        let violation = &answer.json()["errors"][0];
        assert_eq!(
            (&violation["parameter"], &violation["code"]),
            (&json!("fase"), &json!("unknown-parameter")),
            "{}",
            read.id
        );
        let allowed = violation["parameters"]["allowed"].as_array().unwrap();
        for known in read.parameters("query") {
            assert!(allowed.contains(&known["name"]), "{} does not name {}", read.id, known["name"]);
        }
    }
}

#[tokio::test]
async fn unknown_entry_keys_return_404() {
    let app = SharedApp::first_content();

    for read in reads().iter().filter(|read| read.path.contains("{key}")) {
        for key in
            ["nowhere", "0197f2a0-0000-7000-8000-00000000dead", "99999999", "Gro%C3%9F", "a%2Fb", &"x".repeat(500)]
        {
            let path = read.path.replace("{resource}", "projects").replace("{directory_version}", "1");
            let answer = app.anonymous().get(&path.replace("{key}", key).replace("{list}", "solutions")).await;

            assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{} {key}", read.id);
        }
    }
}

#[tokio::test]
async fn every_problem_type_has_a_documentation_page() {
    let app = SharedApp::first_content();
    let list = app.anonymous().get("/problems").await.text();
    let json = app.anonymous().get("/problems.json").await.json();

    let problems = json["problems"].as_array().unwrap();
    assert!(problems.len() > 30);
    for problem in problems {
        let name = problem["type"].as_str().unwrap();
        assert!(list.contains(&format!("href=\"{name}\"")), "{name}");
        let page = app.anonymous().get(name).await;
        assert_eq!(page.status, 200, "{name}");
        assert!(page.header("content-type").starts_with("text/html"));
        for language in ["de", "en"] {
            assert!(page.text().contains(problem["remedy"][language].as_str().unwrap()), "{name} in {language}");
        }
    }
    let codes = contract().document().pointer("/components/schemas/ViolationCode/enum").unwrap().as_array().unwrap();
    let described: Vec<&Value> = json["codes"].as_array().unwrap().iter().map(|code| &code["code"]).collect();
    assert_eq!(codes.iter().collect::<Vec<_>>(), described);
}

#[tokio::test]
async fn query_values_of_the_wrong_type_are_rejected() {
    let app = SharedApp::first_content();
    let mut tried = 0;

    let redirects = |read: &openapi::Operation| read.value.pointer("/responses/308").is_some();
    for read in reads().iter().filter(|read| !redirects(read)) {
        for parameter in read.parameters("query") {
            let schema = parameter["schema"].to_string();
            let is_text = !["boolean", "integer", "number", "enum", "$ref"].iter().any(|kind| schema.contains(kind));
            if is_text {
                continue;
            }
            let name = parameter["name"].as_str().unwrap();
            let is_list = schema.contains("array") || schema.contains("enum") || schema.contains("$ref");
            for value in ["vielleicht", ""].into_iter().take(if is_list { 1 } else { 2 }) {
                let answer = app.anonymous().get(&format!("{}?{name}={value}", read.example())).await;

                assert_eq!(answer.status, 400, "{} {name}={value}: {}", read.id, answer.text());
                let code = answer.json()["errors"][0]["code"].as_str().unwrap().to_owned();
                assert!(["type", "unknown-value", "range", "format"].contains(&&*code), "{} {name}: {code}", read.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}
