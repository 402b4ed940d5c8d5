//! Tokens of the service: issue, rights, revocation and signing keys.

use serde_json::{Value, json};
use tests::{App, KeySettings, Secret, TestDatabase, listen, until_true};

use crate::forgeries::token_with_rights;

#[tokio::test]
async fn token_grants_its_subject_scopes_and_municipalities() {
    let app = App::start();
    let input =
        json!({ "subject": "konstanz.stabsstelle", "role": "contributor", "municipalities": ["konstanz"], "days": 2 });

    let issued = app.admin().post("/v1/tokens", &input).await;
    let token = issued.json()["access_token"].as_str().unwrap().to_owned();
    let me = app.anonymous().with_token(&token).get("/v1/me").await;
    let listed = app.admin().get("/v1/tokens?subject=konstanz.stabsstelle&active=true").await;
    let one = app.admin().get(issued.header("location")).await;

    assert_eq!((issued.status, issued.header("cache-control")), (201, "no-store"));
    assert_eq!(me.json()["subject"], "konstanz.stabsstelle");
    assert_eq!(me.json()["scopes"], json!(["submissions:write", "webhooks:write"]));
    assert_eq!(me.json()["municipalities"], json!(["08335043"]));
    assert_eq!(me.json()["token"], issued.json()["id"]);
    assert_eq!((listed.json()["total"].clone(), &listed.json()["items"][0]["id"]), (json!(1), &me.json()["token"]));
    assert!(one.json()["last_used_at"].is_string());
    for text in [listed.text(), one.text(), app.admin().get("/v1/audit?resource=tokens").await.text()] {
        assert!(!text.contains(token.rsplit('.').next().unwrap()), "responses never contain the signature of a token");
    }
    assert_eq!(app.anonymous().get("/v1/me").await.status, 401);
}

#[tokio::test]
async fn token_cannot_issue_rights_that_it_lacks() {
    let app = App::start();
    let token = json!({ "subject": "x", "scopes": ["tokens:admin", "themes:write"] });
    let issuer = app.with_token(token).await;
    // Earlier releases issued such tokens, which stay valid.
    let id = app.admin().post("/v1/tokens", &json!({ "subject": "stelle", "scopes": ["themes:write"] })).await.json();
    let bound = token_with_rights(id["id"].as_str().unwrap(), "tokens:admin audit:read", &["08335043"]);
    let bound = app.anonymous().with_token(&bound);

    let beyond = issuer.post("/v1/tokens", &json!({ "subject": "y", "role": "editor" })).await;
    let within = issuer.post("/v1/tokens", &json!({ "subject": "y", "scopes": ["themes:write"] })).await;
    let repeated = issuer.post_with("/v1/tokens", &json!({ "subject": "y" }), &[("idempotency-key", "one")]).await;
    let invalid = json!({ "subject": "a person", "role": "king", "municipalities": ["nowhere"], "days": 1000, "scopes": ["all"] });
    let invalid = issuer.post("/v1/tokens", &invalid).await;
    let unknown = issuer
        .post("/v1/tokens", &json!({ "subject": "y", "scopes": ["themes:write"], "municipalities": ["x"] }))
        .await;

    assert_eq!((beyond.status, beyond.problem().as_str()), (403, "scope-escalation"));
    assert_eq!(within.status, 201);
    assert_eq!((repeated.status, repeated.problem().as_str()), (400, "invalid-headers"));
    let pointers: Vec<_> =
        invalid.json()["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(
        (invalid.status, pointers),
        (422, ["/days", "/role", "/scopes/0", "/subject"].map(|at| json!(at)).to_vec())
    );
    assert_eq!((unknown.status, &unknown.json()["errors"][0]["pointer"]), (422, &json!("/municipalities/0")));
    for answer in [
        bound.get("/v1/tokens").await,
        bound.get("/v1/audit").await,
        bound.post("/v1/tokens", &json!({ "subject": "y", "scopes": ["tokens:admin"] })).await,
    ] {
        assert_eq!((answer.status, answer.problem().as_str()), (403, "outside-municipality"));
    }
    let history = bound.get("/v1/themes/mobility/history").await;
    assert!(
        history.json()["items"][0].get("actor").is_none(),
        "the history of an entry omits actors for a bound token"
    );
}

#[tokio::test]
async fn bound_token_with_unbound_only_scopes_is_rejected() {
    let app = App::start();
    let issue = async |input: Value| app.admin().post("/v1/tokens", &input).await;

    for (input, what) in [
        (json!({ "role": "admin" }), "admin"),
        (json!({ "role": "auditor" }), "auditor"),
        (json!({ "scopes": ["tokens:admin"] }), "tokens:admin"),
        (json!({ "scopes": ["themes:write", "audit:read"] }), "audit:read"),
        (json!({ "role": "contributor", "scopes": ["submissions:review"] }), "submissions:review"),
    ] {
        let mut input = input;
        input["subject"] = json!("stelle");
        input["municipalities"] = json!(["08335043"]);
        let refused = issue(input.clone()).await;
        let errors = refused.json()["errors"].clone();
        assert_eq!((refused.status, errors.as_array().map(Vec::len)), (422, Some(1)), "{input}");
        assert_eq!(errors[0]["pointer"], "/municipalities", "{input}");
        assert_eq!((&errors[0]["code"], &errors[0]["parameters"]["value"]), (&json!("unbound-only"), &json!(what)));
        if input["role"] != "contributor" {
            input.as_object_mut().unwrap().remove("municipalities");
            assert_eq!(issue(input).await.status, 201);
        }
    }
    for input in [
        json!({ "subject": "x", "role": "editor", "municipalities": ["08335043"] }),
        json!({ "subject": "x", "scopes": ["webhooks:write"], "municipalities": ["08335043"] }),
    ] {
        assert_eq!(issue(input).await.status, 201);
    }
}

#[tokio::test]
async fn rule_on_unreadable_members_reports_no_violation() {
    let app = App::start();
    let issue = async |input: Value| {
        let errors = app.admin().post("/v1/tokens", &input).await.json()["errors"].clone();
        errors.as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect::<Vec<_>>()
    };

    for role in [json!("root"), json!(7), json!(["admin"]), json!({}), json!(null)] {
        assert_eq!(issue(json!({ "subject": "x", "role": role })).await, ["/role"], "{role}");
        let bound = json!({ "subject": "x", "role": role, "municipalities": ["08335043"] });
        assert_eq!(issue(bound).await, ["/role"], "{role}");
    }
    assert_eq!(issue(json!({ "subject": "x", "scopes": "themes:write" })).await, ["/scopes"]);
    assert_eq!(
        issue(json!({ "subject": "x", "role": "contributor", "municipalities": "ulm" })).await,
        ["/municipalities"]
    );
    assert_eq!(issue(json!({ "subject": "x", "role": "root", "days": 0 })).await, ["/days", "/role"]);
    assert_eq!(
        issue(json!({ "subject": "x" })).await,
        [""],
        "a missing role and missing scopes are one violation of the whole body"
    );

    let editor = app.editor().await;
    let webhook = json!({ "url": "https://example.org/", "changes": false, "submissions": "yes" });
    let webhook = editor.post("/v1/webhooks", &webhook).await.json();
    assert_eq!(webhook["errors"].as_array().map(Vec::len), Some(1), "{webhook}");
    let costs =
        json!({ "costs": { "one_off_min": 10, "one_off_max": "viel", "currency": "EUR", "basis": "estimate" } });
    let costs = editor.patch("/v1/solutions/open-smartcity-app", &costs, "*").await.json();
    let pointers: Vec<_> = costs["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/costs/one_off_max"], "{costs}");
}

#[tokio::test]
async fn revoked_token_is_rejected() {
    let app = App::start();
    let client = app.editor().await;
    let id = client.get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();

    let revoked = app.admin().post(&format!("/v1/tokens/{id}/revocation"), &json!({})).await;
    let again = app.admin().post(&format!("/v1/tokens/{id}/revocation"), &json!({})).await;
    let nowhere = app.admin().post("/v1/tokens/0197f2a0-0000-7000-8000-00000000dead/revocation", &json!({})).await;

    assert_eq!((revoked.status, again.status, nowhere.status), (200, 200, 404));
    assert_eq!(revoked.json()["revoked_at"], again.json()["revoked_at"]);
    let refused = client.get("/v1/themes").await;
    assert!(refused.header("www-authenticate").contains("revoked"));
    let audit = app.admin().get(&format!("/v1/audit?entry={id}")).await;
    assert_eq!(audit.each("action"), ["revoke", "issue"]);
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn token_revocation_reaches_other_instances() {
    let database = TestDatabase::filled();
    let shared = database.shared();
    let (one, other) = (App::start_on(database), App::start_on(shared));
    let client = one.editor().await;
    let elsewhere = other.anonymous().with_token(&one.issue(json!({ "subject": "y", "role": "editor" })).await);
    let id = elsewhere.get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/v1/me").await.status, 200);

    assert_eq!(one.admin().post(&format!("/v1/tokens/{id}/revocation"), &json!({})).await.status, 200);

    let refused = async || elsewhere.get("/v1/me").await.status == 401;
    until_true("the other instance rejects the token", refused).await;
}

#[tokio::test]
async fn service_without_keys_serves_reads_only() {
    let database = TestDatabase::filled();
    let (settings, none) = (database.settings(), Some(Secret("{\"keys\": []}".to_owned())));
    let app = App::start_as(database, settings, KeySettings { keys_file: None, keys: none }, listen());

    let read = app.anonymous().get("/v1/themes").await;
    let known = app.anonymous().with_token("whatever").get("/v1/themes/mobility").await;
    let written = app.anonymous().with_token("whatever").post("/v1/themes", &json!({})).await;
    let keys = app.anonymous().get("/.well-known/jwks.json").await;

    assert_eq!((read.status, known.status), (200, 200));
    assert_eq!((written.status, written.problem().as_str()), (403, "read-only"));
    assert_eq!(keys.json(), json!({ "keys": [] }));
}

#[tokio::test]
async fn keys_are_reloaded_while_the_service_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let old = api::auth::Keys::generate().unwrap();
    std::fs::write(&file, &old).unwrap();
    let database = TestDatabase::filled();
    let settings = database.settings();
    let app = App::start_as(database, settings, KeySettings { keys_file: Some(file.clone()), keys: None }, listen());
    let before = app.editor().await;

    let mut both: Value = serde_json::from_str(&api::auth::Keys::generate().unwrap()).unwrap();
    let first: Value = serde_json::from_str(&old).unwrap();
    both["keys"].as_array_mut().unwrap().push(first["keys"][0].clone());
    // A new key signs tokens after one minute.
    both["keys"][0]["iat"] = json!(1_000_000_000);
    std::fs::write(&file, both.to_string()).unwrap();
    let public = async || app.anonymous().get("/.well-known/jwks.json").await;
    let known = async |count: usize| {
        until_true(&format!("{count} keys are known"), async || {
            public().await.json()["keys"].as_array().map(Vec::len) == Some(count)
        })
        .await;
    };
    known(2).await;
    let after = app.editor().await;
    assert_eq!(
        (before.get("/v1/me").await.status, after.get("/v1/me").await.status),
        (200, 200),
        "tokens of both keys are valid"
    );
    assert!(!public().await.text().contains("\"d\""), "private keys are not published");

    both["keys"].as_array_mut().unwrap().pop();
    std::fs::write(&file, both.to_string()).unwrap();
    known(1).await;
    assert_eq!(
        (before.get("/v1/me").await.status, after.get("/v1/me").await.status),
        (401, 200),
        "tokens of the removed key are rejected"
    );

    std::fs::write(&file, "broken").unwrap();
    // The service reads the file every second and does not report it.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(after.get("/v1/me").await.status, 200, "the last valid keys stay in use");
}
