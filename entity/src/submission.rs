//! Submissions of solutions and practice examples.

use sea_orm::entity::prelude::*;

use crate::vocabulary::{Purpose, Stage};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Table of the entry.
    pub resource: String,
    pub purpose: Purpose,
    pub stage: Stage,
    pub entry_id: Option<Uuid>,
    pub base: Option<i64>,
    #[sea_orm(column_type = "Json", nullable)]
    pub base_content: Option<Json>,
    #[sea_orm(column_type = "Json")]
    pub content: Json,
    /// IDs of the entries that `content` and `base_content` refer to, by table and name.
    #[sea_orm(column_type = "JsonBinary")]
    pub names: Json,
    /// IDs of the municipalities that own the submission.
    pub municipality_ids: Vec<Uuid>,
    /// IDs of the municipalities of the token that created the submission. Empty for a token for all municipalities.
    pub created_for: Vec<Uuid>,
    pub submitted_by: String,
    pub authors: Vec<String>,
    pub assigned_to: Option<String>,
    pub assigned_by: Option<String>,
    pub revision: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub submitted_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
