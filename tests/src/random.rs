//! A small generator of pseudo-random numbers, whose sequence depends only on its seed.

/// Generator of pseudo-random numbers (xorshift64*).
pub struct Random(u64);

impl Random {
    /// Returns a generator. Equal seeds give equal sequences.
    pub fn new(seed: u64) -> Self {
        // The state must not be 0.
        Self(seed | 1)
    }

    /// Returns the generator of one of several parts of a measurement.
    pub fn of_part(seed: u64, part: usize) -> Self {
        let mut random = Self::new(seed ^ (part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // The first numbers of similar seeds are similar.
        for _ in 0..8 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// Returns a number less than `end`, or 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let number = usize::try_from(self.next()).unwrap_or_default();
        number.checked_rem(end).unwrap_or_default()
    }

    /// Returns `true` in this share of the calls, in per cent.
    pub fn chance(&mut self, per_cent: usize) -> bool {
        self.below(100) < per_cent
    }

    /// Returns an item of a list, each with the same probability. Returns an empty text if the list is empty.
    pub fn pick<'a, T: AsRef<str>>(&mut self, list: &'a [T]) -> &'a str {
        list.get(self.below(list.len())).map_or("", AsRef::as_ref)
    }

    /// Returns an item of a list, more often from its beginning than from its end.
    pub fn early<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let end = 1 + self.below(list.len());
        list.get(self.below(end))
    }

    /// Returns an item of a list like `early`, as text. Returns an empty text if the list is empty.
    pub fn pick_early<'a, T: AsRef<str>>(&mut self, list: &'a [T]) -> &'a str {
        self.early(list).map_or("", AsRef::as_ref)
    }

    /// Returns up to `count` different items of a list, more often from its beginning than from its end.
    pub fn pick_several<'a, T: AsRef<str>>(&mut self, list: &'a [T], count: usize) -> Vec<&'a str> {
        let mut picked = vec![];
        for _ in 0..count {
            let item = self.pick_early(list);
            if !item.is_empty() && !picked.contains(&item) {
                picked.push(item);
            }
        }
        picked
    }
}
