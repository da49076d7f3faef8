//! What was written comes back. Rows are compared by writing them again: that tells NaN, zones and scales apart, which
//! `==` does not.

use proptest::prelude::*;

use kapelle_model::Millis;
use kapelle_model::trigger::SkipReason;

use super::generators;
use super::*;

fn key() -> DocumentKey {
    let (tenant, namespace, name) = ("main".into(), "shop".into(), "daily".into());
    DocumentKey { kind: crate::document::Kind::Trigger, tenant, namespace, name }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn births_come_back(birth in generators::birth()) {
        let codec = codec();
        let bytes = codec.birth(&birth).unwrap();
        let read = codec.read_birth(known(&birth), &bytes, Values::Fetched).unwrap();
        prop_assert_eq!(json_of(birth.id, &codec.birth(&read).unwrap()), json_of(birth.id, &bytes));
        prop_assert_eq!(format!("{read:?}"), format!("{birth:?}"));
    }

    #[test]
    fn heads_come_back(head in generators::head()) {
        let codec = codec();
        let bytes = codec.head(ID, &head).unwrap();
        let read = codec.read_head(ID, &bytes, Values::Fetched).unwrap();
        prop_assert_eq!(json(&codec.head(ID, &read).unwrap()), json(&bytes));
        prop_assert_eq!(format!("{read:?}"), format!("{head:?}"));
    }

    #[test]
    fn task_runs_come_back(run in generators::run()) {
        let codec = codec();
        let bytes = codec.run(ID, &run).unwrap();
        let read = codec.read_run(ID, &bytes, Values::Fetched).unwrap();
        prop_assert_eq!(json(&codec.run(ID, &read).unwrap()), json(&bytes));
        prop_assert_eq!(format!("{read:?}"), format!("{run:?}"));
    }

    #[test]
    fn children_come_back(child in generators::child()) {
        let codec = codec();
        let bytes = codec.child(ID, &child).unwrap();
        let read = codec.read_child(ID, &bytes, Values::Fetched).unwrap();
        prop_assert_eq!(json(&codec.child(ID, &read).unwrap()), json(&bytes));
        prop_assert_eq!(format!("{read:?}"), format!("{child:?}"));
    }

    #[test]
    fn orders_come_back(sent in generators::sent()) {
        let codec = codec();
        let bytes = codec.sent(&sent).unwrap();
        let read = codec.read_sent(sent.id, sent.to, &bytes).unwrap();
        prop_assert_eq!(json_of(sent.to, &codec.sent(&read).unwrap()), json_of(sent.to, &bytes));
        prop_assert_eq!(format!("{read:?}"), format!("{sent:?}"));
    }

    #[test]
    fn states_of_triggers_come_back(state in generators::trigger()) {
        let (bytes, _) = trigger(&state).unwrap();
        let read = read_trigger(&key(), &bytes).unwrap();
        prop_assert_eq!(json(&trigger(&read).unwrap().0), json(&bytes));
        prop_assert_eq!(format!("{read:?}"), format!("{state:?}"));
    }

    #[test]
    fn windows_come_back(of_time in generators::window()) {
        let (bytes, _) = window(&of_time).unwrap();
        let read = read_window(&key(), &bytes).unwrap();
        prop_assert_eq!(json(&window(&read).unwrap().0), json(&bytes));
        prop_assert_eq!(format!("{read:?}"), format!("{of_time:?}"));
    }

    #[test]
    fn what_is_written_is_json(run in generators::run()) {
        let text = json(&codec().run(ID, &run).unwrap());
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn any_bytes_are_packed(bytes in prop::collection::vec(0u8..4, 0..2_000)) {
        let packed = pack(&bytes);
        prop_assert!(packed.len() <= bytes.len() + 1);
        prop_assert_eq!(unpack(&packed).unwrap(), bytes);
    }
}

#[test]
fn occurrences_that_started_nothing_come_back() {
    for why in SkipReason::ALL {
        let (from, until) = (Millis(-5), Millis(1_778_051_289_000));
        let words = "the day is \"MONDAY\"".to_owned();
        let one = Skip { from, until, count: 3, why, words };
        assert_eq!(read_skip(&key(), &skip(&one)), Ok(one));
    }
}
