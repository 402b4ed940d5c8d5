//! Steps of the review of submissions.

use sea_orm::entity::prelude::*;

use crate::vocabulary::{ReviewAction, Stage};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission_action")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub submission_id: Uuid,
    pub at: DateTimeUtc,
    pub action: ReviewAction,
    pub stage: Stage,
    pub actor: String,
    pub token_id: Option<Uuid>,
    pub comment: Option<String>,
    pub content: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
