//! Pseudo-random numbers that are equal for equal seeds (`SplitMix64`). Not for secrets.

use chrono::TimeDelta;

#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// A sequence of its own for each `seed` and `stream`.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(Self(seed).next() ^ Self(!stream).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from zero to below `end`; zero if `end` is zero.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let scaled = (u64::from(end) * (self.next() >> 32)) >> 32;
        u32::try_from(scaled).unwrap_or(0)
    }

    /// True in `share` out of `of` cases.
    pub(super) fn happens(&mut self, share: u32, of: u32) -> bool {
        self.below(of) < share
    }

    /// A whole number of seconds, up to `longest`.
    pub(super) fn time(&mut self, longest: TimeDelta) -> TimeDelta {
        TimeDelta::seconds(self.below(u32::try_from(longest.num_seconds()).unwrap_or(0)).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_numbers_and_no_others() {
        // First numbers of the reference implementation for the seed 1234567.
        let mut reference = Chance(1_234_567);
        assert_eq!([reference.next(), reference.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        let row = |seed, stream| {
            std::iter::repeat_with({
                let mut chance = Chance::new(seed, stream);
                move || chance.below(1000)
            })
            .take(8)
            .collect::<Vec<_>>()
        };
        assert_eq!(row(1, 1), row(1, 1));
        assert_ne!(row(1, 1), row(1, 2));
        assert_ne!(row(1, 1), row(2, 1));
        assert_ne!(row(1, 2), row(2, 1));
    }

    #[test]
    fn all_numbers_below_the_end_come_and_none_beyond() {
        let mut chance = Chance::new(7, 7);
        let mut times = [0; 5];
        (0..1000).for_each(|_| times[chance.below(5) as usize] += 1);
        assert!(times.iter().all(|&times| times > 150), "{times:?}");
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.time(TimeDelta::seconds(-5)), TimeDelta::zero());
    }
}
