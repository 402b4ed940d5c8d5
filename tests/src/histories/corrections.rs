//! Corrections of entries: a draft, its submission and its publication, while other clients change the entry.

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, change};
use super::history::{Answer, Draft, Kind, Member, Request, Stage, Write};
use super::http::{Call, SUBMISSIONS, json_of, text};

/// A draft of a correction.
struct Correction {
    slug: &'static str,
    path: String,
    value: String,
    member: Member,
    /// Revision of the entry that the draft was created from.
    base: i64,
}

impl Correction {
    /// Returns a request that takes a step.
    fn step(&self, action: &str, token: &str) -> Call {
        let call = Call::new(Method::POST, &format!("{}/actions", self.path)).with_token(token);
        call.with_body(json!({ "action": action }))
    }
}

impl Client {
    /// Corrects an entry. Ends at the first step that fails.
    pub(super) async fn correct(&mut self, slug: &'static str) {
        let Some(correction) = self.begin_correction(slug).await else { return };
        let draft = Draft { value: correction.value.clone(), acknowledged: Stage::Created, stored: Stage::Created };
        self.log.drafts.push((correction.path.clone(), draft));
        self.pause(40).await;
        if !self.edit(&correction).await {
            return;
        }
        self.pause(40).await;
        let submission = correction.step("submit", &self.token);
        let key = format!("{}-submit", correction.value);
        let submitted = self.repeat(Request::Step(Some(key.clone())), &submission.with_key(&key), true).await;
        if !submitted.is_success() {
            return;
        }
        self.reached(Stage::Submitted);
        self.pause(40).await;
        self.publish(&correction).await;
    }

    async fn begin_correction(&mut self, slug: &'static str) -> Option<Correction> {
        let (value, member) = (self.value(), self.member());
        let key = format!("{value}-draft");
        let call = Call::new(Method::POST, SUBMISSIONS).with_token(&self.token).with_key(&key);
        let call = call.with_body(json!({ "resource": "practice-examples", "entry": slug }));
        let begun = self.repeat(Request::Step(Some(key)), &call, true).await;
        let submission = submission(&begun)?;
        let base = submission.get("based_on")?.as_i64()?;
        let path = format!("{SUBMISSIONS}/{}", text(&submission, "/id")?);
        Some(Correction { slug, path, value, member, base })
    }

    /// Changes one member of the draft. Returns whether that was acknowledged.
    async fn edit(&mut self, correction: &Correction) -> bool {
        let call = Call::new(Method::PATCH, &correction.path).with_token(&self.token).with("if-match", "*");
        let call = call.with_body(json!({ "content": change(correction.member, &correction.value) }));
        let edited = self.repeat(Request::Step(None), &call, false).await;
        if edited.is_success() {
            self.reached(Stage::Edited);
        }
        edited.is_success()
    }

    async fn publish(&mut self, correction: &Correction) {
        let key = format!("{}-publish", correction.value);
        let call = correction.step("publish", &self.reviewer).with_key(&key);
        let kind = Kind::Publish(correction.member, correction.base);
        let slug = correction.slug.to_owned();
        let write = Write { value: correction.value.clone(), slug, kind, key: Some(key) };
        if self.repeat(Request::Write(write), &call, true).await.is_success() {
            self.reached(Stage::Published);
        }
    }

    /// Notes the last stage of the newest draft that was acknowledged.
    fn reached(&mut self, stage: Stage) {
        if let Some((_, draft)) = self.log.drafts.last_mut() {
            draft.acknowledged = stage;
        }
    }
}

fn submission(answer: &Answer) -> Option<Value> {
    answer.is_success().then(|| json_of(answer).ok())?
}

/// Returns the stage of a draft as stored.
pub(super) fn stage(submission: &Value, value: &str) -> Stage {
    match text(submission, "/stage").as_deref() {
        Some("published") => Stage::Published,
        Some("submitted") => Stage::Submitted,
        _ if submission.get("content").is_some_and(|content| content.to_string().contains(value)) => Stage::Edited,
        _ => Stage::Created,
    }
}
