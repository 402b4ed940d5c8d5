//! The index in memory, filled from the search documents of a database.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use anyhow::{Context, Result};
use api::base::db::Database;
use sea_orm::{ConnectionTrait, QueryResult};
use search::{Class, Document, DocumentWord, Forms, Index, Query, Tier, fold};
use serde::Deserialize;
use tests::graded_queries::Found;
use tests::{RESOURCES, statement};
use uuid::Uuid;

/// A search document, as JSON.
const DOCUMENTS: &str = "\
    select json_build_object('id', entry_id, 'resource', resource, 'slug', slug, 'label', label, 'prior', prior, 'words', \
               (select coalesce(json_agg(json_build_object('word', lexeme, 'weights', weights, 'positions', positions)), '[]') \
                  from unnest(words)))::text \
      from search_document";

/// A word with its German and its English stem.
const WORDS: &str = "select distinct word, german, english from search_word";

/// The index, and what is needed to name the entries that it finds.
pub(crate) struct SearchIndex {
    index: Index,
    /// Resource and slug by ID.
    names: HashMap<u128, (&'static str, String)>,
    /// German and English stem by word.
    stems: HashMap<String, [String; 2]>,
}

/// A row of `search_document`.
#[derive(Deserialize)]
struct Row {
    id: Uuid,
    resource: String,
    slug: String,
    label: BTreeMap<String, String>,
    prior: f32,
    words: Vec<RowWord>,
}

/// A word of a search document, with the weights and positions of its occurrences.
#[derive(Deserialize)]
struct RowWord {
    word: String,
    weights: Vec<char>,
    positions: Vec<u16>,
}

impl SearchIndex {
    /// Reads all search documents.
    pub(crate) async fn read(database: &Database) -> Result<Self> {
        let connection = database.connection();
        let mut filled = Self { index: Index::default(), names: HashMap::new(), stems: HashMap::new() };
        for row in connection.query_all_raw(statement(WORDS)).await? {
            let text = |column| QueryResult::try_get_by_index::<String>(&row, column);
            let (word, stems) = (text(0)?, [text(1)?, text(2)?]);
            filled.index.learn(&word, &stems[0], &stems[1]);
            filled.stems.insert(word, stems);
        }
        for row in connection.query_all_raw(statement(DOCUMENTS)).await? {
            let row: Row = serde_json::from_str(&row.try_get_by_index::<String>(0)?)?;
            let (number, collection) = resource(&row.resource).with_context(|| row.resource.clone())?;
            filled.index.insert(&document(&row, number)?);
            filled.names.insert(row.id.as_u128(), (collection, row.slug));
        }
        Ok(filled)
    }

    /// Estimated memory of the index in mebibytes.
    pub(crate) fn mebibytes(&self) -> usize {
        self.index.memory() >> 20
    }

    /// Searches a resource, or all resources if it is `search`. Returns slugs, with the resource in the search of all resources, and
    /// the number of entries that contain words of the query.
    pub(crate) fn search(&self, typed: &str, resource: &str) -> (Found, usize) {
        let begin = Instant::now();
        let mut query = Query::parse(typed);
        for word in query.words_mut() {
            let folded = word.forms.folded.clone();
            let [german, english] = self.stems.get(&folded).cloned().unwrap_or([folded.clone(), folded.clone()]);
            word.forms = Forms { folded, german, english };
        }
        let number = RESOURCES.iter().position(|collection| *collection == resource);
        let ranked = self.index.search(&query, number.and_then(|number| number.try_into().ok()));
        let time = begin.elapsed();
        let name = |id| {
            let (collection, slug) = self.names.get(&id)?;
            Some(if number.is_some() { slug.clone() } else { format!("{collection}/{slug}") })
        };
        let with_words = ranked.hits.iter().filter(|hit| hit.tier != Tier::Similar).count();
        (Found { entries: ranked.hits.iter().filter_map(|hit| name(hit.id)).collect(), time }, with_words)
    }
}

/// Returns number and collection of the resource with a table.
fn resource(table: &str) -> Option<(u8, &'static str)> {
    let names = [format!("{}s", table.replace('_', "-")), table.replace("municipality", "municipalities")];
    (0..).zip(RESOURCES).find(|(_, collection)| names.iter().any(|name| name == collection))
}

fn document(row: &Row, resource: u8) -> Result<Document> {
    let title = |label: &String| label.split(|letter: char| !letter.is_alphanumeric()).map(fold).collect::<Vec<_>>();
    Ok(Document {
        id: row.id.as_u128(),
        resource,
        is_municipality: row.resource == "municipality",
        titles: row.label.values().map(title).collect(),
        prior: row.prior,
        words: row.words.iter().map(word).collect::<Result<_>>()?,
    })
}

fn word(row: &RowWord) -> Result<DocumentWord> {
    let class = |weight: &char| match weight {
        'A' => Ok(Class::Title),
        'B' => Ok(Class::Names),
        'C' => Ok(Class::Summary),
        'D' => Ok(Class::Text),
        other => anyhow::bail!("unknown weight {other}"),
    };
    let classes = row.weights.iter().map(class).collect::<Result<Vec<_>>>()?;
    let occurrences = row.positions.iter().copied().zip(classes).collect();
    Ok(DocumentWord { word: row.word.clone(), occurrences })
}
