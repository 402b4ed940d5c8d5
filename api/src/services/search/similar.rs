//! Entries that are similar to an entry.

use std::collections::{HashMap, HashSet};

use entity::search_hit::{Entity, Model};
use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use search::SimilarEntry;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::dto::{SimilarItem, SimilarItems, SimilarityReasons};
use crate::base::error::Result;
use crate::http::BoundedInt;
use crate::model::catalog::ResourceName;
use crate::query::full_text::{resource_number, spellings};

/// Smallest similarity of an entry.
const FLOOR: f32 = 0.05;

/// Parameters of similar entries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SimilarQuery {
    /// Resource of the similar entries. Repeat for alternatives. Defaults to all resources but municipalities.
    #[param(style = Form, explode = true, inline, example = json!(["solutions"]))]
    pub resource: Vec<ResourceName>,
    /// Number of entries. Defaults to 10.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 50, default = 10, example = 10)]
    pub limit: Option<BoundedInt<1, 50>>,
}

/// Returns the items of the most similar entries. `found` are all similar entries of `entry`, most similar first.
pub(super) async fn items(
    db: &impl ConnectionTrait,
    entry: Uuid,
    found: Vec<SimilarEntry>,
    query: &SimilarQuery,
) -> Result<SimilarItems> {
    let limit = query.limit.map_or(10, |limit| usize::try_from(limit.0).unwrap_or(10));
    let wanted: HashSet<u8> = query.resource.iter().filter_map(|name| resource_number(name.0.table)).collect();
    let is_wanted =
        |other: &SimilarEntry| other.score >= FLOOR && (wanted.is_empty() || wanted.contains(&other.resource));
    let found: Vec<SimilarEntry> = found.into_iter().filter(is_wanted).take(limit).collect();
    let ids: Vec<Uuid> = found.iter().map(|other| Uuid::from_u128(other.id)).chain([entry]).collect();
    let rows = Entity::find().filter(Expr::cust_with_values("id = any ($1)", [ids])).all(db).await?;
    let mut rows: HashMap<Uuid, Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let themes: HashSet<String> = rows.remove(&entry).map(|row| row.themes).unwrap_or_default().into_iter().collect();
    let spellings = spellings(db, vec![entry], found.iter().flat_map(|other| &other.shared_words).collect()).await?;
    let item = |other: &SimilarEntry| -> Option<Result<SimilarItem>> {
        let row = rows.remove(&Uuid::from_u128(other.id))?;
        let words = other.shared_words.iter().map(|word| spellings.get(word).unwrap_or(word).clone()).collect();
        let themes = row.themes.iter().filter(|theme| themes.contains(*theme)).cloned().collect();
        let reasons = SimilarityReasons { words, themes };
        Some(ResourceName::stored(&row.collection).map(|resource| SimilarItem {
            href: resource.0.href(&row.slug),
            resource,
            id: row.id,
            slug: row.slug,
            title: row.label,
            score: (f64::from(other.score) * 1000.0).round() / 1000.0,
            reasons,
        }))
    };
    Ok(SimilarItems { items: found.iter().filter_map(item).collect::<Result<_>>()? })
}
