//! Functions on numbers.

use super::super::meter::{Fallible, raised};
use super::super::value::Json;
use super::{Native, native};

macro_rules! functions {
    ($($name:literal => $function:expr),* $(,)?) => {
        &[$(native($name, 0, |input, _, _| computed(input, $name, $function))),*]
    };
}

const OF_ONE: &[Native] = functions! {
    "floor" => f64::floor, "ceil" => f64::ceil, "round" => f64::round, "trunc" => f64::trunc, "rint" => f64::round_ties_even,
    "nearbyint" => f64::round_ties_even, "sqrt" => f64::sqrt, "cbrt" => f64::cbrt, "fabs" => f64::abs, "exp" => f64::exp,
    "exp2" => f64::exp2, "exp10" => |number| 10f64.powf(number), "expm1" => f64::exp_m1, "log" => f64::ln,
    "log2" => f64::log2, "log10" => f64::log10, "log1p" => f64::ln_1p, "sin" => f64::sin, "cos" => f64::cos,
    "tan" => f64::tan, "asin" => f64::asin, "acos" => f64::acos, "atan" => f64::atan, "sinh" => f64::sinh,
    "cosh" => f64::cosh, "tanh" => f64::tanh, "asinh" => f64::asinh, "acosh" => f64::acosh, "atanh" => f64::atanh,
};

const OTHERS: &[Native] = &[
    native("abs", 0, |input, _, _| match input {
        Json::Int(number) => {
            Ok(number.checked_abs().map_or_else(|| Json::number(-(*number as f64)), Json::Int))
        }
        _ => computed(input, "abs", f64::abs),
    }),
    native("pow", 2, |_, arguments, _| of_two(arguments, f64::powf)),
    native("atan2", 2, |_, arguments, _| of_two(arguments, f64::atan2)),
    native("fmod", 2, |_, arguments, _| of_two(arguments, |left, right| left % right)),
    native("fmin", 2, |_, arguments, _| of_two(arguments, f64::min)),
    native("fmax", 2, |_, arguments, _| of_two(arguments, f64::max)),
    native("ldexp", 2, |_, arguments, _| of_two(arguments, |number, power| number * power.exp2())),
    native("scalb", 2, |_, arguments, _| of_two(arguments, |number, power| number * power.exp2())),
    native("infinite", 0, |_, _, _| Ok(Json::Float(f64::INFINITY))),
    native("nan", 0, |_, _, _| Ok(Json::Float(f64::NAN))),
    native("isinfinite", 0, |input, _, _| asked(input, f64::is_infinite)),
    native("isnan", 0, |input, _, _| asked(input, f64::is_nan)),
    native("isnormal", 0, |input, _, _| asked(input, f64::is_normal)),
];

pub(super) const ALL: &[Native] = &{
    let mut all = [OTHERS[0]; OF_ONE.len() + OTHERS.len()];
    let mut at = 0;
    while at < OF_ONE.len() {
        all[at] = OF_ONE[at];
        at += 1;
    }
    while at < all.len() {
        all[at] = OTHERS[at - OF_ONE.len()];
        at += 1;
    }
    all
};

fn number(value: &Json) -> Fallible<f64> {
    value.as_float().ok_or_else(|| raised(format!("{} number required", value.shown())))
}

fn computed(input: &Json, name: &str, compute: fn(f64) -> f64) -> Fallible {
    if let (Json::Int(_), "floor" | "ceil" | "round" | "trunc" | "rint" | "nearbyint") = (input, name) {
        return Ok(input.clone());
    }
    Ok(Json::number(compute(number(input)?)))
}

fn of_two(arguments: &[Json], compute: fn(f64, f64) -> f64) -> Fallible {
    let [left, right] = arguments else { return Ok(Json::Null) };
    Ok(Json::number(compute(number(left)?, number(right)?)))
}

fn asked(input: &Json, ask: fn(f64) -> bool) -> Fallible {
    Ok(Json::Bool(input.as_float().is_some_and(ask)))
}
