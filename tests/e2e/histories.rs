//! Concurrent clients of two instances see one history. Requires a server.

use std::time::Duration;

use serde_json::json;
use tests::histories::{Plan, Stage, acknowledged, check, record};
use tests::{App, TestDatabase};

/// Seed of the choices of the clients.
const SEED: u64 = 20;

/// Number of operations of each client.
const OPERATIONS: usize = 40;

/// Time after which a write must be visible on the other instance. Long, because other tests run at the same time.
const DELAY: Duration = Duration::from_secs(10);

/// Time from the last write to the reads at the end.
const SETTLED: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn concurrent_clients_of_two_instances_see_one_history() {
    let database = TestDatabase::filled();
    let other = App::start_on(database.shared());
    let one = App::start_on(database);
    let issue = async |subject: String| one.issue(json!({ "subject": subject, "role": "editor" })).await;
    let mut tokens = vec![];
    for number in 0..6 {
        tokens.push(issue(format!("client-{number}")).await);
    }
    let bases = [&one, &other].map(|app| format!("http://{}", app.address()));
    let reviewer = issue("reviewer".to_owned()).await;
    let plan = Plan { seed: SEED, bases, tokens, reviewer, operations: Some(OPERATIONS) };

    let history = record(&plan, SETTLED, async { Ok(()) }).await.unwrap();

    let violations = check(&history, DELAY);
    assert!(violations.is_empty(), "{} violations, such as {:#?}", violations.len(), violations[0]);
    let counts = acknowledged(&history);
    // On a slow machine each correction may meet a newer change of its entry, which refuses its publication.
    let is_missing = |kind: &&str| counts.get(kind).is_none_or(|count| *count == 0);
    let missing: Vec<&str> = ["created", "updated", "replaced", "deleted"].into_iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "no write of the kinds {missing:?} was acknowledged: {counts:?}");
    assert!(history.drafts.iter().any(|draft| draft.stored >= Stage::Submitted), "no correction was submitted");
}
