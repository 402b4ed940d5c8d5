//! Full-text search over the words of the directory.
//!
//! SQL functions of migrations 0002 and 0029 find the words of the dictionary that a typed word can mean. This module
//! chooses among them and weights them.

pub(crate) mod highlight;
mod parse;
mod spelling;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use uuid::Uuid;

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
}

/// A word of the dictionary that a typed word can mean.
#[derive(Debug, FromQueryResult)]
struct Meaning {
    place: i32,
    word: String,
    tier: i32,
}

impl Meaning {
    /// Returns the words of the meaning. A typed compound can have two.
    fn words(&self) -> impl Iterator<Item = String> {
        self.word.split(' ').map(str::to_owned)
    }

    /// Returns the `tsquery` of the meaning, limited to words of these weights. Empty `weights` cover all.
    fn query(&self, weights: &str) -> String {
        let words: Vec<String> = self.words().map(|word| word + weights).collect();
        format!("({})", words.join(" <-> "))
    }
}

/// Weights of the texts of the entry itself. Excluded words are not searched in the titles of its themes.
const OWN: &str = ":ABC";
/// First tier of guesses about the spelling.
const ALIKE: i32 = 4;
/// First tier of other forms of the typed word.
const FORM: i32 = 2;
/// First tier of other words that contain the typed word.
const PART: i32 = 3;

impl Search {
    /// Parses a query. Returns `None` if it is absent or blank.
    pub(crate) async fn asked(
        db: &impl ConnectionTrait,
        table: &'static str,
        typed: Option<&SearchText>,
    ) -> Result<Option<Self>> {
        let resource = (table != EVERYTHING).then_some(table);
        match typed.map(|typed| typed.0.as_str()).filter(|typed| !typed.trim().is_empty()) {
            Some(typed) => Self::read(db, resource, typed).await.map(Some),
            None => Ok(None),
        }
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
        let text = format!(
            "{id} in (select d.entry_id from search_document d where d.resource = coalesce($1, d.resource) and d.words @@ $2::tsquery)"
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

/// Returns the folded words of each clause.
async fn fold(db: &impl ConnectionTrait, question: &Question) -> Result<Vec<Vec<String>>> {
    #[derive(FromQueryResult)]
    struct Folded {
        words: Vec<String>,
    }
    const SQL: &str = "select array(select w.word from unnest(string_to_array(regexp_replace(search_fold(t.text), '[^a-z0-9]+', ' ', 'g'), ' ')) \
                       with ordinality as w (word, place) where w.word <> '' order by w.place) as words \
                       from unnest($1::text[]) with ordinality as t (text, place) order by t.place";
    let texts: Vec<String> = question.clauses.iter().map(|clause| clause.text.clone()).collect();
    let rows = sql(SQL, [texts.into()]);
    Ok(Folded::find_by_statement(rows).all(db).await?.into_iter().map(|row| row.words).collect())
}

/// Returns the meanings of each word, by its position. Words after the first `own` are compounds, of which only forms are
/// looked up.
async fn expand(
    db: &impl ConnectionTrait,
    resource: Option<&str>,
    words: &[&str],
    own: usize,
) -> Result<BTreeMap<usize, Vec<Meaning>>> {
    const SQL: &str = "select place, word, tier from search_expand($1, $2::text[], $3)";
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let own = i32::try_from(own).unwrap_or(i32::MAX);
    let rows = sql(SQL, [resource.into(), words.clone().into(), own.into()]);
    let mut meanings: BTreeMap<usize, Vec<Meaning>> = (0..words.len()).map(|place| (place, vec![])).collect();
    for meaning in Meaning::find_by_statement(rows).all(db).await? {
        let place = usize::try_from(meaning.place - 1).unwrap_or_default();
        meanings.entry(place).or_default().push(meaning);
    }
    Ok(meanings)
}

/// Returns the positions of two and of three neighbouring words.
fn neighbours(count: usize) -> impl Iterator<Item = Range<usize>> {
    [2, 3].into_iter().flat_map(move |size| (size..=count).map(move |end| end - size..end))
}

/// Adds the meanings of compounds to their words, as in "Leer stand", "W-LAN" or "Open Data Portal". In `meanings`, the
/// compounds follow the words.
fn join(meanings: &mut BTreeMap<usize, Vec<Meaning>>, words: &[&str]) {
    let compounds = meanings.split_off(&words.len()).into_values();
    for (places, found) in neighbours(words.len()).zip(compounds) {
        // A compound that consists of the typed words themselves adds no meaning.
        let apart = words.get(places.clone()).map(|words| words.join(" "));
        for meaning in found.into_iter().filter(|meaning| meaning.tier < PART && Some(&meaning.word) != apart.as_ref())
        {
            for place in places.clone() {
                let meaning = Meaning { tier: FORM, word: meaning.word.clone(), ..meaning };
                meanings.entry(place).or_default().push(meaning);
            }
        }
    }
}

/// Returns corrections of unknown words: the nearest known words, by position, if they are within the edit distance that
/// the search corrects by itself, and otherwise the nearest known word, by the typed word, for `did_you_mean`.
fn corrections(
    words: &[&str],
    meanings: &mut BTreeMap<usize, Vec<Meaning>>,
) -> (Vec<(usize, String)>, HashMap<String, String>) {
    let (mut corrections, mut nearest) = (vec![], HashMap::new());
    for (place, found) in meanings {
        let Some(typed) = words.get(*place) else { continue };
        let guesses = found.extract_if(.., |meaning| meaning.tier >= ALIKE).map(|meaning| meaning.word);
        let length = typed.chars().count();
        let mut near: Vec<(usize, String)> = guesses.map(|word| (strsim::osa_distance(typed, &word), word)).collect();
        near.sort();
        let best = near.first().map(|(far, _)| *far);
        if best.is_some_and(|best| best <= (length / 4).min(3)) {
            let same = near.into_iter().filter(|(far, _)| Some(*far) == best);
            corrections.extend(same.take(3).map(|(_, word)| (*place, word)));
        } else if let Some((far, word)) = near.into_iter().next()
            && far <= length / 2
        {
            nearest.insert((*typed).to_owned(), word);
        }
    }
    (corrections, nearest)
}

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
