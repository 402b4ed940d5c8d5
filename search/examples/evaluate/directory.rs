//! Index of the dump.

use std::collections::HashMap;
use std::time::Instant;

use search::{Class, Document, DocumentWord, Forms, Index, Query, Tier, fold};
use serde_json::Value;

use crate::AnyError;

type Stems = HashMap<String, (String, String)>;
const RESOURCES: &[(&str, &str)] = &[
    ("municipality", "municipalities"),
    ("project", "projects"),
    ("solution", "solutions"),
    ("practice_example", "practice-examples"),
    ("working_group", "working-groups"),
    ("learning_partnership", "learning-partnerships"),
    ("event", "events"),
    ("course", "courses"),
    ("publication", "publications"),
    ("theme", "themes"),
];

/// Index with what the evaluation needs of the entries.
pub(crate) struct Directory {
    pub(crate) index: Index,
    names: HashMap<u128, (u8, String)>,
    stems: Stems,
}

impl Directory {
    pub(crate) fn read(documents: &str, words: &str, copies: u128) -> Result<Self, AnyError> {
        let mut directory = Self { index: Index::new(), names: HashMap::new(), stems: HashMap::new() };
        for line in std::fs::read_to_string(words)?.lines() {
            let mut columns = line.split('\t').map(str::to_owned);
            if let (Some(word), Some(german), Some(english)) = (columns.next(), columns.next(), columns.next()) {
                directory.index.learn(&word, &german, &english);
                directory.stems.insert(word, (german, english));
            }
        }
        for line in std::fs::read_to_string(documents)?.lines() {
            let value: Value = serde_json::from_str(line)?;
            let mut document = document(&value).ok_or("unknown document")?;
            let slug = value.get("slug").and_then(Value::as_str).unwrap_or_default();
            directory.names.insert(document.id, (document.resource, slug.to_owned()));
            for copy in 0..copies {
                directory.index.insert(&document);
                document.id = document.id.wrapping_add(copy + 1);
            }
        }
        Ok(directory)
    }

    pub(crate) fn search(&self, text: &str, resource: &str) -> (Vec<(String, Tier)>, f64) {
        let started = Instant::now();
        let mut query = Query::parse(text);
        for word in query.words_mut() {
            let folded = word.forms.folded.clone();
            let (german, english) =
                self.stems.get(&folded).cloned().unwrap_or_else(|| (suffix_stem(&folded), suffix_stem(&folded)));
            word.forms = Forms { folded, german, english };
        }
        let number = RESOURCES.iter().position(|(_, collection)| *collection == resource);
        let ranked = self.index.search(&query, number.and_then(|number| u8::try_from(number).ok()));
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        let found = ranked.hits.iter().filter_map(|hit| Some((self.name(hit.id, number.is_none())?, hit.tier)));
        (found.collect(), milliseconds)
    }

    fn name(&self, id: u128, with_collection: bool) -> Option<String> {
        let (resource, slug) = self.names.get(&id)?;
        let collection = RESOURCES.get(usize::from(*resource))?.1;
        Some(if with_collection { format!("{collection}/{slug}") } else { slug.clone() })
    }
}

/// Returns the stem of a word that is not in the list of stems.
fn suffix_stem(word: &str) -> String {
    let suffixes = ["ern", "em", "en", "er", "es", "e", "s"];
    let stem = suffixes.iter().find_map(|suffix| word.strip_suffix(suffix).filter(|stem| stem.len() > 3));
    stem.unwrap_or(word).to_owned()
}

fn document(value: &Value) -> Option<Document> {
    let name = value.get("resource")?.as_str()?;
    let resource = u8::try_from(RESOURCES.iter().position(|(singular, _)| *singular == name)?).ok()?;
    let labels = value.get("label")?.as_object()?.values().filter_map(Value::as_str);
    let split = |label: &str| label.split(|c: char| !c.is_alphanumeric()).map(fold).filter(|w| !w.is_empty()).collect();
    #[expect(clippy::cast_possible_truncation, reason = "the prior is between 0 and 1")]
    Some(Document {
        id: u128::from_str_radix(&value.get("id")?.as_str()?.replace('-', ""), 16).ok()?,
        resource,
        is_municipality: name == "municipality",
        titles: labels.map(split).collect(),
        prior: value.get("prior")?.as_f64()? as f32,
        words: value.get("words")?.as_array()?.iter().filter_map(document_word).collect(),
    })
}

fn document_word(value: &Value) -> Option<DocumentWord> {
    let [word, classes, positions] = value.as_array()?.as_slice() else { return None };
    let class = |letter| match letter {
        'A' => Class::Title,
        'B' => Class::Names,
        'C' => Class::Summary,
        _ => Class::Text,
    };
    let positions = positions.as_array()?.iter().filter_map(|position| u16::try_from(position.as_u64()?).ok());
    let occurrences = positions.zip(classes.as_str()?.chars().map(class)).collect();
    Some(DocumentWord { word: word.as_str()?.to_owned(), occurrences })
}
