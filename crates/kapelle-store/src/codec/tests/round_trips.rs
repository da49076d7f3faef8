//! What was written comes back. Rows are compared by writing them again: that tells NaN, zones and scales apart, which
//! `==` does not.

use proptest::prelude::*;

use super::generators;
use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn births_come_back(birth in generators::birth()) {
        let codec = codec();
        let bytes = codec.birth(&birth).unwrap();
        let read = codec.read_birth(known(&birth), &bytes, Values::Fetched).unwrap();
        prop_assert_eq!(json(&codec.birth(&read).unwrap()), json(&bytes));
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
        prop_assert_eq!(json(&codec.sent(&read).unwrap()), json(&bytes));
        prop_assert_eq!(format!("{read:?}"), format!("{sent:?}"));
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
