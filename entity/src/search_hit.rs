//! Search results: a view of the entries of all resources.

use sea_orm::entity::prelude::*;

use crate::text::Text;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "search_hit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name of the resource in paths.
    pub collection: String,
    pub slug: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub label: Text,
    pub label_key: String,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub summary: Option<Text>,
    pub themes: Vec<String>,
    pub federal_states: Vec<String>,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
