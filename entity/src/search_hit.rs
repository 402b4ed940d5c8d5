//! Search results: a view of the entries of all resources.

use sea_orm::entity::prelude::*;

use crate::text::Text;

/// Row of the view `search_hit`: an entry of any resource.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "search_hit")]
pub struct Model {
    /// ID of the entry (UUID version 7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name of the resource in paths.
    pub collection: String,
    /// Slug of the entry.
    pub slug: String,
    /// Title of the entry.
    #[sea_orm(column_type = "JsonBinary")]
    pub label: Text,
    /// Sort key of the German title, in German alphabetical order.
    pub label_key: String,
    /// Summary. `None` when there is none.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub summary: Option<Text>,
    /// Slugs of the themes.
    pub themes: Vec<String>,
    /// Federal states, by ISO 3166-2 code.
    pub federal_states: Vec<String>,
    /// Time of the last change to the entry (UTC).
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
