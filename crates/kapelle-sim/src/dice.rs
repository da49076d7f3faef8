//! Choices that a seed decides.

use crate::shelf::Chance;

/// The same seed gives the same choices in the same order.
pub struct Dice {
    chance: Chance,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed) }
    }

    pub fn number(&self) -> u64 {
        self.chance.next()
    }

    /// A number from 0 on, and less than the bound.
    pub fn below(&self, bound: u64) -> u64 {
        self.number() % bound.max(1)
    }

    /// A place in a list of this length.
    pub fn place(&self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// One of the numbers from one to another, both included.
    pub fn between(&self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// True in so many cases of a hundred.
    pub fn percent(&self, share: u64) -> bool {
        self.below(100) < share
    }

    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.place(from.len())]
    }

    /// One of several, some more often than others.
    pub fn weighted<T: Copy>(&self, from: &[(u64, T)]) -> T {
        let total = from.iter().map(|(weight, _)| weight).sum();
        let mut at = self.below(total);
        let hit = from.iter().find(|(weight, _)| {
            let is_hit = at < *weight;
            at = at.wrapping_sub(*weight);
            is_hit
        });
        hit.or(from.last()).expect("there is something to choose from").1
    }

    /// Dice of their own for a part, so that a choice more in one part changes no other part.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::new(self.number())
    }
}

/// A number that texts decide, and nothing else: the answer to the same question is always the same.
pub fn decided_by(seed: u64, texts: &[&str]) -> u64 {
    let mut state = seed ^ 0xcbf2_9ce4_8422_2325;
    for byte in texts.iter().flat_map(|text| text.bytes().chain([0])) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    Dice::new(state).number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_comes_about_as_often_as_its_weight_says() {
        let dice = Dice::new(1);
        let mut counts = [0u32; 3];
        for _ in 0..6_000 {
            counts[dice.weighted(&[(1, 0usize), (2, 1), (3, 2)])] += 1;
        }
        for (count, wanted) in counts.into_iter().zip([1_000, 2_000, 3_000]) {
            assert!(count.abs_diff(wanted) < 200, "{counts:?}");
        }
        assert!((0..1_000).all(|_| (3..=5).contains(&dice.between(3, 5))));
    }

    #[test]
    fn a_question_has_one_answer() {
        let texts = ["a", "b"];
        assert_eq!(decided_by(7, &texts), decided_by(7, &texts));
        assert_ne!(decided_by(7, &texts), decided_by(7, &["ab", ""]));
        assert_ne!(decided_by(7, &texts), decided_by(8, &texts));
    }
}
