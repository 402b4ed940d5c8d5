//! Deliveries to webhook endpoints.

use sea_orm::entity::prelude::*;

use crate::vocabulary::DeliveryState;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub number: i64,
    pub event_id: String,
    pub r#type: String,
    pub payload: Option<String>,
    pub sequence: Option<i64>,
    pub state: DeliveryState,
    pub attempts: i32,
    pub asked_at: DateTimeUtc,
    pub next_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub ended_at: Option<DateTimeUtc>,
    pub attempted_at: Option<DateTimeUtc>,
    pub status: Option<i16>,
    pub failure: Option<String>,
    pub took_ms: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
