//! The entries of a search in the order of their relevance.

use std::cmp::Reverse;
use std::sync::Arc;

use search::{Hit, Tier};
use uuid::Uuid;

use crate::base::error::{Error, Result, Rule, Violation};
use crate::http::{Position, WordMatch};

/// Entries in the order of their relevance.
#[derive(Clone)]
pub(super) struct Ranking {
    /// The entries by descending relevance.
    pub hits: Arc<[Hit]>,
    /// Whether the most relevant entry comes last.
    pub is_ascending: bool,
}

/// Part of a ranking.
pub(super) struct RankingPart {
    pub hits: Vec<Hit>,
    /// Whether there are more entries.
    pub has_more: bool,
}

impl Ranking {
    /// Returns up to `limit` entries after a position. Fails with `Error::Parameters` if it is a position in another order.
    pub(super) fn part(&self, after: Option<&Position>, limit: u64) -> Result<RankingPart> {
        let start = after.map_or(Ok(0), |after| self.place_after(after))?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = self.hits.len().saturating_sub(start) > limit;
        let hits = if self.is_ascending {
            self.hits.iter().rev().skip(start).take(limit).copied().collect()
        } else {
            self.hits.iter().skip(start).take(limit).copied().collect()
        };
        Ok(RankingPart { hits, has_more })
    }

    /// Returns the place after a position. Other entries change the scores, so that an entry is found by its ID first.
    fn place_after(&self, Position { key, id }: &Position) -> Result<usize> {
        let score: u32 =
            key.parse().map_err(|_| Error::Parameters(vec![Violation::parameter("cursor", Rule::Cursor {})]))?;
        let id = id.as_u128();
        let place = self.hits.iter().position(|hit| hit.id == id);
        let before = || self.hits.partition_point(|hit| (Reverse(hit.score), hit.id) < (Reverse(score), id));
        Ok(match (place, self.is_ascending) {
            (Some(place), false) => place + 1,
            (Some(place), true) => self.hits.len() - place,
            (None, false) => before(),
            (None, true) => self.hits.len() - before(),
        })
    }
}

impl RankingPart {
    /// Returns the positions of the entries, and the position to continue from.
    pub(super) fn positions(&self) -> (Vec<Position>, Option<Position>) {
        let position = |hit: &Hit| Position { key: hit.score.to_string(), id: Uuid::from_u128(hit.id) };
        let positions: Vec<Position> = self.hits.iter().map(position).collect();
        let next = positions.last().filter(|_| self.has_more).cloned();
        (positions, next)
    }

    /// Returns how the entries match.
    pub(super) fn matches(&self) -> Vec<WordMatch> {
        self.hits.iter().map(|hit| word_match(hit.tier)).collect()
    }
}

fn word_match(tier: Tier) -> WordMatch {
    match tier {
        Tier::AllWords => WordMatch::AllWords,
        Tier::SomeWords => WordMatch::SomeWords,
        Tier::Similar => WordMatch::Similar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(is_ascending: bool) -> Ranking {
        let hit = |(id, score)| Hit { id, score, tier: Tier::SomeWords };
        Ranking { hits: [(3, 900), (1, 500), (2, 500), (4, 100)].map(hit).into(), is_ascending }
    }

    fn ids(part: &RankingPart) -> Vec<u128> {
        part.hits.iter().map(|hit| hit.id).collect()
    }

    #[test]
    fn parts_follow_one_another_in_both_directions() {
        for (is_ascending, expected) in [(false, [3, 1, 2, 4]), (true, [4, 2, 1, 3])] {
            let first = ranking(is_ascending).part(None, 2).unwrap();
            let (_, next) = first.positions();
            let second = ranking(is_ascending).part(next.as_ref(), 2).unwrap();

            assert_eq!([ids(&first), ids(&second)].concat(), expected);
            assert_eq!((next.is_some(), second.positions().1), (true, None));
        }
    }

    #[test]
    fn place_of_a_removed_entry_follows_from_its_score() {
        let removed = Position { key: "500".to_owned(), id: Uuid::from_u128(9) };

        assert_eq!(ids(&ranking(false).part(Some(&removed), 5).unwrap()), [4]);
        assert_eq!(ids(&ranking(true).part(Some(&removed), 5).unwrap()), [2, 1, 3]);
    }

    #[test]
    fn position_in_another_order_is_refused() {
        let title = Position { key: "zwonitz".to_owned(), id: Uuid::from_u128(1) };

        assert!(ranking(false).part(Some(&title), 1).is_err());
    }
}
