//! A token bound to municipalities writes only entries that these municipalities are responsible for.

use serde_json::{Value, json};
use tests::{App, Client};

fn example(slug: &str, municipality: &str) -> Value {
    json!({
        "slug": slug, "title": { "de": "Zum Prüfen erfunden" }, "municipality": municipality, "relation": "origin",
        "sources": ["https://example.org/"],
    })
}

fn solution(slug: &str, providers: &[&str]) -> Value {
    json!({
        "slug": slug, "title": { "de": "Zum Prüfen erfunden" }, "summary": { "de": "Nichts." }, "kind": "data",
        "themes": ["mobility"], "providers": providers, "sources": ["https://example.org/"],
    })
}

async fn assert_outside_municipality(client: &Client, path: &str, body: &Value) {
    let answer = client.post(path, body).await;
    assert_eq!((answer.status, answer.problem().as_str()), (403, "outside-municipality"), "{path}: {}", answer.text());
}

const SCOPES: [&str; 5] =
    ["practice_examples:write", "solutions:write", "municipalities:write", "projects:write", "themes:write"];

#[tokio::test]
async fn bound_token_writes_only_for_its_municipality() {
    let app = App::start_with_examples();
    let konstanz = app.with_scopes(&SCOPES, &["08335043"]).await;
    let editor = app.editor().await;

    // The municipality may be given by official key or slug.
    for (number, name) in ["08335043", "konstanz"].iter().enumerate() {
        let created = konstanz.post("/v1/practice-examples", &example(&format!("own-{number}"), name)).await;
        assert_eq!(created.status, 201, "{}", created.text());
    }
    assert_outside_municipality(&konstanz, "/v1/practice-examples", &example("other", "08421000")).await;
    assert_outside_municipality(&konstanz, "/v1/solutions", &solution("nobodys", &[])).await;
    assert_outside_municipality(&konstanz, "/v1/solutions", &solution("shared", &["konstanz", "08421000"])).await;
    assert_outside_municipality(&konstanz, "/v1/themes", &json!({ "slug": "water-x", "title": { "de": "Wasser" } }))
        .await;
    assert_eq!(konstanz.post("/v1/solutions", &solution("own", &["konstanz"])).await.status, 201);

    // Entries of other municipalities cannot be taken over, and own entries cannot be handed over.
    assert_eq!(editor.post("/v1/practice-examples", &example("ulms", "08421000")).await.status, 201);
    let to = |municipality: &str| json!({ "municipality": municipality });
    for (path, patch) in [
        ("/v1/practice-examples/ulms", to("08335043")),
        ("/v1/practice-examples/ulms", json!({ "status": "pilot" })),
        ("/v1/practice-examples/own-0", to("08421000")),
        ("/v1/municipalities/ulm", json!({ "website": "https://example.org/" })),
        ("/v1/projects/ulm", json!({ "website": "https://example.org/" })),
        ("/v1/solutions/own", json!({ "providers": ["08421000"] })),
    ] {
        let answer = konstanz.patch(path, &patch, "*").await;
        assert_eq!((answer.status, answer.problem().as_str()), (403, "outside-municipality"), "{path} {patch}");
    }
    assert_eq!(konstanz.delete("/v1/practice-examples/ulms", "*").await.status, 403);
    let website = json!({ "website": "https://example.org/" });
    assert_eq!(konstanz.patch("/v1/municipalities/08335043", &website, "*").await.status, 200);
    assert_eq!(konstanz.delete("/v1/practice-examples/own-0", "*").await.status, 204);

    // Batches follow the same rule.
    let batch = json!([example("b-one", "08335043"), example("b-two", "08421000")]);
    assert_outside_municipality(&konstanz, "/v1/practice-examples/batch", &batch).await;
    let each = konstanz.post("/v1/practice-examples/batch?mode=each", &batch).await;
    let statuses: Vec<_> = each.json()["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, [201, 403]);
    assert_eq!(app.anonymous().get("/v1/practice-examples/b-two").await.status, 404);
}

#[tokio::test]
async fn contributor_cannot_write_entries_directly() {
    let app = App::start();
    let input = json!({ "subject": "konstanz", "role": "contributor", "municipalities": ["08335043"] });
    let contributor = app.with_token(input).await;

    let answer = contributor.post("/v1/practice-examples", &example("own", "08335043")).await;

    assert_eq!((answer.status, answer.problem().as_str()), (403, "insufficient-scope"));
}
