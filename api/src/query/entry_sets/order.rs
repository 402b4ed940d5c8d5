//! The entries of a table in one of its sort orders.

use roaring::RoaringBitmap;
use uuid::Uuid;

/// Largest size of a set whose entries are sorted. In larger sets, the entries of a page are found sooner by going through all
/// entries in their order.
const SORTED: u64 = 4_000;

/// The entries of a table in a sort order. An entry has a position in the sorted IDs, and a rank in the order.
pub(super) struct EntryOrder {
    positions: Box<[u32]>,
    ranks: Box<[u32]>,
}

impl EntryOrder {
    /// Returns the order of all entries. `ids` are their sorted IDs.
    pub(super) fn new(in_order: &[Uuid], ids: &[Uuid]) -> Self {
        let position = |id: &Uuid| u32::try_from(ids.binary_search(id).ok()?).ok();
        let positions: Box<[u32]> = in_order.iter().filter_map(position).collect();
        let mut ranks = vec![0; ids.len()].into_boxed_slice();
        for (rank, position) in (0..).zip(&positions) {
            if let Some(place) = ranks.get_mut(*position as usize) {
                *place = rank;
            }
        }
        Self { positions, ranks }
    }

    /// Returns the positions of the first `limit` entries of a set, or of those that follow the entry at a position.
    pub(super) fn first(&self, set: &RoaringBitmap, after: Option<u32>, limit: usize) -> Vec<u32> {
        let rank = |position: u32| self.ranks.get(position as usize).copied().unwrap_or_default();
        let start = after.map_or(0, |position| rank(position) + 1);
        if set.len() > SORTED {
            let following = self.positions.iter().skip(start as usize).copied();
            return following.filter(|position| set.contains(*position)).take(limit).collect();
        }
        let mut found: Vec<u32> = set.iter().filter(|position| rank(*position) >= start).collect();
        found.sort_unstable_by_key(|position| rank(*position));
        found.truncate(limit);
        found
    }

    /// Returns the memory that the order takes, in bytes.
    pub(super) fn size(&self) -> usize {
        size_of_val(&*self.positions) + size_of_val(&*self.ranks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_set_follow_the_order() {
        let ids: Vec<Uuid> = (0..10_000).map(Uuid::from_u128).collect();
        let in_order: Vec<Uuid> = ids.iter().rev().copied().collect();
        let order = EntryOrder::new(&in_order, &ids);
        for step in [2, 100] {
            let set: RoaringBitmap = (0..10_000).filter(|position| position % step == 0).collect();

            assert_eq!(order.first(&set, None, 2), [10_000 - step, 10_000 - 2 * step]);
            assert_eq!(order.first(&set, Some(2 * step), 3), [step, 0]);
            // The entry to continue from need not be in the set.
            assert_eq!(order.first(&set, Some(step + 1), 1), [step]);
        }
    }
}
