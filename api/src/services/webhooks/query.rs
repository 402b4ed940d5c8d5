//! Database queries for webhooks and deliveries.

use chrono::{DateTime, Utc};
use entity::vocabulary::DeliveryState;
use entity::{webhook, webhook_delivery};
use sea_orm::prelude::Expr;
use sea_orm::{Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::dto::{Delivery, DeliveryQuery, Owner, Webhook, WebhookQuery};
use super::queue::{WAITS, bodies};
use crate::auth::{Caller, Scope, SubmissionsReview, SubmissionsWrite, TokensAdmin};
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::model::catalog::{MUNICIPALITIES, ResourceName, THEMES};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::ListPlan;
use crate::query::lookup::Names;

impl Owner {
    pub(super) fn of(caller: &Caller) -> Self {
        let acts_for = caller.municipalities.as_ref().map(|own| own.iter().copied().collect());
        let administers = caller.is_unbound().is_ok() && caller.may(TokensAdmin::NAME);
        let reviews = caller.is_unbound().is_ok() && caller.may(SubmissionsReview::NAME);
        let hears_steps = reviews || caller.may(SubmissionsWrite::NAME) && !administers;
        Self { subject: caller.subject.clone(), acts_for, administers, hears_steps }
    }

    pub(super) fn condition(&self) -> Condition {
        let own = match &self.acts_for {
            _ if self.administers => None,
            Some(own) => Some(Expr::cust_with_values("webhook.acts_for_ids <@ $1", [own.clone()])),
            None => Some(Expr::cust_with_values(
                "webhook.acts_for_ids is null and webhook.owner = $1",
                [self.subject.clone()],
            )),
        };
        Condition::all().add(Expr::cust("webhook.deleted_at is null")).add_option(own)
    }

    /// Returns the number of webhooks of the owner.
    pub(super) async fn count(&self, db: &impl ConnectionTrait) -> Result<u64> {
        let own = Self { administers: false, ..self.clone() };
        Ok(webhook::Entity::find().filter(own.condition()).count(db).await?)
    }
}

pub(super) fn plan(query: &WebhookQuery) -> ListPlan {
    ListPlan {
        filters: Filter::of_table("webhook").all(query.owner.condition()).compare("active = $1", query.active),
        default_order: SortKey::time("webhook.created_at"),
        order: None,
        facets: vec![],
    }
}

/// Returns the representations of webhooks, with two statements for the current keys of all themes and municipalities.
pub(super) async fn views(db: &impl ConnectionTrait, rows: Vec<webhook::Model>) -> Result<Vec<Webhook>> {
    let themes = THEMES.names_of(db, rows.iter().flat_map(|row| row.theme_ids.iter().copied())).await?;
    let municipalities = rows.iter().flat_map(|row| row.municipality_ids.iter().copied());
    let municipalities = MUNICIPALITIES.names_of(db, municipalities).await?;
    Ok(rows.into_iter().map(|row| view(row, &themes, &municipalities)).collect())
}

/// Returns the representation of a webhook.
pub(super) async fn one_view(db: &impl ConnectionTrait, row: webhook::Model) -> Result<Webhook> {
    let id = row.id;
    views(db, vec![row]).await?.pop().ok_or_else(|| not_found(id))
}

fn view(row: webhook::Model, themes: &Names, municipalities: &Names) -> Webhook {
    Webhook {
        id: row.id,
        url: row.url,
        description: row.description,
        resources: row.resources.iter().filter_map(|table| ResourceName::of_table(table)).collect(),
        themes: themes.of(&row.theme_ids),
        municipalities: municipalities.of(&row.municipality_ids),
        changes: row.changes,
        submissions: row.submissions,
        active: row.active,
        owner: row.owner,
        token: row.token_id,
        ends_at: row.ends_at,
        inactive_because: row.inactive_because,
        rests_until: row.rests_until.filter(|until| *until > clock::now()),
        former_until: row.former_until,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
        secret: None,
    }
}

/// Returns the error for an ID without a visible webhook. It does not reveal whether the webhook exists.
pub(super) fn not_found(id: Uuid) -> Error {
    Error::not_found("/v1/webhooks", id)
}

/// Returns a webhook of an owner. Fails with 404 if the owner has no webhook with the ID.
pub(super) async fn one(db: &impl ConnectionTrait, id: Uuid, owner: &Owner) -> Result<webhook::Model> {
    let row = webhook::Entity::find_by_id(id).filter(owner.condition()).one(db).await?;
    row.ok_or_else(|| not_found(id))
}

pub(super) fn log(query: &DeliveryQuery) -> ListPlan {
    ListPlan {
        filters: Filter::of_table("webhook_delivery")
            .compare("webhook_id = $1", Some(query.webhook))
            .compare("type not like $1", (!query.hears_steps).then_some("submission.%"))
            .term("state", &query.state),
        default_order: SortKey::time("webhook_delivery.created_at").turned(true),
        order: None,
        facets: vec![],
    }
}

/// Properties of a webhook that determine when its messages are sent.
#[derive(Clone, Copy, Debug, Default)]
struct Schedule {
    rests_until: Option<DateTime<Utc>>,
    /// Whether only an instance that may send to private addresses may send the messages.
    is_private: bool,
    /// Whether messages wait for such an instance.
    is_unsent: bool,
}

impl Schedule {
    fn of(webhook: &webhook::Model) -> Self {
        Self {
            rests_until: webhook.rests_until,
            is_private: webhook.private_until.is_some_and(|until| until > clock::now()),
            is_unsent: webhook.unsent_since.is_some(),
        }
    }
}

/// Returns the representations of deliveries of one webhook.
pub(super) async fn deliveries(db: &impl ConnectionTrait, rows: Vec<webhook_delivery::Model>) -> Result<Vec<Delivery>> {
    let bodies = bodies(db, &rows).await?;
    let Some(webhook) = rows.first().map(|row| row.webhook_id) else { return Ok(vec![]) };
    // The webhook is read after its deliveries, so that a pause that begins in between is included.
    let webhook = webhook::Entity::find_by_id(webhook).one(db).await?;
    let schedule = webhook.as_ref().map(Schedule::of).unwrap_or_default();
    rows.into_iter().zip(bodies).map(|(row, body)| delivery(row, schedule, &body)).collect()
}

fn delivery(row: webhook_delivery::Model, schedule: Schedule, body: &str) -> Result<Delivery> {
    let is_pending = row.state == DeliveryState::Pending;
    let waits = is_pending && (schedule.is_unsent || schedule.is_private && row.attempts == 0);
    // A redelivery has a `next_at` before all waiting messages; it is due at the time of its request.
    let next_at = schedule.rests_until.into_iter().fold(row.next_at.max(row.asked_at), DateTime::max);
    Ok(Delivery {
        id: row.id,
        r#type: row.r#type,
        next_at: is_pending.then_some(next_at),
        state: row.state,
        attempts: row.attempts,
        created_at: row.created_at,
        ended_at: row.ended_at,
        attempted_at: row.attempted_at,
        status: row.status,
        failure: if waits { Some(WAITS.to_owned()) } else { row.failure },
        took_ms: row.took_ms,
        payload: serde_json::from_str(body).map_err(Error::internal)?,
    })
}
