//! Comments on submissions.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Side;

/// Comment on a submission.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission_comment")]
pub struct Model {
    /// ID of the comment (UUID).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// ID of the submission.
    pub submission_id: Uuid,
    /// Time of creation (UTC).
    pub at: DateTimeUtc,
    /// Author: subject of a token.
    pub actor: String,
    /// Side of the author.
    pub side: Side,
    /// JSON pointer (RFC 6901) to a member of the content. `None` when the comment concerns the whole submission.
    pub pointer: Option<String>,
    /// Text of the comment.
    pub body: String,
    /// Time of resolution (UTC). `None` while the comment is unresolved.
    pub resolved_at: Option<DateTimeUtc>,
    /// Subject of the token that resolved the comment. `None` while the comment is unresolved.
    pub resolved_by: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
