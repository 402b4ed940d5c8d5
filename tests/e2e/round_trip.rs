//! The body of a response is accepted as the body of a request.

use serde_json::{Value, json};
use tests::{App, RESOURCES};

#[tokio::test]
async fn response_body_sent_back_changes_nothing() {
    let app = App::start();
    let editor = app.editor().await;

    for list in RESOURCES {
        for slug in editor.get(&format!("/v1/{list}?fields=slug&limit=8&sort=-updated_at")).await.slugs() {
            let path = format!("/v1/{list}/{slug}");
            let entry = editor.get(&path).await;

            let replaced = editor.put(&path, &entry.json(), entry.etag()).await;
            let updated = editor.patch(&path, &entry.json(), entry.etag()).await;

            for answer in [replaced, updated] {
                assert_eq!((answer.status, answer.json()), (200, entry.json()), "{path}");
                assert_eq!(answer.etag(), entry.etag(), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn derived_members_in_a_body_are_not_stored() {
    let app = App::start();
    let editor = app.editor().await;
    let member = |ags: &str, role: &str| json!({ "municipality": ags, "role": role });
    let project = json!({ "slug": "probe", "title": { "de": "Probe" }, "summary": { "de": "Erfunden." }, "round": 1, "round_year": 2019, "category": "large_city",
        "phase": "strategy", "members": [member("08421000", "lead"), member("09162000", "partner")],
        "sources": ["https://example.org/"] });
    let project = editor.post("/v1/projects", &project).await;
    assert_eq!((project.status, &project.json()["federal_states"]), (201, &json!(["DE-BW", "DE-BY"])));
    let event = json!({ "slug": "probe", "title": { "de": "Probe" }, "summary": { "de": "Erfunden." }, "kind": "exchange", "starts_on": "2030", "online": false,
        "municipality": "08421000", "status": "planned", "sources": ["https://example.org/"] });
    let event = editor.post("/v1/events", &event).await;
    assert_eq!(event.status, 201, "{}", event.text());

    for (path, entry) in [("/v1/projects/probe", &project), ("/v1/events/probe", &event)] {
        let answer = editor.put(path, &entry.json(), "*").await;
        assert_eq!((answer.status, answer.etag()), (200, entry.etag()), "{path}");
    }
    let (mut fewer, mut moved) = (project.json(), event.json());
    fewer["members"].as_array_mut().unwrap().pop();
    moved["municipality"] = json!("09162000");
    let fewer = editor.put("/v1/projects/probe", &fewer, "*").await.json();
    let moved = editor.put("/v1/events/probe", &moved, "*").await.json();
    let munich = editor.get("/v1/municipalities/09162000").await.json();

    assert_eq!(fewer["federal_states"], json!(["DE-BW"]));
    assert_eq!(moved["location"], munich["location"]);
}

#[tokio::test]
async fn recorded_member_names_are_kept_and_titles_not_stored() {
    let app = App::start();
    let editor = app.editor().await;
    let path = "/v1/working-groups/urban-data-platforms";
    let project = editor.get("/v1/projects/ulm").await.json()["title"]["de"].clone();
    let member = json!({ "municipality": "08421000", "project": "ulm", "role": "member" });
    let named = |name: &Value| json!({ "municipality": "08421000", "role": "member", "name": name });
    let members = json!({ "members": [member, named(&project), named(&json!("Ulm"))] });
    let group = editor.patch(path, &members, "*").await;
    let shown = |answer: &tests::Answer| -> Vec<Value> {
        answer.json()["members"].as_array().unwrap().iter().map(|member| member["name"].clone()).collect()
    };
    assert_eq!(shown(&group), [json!("Ulm"), project.clone(), json!("Ulm")], "{}", group.text());

    let replaced = editor.put(path, &group.json(), group.etag()).await;
    let ulm = editor.get("/v1/municipalities/ulm").await;
    editor.patch("/v1/municipalities/ulm", &json!({ "title": { "de": "Ulm an der Donau" } }), ulm.etag()).await;

    assert_eq!((replaced.status, replaced.etag()), (200, group.etag()));
    assert_eq!(shown(&editor.get(path).await), [json!("Ulm an der Donau"), project, json!("Ulm")]);
}

#[tokio::test]
async fn response_body_creates_another_entry() {
    let app = App::start();
    let editor = app.editor().await;

    for list in RESOURCES {
        let found = editor.get(&format!("/v1/{list}?fields=slug&limit=1&sort=-title")).await.slugs().remove(0);
        let mut entry = editor.get(&format!("/v1/{list}/{found}")).await.json();
        entry["slug"] = json!("another-of-them");
        entry.as_object_mut().unwrap().remove("ags");
        if list == "municipalities" {
            entry["kind"] = json!("association");
        }

        let created = editor.post(&format!("/v1/{list}"), &entry).await;

        assert_eq!(created.status, 201, "{list}: {}", created.text());
        assert_ne!(created.json()["id"], entry["id"], "the ID in the body is ignored");
        assert_eq!(created.json()["title"], entry["title"]);
    }
}

#[tokio::test]
async fn links_are_accepted_as_keys_and_unknown_members_rejected() {
    let app = App::start();
    let editor = app.editor().await;
    let theme = editor.get("/v1/themes/mobility").await.json();
    let link: Value = ["id", "slug", "title"].into_iter().map(|name| (name.to_owned(), theme[name].clone())).collect();
    let mut link = link;
    link["href"] = json!("/v1/themes/mobility");
    let course = |themes: Value| json!({ "themes": themes });
    let path = "/v1/courses/smart-city-akademie-electives-2026";

    let by_link = editor.patch(path, &course(json!([link])), "*").await;
    let by_key = editor.patch(path, &course(json!(["mobility"])), "*").await;
    let unknown = editor.patch(path, &course(json!([{ "slug": "nowhere", "href": "/v1/themes/nowhere" }])), "*").await;
    let other = editor.patch(path, &course(json!([{ "slug": "mobility" }])), "*").await;
    let extra = editor.patch(path, &json!({ "updated": "2026-01-01" }), "*").await;

    assert_eq!((by_link.status, &by_link.json()["themes"][0]["slug"]), (200, &json!("mobility")));
    assert_eq!(by_link.etag(), by_key.etag());
    for (answer, pointer, code) in
        [(unknown, "/themes/0", "unknown-entry"), (other, "/themes/0", "type"), (extra, "/updated", "unknown-member")]
    {
        let error = &answer.json()["errors"][0];
        assert_eq!((answer.status, &error["pointer"], &error["code"]), (422, &json!(pointer), &json!(code)));
    }
}

#[tokio::test]
async fn webhook_and_submission_bodies_can_be_sent_back() {
    let app = App::start();
    let editor = app.editor().await;
    let webhook = editor.post("/v1/webhooks", &json!({ "url": "https://example.org/", "themes": ["mobility"] })).await;
    let webhook = format!("/v1/webhooks/{}", webhook.json()["id"].as_str().unwrap());
    let content = editor.get("/v1/solutions?limit=1").await.json()["items"][0].clone();
    let submission = json!({ "resource": "solutions", "entry": content["slug"], "content": content });
    let submission = editor.post("/v1/submissions", &submission).await;
    assert_eq!((submission.status, &submission.json()["changes"]), (201, &json!([])), "{}", submission.text());
    let submission = format!("/v1/submissions/{}", submission.json()["id"].as_str().unwrap());

    for path in [webhook, submission] {
        let shown = editor.get(&path).await;
        let answer = editor.put(&path, &shown.json(), shown.etag()).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let again = editor.get(&path).await.json();
        for member in ["url", "themes", "content", "stage"] {
            assert_eq!(again.get(member), shown.json().get(member), "{path} {member}");
        }
    }
}
