//! Comments on submissions.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Side;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission_comment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub submission_id: Uuid,
    pub at: DateTimeUtc,
    pub actor: String,
    pub side: Side,
    pub pointer: Option<String>,
    pub body: String,
    pub resolved_at: Option<DateTimeUtc>,
    pub resolved_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
