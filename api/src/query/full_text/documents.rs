//! Reads search documents and the stems of words from the database.

use actix_web::web;
use entity::Text;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use search::{Document, Index};
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::{Error, Result};
use crate::model::catalog::{MUNICIPALITIES, RESOURCES};

/// Number of documents that are read with one statement.
const BATCH: usize = 1000;

/// A search document.
#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    resource: String,
    label: Text,
    prior: f32,
    words: String,
    federal_states: Vec<String>,
}

/// Returns the number of the resource with a table. `None` for other tables.
pub(crate) fn resource_number(table: &str) -> Option<u8> {
    (0..).zip(RESOURCES).find(|(_, resource)| resource.table == table).map(|(number, _)| number)
}

/// Returns an index of all documents.
pub(super) async fn read_all(db: &impl ConnectionTrait) -> Result<Index> {
    let mut index = Index::default();
    learn(&mut index, &stems(db, None).await?);
    let mut rows = Row::after(db, Uuid::nil()).await?;
    while let Some(last) = rows.last().map(|row| row.id) {
        let documents = rows.into_iter().map(Row::document).collect::<Result<Vec<_>>>()?;
        // While the index takes the documents, the database reads the next ones.
        let inserted = web::block(move || {
            for document in &documents {
                index.insert(document);
            }
            index
        });
        let (inserted, next) = tokio::join!(inserted, Row::after(db, last));
        (index, rows) = (inserted.map_err(Error::internal)?, next?);
    }
    Ok(index)
}

/// The changes of an index since a directory version.
pub(super) struct Changes {
    removed: Vec<Uuid>,
    documents: Vec<Document>,
    /// Words with their stems, a word in each line.
    stems: String,
}

impl Changes {
    /// Reads the changes. Returns `None` if they are so many that reading all documents is cheaper.
    pub(super) async fn since(
        db: &impl ConnectionTrait,
        version: i64,
        is_learnt: impl Fn(&str) -> bool,
    ) -> Result<Option<Self>> {
        const REMOVED: &str = "select entry_id from search_removal where version > $1";
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let rows = Row::find(db, "version > $1", [version.into(), limit.into()]).await?;
        if rows.len() == BATCH {
            return Ok(None);
        }
        let documents = rows.into_iter().map(Row::document).collect::<Result<Vec<_>>>()?;
        let words = documents.iter().flat_map(Document::words);
        let new: Vec<String> = words.filter(|word| !is_learnt(word)).map(str::to_owned).collect();
        let stems = if new.is_empty() { String::new() } else { stems(db, Some(new)).await? };
        let removed = db.query_all_raw(sql(REMOVED, [version.into()])).await?;
        let removed = removed.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        Ok(Some(Self { removed, documents, stems }))
    }

    /// Applies the changes.
    pub(super) fn apply(&self, index: &mut Index) {
        for id in &self.removed {
            index.remove(id.as_u128());
        }
        learn(index, &self.stems);
        for document in &self.documents {
            index.insert(document);
        }
    }
}

/// Reads the stems of some words, or of all: a word in each line, with its German and its English stem.
async fn stems(db: &impl ConnectionTrait, words: Option<Vec<String>>) -> Result<String> {
    const SQL: &str = "select string_agg(w.word || ' ' || w.german || ' ' || w.english, e'\\n') \
                         from (select distinct word, german, english from search_word \
                                where $1::text[] is null or word = any ($1)) w";
    let row = db.query_one_raw(sql(SQL, [words.into()])).await?;
    let stems: Option<String> = row.map_or(Ok(None), |row| row.try_get_by_index(0))?;
    Ok(stems.unwrap_or_default())
}

/// Stores the stems of words, as `stems` returns them.
fn learn(index: &mut Index, stems: &str) {
    for line in stems.lines() {
        let mut words = line.split(' ');
        if let (Some(word), Some(german), Some(english)) = (words.next(), words.next(), words.next()) {
            index.learn(word, german, english);
        }
    }
}

impl Row {
    /// Reads the documents with the IDs that follow an ID.
    async fn after(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Self>> {
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        Self::find(db, "entry_id > $1 order by entry_id", [id.into(), limit.into()]).await
    }

    /// Reads the documents that meet a condition on `$1`, up to the number `$2`.
    async fn find(db: &impl ConnectionTrait, condition: &str, values: [Value; 2]) -> Result<Vec<Self>> {
        let text = format!(
            "select entry_id as id, resource, label, prior, words::text as words, federal_states \
               from search_document where {condition} limit $2"
        );
        Ok(Self::find_by_statement(sql(&text, values)).all(db).await?)
    }

    fn document(self) -> Result<Document> {
        let unknown = || Error::internal(anyhow::anyhow!("a search document of the unknown table {}", self.resource));
        Ok(Document {
            id: self.id.as_u128(),
            resource: resource_number(&self.resource).ok_or_else(unknown)?,
            is_municipality: self.resource == MUNICIPALITIES.table,
            titles: [Some(self.label.de), self.label.en].into_iter().flatten().collect(),
            prior: self.prior,
            words: self.words,
            states: self.federal_states,
        })
    }
}
