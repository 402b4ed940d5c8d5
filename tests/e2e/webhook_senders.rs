//! Recipients of webhook deliveries, and delivery by several instances.

use serde_json::{Value, json};
use tests::{App, Endpoint, TestDatabase};

use crate::submissions::{create_submitted, step};
use crate::webhooks::{create_webhook, finished_deliveries};

#[tokio::test]
async fn submission_events_reach_only_their_own_webhooks() {
    let app = App::start();
    let (own, others) = (Endpoint::open().await, Endpoint::open().await);
    let unbound = |subject: &str| json!({ "subject": subject, "role": "editor" });
    let (one, other) = (app.with_token(unbound("eine")).await, app.with_token(unbound("andere")).await);
    create_webhook(&one, &own, json!({ "changes": false, "submissions": true })).await;
    let (webhook, _) = create_webhook(&other, &others, json!({ "changes": false, "submissions": true })).await;

    for (author, slug) in [(&one, "von-der-einen"), (&other, "von-der-anderen")] {
        let path = create_submitted(author, slug).await;
        assert_eq!(step(author, &path, "withdraw").await.status, 200);
    }
    // Both endpoints received their own events. A wrong delivery would have been recorded together with these.
    let received = [own.wait_for(2).await, others.wait_for(2).await];
    finished_deliveries(&other, &webhook).await;

    for (received, endpoint) in received.iter().zip([&own, &others]) {
        assert_eq!(endpoint.received().len(), 2);
        let submissions: Vec<Value> =
            received.iter().map(|received| received.json()["data"]["submission"].clone()).collect();
        assert_eq!(submissions[0], submissions[1], "each endpoint receives events of one submission");
    }
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn two_instances_send_each_delivery_once() {
    let database = TestDatabase::filled();
    let shared = database.shared();
    let (one, other) = (App::start_on(database), App::start_on(shared));
    let endpoint = Endpoint::open().await;
    let editor = one.editor().await;
    let (path, _) = create_webhook(&editor, &endpoint, json!({})).await;

    let second = other.anonymous();
    assert_eq!(second.get("/health/ready").await.status, 200);
    for number in 0..40 {
        let theme = json!({ "slug": format!("zum-pruefen-{number}"), "title": { "de": "Prüfen" } });
        assert_eq!(editor.post("/v1/themes", &theme).await.status, 201);
    }
    endpoint.wait_for(40).await;
    finished_deliveries(&editor, &path).await;

    let received = endpoint.received();
    let order: Vec<i64> =
        received.iter().map(|received| received.json()["data"]["sequence"].as_i64().unwrap()).collect();
    assert!(order.is_sorted(), "{order:?}");
    let mut ids: Vec<String> = received.iter().map(|received| received.headers["webhook-id"].clone()).collect();
    assert_eq!(ids.len(), 40);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    drop(other);
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn two_instances_do_not_send_to_one_endpoint_at_once() {
    let database = TestDatabase::filled();
    let shared = database.shared();
    let (one, other) = (App::start_on(database), App::start_on(shared));
    let endpoint = Endpoint::open().await;
    endpoint.delay_responses(std::time::Duration::from_millis(250));
    let editor = one.editor().await;
    let (path, _) = create_webhook(&editor, &endpoint, json!({})).await;

    for number in 0..12 {
        let theme = json!({ "slug": format!("zum-pruefen-{number}"), "title": { "de": "Prüfen" } });
        assert_eq!(editor.post("/v1/themes", &theme).await.status, 201);
    }
    endpoint.wait_for(12).await;
    finished_deliveries(&editor, &path).await;

    assert_eq!(
        (endpoint.received().len(), endpoint.max_concurrent()),
        (12, 1),
        "number of deliveries and of concurrent deliveries"
    );
    drop((one, other));
}
