//! The functions `max` and `min`.

use kapelle_model::Value;

use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::numeric::double_value;

pub(super) fn max(call: &mut Call<'_, '_>) -> Outcome {
    best(call, |candidate, best| candidate > best)
}

pub(super) fn min(call: &mut Call<'_, '_>) -> Outcome {
    best(call, |candidate, best| candidate < best)
}

/// The first argument that no later one beats. A single one may be anything, since it is never compared.
fn best(call: &mut Call<'_, '_>, is_better: fn(f64, f64) -> bool) -> Outcome {
    let mut best = &Value::Null;
    for candidate in call.all() {
        match (best, candidate) {
            (Value::Null, _) => best = candidate,
            (_, Value::Null) => {}
            _ => {
                let number = |value: &Value| {
                    double_value(value).ok_or_else(|| {
                        let (name, found) = (call.builtin.name, form::describe(value));
                        Error::wrong_type(format!("the function `{name}` compares numbers, not {found}"))
                            .help("turn texts into numbers with the filter `number`; of a list use `sort | last`")
                    })
                };
                if is_better(number(candidate)?, number(best)?) {
                    best = candidate;
                }
            }
        }
    }
    Ok(best.clone())
}
