//! Text search: what was typed becomes a query over the words of the directory.
//!
//! The SQL of migrations 0002 and 0015 tells which words a typed word can mean; this decides which of them count, and how.

pub(crate) mod highlight;
mod parse;
mod spelling;

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use uuid::Uuid;

use self::parse::{Clause, Question};
use crate::base::error::Result;
use crate::http::SearchText;

/// The view of every entry: a search in it asks the words of all resources.
pub(crate) const EVERYTHING: &str = "search_hit";

/// A text query, ready to be asked of the documents of one resource, or of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    resource: Option<&'static str>,
    /// What was typed.
    asked: String,
    /// What was typed, if it is more than a word and so may be a whole title.
    title: Option<String>,
    /// For words that nobody knows, the nearest that somebody does.
    nearest: HashMap<String, String>,
    /// What a document must hold.
    matching: String,
    /// The words as they were typed; documents with these come first.
    typed: String,
    /// The words as they were typed, or other forms of them; documents with these come next.
    forms: String,
    /// All words it looks for, as the documents write them.
    words: HashSet<String>,
}

/// A word of the dictionary that a typed one can mean.
#[derive(Debug, FromQueryResult)]
struct Meaning {
    place: i32,
    word: String,
    tier: i32,
}

impl Meaning {
    /// The words it is made of; two, if the typed one was two in one.
    fn words(&self) -> impl Iterator<Item = String> {
        self.word.split(' ').map(str::to_owned)
    }

    /// As a query for it, in words of these weights alone or of all.
    fn query(&self, weights: &str) -> String {
        let words: Vec<String> = self.words().map(|word| word + weights).collect();
        format!("({})", words.join(" <-> "))
    }
}

/// The weights of what an entry says of itself: who excludes a word does not mean the names of its themes.
const OWN: &str = ":ABC";
/// From here on a meaning is a guess about the spelling.
const ALIKE: i32 = 4;
/// From here on it is another form of the typed word.
const FORM: i32 = 2;
/// From here on it is another word, of which the typed one is a part.
const PART: i32 = 3;

impl Search {
    /// Reads what was typed, if anything was.
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
        let joined: Vec<String> = flat.windows(2).map(<[&str]>::concat).collect();
        let asked: Vec<&str> = flat.iter().copied().chain(joined.iter().map(String::as_str)).collect();
        let mut meanings = expand(db, resource, &asked).await?;
        join(&mut meanings, flat.len());
        let (guesses, nearest) = corrections(&flat, &mut meanings);
        if !guesses.is_empty() {
            let corrected: Vec<&str> = guesses.iter().map(|(_, word)| word.as_str()).collect();
            for (guess, found) in guesses.iter().zip(expand(db, resource, &corrected).await?) {
                meanings.entry(guess.0).or_default().extend(found.1.into_iter().filter(|meaning| meaning.tier < ALIKE));
            }
        }
        let title = (flat.len() > 1).then(|| typed.to_owned());
        Ok(Self { nearest, title, asked: typed.to_owned(), ..Self::compose(resource, &question, &words, &meanings) })
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
        // Each way is a list of conditions that must all hold; one of the ways must.
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

    /// The ids of the documents that match, as `<id> in (…)`.
    pub(crate) fn condition(&self, id: &str) -> Expr {
        let sql = format!(
            "{id} in (select d.entry_id from search_document d where d.resource = coalesce($1, d.resource) and d.words @@ $2::tsquery)"
        );
        Expr::cust_with_values(sql, [Value::from(self.resource), self.matching.clone().into()])
    }

    /// How well a document that matches does so: a whole title first, or how it begins, then typed words before parts of
    /// compounds, names before texts, short before long, and among equals the likelier one. Rounded, because it stands in
    /// cursors.
    pub(crate) fn rank(&self, id: &str) -> Expr {
        let fit = |query: &str| format!("ts_rank('{{0.05, 0.2, 0.4, 1}}', d.words, {query}::tsquery, 1)");
        let (typed, forms, all) = (fit("$1"), fit("$2"), fit("$3"));
        let sql = format!(
            "(select round(((1 + 3 * d.prior) * (8 * {typed} + 3 * {forms} + {all} \
                     + case when d.label_key = sort_key($4) then 9 when d.label_key like sort_key($4) || ' %' then 4 else 0 end) \
                     * 1e6)::numeric)::bigint \
                from search_document d where d.entry_id = {id})"
        );
        let values: [Value; 4] =
            [(&self.typed).into(), (&self.forms).into(), (&self.matching).into(), self.title.clone().into()];
        Expr::cust_with_values(sql, values)
    }
}

/// A word that no document holds: folded words have no capitals.
const NOTHING: &str = "'NOTHING'";

/// The words of each clause as the documents write them.
async fn fold(db: &impl ConnectionTrait, question: &Question) -> Result<Vec<Vec<String>>> {
    #[derive(FromQueryResult)]
    struct Folded {
        words: Vec<String>,
    }
    const SQL: &str = "select array(select w.word from unnest(string_to_array(regexp_replace(search_fold(t.text), '[^a-z0-9]+', ' ', 'g'), ' ')) \
                       with ordinality as w (word, place) where w.word <> '' order by w.place) as words \
                       from unnest($1::text[]) with ordinality as t (text, place) order by t.place";
    let texts: Vec<String> = question.clauses.iter().map(|clause| clause.text.clone()).collect();
    let rows = Statement::from_sql_and_values(db.get_database_backend(), SQL, [texts.into()]);
    Ok(Folded::find_by_statement(rows).all(db).await?.into_iter().map(|row| row.words).collect())
}

/// What each word can mean, by its place.
async fn expand(
    db: &impl ConnectionTrait,
    resource: Option<&str>,
    words: &[&str],
) -> Result<BTreeMap<usize, Vec<Meaning>>> {
    const SQL: &str = "select place, word, tier from search_expand($1, $2::text[])";
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let rows = Statement::from_sql_and_values(db.get_database_backend(), SQL, [resource.into(), words.clone().into()]);
    let mut meanings: BTreeMap<usize, Vec<Meaning>> = (0..words.len()).map(|place| (place, vec![])).collect();
    for meaning in Meaning::find_by_statement(rows).all(db).await? {
        let place = usize::try_from(meaning.place - 1).unwrap_or_default();
        meanings.entry(place).or_default().push(meaning);
    }
    Ok(meanings)
}

/// Two words that the directory writes as one (Leer stand, W-LAN) mean that one as well: what stands behind the first
/// `count` are the words of each pair.
fn join(meanings: &mut BTreeMap<usize, Vec<Meaning>>, count: usize) {
    for (first, found) in (0..).zip(meanings.split_off(&count).into_values()) {
        for meaning in found.into_iter().filter(|meaning| meaning.tier < PART && !meaning.word.contains(' ')) {
            for place in [first, first + 1] {
                let meaning = Meaning { tier: FORM, word: meaning.word.clone(), ..meaning };
                meanings.entry(place).or_default().push(meaning);
            }
        }
    }
}

/// For each word nobody knows, by its place the known ones that differ least from it, and the nearest of those that differ
/// too much to be meant without asking.
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

/// Brings the documents of some entries up to date, in the transaction that changed them.
pub(crate) async fn refresh(tx: &impl ConnectionTrait, resource: &str, changed: Vec<Uuid>) -> Result<()> {
    if !changed.is_empty() {
        let call = "call search_refresh($1, $2::uuid[])";
        tx.execute_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            call,
            [resource.into(), changed.into()],
        ))
        .await?;
    }
    Ok(())
}
