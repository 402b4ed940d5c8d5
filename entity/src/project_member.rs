//! Members of projects.

use sea_orm::entity::prelude::*;

use crate::vocabulary::ProjectRole;

/// Membership of a municipality in a project.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project_member")]
pub struct Model {
    /// ID of the project.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: Uuid,
    /// ID of the municipality.
    #[sea_orm(primary_key, auto_increment = false)]
    pub municipality_id: Uuid,
    /// Role in the project.
    pub role: ProjectRole,
    /// Position in the list of members.
    pub position: i16,

    /// The project.
    #[sea_orm(belongs_to, from = "project_id", to = "id")]
    pub project: BelongsTo<super::project::Entity>,
    /// The municipality.
    #[sea_orm(belongs_to, from = "municipality_id", to = "id")]
    pub municipality: BelongsTo<super::municipality::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
