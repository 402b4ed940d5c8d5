//! Full-text search over the words of the directory.
//!
//! SQL functions of migrations 0002 and 0029 find the words of the dictionary that a typed word can mean. This module
//! chooses among them and weights them.

pub(crate) mod highlight;
mod meanings;
mod parse;
mod spelling;

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, Value};

use uuid::Uuid;

use self::meanings::{ALIKE, FORM, Meaning, PART, corrections, expand, fold, join, neighbours};
use self::parse::{Clause, Question};
use crate::base::db::sql;
use crate::base::error::Result;
use crate::http::SearchText;

/// Name of the view of all entries. A search in it covers all resources.
pub(crate) const EVERYTHING: &str = "search_hit";

/// A full-text query over the documents of one resource, or of all resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// Table of the resource. `None` for all resources.
    resource: Option<&'static str>,
    /// The text of the query.
    asked: String,
    /// The text of the query, if it has more than one word and may be a whole title.
    title: Option<String>,
    /// For unknown words that were not corrected, the nearest known word.
    nearest: HashMap<String, String>,
    /// For unknown words that were corrected, the first known word that is searched instead.
    corrected: HashMap<String, String>,
    /// The condition that a document must meet, as `tsquery`.
    matching: String,
    /// The words as typed. Documents with these words rank first.
    typed: String,
    /// The words as typed, and other forms of them. Documents with these words rank next.
    forms: String,
    /// All words of the query, in the folded form of the documents.
    words: HashSet<String>,
    effort: Effort,
}

/// How much of a search is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Effort {
    /// All documents are searched, for all meanings of the words.
    #[default]
    Whole,
    /// Up to `SOME` documents are searched, for the words as typed.
    Some,
}

/// Number of documents that `Effort::Some` finds.
const SOME: u32 = 1000;

/// Weights of the texts of the entry itself. Excluded words are not searched in the titles of its themes.
const OWN: &str = ":ABC";

impl Search {
    /// Parses a query. Returns `None` if it is absent or blank.
    pub(crate) async fn asked(
        db: &impl ConnectionTrait,
        table: &'static str,
        typed: Option<&SearchText>,
        effort: Effort,
    ) -> Result<Option<Self>> {
        let resource = (table != EVERYTHING).then_some(table);
        match (typed.map(|typed| typed.0.as_str()).filter(|typed| !typed.trim().is_empty()), effort) {
            (Some(typed), Effort::Whole) => Self::read(db, resource, typed).await.map(Some),
            (Some(typed), Effort::Some) => Self::literal(db, resource, typed).await.map(Some),
            (None, _) => Ok(None),
        }
    }

    /// Parses a query without looking up the meanings of its words.
    async fn literal(db: &impl ConnectionTrait, resource: Option<&'static str>, typed: &str) -> Result<Self> {
        let question = Question::parse(typed);
        let words = fold(db, &question).await?;
        let own = |(place, word): (usize, &String)| (place, vec![Meaning { place: 0, word: word.clone(), tier: 1 }]);
        let meanings = words.iter().flatten().enumerate().map(own).collect();
        Ok(Self {
            asked: typed.to_owned(),
            effort: Effort::Some,
            ..Self::compose(resource, &question, &words, &meanings)
        })
    }

    async fn read(db: &impl ConnectionTrait, resource: Option<&'static str>, typed: &str) -> Result<Self> {
        let question = Question::parse(typed);
        let words = fold(db, &question).await?;
        let flat: Vec<&str> = words.iter().flatten().map(String::as_str).collect();
        let compounds = neighbours(flat.len()).filter_map(|places| flat.get(places));
        let compounds: Vec<String> = compounds.map(<[&str]>::concat).collect();
        let asked: Vec<&str> = flat.iter().copied().chain(compounds.iter().map(String::as_str)).collect();
        let mut meanings = expand(db, resource, &asked, flat.len()).await?;
        join(&mut meanings, &flat);
        let (guesses, nearest) = corrections(&flat, &mut meanings);
        if !guesses.is_empty() {
            let words: Vec<&str> = guesses.iter().map(|(_, word)| word.as_str()).collect();
            for (guess, found) in guesses.iter().zip(expand(db, resource, &words, words.len()).await?) {
                meanings.entry(guess.0).or_default().extend(found.1.into_iter().filter(|meaning| meaning.tier < ALIKE));
            }
        }
        let mut corrected = HashMap::new();
        for (place, word) in &guesses {
            if let Some(typed) = flat.get(*place) {
                corrected.entry((*typed).to_owned()).or_insert_with(|| word.clone());
            }
        }
        let title = (flat.len() > 1).then(|| typed.to_owned());
        Ok(Self {
            nearest,
            corrected,
            title,
            asked: typed.to_owned(),
            ..Self::compose(resource, &question, &words, &meanings)
        })
    }

    fn compose(
        resource: Option<&'static str>,
        question: &Question,
        words: &[Vec<String>],
        meanings: &BTreeMap<usize, Vec<Meaning>>,
    ) -> Self {
        let mut places = 0..;
        let (mut typed, mut forms) = (vec![], vec![]);
        let mut sought = HashSet::new();
        // Each way is a list of conditions combined with AND. The ways are combined with OR.
        let mut ways: Vec<Vec<String>> = vec![];
        for (clause, words) in question.clauses.iter().zip(words) {
            let places: Vec<usize> = places.by_ref().take(words.len()).collect();
            let known = |below: i32, weights: &str| -> Vec<String> {
                let meanings = places.iter().map(|place| meanings.get(place).into_iter().flatten());
                meanings.map(|meanings| any(meanings.filter(|meaning| meaning.tier < below), weights)).collect()
            };
            let glue = if clause.is_phrase { " <-> " } else { " & " };
            let condition = match clause {
                _ if words.is_empty() => continue,
                Clause { is_excluded: true, .. } => format!("!({})", known(PART, OWN).join(glue)),
                Clause { is_phrase: true, .. } => format!("({})", known(PART, "").join(glue)),
                _ => format!("({})", known(ALIKE, "").join(glue)),
            };
            if !clause.is_excluded {
                typed.extend(known(FORM, ""));
                forms.extend(known(PART, ""));
                let meanings = places.iter().filter_map(|place| meanings.get(place)).flatten();
                sought.extend(meanings.filter(|meaning| meaning.tier < ALIKE).flat_map(Meaning::words));
            }
            match ways.last_mut().filter(|_| !clause.is_alternative) {
                Some(way) => way.push(condition),
                None => ways.push(vec![condition]),
            }
        }
        let ways: Vec<String> = ways.into_iter().map(|way| format!("({})", way.join(" & "))).collect();
        let or_nothing = |parts: Vec<String>| {
            if parts.is_empty() { NOTHING.to_owned() } else { parts.join(" | ") }
        };
        let (matching, typed, forms) = (or_nothing(ways), or_nothing(typed), or_nothing(forms));
        Self { resource, matching, typed, forms, words: sought, ..Self::default() }
    }

    /// Returns the SQL condition that the entry with the ID in the expression `id` matches.
    pub(crate) fn condition(&self, id: &str) -> Expr {
        let limit = match self.effort {
            Effort::Whole => String::new(),
            Effort::Some => format!(" limit {SOME}"),
        };
        let text = format!(
            "{id} in (select d.entry_id from search_document d where d.resource = coalesce($1, d.resource) and d.words @@ $2::tsquery{limit})"
        );
        Expr::cust_with_values(text, [Value::from(self.resource), self.matching.clone().into()])
    }

    /// Returns the rank of a matching document. A match of the whole title or its beginning ranks first, then typed
    /// words before parts of compounds, titles before texts, and short before long texts. The prior of a document
    /// raises its rank. The rank is rounded, because it is part of cursors.
    pub(crate) fn rank(&self, id: &str) -> Expr {
        let fit = |query: &str| format!("ts_rank('{{0.05, 0.2, 0.4, 1}}', d.words, {query}::tsquery, 1)");
        let (typed, forms, all) = (fit("$1"), fit("$2"), fit("$3"));
        let text = format!(
            "(select round(((1 + 3 * d.prior) * (8 * {typed} + 3 * {forms} + {all} \
                     + case when d.label_key = sort_key($4) then 9 when d.label_key like sort_key($4) || ' %' then 4 else 0 end) \
                     * 1e6)::numeric)::bigint \
                from search_document d where d.entry_id = {id})"
        );
        let values: [Value; 4] =
            [(&self.typed).into(), (&self.forms).into(), (&self.matching).into(), self.title.clone().into()];
        Expr::cust_with_values(text, values)
    }
}

/// A word that no document contains, because folded words have no capital letters.
const NOTHING: &str = "'NOTHING'";

fn any<'a>(meanings: impl Iterator<Item = &'a Meaning>, weights: &str) -> String {
    let words: Vec<String> = meanings.map(|meaning| meaning.query(weights)).collect();
    if words.is_empty() { NOTHING.to_owned() } else { format!("({})", words.join(" | ")) }
}

/// Updates the search documents of some entries, in the transaction that changed them.
pub(crate) async fn refresh(tx: &impl ConnectionTrait, resource: &str, changed: Vec<Uuid>) -> Result<()> {
    if !changed.is_empty() {
        let call = "call search_refresh($1, $2::uuid[])";
        tx.execute_raw(sql(call, [resource.into(), changed.into()])).await?;
    }
    Ok(())
}
