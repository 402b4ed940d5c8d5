//! Solutions: first content, filters, relations and derived members.

use serde_json::{Value, json};
use tests::{App, SharedApp};

#[tokio::test]
async fn first_content_has_478_solutions() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/solutions?facets=kind&facets=has_repository&limit=1").await.json();
    let solution = app.anonymous().get("/v1/solutions/open-smartcity-app").await.json();

    assert_eq!(page["total"], 478);
    assert_eq!(page["facets"]["kind"][0]["value"], "software");
    assert_eq!(
        page["facets"]["has_repository"][1],
        json!({ "value": "true", "label": { "de": "Ja", "en": "Yes" }, "count": 14 })
    );
    insta::assert_json_snapshot!(solution, { ".**.id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]" });
}

#[tokio::test]
async fn solutions_are_filtered_by_openness_and_status() {
    let app = SharedApp::first_content();
    let total = async |query: &str| {
        app.anonymous().get(&format!("/v1/solutions?limit=1&{query}")).await.json()["total"].clone()
    };

    assert_eq!(total("openness=open_source").await, 26);
    assert_eq!(total("has_repository=true").await, 14);
    assert_eq!(total("has_repository=false").await, 464);
    assert_eq!(total("licence=EUPL-1.2").await, 3);
    assert_eq!(total("licence=EUPL-1.2&licence=MIT").await, 5);
    assert_eq!(total("status=pilot&status=planned").await, 160);
    assert_eq!(total("scaling_phase=transfer").await, 8);
}

#[tokio::test]
async fn solutions_are_filtered_by_project_and_municipality() {
    let app = SharedApp::first_content();
    let slugs = async |query: &str| app.anonymous().get(&format!("/v1/solutions?limit=100&{query}")).await.slugs();

    let of_project = slugs("project=connected-urban-twins").await;
    // Three cities carry the project, so its solutions are found by each of them.
    for municipality in ["leipzig", "09162000", "hamburg"] {
        assert_eq!(slugs(&format!("municipality={municipality}&project=connected-urban-twins")).await, of_project);
    }
    let in_saxony = slugs("federal_state=DE-SN").await;
    assert!(of_project.iter().all(|slug| in_saxony.contains(slug)));
    let project = app.anonymous().get("/v1/projects/connected-urban-twins").await.json();
    assert_eq!(project["counts"]["solutions"], of_project.len());
    let list = app.anonymous().get(project["lists"]["solutions"].as_str().unwrap()).await.json();
    assert_eq!(list["total"], of_project.len());
}

#[tokio::test]
async fn solutions_take_locations_from_their_projects() {
    let app = SharedApp::first_content();

    let near = app.anonymous().get("/v1/solutions?near=9.99,48.40&radius_km=20&limit=100").await;
    let map = app.anonymous().get("/v1/solutions?format=geojson&q=SmartCity+App").await.json();

    assert!(near.json()["total"].as_u64() > Some(3));
    let in_ulm = |projects: &Value| projects.as_array().unwrap().iter().any(|project| project["slug"] == "ulm");
    assert!(near.each("projects").iter().all(in_ulm), "{:?}", near.slugs());
    let features = map["features"].as_array().unwrap();
    let shared = features.iter().find(|feature| feature["properties"]["slug"] == "open-smartcity-app").unwrap();
    assert_eq!(shared["geometry"]["type"], "MultiPoint");
    assert_eq!(shared["geometry"]["coordinates"].as_array().unwrap().len(), 7);
    assert!(features.iter().any(|feature| feature["geometry"]["type"] == "Point"));
}

#[tokio::test]
async fn practice_examples_count_as_adoptions() {
    let app = SharedApp::with_examples();

    let solution = app.anonymous().get("/v1/solutions/open-smartcity-app").await.json();
    let first = app.anonymous().get("/v1/solutions?sort=-adoption_count&limit=4").await;
    let list = app.anonymous().get("/v1/solutions/open-smartcity-app/practice-examples?limit=5").await;

    assert_eq!(solution["adoption_count"], 2);
    assert_eq!(solution["practice_examples"][0]["slug"], "an-adoption-that-ended");
    assert_eq!(first.each("adoption_count"), [3, 3, 2, 2].map(|count| json!(count)));
    assert!(first.slugs().contains(&"open-smartcity-app".to_owned()));
    assert_eq!(list.status, 308);
    assert_eq!(list.header("location"), "/v1/practice-examples?solution=open-smartcity-app&limit=5");
    let wider = app.anonymous().get("/v1/projects/ulm/solutions?project=bamberg").await;
    assert_eq!(
        (wider.status, wider.problem().as_str()),
        (400, "invalid-parameters"),
        "the parameter would widen the list of the project"
    );
    assert_eq!(app.anonymous().get("/v1/projects/ulm/courses").await.problem(), "unknown-path");
}

#[tokio::test]
async fn adoption_count_follows_the_practice_examples() {
    let app = App::start();
    let editor = app.editor().await;
    let path = "/v1/practice-examples/nachnutzung";
    let example = |slug: &str| {
        json!({ "slug": slug, "title": { "de": "Zum Prüfen" }, "municipality": "konstanz", "relation": "transfer",
                "solution": "open-smartcity-app", "sources": ["https://example.org/"] })
    };
    // The count in the entry, and the position in the list that is sorted by it.
    let counts = async || {
        let list =
            app.anonymous().get("/v1/solutions?sort=-adoption_count&limit=478&fields=adoption_count").await.json();
        let sorted: Vec<_> =
            list["items"].as_array().unwrap().iter().map(|item| item["adoption_count"].as_i64()).collect();
        assert!(sorted.is_sorted_by(|left, right| left >= right), "{sorted:?}");
        let count = async |slug: &str| {
            app.anonymous().get(&format!("/v1/solutions/{slug}")).await.json()["adoption_count"].as_i64().unwrap()
        };
        (count("open-smartcity-app").await, count("bamberg-bakim").await)
    };
    let (first, other) = counts().await;

    assert_eq!(editor.post("/v1/practice-examples", &example("nachnutzung")).await.status, 201);
    assert_eq!(editor.post("/v1/practice-examples", &example("zweite-nachnutzung")).await.status, 201);
    assert_eq!(counts().await, (first + 1, other), "two examples of one municipality count once");
    assert_eq!(editor.delete("/v1/practice-examples/zweite-nachnutzung", "*").await.status, 204);
    assert_eq!(counts().await, (first + 1, other), "the other example remains");
    assert_eq!(editor.patch(path, &json!({ "solution": "bamberg-bakim" }), "*").await.status, 200);
    assert_eq!(counts().await, (first, other + 1), "the example refers to another solution");
    assert_eq!(editor.patch(path, &json!({ "relation": "origin" }), "*").await.status, 200);
    assert_eq!(counts().await, (first, other), "an origin is no adoption");
    assert_eq!(editor.patch(path, &json!({ "relation": "transfer" }), "*").await.status, 200);
    assert_eq!(editor.delete(path, "*").await.status, 204);
    assert_eq!(counts().await, (first, other), "the example is deleted");
}

#[tokio::test]
async fn gaps_list_missing_members() {
    let app = SharedApp::first_content();

    let solution = app.anonymous().get("/v1/solutions/open-smartcity-app").await.json();

    let gaps: Vec<&str> = solution["gaps"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(gaps.contains(&"costs") && gaps.contains(&"contacts") && !gaps.contains(&"openness"), "{gaps:?}");
    assert_eq!(solution["completeness"], 100 * (16 - gaps.len()) / 16);
    assert_eq!(solution["freshness"], "never", "the solution was never confirmed");
}

#[tokio::test]
async fn imported_solutions_may_refer_to_each_other() {
    let entry = |slug: &str, other: &str| {
        format!(
            r#"{{"slug": "{slug}", "title": {{"de": "Zum Prüfen"}}, "summary": {{"de": "Erfunden."}}, "kind": "data",
                "themes": ["mobility"], "related": [{{"solution": "{other}", "relation": "builds_on"}}],
                "costs": {{"one_off_min": 1, "currency": "EUR", "basis": "quote"}}, "last_confirmed_on": "2020-01-01",
                "sources": ["https://example.org/"]}}"#
        )
    };
    let both = format!("[{}, {}]", entry("above", "below"), entry("below", "open-smartcity-app"));
    let app = App::start_with(&[("solutions", both.leak())]);

    let above = app.anonymous().get("/v1/solutions/above").await.json();
    let below = app.anonymous().get("/v1/solutions/below").await.json();

    assert_eq!(above["related"][0]["solution"]["slug"], "below");
    assert_eq!(below["related_from"], json!([{ "solution": link(&above), "relation": "builds_on" }]));
    for query in ["solution=below&solution_relation=builds_on", "freshness=stale&cost_basis=quote"] {
        assert!(
            app.anonymous().get(&format!("/v1/solutions?{query}")).await.slugs().contains(&"above".to_owned()),
            "{query}"
        );
    }
    assert_eq!(above["freshness"], "stale");
}

fn link(solution: &Value) -> Value {
    let slug = solution["slug"].as_str().unwrap();
    json!({ "id": solution["id"], "slug": slug, "title": solution["title"], "href": format!("/v1/solutions/{slug}") })
}
