//! What somebody may be about to type.

use anyhow::anyhow;
use entity::Text;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::dto::{Suggestion, Suggestions};
use crate::base::error::{Error, Result};
use crate::http::SearchText;
use crate::model::catalog::ResourceName;
use crate::query::full_text::highlight::excerpt;

/// What was typed so far.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuggestQuery {
    /// The beginning of a title or place; its last word may be unfinished. Nothing is suggested for nothing.
    #[param(value_type = String, required = false, max_length = 200, example = "Kons")]
    pub q: SearchText,
}

#[derive(FromQueryResult)]
struct SuggestionRow {
    collection: String,
    id: Uuid,
    slug: String,
    label: Text,
    summary: Option<Text>,
}

/// Words of titles (weight A) that begin like each word that was typed. Of each resource the likeliest comes first, so that
/// 12,210 municipalities do not crowd out everything else; what begins like it altogether comes before what only holds it.
const SQL: &str = "\
    with typed as materialized ( \
        select regexp_replace(search_fold($1), '[^a-z0-9]+', ' ', 'g') as text \
    ), sought as materialized ( \
        select text, to_tsquery('pg_catalog.simple', \
                   (select string_agg(word || ':*A', ' & ') from regexp_split_to_table(trim(text), ' ') word where word <> '')) as words \
          from typed \
    ), found as ( \
        select d.resource, d.entry_id, d.slug, d.label, d.prior, \
               trim(regexp_replace(search_fold(d.label ->> 'de'), '[^a-z0-9]+', ' ', 'g')) like trim(s.text) || '%' as begins \
          from search_document d join sought s on d.words @@ s.words \
    ), ranked as ( \
        select *, row_number() over (partition by resource, begins \
                                     order by prior desc, length(label ->> 'de'), slug) as place \
          from found \
    ) \
    select h.collection, h.id, h.slug, h.label, h.summary from ranked r join search_hit h on h.id = r.entry_id \
     order by begins desc, place, prior desc, length(r.label ->> 'de'), r.slug limit 10";

pub(super) async fn suggestions(db: &impl ConnectionTrait, typed: &str) -> Result<Suggestions> {
    let found = Statement::from_sql_and_values(db.get_database_backend(), SQL, [typed.into()]);
    let suggestion = |found: SuggestionRow| -> Result<Suggestion> {
        let resource =
            ResourceName::of_collection(&found.collection).map_err(|unknown| Error::internal(anyhow!(unknown)))?;
        Ok(Suggestion {
            href: format!("/v1/{}/{}", resource.0.collection, found.slug),
            resource,
            id: found.id,
            slug: found.slug,
            title: found.label,
            snippet: found.summary.map(|summary| excerpt(&summary.de)),
        })
    };
    let items = SuggestionRow::find_by_statement(found).all(db).await?.into_iter().map(suggestion);
    Ok(Suggestions { items: items.collect::<Result<_>>()? })
}
