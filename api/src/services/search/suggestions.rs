//! Suggestions of entries.

use entity::Text;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::dto::{Suggestion, Suggestions};
use crate::base::db::sql;
use crate::base::error::Result;
use crate::http::{BoundedInt, SearchText};
use crate::model::catalog::ResourceName;
use crate::query::full_text::highlight::excerpt;

/// Parameters of suggestions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SuggestQuery {
    /// Words that title words start with, up to 200 characters. Without words, the list is empty.
    #[param(value_type = String, required = false, max_length = 200, example = "Kons")]
    pub q: SearchText,
    /// Resource of the entries. Repeat for alternatives. Defaults to all resources.
    #[param(style = Form, explode = true, inline, example = json!(["municipalities"]))]
    pub resource: Vec<ResourceName>,
    /// Number of suggestions. Defaults to 10.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 50, default = 10, example = 10)]
    pub limit: Option<BoundedInt<1, 50>>,
}

#[derive(FromQueryResult)]
struct SuggestionRow {
    collection: String,
    id: Uuid,
    slug: String,
    label: Text,
    summary: Option<Text>,
}

/// Finds up to `$3` entries of the tables `$2` (empty for all) whose title has, for each word of `$1`, a word with that prefix.
/// Words of titles have the weight A. Titles that start with the whole of `$1` come first. Then entries are sorted by their
/// rank within the resource, so that the many municipalities do not displace all other entries.
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
         where $2::text[] = '{}' or d.resource = any ($2) \
    ), ranked as ( \
        select *, row_number() over (partition by resource, begins \
                                     order by prior desc, length(label ->> 'de'), slug) as place \
          from found \
    ) \
    select h.collection, h.id, h.slug, h.label, h.summary from ranked r join search_hit h on h.id = r.entry_id \
     order by begins desc, place, prior desc, length(r.label ->> 'de'), r.slug limit $3";

pub(super) async fn suggestions(db: &impl ConnectionTrait, query: SuggestQuery) -> Result<Suggestions> {
    let SuggestQuery { q, resource, limit } = query;
    let tables: Vec<String> = resource.into_iter().map(|name| name.0.table.to_owned()).collect();
    let found = sql(SQL, [q.0.into(), tables.into(), limit.map_or(10, |limit| limit.0).into()]);
    let suggestion = |found: SuggestionRow| -> Result<Suggestion> {
        let resource = ResourceName::stored(&found.collection)?;
        Ok(Suggestion {
            href: resource.0.href(&found.slug),
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
