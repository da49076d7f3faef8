//! Values that are too large for a row are kept apart, and come back.

use kapelle_model::execution::Child;
use kapelle_model::{Map, Value};

use super::*;
use crate::error::StoreError;
use crate::limits::INLINE_MAX;

/// A row with these outputs.
fn child(outputs: Map) -> Child {
    Child { outputs: Some(Arc::new(outputs)), ..Child::new(ID) }
}

fn text(bytes: usize) -> Value {
    // As JSON it has two quotation marks more.
    Value::from(&*"x".repeat(bytes - 2))
}

fn kept(codec: &Codec, blob: &[u8], values: Values) -> Map {
    Arc::unwrap_or_clone(codec.read_child(ID, blob, values).unwrap().outputs.unwrap())
}

#[test]
fn only_what_reaches_the_limit_is_kept_apart() {
    let blobs = Arc::new(Kept::default());
    let codec = over(Arc::clone(&blobs));
    let outputs = Map::from_iter([
        (Arc::from("small"), text(INLINE_MAX - 1)),
        (Arc::from("large"), text(INLINE_MAX)),
        (Arc::from("after"), Value::Int(1)),
    ]);
    let blob = codec.child(ID, &child(outputs.clone())).unwrap();
    let names: Vec<_> = blobs.0.lock().unwrap().keys().cloned().collect();
    let [name] = &names[..] else { panic!("{names:?}") };
    assert!(
        json(&blob).ends_with(&format!(r#""large":{{"$":["blob","{name}",65536,false]}},"after":1}}}}"#))
    );
    assert_eq!(kept(&codec, &blob, Values::Fetched), outputs);
}

#[test]
fn one_that_is_only_named_is_a_short_map() {
    let codec = codec();
    let secret = Value::List(Arc::new(vec![text(INLINE_MAX).into_secret()]));
    let outputs = Map::from_iter([(Arc::from("open"), text(70_000)), (Arc::from("secret"), secret)]);
    let blob = codec.child(ID, &child(outputs.clone())).unwrap();
    let named = kept(&codec, &blob, Values::Named);
    let Value::Map(open) = &named["open"] else { panic!("{named:?}") };
    assert!(matches!(&open["blob"], Value::Str(name) if name.expose().starts_with(&ID.to_string())));
    assert_eq!(open["size"], Value::Int(70_000));
    assert!(matches!(&named["secret"], Value::Secret(map) if matches!(**map, Value::Map(_))));
    assert_eq!(kept(&codec, &blob, Values::Fetched), outputs);
}

#[test]
fn a_value_of_a_user_is_never_taken_for_one_that_is_kept_apart() {
    let tag = ["blob", "other"].map(Value::from).into_iter().chain([Value::Int(1), Value::Bool(false)]);
    let map = Map::from_iter([(Arc::from("$"), Value::List(Arc::new(tag.collect())))]);
    let outputs = Map::from_iter([(Arc::from("$"), Value::Map(Arc::new(map)))]);
    let codec = codec();
    let blob = codec.child(ID, &child(outputs.clone())).unwrap();
    assert_eq!(kept(&codec, &blob, Values::Named), outputs);
}

#[test]
fn one_that_is_gone_or_broken_is_corrupt() {
    let blobs = Arc::new(Kept::default());
    let codec = over(Arc::clone(&blobs));
    let blob = codec.child(ID, &child(Map::from_iter([(Arc::from("large"), text(INLINE_MAX))]))).unwrap();
    blobs.0.lock().unwrap().values_mut().for_each(|bytes| bytes.truncate(9));
    let broken = codec.read_child(ID, &blob, Values::Fetched).unwrap_err();
    assert!(broken.to_string().contains("of execution 0") && matches!(broken, StoreError::Corrupt { .. }));
    blobs.remove_all(ID).unwrap();
    let gone = codec.read_child(ID, &blob, Values::Fetched).unwrap_err();
    assert!(gone.to_string().starts_with("the large value `") && matches!(gone, StoreError::Corrupt { .. }));
}

#[test]
fn values_of_orders_stay_with_them() {
    use kapelle_model::event::Order;
    use kapelle_model::execution::Parent;
    use kapelle_model::task_run::RunIndex;
    let blobs = Arc::new(Kept::default());
    let codec = over(Arc::clone(&blobs));
    let values = Arc::new(Map::from_iter([(Arc::from("large"), text(2 * INLINE_MAX))]));
    let from = Parent { execution: ID, run: RunIndex(std::num::NonZeroU32::MIN), iteration: 0 };
    let sent = Sent { id: OrderId(1), to: ID, order: Order::Resume { values, by: None }, from };
    let blob = codec.sent(&sent).unwrap();
    assert_eq!(codec.read_sent(sent.id, ID, &blob).unwrap(), sent);
    assert!(blobs.0.lock().unwrap().is_empty());
}
