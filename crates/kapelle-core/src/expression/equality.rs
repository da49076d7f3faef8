//! When two values are the same as items of collections: by type and content, whatever the width of an integer.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use kapelle_model::Value;
use num_bigint::BigInt;

/// Whether two values have the same type and content. Marks of secrecy do not matter.
///
/// `1` and `1.0` differ here; that the operator `==` takes them for equal is its own rule.
pub(in crate::expression) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Secret(a), b) => same(a, b),
        (a, Value::Secret(b)) => same(a, b),
        (Value::Str(a), Value::Str(b)) => std::ptr::eq(a.expose(), b.expose()) || a.expose() == b.expose(),
        (Value::Int(a), Value::BigInt(b)) | (Value::BigInt(b), Value::Int(a)) => **b == BigInt::from(*a),
        (Value::Float(a), Value::Float(b)) => float_bits(*a) == float_bits(*b),
        (Value::Float32(a), Value::Float32(b)) => float_bits((*a).into()) == float_bits((*b).into()),
        (Value::Decimal(a), Value::Decimal(b)) => a.as_bigint_and_scale() == b.as_bigint_and_scale(),
        (Value::Zoned(a), Value::Zoned(b)) => {
            a == b && a.offset() == b.offset() && a.time_zone() == b.time_zone()
        }
        (Value::List(a), Value::List(b)) if Arc::ptr_eq(a, b) => true,
        (Value::Map(a), Value::Map(b)) if Arc::ptr_eq(a, b) => true,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// All that is not a number is one value, as in Java; the zeros are two.
fn float_bits(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}

/// A value as a key of a set, with [`same`] as its equality.
pub(in crate::expression) struct ByContent<'a>(pub(in crate::expression) &'a Value);

impl PartialEq for ByContent<'_> {
    fn eq(&self, other: &Self) -> bool {
        same(self.0, other.0)
    }
}

impl Eq for ByContent<'_> {}

impl Hash for ByContent<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Value::Secret(inner) => ByContent(inner).hash(state),
            Value::Null => 0_u8.hash(state),
            Value::Bool(is_true) => is_true.hash(state),
            Value::Int(number) => number.hash(state),
            // Those that fit the narrower type have to be hashed like it.
            Value::BigInt(number) => match i64::try_from(&**number) {
                Ok(number) => number.hash(state),
                Err(_) => number.hash(state),
            },
            Value::Float(number) => float_bits(*number).hash(state),
            Value::Float32(number) => float_bits((*number).into()).hash(state),
            Value::Decimal(number) => number.as_bigint_and_scale().hash(state),
            Value::Str(text) => text.expose().hash(state),
            Value::List(items) => {
                items.len().hash(state);
                items.iter().for_each(|item| ByContent(item).hash(state));
            }
            // The order of the entries does not matter to equality.
            Value::Map(map) => {
                let entry = |(key, value): (&Arc<str>, &Value)| {
                    let mut state = DefaultHasher::new();
                    key.hash(&mut state);
                    ByContent(value).hash(&mut state);
                    state.finish()
                };
                map.iter().map(entry).fold(0, u64::wrapping_add).hash(state);
            }
            Value::Instant(moment) => moment.hash(state),
            Value::Zoned(moment) => moment.timestamp().hash(state),
            Value::LocalDateTime(moment) => moment.hash(state),
            Value::LocalDate(date) => date.hash(state),
            Value::LocalTime(time) => time.hash(state),
            Value::Duration(duration) => duration.hash(state),
            Value::Bytes(bytes) => bytes.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_secrecy_do_not_matter_but_type_does() {
        let big = |number: i64| Value::BigInt(Arc::new(number.into()));
        let decimal = |text: &str| Value::Decimal(Arc::new(text.parse().unwrap()));
        let equal = [
            (Value::Int(1), big(1)),
            (Value::from("a"), Value::from("a").into_secret()),
            (Value::Int(1).into_secret(), Value::Int(1)),
            (Value::Float(f64::NAN), Value::Float(-f64::NAN)),
            (Value::List(Arc::new(vec![Value::Int(1)])), Value::List(Arc::new(vec![big(1)]))),
        ];
        for (a, b) in equal {
            assert!(same(&a, &b) && same(&b, &a), "{a:?} {b:?}");
            let hash = |value: &Value| {
                let mut state = std::hash::DefaultHasher::new();
                ByContent(value).hash(&mut state);
                state.finish()
            };
            assert_eq!(hash(&a), hash(&b), "{a:?} {b:?}");
        }
        let different = [
            (Value::Int(1), Value::Float(1.0)),
            (Value::Int(1), Value::from("1")),
            (Value::Float(0.0), Value::Float(-0.0)),
            (decimal("1.10"), decimal("1.1")),
            (Value::Null, Value::Bool(false)),
        ];
        for (a, b) in different {
            assert!(!same(&a, &b) && !same(&b, &a), "{a:?} {b:?}");
        }
    }
}
