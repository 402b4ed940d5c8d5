//! Corrections of unknown words.

use crate::words::{Dictionary, WordId};

/// Largest number of different letters.
const MAX_DISTANCE: usize = 3;
/// Fewest letters of a corrected word.
const MIN_LENGTH: usize = 4;
/// Largest number of corrections of a word.
const MAX_CORRECTIONS: usize = 3;

/// Returns the optimal string alignment distance of two words if it is at most `limit`: the number of
/// inserted, omitted, replaced and transposed letters.
pub(crate) fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (row, x) in a.iter().enumerate() {
        let current = next_row(row, (last, *x), b, (&before, &previous));
        if current.iter().min().is_none_or(|least| *least > limit) {
            return None;
        }
        (before, previous, last) = (previous, current, Some(*x));
    }
    previous.last().copied().filter(|distance| *distance <= limit)
}

fn next_row(row: usize, letters: (Option<u8>, u8), b: &[u8], rows: (&[usize], &[usize])) -> Vec<usize> {
    let ((last, x), (before, previous)) = (letters, rows);
    let mut current = Vec::with_capacity(b.len() + 1);
    current.push(row + 1);
    let mut left = row + 1;
    let mut last_y = None;
    for (column, (y, pair)) in b.iter().zip(previous.windows(2)).enumerate() {
        let [diagonal, above] = *pair else { break };
        let mut cost = (left + 1).min(above + 1).min(diagonal + usize::from(x != *y));
        if last == Some(*y) && last_y == Some(x) {
            let transposed = column.checked_sub(1).and_then(|column| before.get(column));
            cost = cost.min(transposed.map_or(usize::MAX, |swapped| swapped + 1));
        }
        current.push(cost);
        (left, last_y) = (cost, Some(*y));
    }
    current
}

/// Returns the words with the smallest distance to an unknown word, and the distance. Among equal
/// distances, words with the same first letter and frequent words come first.
pub(crate) fn corrections(
    dictionary: &Dictionary,
    word: &str,
    frequency: impl Fn(WordId) -> usize,
) -> Vec<(WordId, usize)> {
    let limit = (word.len() / 4).min(MAX_DISTANCE);
    if word.len() < MIN_LENGTH || limit == 0 || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let mut best = limit;
    let mut found: Vec<(usize, bool, usize, WordId)> = Vec::new();
    for id in dictionary.with_letters(word, u32::try_from(2 * limit).unwrap_or(0)) {
        let candidate = dictionary.word(id);
        let Some(distance) = distance(word.as_bytes(), candidate.as_bytes(), best) else { continue };
        let frequency = frequency(id);
        if frequency > 0 {
            best = distance;
            let differs = candidate.bytes().next() != word.bytes().next();
            found.push((distance, differs, usize::MAX - frequency, id));
        }
    }
    found.sort_unstable();
    let least = found.first().map(|first| first.0);
    let nearest = found.into_iter().filter(|hit| Some(hit.0) == least).take(MAX_CORRECTIONS);
    nearest.map(|(distance, _, _, id)| (id, distance)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposed_letters_are_one_difference() {
        assert_eq!(distance(b"makerspcae", b"makerspace", 3), Some(1));
        assert_eq!(distance(b"wasser", b"wassre", 1), Some(1));
    }

    #[test]
    fn omitted_and_replaced_letters_count() {
        assert_eq!(distance(b"zwiling", b"zwilling", 2), Some(1));
        assert_eq!(distance(b"konztanz", b"konstanz", 2), Some(1));
        assert_eq!(distance(b"abc", b"xyz", 2), None);
    }

    #[test]
    fn short_words_and_numbers_are_not_corrected() {
        let mut dictionary = Dictionary::default();
        dictionary.intern("bus");
        dictionary.intern("2023");

        assert!(corrections(&dictionary, "bsu", |_| 1).is_empty());
        assert!(corrections(&dictionary, "2032", |_| 1).is_empty());
    }
}
