//! New ids of executions.
//!
//! The upper half is 41 bits of milliseconds since 2024, 10 bits of the shard and 12 bits of a sequence, so that ids
//! sort by age and lists need no other index. The lower half is random: nobody guesses an id.

use kapelle_model::ExecutionId;
use kapelle_model::time::Millis;

/// 2024-01-01T00:00Z.
const BEGINNING: i64 = 1_704_067_200_000;

const SHARD_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;

/// Gives out the ids of one shard, each larger than all before.
#[derive(Debug)]
pub struct Issuer {
    shard: u16,
    last: u64,
}

impl Issuer {
    /// Begins after the largest id that this shard has given out.
    pub fn new(shard: u16, last: Option<ExecutionId>) -> Self {
        Self { shard: shard & ((1 << SHARD_BITS) - 1), last: last.map_or(0, key) }
    }

    /// The next id. A clock that goes back does not make it smaller; more than 4,096 in a millisecond borrow from the
    /// next one.
    pub fn next(&mut self, now: Millis, random: u64) -> ExecutionId {
        let millis = now.since(Millis(BEGINNING)).max(0).cast_unsigned();
        let sequence_max = (1u64 << SEQUENCE_BITS) - 1;
        let mut next = assemble(millis, self.shard, 0);
        if next <= self.last {
            let last_millis = self.last >> (SHARD_BITS + SEQUENCE_BITS);
            let sequence = self.last & sequence_max;
            let shard = self.last >> SEQUENCE_BITS & ((1 << SHARD_BITS) - 1);
            next = if shard == u64::from(self.shard) && sequence < sequence_max {
                self.last + 1
            } else {
                assemble(last_millis + 1, self.shard, 0)
            };
        }
        self.last = next;
        ExecutionId(u128::from(next) << 64 | u128::from(random))
    }
}

/// The half of an id that rows are found by.
pub fn key(id: ExecutionId) -> u64 {
    (id.0 >> 64) as u64
}

/// When an id was given out.
pub fn moment(id: ExecutionId) -> Millis {
    Millis(BEGINNING + (key(id) >> (SHARD_BITS + SEQUENCE_BITS)) as i64)
}

/// The smallest key that is given out at a moment, or later.
pub fn first(moment: Millis) -> u64 {
    let millis = moment.since(Millis(BEGINNING)).max(0).cast_unsigned();
    millis.saturating_mul(1 << (SHARD_BITS + SEQUENCE_BITS))
}

fn assemble(millis: u64, shard: u16, sequence: u64) -> u64 {
    millis << (SHARD_BITS + SEQUENCE_BITS) | u64::from(shard) << SEQUENCE_BITS | sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_whatever_the_clock_does() {
        let mut issuer = Issuer::new(7, None);
        let clock = [5, 5, 3, 9, 2].map(|ago| Millis(BEGINNING + 1_000 + ago));
        let ids: Vec<_> = clock.iter().map(|now| issuer.next(*now, 0)).collect();
        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    }

    #[test]
    fn more_than_a_millisecond_holds_borrow_from_the_next() {
        let mut issuer = Issuer::new(0, None);
        let now = Millis(BEGINNING + 50);
        let ids: Vec<_> = (0..10_000).map(|_| issuer.next(now, 1)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(moment(ids[0]), now);
        assert_eq!(moment(ids[9_999]), now.plus(2));
    }

    #[test]
    fn it_goes_on_after_the_last_one_of_an_earlier_life() {
        let now = Millis(BEGINNING + 1_000_000);
        let last = Issuer::new(3, None).next(now.plus(60_000), 9);
        let next = Issuer::new(3, Some(last)).next(now, 0);
        assert!(key(next) > key(last));
    }

    #[test]
    fn the_key_is_positive_until_2093() {
        let id = Issuer::new(1_023, None).next(Millis(BEGINNING + (1 << 41) - 1), u64::MAX);
        assert!(i64::try_from(key(id)).is_ok());
    }
}
