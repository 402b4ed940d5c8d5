//! Character 4-grams of words, which find words with similar spelling and words that contain another.

use crate::words::{IdentityMap, WordId, count32};

/// Words by 4-gram. A gram is four bytes of `^word$`.
#[derive(Default)]
pub(crate) struct Grams {
    lists: IdentityMap<u32, Vec<WordId>>,
    words: u32,
}

/// Returns the grams of a word with its boundaries, or without them for the inside of a word.
fn grams(word: &str, bounded: bool) -> Vec<u32> {
    let mut bytes = Vec::with_capacity(word.len() + 2);
    if bounded {
        bytes.push(b'^');
    }
    bytes.extend_from_slice(word.as_bytes());
    if bounded {
        bytes.push(b'$');
    }
    let mut grams: Vec<u32> =
        bytes.windows(4).filter_map(|window| window.try_into().ok().map(u32::from_be_bytes)).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

impl Grams {
    /// Adds a word with a new, higher id.
    pub(crate) fn add(&mut self, id: WordId, word: &str) {
        for gram in grams(word, true) {
            self.lists.entry(gram).or_default().push(id);
        }
        self.words += 1;
    }

    fn list(&self, gram: u32) -> &[WordId] {
        self.lists.get(&gram).map_or(&[], Vec::as_slice)
    }

    /// Returns the words with the rarest gram of `part`, among which are all words that contain `part`.
    /// `None` if the part is too short to have grams.
    pub(crate) fn candidates(&self, part: &str) -> Option<&[WordId]> {
        grams(part, false).into_iter().map(|gram| self.list(gram)).min_by_key(|list| list.len())
    }

    /// Returns the words that start or end with `part`, which has at least three letters, among others.
    pub(crate) fn edge_candidates(&self, part: &str) -> impl Iterator<Item = WordId> {
        let first = grams(&format!("^{part}"), false).into_iter().map(|gram| self.list(gram));
        let last = grams(&format!("{part}$"), false).into_iter().map(|gram| self.list(gram));
        let shortest = [first.min_by_key(|list| list.len()), last.min_by_key(|list| list.len())];
        shortest.into_iter().flatten().flatten().copied()
    }

    fn rarity(&self, list: &[WordId]) -> f32 {
        ratio(self.words + 1, count32(list.len()) + 1).ln()
    }

    /// Returns the words with similar spelling and their similarity of up to 1. `query_share` is the
    /// importance of the grams of `word` against those of the found word, whose length `length` returns.
    pub(crate) fn similar(
        &self,
        word: &str,
        floor: f32,
        query_share: f32,
        length: impl Fn(WordId) -> usize,
    ) -> Vec<(WordId, f32)> {
        let mut shared: IdentityMap<WordId, f32> = IdentityMap::default();
        let grams = grams(word, true);
        let (mut total, count) = (0.0, grams.len().max(1));
        for gram in grams {
            let list = self.list(gram);
            let rarity = self.rarity(list);
            total += rarity;
            if list.len() as u64 * 12 > u64::from(self.words) && self.words > 1000 {
                continue;
            }
            for id in list {
                *shared.entry(*id).or_insert(0.0) += rarity;
            }
        }
        let mean = total / ratio(count32(count), 1);
        let mut similar: Vec<(WordId, f32)> = shared
            .into_iter()
            .filter_map(|(id, sum)| {
                let own = mean * ratio(count32(length(id).saturating_sub(1)), 1);
                let similarity = sum / (query_share * total + (1.0 - query_share) * own).max(f32::EPSILON);
                (similarity >= floor).then_some((id, similarity.min(1.0)))
            })
            .collect();
        similar.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        similar
    }
}

/// Returns the quotient of two counts.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^24, or need no more precision")]
pub(crate) fn ratio(part: u32, whole: u32) -> f32 {
    part as f32 / whole as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(words: &[&str]) -> Grams {
        let mut grams = Grams::default();
        for (id, word) in (0..).zip(words) {
            grams.add(id, word);
        }
        grams
    }

    #[test]
    fn similar_spellings_come_first() {
        let words = ["makerspace", "marktplatz", "leerraum"];
        let similar = index(&words).similar("makerspcae", 0.1, 0.6, |id| words[id as usize].len());

        assert_eq!(similar.first().map(|hit| hit.0), Some(0));
        assert!(similar.iter().all(|hit| hit.0 != 2));
    }

    #[test]
    fn words_of_three_letters_are_found_at_the_edges() {
        let found: Vec<_> = index(&["busfahrt", "robust", "stadtbus"]).edge_candidates("bus").collect();

        assert_eq!(found, [0, 2]);
    }
}
