//! Steps of the review of submissions.

use sea_orm::entity::prelude::*;

use crate::vocabulary::{ReviewAction, Stage};

/// Step of the review of a submission.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission_action")]
pub struct Model {
    /// ID of the step (UUID).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// ID of the submission.
    pub submission_id: Uuid,
    /// Time of the step (UTC).
    pub at: DateTimeUtc,
    /// Kind of step.
    pub action: ReviewAction,
    /// Stage of the submission after the step.
    pub stage: Stage,
    /// Author of the step: subject of a token.
    pub actor: String,
    /// ID of the token of the author. `None` for a token of the trusted issuer.
    pub token_id: Option<Uuid>,
    /// Comment on the step. `None` when there is none.
    pub comment: Option<String>,
    /// Content at the time of a `submit` step. `None` for all other steps.
    pub content: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
