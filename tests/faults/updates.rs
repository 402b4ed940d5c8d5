//! Writers change an entry at once, with the same precondition.

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use serde_json::json;
use tests::release::{Place, Response};

use crate::Finding;
use crate::caller::{Caller, header, text, theme};
use crate::client::start;

/// Writers at once.
const WRITERS: usize = 50;

/// The entry that they change.
const ENTRY: &str = "/v1/themes/contested";

/// Measures how many of the writers succeed.
pub(crate) async fn measure(place: &Place, rounds: usize) -> Result<Finding> {
    let (first, client) = start(place, "updates-first", 0, &[]).await?;
    let (second, _) = start(place, "updates-second", 0, &[]).await?;
    let caller = Caller::new(&first.base)?.with("authorization", &client.authorization())?;
    let callers = [caller.clone(), caller.at(&second.base)];
    let created = caller.post("/v1/themes", &theme("contested")).await?;
    ensure!(created.status == 201, "the entry cannot be created: {}", created.status);

    let mut etag = header(&created, "etag").to_owned();
    let (mut successes, mut failures, mut others, mut lost) = (0, 0, vec![], 0);
    for round in 0..rounds {
        let answers = write(&callers, &etag, round).await?;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        successes += won.len();
        failures += answers.iter().filter(|answer| answer.status == 412).count();
        others.extend(answers.iter().map(|answer| answer.status).filter(|status| ![200, 412].contains(status)));
        let current = caller.with("if-match", &etag)?.patch(ENTRY, &json!({ "sdgs": [17] })).await?;
        lost += usize::from(won.last().is_none_or(|won| text(&current, "/current/title/de") != text(won, "/title/de")));
        header(&current, "etag").clone_into(&mut etag);
    }
    let changes = place.query("select count(*) - 1 from change where resource = 'theme' and slug = 'contested'");
    let goal = [rounds, rounds * (WRITERS - 1)];
    Ok(Finding {
        measured: format!(
            "{rounds} rounds of {WRITERS} writers on two instances: {successes} × 200, {failures} × 412, others {others:?}; {changes} \
             revisions; {lost} rounds after which the entry is not that of the success"
        ),
        goal: format!("{} × 200, {} × 412, as many revisions as successes; 0 rounds", goal[0], goal[1]),
        is_met: [successes, failures] == goal && changes == successes.to_string() && lost == 0,
    })
}

/// Sends a patch of each writer, with the same entity tag and a title of its own.
async fn write(callers: &[Caller; 2], etag: &str, round: usize) -> Result<Vec<Response>> {
    let [one, other] = callers;
    let requests = (0..WRITERS).map(|writer| async move {
        let caller = if writer % 2 == 0 { one } else { other }.with("if-match", etag)?;
        caller.patch(ENTRY, &json!({ "title": { "de": format!("Runde {round}, {writer}") } })).await
    });
    try_join_all(requests).await
}
