//! Public ids of task runs: 22 characters that say nothing, and from which execution and number can be read again by
//! who has the key.

use kapelle_model::ExecutionId;
use kapelle_model::task_run::RunIndex;
use sha2::{Digest, Sha256};

/// Rounds of the permutation.
const ROUNDS: u8 = 4;

/// A permutation of 128 bits by a key: the half of the execution's id that names it, and the number of the task run.
#[derive(Clone)]
pub(crate) struct RunNames {
    key: [u8; 16],
}

impl RunNames {
    pub(crate) const fn new(key: [u8; 16]) -> Self {
        Self { key }
    }

    pub(crate) fn name(&self, execution: ExecutionId, run: RunIndex) -> String {
        let (mut left, mut right) = ((execution.0 >> 64) as u64, u64::from(run.0.get()));
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.mixed(round, right));
        }
        ExecutionId(u128::from(left) << 64 | u128::from(right)).to_string()
    }

    /// The upper half of the execution's id and the number of the task run; `None` if it is no name of ours.
    pub(crate) fn read(&self, name: &str) -> Option<(u64, RunIndex)> {
        let name = ExecutionId::parse(name)?.0;
        let (mut left, mut right) = ((name >> 64) as u64, name as u64);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.mixed(round, left), left);
        }
        let number = u32::try_from(right).ok().and_then(std::num::NonZeroU32::new)?;
        Some((left, RunIndex(number)))
    }

    fn mixed(&self, round: u8, half: u64) -> u64 {
        let mut digest = Sha256::new();
        digest.update(self.key);
        digest.update([round]);
        digest.update(half.to_be_bytes());
        let digest: [u8; 32] = digest.finalize().into();
        u64::from_be_bytes(digest[..8].try_into().expect("eight bytes are eight bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_says_nothing() {
        let names = RunNames::new([7; 16]);
        let run = |number| RunIndex(std::num::NonZeroU32::new(number).unwrap());
        let execution = ExecutionId(0x0123_4567_89ab_cdef_0000_0000_0000_0001);
        for number in [1, 2, u32::MAX] {
            let name = names.name(execution, run(number));
            assert_eq!(names.read(&name), Some((0x0123_4567_89ab_cdef, run(number))));
        }
        assert_ne!(names.name(execution, run(1))[..8], names.name(execution, run(2))[..8]);
        assert_eq!(RunNames::new([8; 16]).read(&names.name(execution, run(1))), None);
        assert_eq!(names.read("no name"), None);
    }
}
