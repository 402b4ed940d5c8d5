//! Combination of several rankings.

use crate::documents::DocId;
use crate::table::DocTable;

/// Hits of one ranking.
pub(crate) struct RankedList {
    /// Weight of the ranking.
    pub(crate) weight: f32,
    /// Documents with scores between 0 and 1.
    pub(crate) hits: Vec<(DocId, f32)>,
}

/// Combines rankings of a number of documents: the sum of the weighted scores. Further rankings, such as one by meaning, are further
/// lists.
pub(crate) fn blend(documents: usize, lists: Vec<RankedList>) -> DocTable<f32> {
    let total: f32 = lists.iter().map(|list| list.weight).sum();
    let mut scores = DocTable::new(documents);
    for list in lists {
        let weight = list.weight / total.max(f32::EPSILON);
        for (doc, score) in list.hits {
            scores.update(doc, |sum| sum + weight * score);
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_in_both_rankings_come_first() {
        let first = RankedList { weight: 1.0, hits: vec![(1, 0.5), (2, 0.5)] };
        let second = RankedList { weight: 0.5, hits: vec![(2, 0.5), (3, 1.0)] };
        let mut blended = blend(4, vec![first, second]).drain();
        blended.sort_by(|a, b| b.1.total_cmp(&a.1));

        assert_eq!(blended.iter().map(|hit| hit.0).collect::<Vec<_>>(), [2, 1, 3]);
    }
}
