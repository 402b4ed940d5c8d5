//! Pseudorandom numbers for the choices of a client.

/// A sequence of pseudorandom numbers (`SplitMix64`).
pub struct Choices(u64);

impl Choices {
    /// Returns the sequence of one of several parts of a history.
    pub fn new(seed: u64, part: usize) -> Self {
        let mut choices = Self(seed ^ (part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        choices.next();
        choices
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or_default()
    }

    /// Returns `true` with a probability in hundredths.
    pub fn chance(&mut self, hundredths: usize) -> bool {
        self.below(100) < hundredths
    }
}
