//! Words of the dictionary that the words of a query can mean.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::parse::Question;
use crate::base::db::sql;
use crate::base::error::Result;

/// First tier of guesses about the spelling.
pub(super) const ALIKE: i32 = 4;
/// First tier of other forms of the typed word.
pub(super) const FORM: i32 = 2;
/// First tier of other words that contain the typed word.
pub(super) const PART: i32 = 3;

/// A word of the dictionary that a typed word can mean.
#[derive(Debug, FromQueryResult)]
pub(super) struct Meaning {
    pub place: i32,
    pub word: String,
    pub tier: i32,
}

impl Meaning {
    /// Returns the words of the meaning. A typed compound can have two.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        self.word.split(' ').map(str::to_owned)
    }

    /// Returns the `tsquery` of the meaning, limited to words of these weights. Empty `weights` cover all.
    pub(super) fn query(&self, weights: &str) -> String {
        let words: Vec<String> = self.words().map(|word| word + weights).collect();
        format!("({})", words.join(" <-> "))
    }
}

/// Returns the folded words of each clause.
pub(super) async fn fold(db: &impl ConnectionTrait, question: &Question) -> Result<Vec<Vec<String>>> {
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
pub(super) async fn expand(
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
pub(super) fn neighbours(count: usize) -> impl Iterator<Item = Range<usize>> {
    [2, 3].into_iter().flat_map(move |size| (size..=count).map(move |end| end - size..end))
}

/// Adds the meanings of compounds to their words, as in "Leer stand", "W-LAN" or "Open Data Portal". In `meanings`, the
/// compounds follow the words.
pub(super) fn join(meanings: &mut BTreeMap<usize, Vec<Meaning>>, words: &[&str]) {
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
pub(super) fn corrections(
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
