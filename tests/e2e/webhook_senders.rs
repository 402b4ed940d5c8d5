//! Who is told what by which instance.

use serde_json::{Value, json};
use tests::{App, Endpoint, TestDatabase};

use crate::submissions::{step, submitted};
use crate::webhooks::{made, settled};

#[tokio::test]
async fn steps_are_told_to_their_own_office_alone() {
    let app = App::start();
    let (own, others) = (Endpoint::open().await, Endpoint::open().await);
    let unbound = |subject: &str| json!({ "subject": subject, "role": "editor" });
    let (one, other) = (app.with_token(unbound("eine")).await, app.with_token(unbound("andere")).await);
    made(&one, &own, json!({ "changes": false, "submissions": true })).await;
    let (webhook, _) = made(&other, &others, json!({ "changes": false, "submissions": true })).await;

    for (author, slug) in [(&one, "von-der-einen"), (&other, "von-der-anderen")] {
        let path = submitted(author, slug).await;
        assert_eq!(step(author, &path, "withdraw").await.status, 200);
    }
    // Both have heard of their own; a message to the wrong one would have been written down with them.
    let heard = [own.hears(2).await, others.hears(2).await];
    settled(&other, &webhook).await;

    for (heard, endpoint) in heard.iter().zip([&own, &others]) {
        assert_eq!(endpoint.heard().len(), 2);
        let submissions: Vec<Value> = heard.iter().map(|heard| heard.json()["data"]["submission"].clone()).collect();
        assert_eq!(submissions[0], submissions[1], "each hears of its own");
    }
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn of_two_instances_one_tells_each_message() {
    let database = TestDatabase::filled();
    let shared = database.shared();
    let (one, other) = (App::start_on(database), App::start_on(shared));
    let endpoint = Endpoint::open().await;
    let editor = one.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;

    let second = other.anonymous();
    assert_eq!(second.get("/health/ready").await.status, 200);
    for number in 0..40 {
        let theme = json!({ "slug": format!("zum-pruefen-{number}"), "title": { "de": "Prüfen" } });
        assert_eq!(editor.post("/v1/themes", &theme).await.status, 201);
    }
    endpoint.hears(40).await;
    settled(&editor, &path).await;

    let heard = endpoint.heard();
    let order: Vec<i64> = heard.iter().map(|heard| heard.json()["data"]["sequence"].as_i64().unwrap()).collect();
    assert!(order.is_sorted(), "{order:?}");
    let mut ids: Vec<String> = heard.iter().map(|heard| heard.headers["webhook-id"].clone()).collect();
    assert_eq!(ids.len(), 40);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    drop(other);
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn of_two_instances_one_at_a_time_sends_to_an_endpoint() {
    let database = TestDatabase::filled();
    let shared = database.shared();
    let (one, other) = (App::start_on(database), App::start_on(shared));
    let endpoint = Endpoint::open().await;
    endpoint.takes(std::time::Duration::from_millis(250));
    let editor = one.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;

    for number in 0..12 {
        let theme = json!({ "slug": format!("zum-pruefen-{number}"), "title": { "de": "Prüfen" } });
        assert_eq!(editor.post("/v1/themes", &theme).await.status, 201);
    }
    endpoint.hears(12).await;
    settled(&editor, &path).await;

    assert_eq!((endpoint.heard().len(), endpoint.most_at_once()), (12, 1), "messages, and how many at once");
    drop((one, other));
}
