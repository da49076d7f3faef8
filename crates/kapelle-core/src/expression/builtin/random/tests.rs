use std::cell::Cell;

use jiff::Timestamp;
use kapelle_model::Value;

use crate::expression::builtin::Kind;
use crate::expression::builtin::testing::{call, call_with, printed};
use crate::expression::error::Outcome;
use crate::expression::services::Services;

/// Counts instead of throwing dice.
struct Counting(Cell<u8>);

impl Services for Counting {
    fn now(&self) -> Outcome<Timestamp> {
        Ok(Timestamp::constant(1_700_000_000, 123_000_000))
    }

    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        for byte in bytes {
            *byte = self.0.get();
            self.0.set(self.0.get().wrapping_mul(7).wrapping_add(13));
        }
        Ok(())
    }

    fn free_port(&self) -> Outcome<u16> {
        Ok(4711)
    }
}

fn random(name: &str, arguments: &[Value]) -> String {
    printed(&call_with(&Counting(Cell::new(255)), Kind::Function, name, Value::Null, arguments))
}

fn is_made_of(text: &str, alphabet: &str) -> bool {
    text.chars().all(|character| alphabet.contains(character))
}

#[test]
fn identifiers_have_their_form() {
    let base62 = str::from_utf8(super::BASE62).unwrap();
    let id = random("id", &[]);
    assert!((18..=22).contains(&id.len()) && is_made_of(&id, base62), "{id}");
    let ksuid = random("ksuid", &[]);
    assert!(ksuid.len() == 27 && is_made_of(&ksuid, base62), "{ksuid}");
    let uuid = random("uuid", &[]);
    // 1700000000123 milliseconds.
    assert!(uuid.starts_with("018bcfe5-687b-7"), "{uuid}");
    assert!(uuid.len() == 36 && "89ab".contains(&uuid[19..20]), "{uuid}");
    assert_eq!(random("nanoId", &[]).len(), 21);
    assert_eq!(random("nanoId", &[Value::Int(8)]).len(), 8);
    assert_eq!(random("nanoId", &[Value::Int(0)]), "");
    assert_eq!(random("nanoId", &["8".into()]).len(), 21);
    assert!(is_made_of(&random("nanoId", &[Value::Int(21), ":;<=>?@A".into()]), ":;<=>?@A"));
    assert_eq!(random("nanoId", &[Value::Int(1001)]), "argument");
    assert_eq!(random("nanoId", &[Value::Int(-1)]), "argument");
    assert_eq!(random("nanoId", &[Value::Int(1), "".into()]), "argument");
}

#[test]
fn integers_are_within_their_bounds() {
    let int = |lower: i64, upper: i64| random("randomInt", &[Value::Int(lower), Value::Int(upper)]);
    assert_eq!(int(10, 10), "10");
    assert_eq!(int(5, 6), "5");
    assert!((-3..-1).contains(&int(-3, -1).parse().unwrap()));
    assert!(int(i64::MIN, i64::MAX).parse::<i64>().is_ok());
    assert_eq!(int(10, 1), "argument");
    assert_eq!(random("randomInt", &[Value::Int(1)]), "argument");
    assert_eq!(random("randomInt", &["1".into(), "10".into()]), "argument");
    assert_eq!(random("randomPort", &[]), "4711");
    assert_eq!(printed(&call(Kind::Function, "uuid", Value::Null, &[])), "forbidden");
}
