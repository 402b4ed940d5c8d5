//! Submissions of solutions and practice examples.

use sea_orm::entity::prelude::*;

use crate::vocabulary::{Purpose, Stage};

/// Submission: proposed content of an entry, or the proposal to withdraw an entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    /// ID of the submission (UUID).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Table of the entry.
    pub resource: String,
    /// Purpose of the submission.
    pub purpose: Purpose,
    /// Current stage.
    pub stage: Stage,
    /// ID of the published entry. `None` for a new entry until it is published.
    pub entry_id: Option<Uuid>,
    /// Revision of the published entry that the content is based on. `None` for a new entry.
    pub base: Option<i64>,
    /// Content of the published entry at revision `base`. `None` for a new entry.
    #[sea_orm(column_type = "Json", nullable)]
    pub base_content: Option<Json>,
    /// Proposed content of the entry. May be incomplete before submission.
    #[sea_orm(column_type = "Json")]
    pub content: Json,
    /// IDs of the entries that `content` and `base_content` refer to, by table and name.
    #[sea_orm(column_type = "JsonBinary")]
    pub names: Json,
    /// IDs of the municipalities that own the submission.
    pub municipality_ids: Vec<Uuid>,
    /// IDs of the municipalities of the token that created the submission. Empty for a token for all municipalities.
    pub created_for: Vec<Uuid>,
    /// Submitter: subject of the token that created the submission.
    pub submitted_by: String,
    /// Subjects of the tokens that wrote or submitted the content. An author cannot review the submission.
    pub authors: Vec<String>,
    /// Assigned reviewer: subject of a token. `None` when no reviewer is assigned.
    pub assigned_to: Option<String>,
    /// Subject of the token that assigned the reviewer. `None` when no reviewer is assigned.
    pub assigned_by: Option<String>,
    /// Revision number, starting at 1. Part of the entity tag.
    pub revision: i64,
    /// Time of creation (UTC).
    pub created_at: DateTimeUtc,
    /// Time of the last change (UTC).
    pub updated_at: DateTimeUtc,
    /// Time of the last `submit` step (UTC). `None` when the submission was never submitted.
    pub submitted_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
