use bigdecimal::BigDecimal;
use jiff::SignedDuration;
use kapelle_model::{Map, Value};
use kapelle_store::MemoryStore;

use super::*;
use crate::testing::HandClock;

fn world() -> (TenantKeys, Arc<dyn Store>, HandClock) {
    let clock = HandClock::at("2026-05-06T07:08:09Z");
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    (TenantKeys::new("main".into(), Arc::clone(&store), clock.clock()), store, clock)
}

fn key(key: &str, value: impl Into<Value>) -> KeyToSet {
    KeyToSet {
        key: key.to_owned(),
        value: value.into(),
        description: None,
        expires: None,
        may_overwrite: true,
    }
}

#[test]
fn values_come_back_as_what_they_were() {
    let (keys, ..) = world();
    let map = Map::from_iter([("a".into(), Value::Null), ("b".into(), Value::Int(1))]);
    for (value, kind) in [
        (Value::from("true"), "STRING"),
        (Value::from(""), "STRING"),
        (Value::Bool(true), "BOOLEAN"),
        (Value::Int(i64::MIN), "NUMBER"),
        (Value::Float(12.0), "NUMBER"),
        (Value::Float(1e300), "NUMBER"),
        (Value::Instant("2026-01-02T03:04:05.678Z".parse().unwrap()), "DATETIME"),
        (Value::LocalDate("2026-01-02".parse().unwrap()), "DATE"),
        (Value::Duration(SignedDuration::from_secs(90)), "DURATION"),
        (Value::Map(Arc::new(map)), "JSON"),
        (Value::List(Arc::new(vec![Value::from("x"), Value::Float(0.5)])), "JSON"),
        (Value::Null, "JSON"),
    ] {
        assert_eq!(value::kind(&value), kind, "{value:?}");
        keys.set("team.a", &key("k", value.clone())).unwrap();
        assert_eq!(keys.get("team.a", "k").unwrap().unwrap().value, value, "{value:?}");
    }
}

#[test]
fn what_json_has_not_comes_back_as_what_is_nearest() {
    let (keys, ..) = world();
    let big = "123456789012345678901234567890";
    for (value, shown) in [
        (
            Value::Zoned(Arc::new("2026-01-02T03:04:05+02:00[+02:00]".parse().unwrap())),
            "Instant(2026-01-02T01:04:05Z)",
        ),
        (Value::LocalDateTime("2026-01-02T03:04:05".parse().unwrap()), "Instant(2026-01-02T03:04:05Z)"),
        (Value::LocalTime("03:04:05".parse().unwrap()), "Str(\"03:04:05\")"),
        (Value::BigInt(Arc::new(big.parse().unwrap())), &format!("BigInt({big})")),
        (Value::Decimal(Arc::new("1.25".parse::<BigDecimal>().unwrap())), "Float(1.25)"),
    ] {
        keys.set("team.a", &key("k", value)).unwrap();
        assert_eq!(format!("{:?}", keys.get("team.a", "k").unwrap().unwrap().value), shown);
    }
}

#[test]
fn a_secret_stays_one() {
    let (keys, ..) = world();
    keys.set("team.a", &key("k", Value::from("canary").into_secret())).unwrap();
    let kept = keys.get("team.a", "k").unwrap().unwrap();
    assert!(kept.value.has_secret() && !format!("{kept:?}").contains("canary"));
    keys.set("team.a", &key("n", Value::Int(4711).into_secret())).unwrap();
    assert_eq!(keys.get("team.a", "n").unwrap().unwrap().value, Value::Int(4711).into_secret());
}

#[test]
fn a_key_is_overwritten_only_where_that_is_allowed() {
    let (keys, _, clock) = world();
    let careful = KeyToSet { may_overwrite: false, ..key("k", "one") };
    keys.set("team.a", &careful).unwrap();
    let failure = keys.set("team.a", &careful).unwrap_err();
    assert_eq!(
        failure.to_string(),
        "the key `k` exists already in the namespace `team.a` and `overwrite` is `false`: delete it, or allow to overwrite it"
    );
    let expires = Some(clock.now().checked_add(SignedDuration::from_secs(60)).unwrap());
    keys.set("team.a", &KeyToSet { expires, ..key("k", "two") }).unwrap();
    clock.forward(60);
    keys.set("team.a", &careful).unwrap();
    assert_eq!(keys.get("team.a", "k").unwrap().unwrap().value, Value::from("one"));
}

#[test]
fn what_expired_is_told_apart_for_some_days_and_then_swept() {
    let (keys, store, clock) = world();
    let expires = Some(clock.now().checked_add(SignedDuration::from_secs(60)).unwrap());
    let described = KeyToSet { expires, description: Some("mine".to_owned()), ..key("k", "v") };
    keys.set("team.a", &described).unwrap();
    keys.set("team.a", &key("stays", "v")).unwrap();
    let kept = keys.get("team.a", "k").unwrap().unwrap();
    assert_eq!((kept.is_expired, kept.expires, kept.description.as_deref()), (false, expires, Some("mine")));
    clock.forward(60);
    assert!(keys.get("team.a", "k").unwrap().unwrap().is_expired);
    assert_eq!(sweep(&*store, clock.now(), 10).unwrap(), 0);
    clock.forward(EXPIRED_KEPT_MS / 1_000);
    assert_eq!(sweep(&*store, clock.now(), 10).unwrap(), 1);
    assert_eq!(keys.get("team.a", "k").unwrap(), None);
    assert!(keys.get("team.a", "stays").unwrap().is_some());
}

#[test]
fn keys_are_listed_by_namespace_and_beginning() {
    let (keys, ..) = world();
    for (namespace, name) in [("b", "x1"), ("a.b", "x2"), ("a.b", "x1"), ("a.b", "y"), ("a", "x9")] {
        keys.set(namespace, &key(name, "v")).unwrap();
    }
    let names = |namespace, prefix| {
        let kept = keys.list(namespace, prefix).unwrap();
        kept.into_iter().map(|kept| kept.key).collect::<Vec<_>>()
    };
    assert_eq!(names("a.b", "x"), ["x1", "x2"]);
    assert_eq!(names("a.b", ""), ["x1", "x2", "y"]);
    assert_eq!(names("c", ""), [""; 0]);
    assert_eq!(keys.namespaces().unwrap(), ["a", "a.b", "b"]);
    assert_eq!([keys.delete("a", "x9").unwrap(), keys.delete("a", "x9").unwrap()], [true, false]);
    assert_eq!(keys.namespaces().unwrap(), ["a.b", "b"]);
}

#[test]
fn tenants_do_not_see_each_other() {
    let (keys, store, clock) = world();
    keys.set("a", &key("k", "v")).unwrap();
    let others = TenantKeys::new("other".into(), store, clock.clock());
    assert_eq!(others.get("a", "k").unwrap(), None);
    assert_eq!(others.namespaces().unwrap(), [""; 0]);
}

#[test]
fn odd_keys_are_refused() {
    let (keys, ..) = world();
    let long = "k".repeat(257);
    for name in ["", "-a", "a b", "a/b", "ä", ".a", "a\n", &*long] {
        assert!(keys.set("a", &key(name, "v")).unwrap_err().to_string().contains("is no key"), "{name}");
    }
    for name in ["a", "0", "a.b-c_D"] {
        keys.set("a", &key(name, "v")).unwrap();
    }
}
