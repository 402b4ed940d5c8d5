//! Creation of messages. Messages are stored in the database, so that none is lost when a process ends.

use entity::submission::Model as Submission;
use entity::vocabulary::Vocabulary;
use entity::webhook::Model;
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Value};
use uuid::Uuid;

use super::message::{SubmissionStep, WebhookMessage};
use crate::base::db::sql;
use crate::base::error::{Error, Result};
use crate::services::changes::{self, Concerning};

/// Queues messages about a step for the owners of the submission, in the transaction of the step.
pub(crate) async fn tell_step(
    tx: &DatabaseTransaction,
    submission: &Submission,
    event: Uuid,
    step: SubmissionStep,
) -> Result<()> {
    #[derive(FromQueryResult)]
    struct WebhookId {
        id: Uuid,
    }
    const CONCERNED: &str = "select id from webhook where active and submissions and (ends_at is null or ends_at > now()) \
        and (acts_for_ids && $1 or acts_for_ids is null and owner = $2) order by id for key share";
    const TELL: &str = "insert into webhook_delivery (id, webhook_id, event_id, type, payload) \
        select id, webhook, $3, $4, $5 from unnest($1::uuid[], $2::uuid[]) as m (id, webhook)";
    let values: [Value; 2] = [submission.municipality_ids.clone().into(), submission.submitted_by.clone().into()];
    let concerned = WebhookId::find_by_statement(sql(CONCERNED, values)).all(tx).await?;
    if concerned.is_empty() {
        return Ok(());
    }
    let concerned: Vec<Uuid> = concerned.into_iter().map(|WebhookId { id }| id).collect();
    let r#type = format!("submission.{}", step.action.value());
    let message = WebhookMessage { r#type: r#type.clone(), timestamp: submission.updated_at, data: step };
    let payload = serde_json::to_string(&message).map_err(Error::internal)?;
    let values: [Value; 5] =
        [ids(concerned.len()).into(), concerned.into(), format!("step:{event}").into(), r#type.into(), payload.into()];
    tx.execute_raw(sql(TELL, values)).await?;
    Ok(())
}

/// Queues messages about the next page of changes for a webhook, unless another process holds its lock. The change feed is
/// totally ordered without gaps, and the position is stored in the same transaction as the messages, so each change is
/// queued exactly once.
pub(super) async fn catch_up(tx: &DatabaseTransaction, webhook: Uuid) -> Result<bool> {
    const BEHIND: &str = "select * from webhook where id = $1 and active and changes for no key update skip locked";
    const TELL: &str = "insert into webhook_delivery (id, webhook_id, event_id, type, sequence) \
        select m.id, $1, 'change:' || m.sequence, 'entry.' || c.action, m.sequence \
          from unnest($2::uuid[], $3::bigint[]) as m (id, sequence) join change c on c.sequence = m.sequence order by m.sequence";
    const REACHED: &str = "update webhook set cursor = $2 where id = $1";
    let Some(webhook) = Model::find_by_statement(sql(BEHIND, [webhook.into()])).one(tx).await? else {
        return Ok(false);
    };
    let concerning =
        Concerning { tables: webhook.resources, themes: webhook.theme_ids, municipalities: webhook.municipality_ids };
    let (told, reached) = changes::concerning(tx, webhook.cursor, &concerning).await?;
    if !told.is_empty() {
        tx.execute_raw(sql(TELL, [webhook.id.into(), ids(told.len()).into(), told.into()])).await?;
    }
    tx.execute_raw(sql(REACHED, [webhook.id.into(), reached.into()])).await?;
    Ok(true)
}

fn ids(many: usize) -> Vec<Uuid> {
    std::iter::repeat_with(Uuid::now_v7).take(many).collect()
}
