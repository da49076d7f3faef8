//! Functions of chance.

use super::{BuiltIn, Data, Evaluation, Outcome, from_float, function, nothing};

/// Random numbers that are asked for at once.
const NUMBERS_AT_ONCE: usize = 512;

/// So many random numbers.
fn numbers(evaluation: &Evaluation<'_>, count: usize) -> Outcome<Vec<u64>> {
    let mut numbers = Vec::with_capacity(count);
    let mut bytes = [0; NUMBERS_AT_ONCE * 8];
    while numbers.len() < count {
        let bytes = &mut bytes[..(count - numbers.len()).min(NUMBERS_AT_ONCE) * 8];
        (evaluation.world.random)(bytes)?;
        numbers.extend(bytes.as_chunks().0.iter().map(|number| u64::from_le_bytes(*number)));
    }
    Ok(numbers)
}

pub(super) const FUNCTIONS: &[BuiltIn] = &[
    function("random", 0, 0, |evaluation, _| {
        // As many bits as a float holds exactly.
        let number = numbers(evaluation, 1)?.first().map_or(0, |number| number >> 11);
        #[expect(clippy::cast_precision_loss, reason = "it has 53 bits")]
        let number = number as f64 / (1_u64 << 53) as f64;
        Ok(Data::One(from_float(number)?))
    }),
    function("shuffle", 1, 1, |evaluation, mut arguments| {
        let given = arguments.take(0);
        if matches!(given, Data::Nothing) {
            return nothing();
        }
        let mut items = given.items();
        evaluation.count(items.len() as u64)?;
        for (place, number) in (1..items.len()).zip(numbers(evaluation, items.len().saturating_sub(1))?) {
            // So many are not yet moved; the remainder is even enough for any list that fits into memory.
            let other = usize::try_from(number % (place as u64 + 1)).unwrap_or(place);
            items.swap(place, other);
        }
        Ok(Data::One(kapelle_model::Value::List(items.into())))
    }),
];
