//! Confirmation and freshness of entries.

use chrono::{Months, NaiveDate, TimeDelta};
use serde_json::{Value, json};
use tests::{App, SharedApp};

/// Returns the count of a freshness value in the facets of a list.
fn freshness_count(list: &Value, freshness: &str) -> u64 {
    let mut values = list["facets"]["freshness"].as_array().unwrap().iter();
    values.find(|value| value["value"] == freshness).map_or(0, |value| value["count"].as_u64().unwrap())
}

#[tokio::test]
async fn entries_that_were_never_confirmed_are_filtered_and_counted() {
    let app = SharedApp::with_examples();

    for (list, filter) in [("solutions", ""), ("practice-examples", ""), ("solutions", "&kind=software")] {
        let get = async |query: &str| {
            let path = format!("/v1/{list}?fields=freshness,last_confirmed_on&limit=1000{filter}{query}");
            app.anonymous().get(&path).await
        };
        let all = get("&facets=freshness").await.json();
        let never = get("&freshness=never").await;
        let other = get("&freshness=fresh&freshness=due&freshness=stale").await.json();

        let is_unconfirmed = |entry: &Value| entry["freshness"] == "never" && entry.get("last_confirmed_on").is_none();
        assert!(never.json()["items"].as_array().unwrap().iter().all(is_unconfirmed), "{list}");
        assert!(never.json()["total"].as_u64() > Some(50), "{list}");
        assert_eq!(never.json()["total"].as_u64().unwrap(), freshness_count(&all, "never"), "{list}");
        let total = |list: &Value| list["total"].as_u64().unwrap();
        assert_eq!(total(&all), total(&never.json()) + total(&other), "{list}");
    }
    let labels = app.anonymous().get("/v1/vocabularies/freshness").await.json()["terms"].clone();
    let never = labels.as_array().unwrap().iter().find(|value| value["value"] == "never").unwrap();
    assert_eq!(never["label"], json!({ "de": "Nie bestätigt", "en": "Never confirmed" }));
}

fn example(slug: &str) -> Value {
    json!({ "slug": slug, "title": { "de": "Zum Prüfen" }, "municipality": "konstanz", "relation": "origin",
            "sources": ["https://example.org/"] })
}

/// Returns the same example with a `last_confirmed_on` date.
fn dated_example(slug: &str, day: &str) -> Value {
    let mut example = example(slug);
    example["last_confirmed_on"] = json!(day);
    example
}

async fn freshness(app: &App, slug: &str) -> String {
    let example = app.anonymous().get(&format!("/v1/practice-examples/{slug}")).await.json();
    example["freshness"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn entries_published_or_created_by_a_municipality_are_confirmed() {
    let app = App::start();
    let office = app.with_scopes(&["submissions:write", "practice_examples:write"], &["08335043"]).await;
    let editor = app.editor().await;
    let batch = json!([example("by-batch")]);

    let submission =
        json!({ "resource": "practice-examples", "content": dated_example("by-submission", "2020-01-01") });
    let submission = office.post("/v1/submissions", &submission).await.json();
    let path = format!("/v1/submissions/{}/actions", submission["id"].as_str().unwrap());
    for (client, action) in [(&office, "submit"), (&editor, "publish")] {
        assert_eq!(client.post(&path, &json!({ "action": action })).await.status, 200, "{action}");
    }
    for slug in ["by-office", "dated-by-office", "by-editor"] {
        let client = if slug == "by-editor" { &editor } else { &office };
        let example = if slug == "dated-by-office" { dated_example(slug, "2020-01-01") } else { example(slug) };
        assert_eq!(client.post("/v1/practice-examples", &example).await.status, 201, "{slug}");
    }
    assert_eq!(office.post("/v1/practice-examples/batch", &batch).await.status, 200);

    for (slug, expected) in [
        ("by-submission", "fresh"),
        ("by-office", "fresh"),
        ("by-batch", "fresh"),
        ("dated-by-office", "stale"),
        ("by-editor", "never"),
    ] {
        assert_eq!(freshness(&app, slug).await, expected, "{slug}");
    }
    let tasks = office.get("/v1/municipalities/08335043/tasks").await.json();
    let mut due = tasks["confirmations"].as_array().unwrap().iter();
    let task_freshness =
        |slug: &str| due.clone().find(|due| due["entry"]["slug"] == slug).map(|due| due["freshness"].clone());
    assert_eq!(
        (task_freshness("by-submission"), task_freshness("by-office"), task_freshness("by-batch")),
        (None, None, None)
    );
    assert_eq!(
        (task_freshness("dated-by-office"), task_freshness("by-editor")),
        (Some(json!("stale")), Some(json!("never")))
    );
    assert!(due.any(|due| due["freshness"] == "never" && due["resource"] == "solutions"), "{tasks}");
}

#[tokio::test]
async fn a_change_by_a_municipality_confirms_the_entry() {
    let app = App::start();
    let office = app.with_scopes(&["practice_examples:write"], &["08335043"]).await;
    let editor = app.editor().await;
    for (client, example) in
        [(&editor, example("by-editor")), (&office, dated_example("dated-by-office", "2020-01-01"))]
    {
        assert_eq!(client.post("/v1/practice-examples", &example).await.status, 201, "{example}");
    }

    for (slug, patch) in [
        ("by-editor", json!({ "status": "operational" })),
        ("dated-by-office", json!({ "last_confirmed_on": "2020-02-01" })),
        ("dated-by-office", json!({ "last_confirmed_on": null })),
    ] {
        let path = format!("/v1/practice-examples/{slug}");
        assert_eq!(office.patch(&path, &patch, "*").await.status, 200, "{patch}");
        let expected = if patch["last_confirmed_on"].is_string() { "stale" } else { "fresh" };
        assert_eq!(freshness(&app, slug).await, expected, "{patch}");
    }
    let put = async || office.put("/v1/practice-examples/dated-by-office", &example("dated-by-office"), "*").await;
    let (replaced, again) = (put().await, put().await);
    assert_eq!((replaced.status, &replaced.json()["freshness"]), (200, &json!("fresh")));
    assert_eq!(again.etag(), replaced.etag(), "an identical replacement keeps the entity tag");
}

#[tokio::test]
async fn a_solution_is_confirmed_by_a_municipality_of_its_project() {
    let app = App::start();
    let path = "/v1/solutions/open-smartcity-app";
    let origin = app.anonymous().get(path).await.json();
    let project = origin["projects"][0]["href"].as_str().unwrap().to_owned();
    let home =
        app.anonymous().get(&project).await.json()["members"][0]["municipality"]["ags"].as_str().unwrap().to_owned();
    let provider = app.with_scopes(&["submissions:write"], &[&home]).await;
    let stranger = app.with_scopes(&["submissions:write"], &["08335043"]).await;

    let refused = stranger.post(&format!("{path}/confirmations"), &json!({})).await;
    let before = app.anonymous().get("/v1/solutions?freshness=fresh").await.json()["total"].clone();
    let confirmed = provider.post(&format!("{path}/confirmations"), &json!({})).await;
    let again = provider.post(&format!("{path}/confirmations"), &json!({})).await;
    let fresh = app.anonymous().get("/v1/solutions?freshness=fresh&facets=freshness&sort=-last_confirmed_on").await;

    assert_eq!((refused.status, refused.problem().as_str(), before), (403, "outside-municipality", json!(0)));
    assert_eq!((confirmed.status, &confirmed.json()["freshness"]), (200, &json!("fresh")));
    assert_eq!(
        (again.status, again.etag()),
        (200, confirmed.etag()),
        "a second confirmation on the same day changes nothing"
    );
    assert_eq!(fresh.slugs(), ["open-smartcity-app"]);
    assert_eq!(freshness_count(&fresh.json(), "fresh"), 1);
    let history = app.anonymous().get(&format!("{path}/history")).await;
    assert_eq!(history.each("action"), ["confirm", "import"]);
    assert_eq!(provider.post("/v1/solutions/nowhere/confirmations", &json!({})).await.status, 404);
}

#[tokio::test]
async fn an_adoption_is_confirmed_by_origin_and_adopter() {
    let app = App::start_with_examples();
    let path = "/v1/practice-examples/an-adoption-that-ended";
    let example = app.anonymous().get(path).await.json();
    assert_eq!((&example["municipality"]["ags"], &example["confirmed_by"]), (&json!("08421000"), &json!([])));
    let solution = app.anonymous().get(example["solution"]["href"].as_str().unwrap()).await.json();
    let project = app.anonymous().get(solution["projects"][0]["href"].as_str().unwrap()).await.json();
    let home = project["members"][0]["municipality"]["ags"].as_str().unwrap().to_owned();
    let confirm = async |ags: &str| {
        let client = app.with_scopes(&["submissions:write"], &[ags]).await;
        client.post(&format!("{path}/confirmations"), &json!({})).await
    };

    assert_eq!(confirm("08335043").await.status, 403);
    let by_origin = confirm(&home).await.json();
    let by_adopter = confirm("08421000").await.json();
    let adoptions = app.anonymous().get("/v1/solutions/open-smartcity-app/adoptions?limit=5").await;
    let listed = app.anonymous().get(adoptions.header("location")).await;
    let both =
        app.anonymous().get("/v1/practice-examples?confirmed_by=adopter&facets=confirmed_by&facets=freshness").await;

    assert_ne!(home, "08421000");
    assert_eq!(
        (&by_origin["confirmed_by"], by_origin.get("freshness")),
        (&json!(["origin"]), Some(&json!("never"))),
        "a confirmation by the origin leaves the freshness unchanged"
    );
    assert_eq!(
        (&by_adopter["confirmed_by"], &by_adopter["freshness"]),
        (&json!(["origin", "adopter"]), &json!("fresh"))
    );
    let both_adoptions = ["an-adoption-that-ended", "solingen-open-smartcity-app"].map(str::to_owned);
    assert_eq!((adoptions.status, listed.slugs()), (308, both_adoptions.to_vec()));
    let origins = app.anonymous().get("/v1/practice-examples?adoption=false&limit=100").await;
    assert_eq!(origins.json()["total"], 76);
    assert!(origins.slugs().contains(&"an-origin".to_owned()));
    assert_eq!((both.slugs().len(), both.json()["facets"]["confirmed_by"].as_array().unwrap().len()), (1, 2));
    assert_eq!(freshness_count(&both.json(), "fresh"), 1);
    let by_adoptions = app.anonymous().get("/v1/solutions?sort=-adoption_count&limit=5").await;
    assert_eq!(by_adoptions.each("adoption_count"), [3, 3, 2, 2, 1].map(|count| json!(count)));
    assert!(by_adoptions.slugs().contains(&"open-smartcity-app".to_owned()));
}

#[tokio::test]
async fn last_confirmed_on_in_the_future_is_rejected() {
    let app = App::start_with_examples();
    let patch = json!({ "last_confirmed_on": "2999-01-01" });

    for entry in ["/v1/practice-examples/an-adoption-that-ended", "/v1/solutions/open-smartcity-app"] {
        let early = app.editor().await.patch(entry, &patch, "*").await;

        assert_eq!((early.status, &early.json()["errors"][0]["pointer"]), (422, &json!("/last_confirmed_on")));
    }
}

#[tokio::test]
async fn freshness_depends_on_the_age_of_the_confirmation() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    let path = "/v1/practice-examples/an-origin";
    let confirmed = editor.post(&format!("{path}/confirmations"), &json!({})).await.json();
    let today: NaiveDate = confirmed["last_confirmed_on"].as_str().unwrap().parse().unwrap();

    for (months, days, freshness) in
        [(0, 0, "fresh"), (12, -1, "fresh"), (12, 0, "due"), (18, -1, "due"), (18, 0, "stale"), (60, 0, "stale")]
    {
        let day = today - Months::new(months) - TimeDelta::days(days);
        let changed = editor.patch(path, &json!({ "last_confirmed_on": day }), "*").await;
        assert_eq!((changed.status, &changed.json()["freshness"]), (200, &json!(freshness)), "{day} on {today}");
        let found = app.anonymous().get(&format!("/v1/practice-examples?freshness={freshness}&facets=freshness")).await;
        assert_eq!(found.slugs(), ["an-origin"], "{day} on {today}");
        assert_eq!(freshness_count(&found.json(), freshness), 1, "{day} on {today}");
    }
}
