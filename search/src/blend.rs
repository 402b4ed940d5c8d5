//! Combination of several rankings.

use crate::documents::DocId;
use crate::words::IdentityMap;

/// Hits of one ranking.
pub(crate) struct RankedList {
    /// Weight of the ranking.
    pub(crate) weight: f32,
    /// Documents with scores between 0 and 1.
    pub(crate) hits: Vec<(DocId, f32)>,
}

/// Combines rankings: the sum of the weighted scores. Further rankings, such as one by meaning, are
/// further lists.
pub(crate) fn blend(lists: Vec<RankedList>) -> Vec<(DocId, f32)> {
    let total: f32 = lists.iter().map(|list| list.weight).sum();
    let mut scores: IdentityMap<DocId, f32> = IdentityMap::default();
    for list in lists {
        let weight = list.weight / total.max(f32::EPSILON);
        for (doc, score) in list.hits {
            *scores.entry(doc).or_insert(0.0) += weight * score;
        }
    }
    scores.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_in_both_rankings_come_first() {
        let first = RankedList { weight: 1.0, hits: vec![(1, 0.5), (2, 0.5)] };
        let second = RankedList { weight: 0.5, hits: vec![(2, 0.5), (3, 1.0)] };
        let mut blended = blend(vec![first, second]);
        blended.sort_by(|a, b| b.1.total_cmp(&a.1));

        assert_eq!(blended.iter().map(|hit| hit.0).collect::<Vec<_>>(), [2, 1, 3]);
    }
}
