//! Bytes that nobody wrote are an error that says what and why, never a panic.

use kapelle_model::Value;
use proptest::prelude::*;

use super::generators;
use super::*;
use crate::error::StoreError;

/// Reads bytes as every kind of row.
fn read_as_all(codec: &Codec, bytes: &[u8]) -> [Option<StoreError>; 5] {
    let known = Known { id: ID, tenant: "t".into(), namespace: "n".into(), flow: "f".into(), revision: 1 };
    [
        codec.read_birth(known, bytes, Values::Fetched).err(),
        codec.read_head(ID, bytes, Values::Fetched).err(),
        codec.read_run(ID, bytes, Values::Fetched).err(),
        codec.read_child(ID, bytes, Values::Named).err(),
        codec.read_sent(OrderId(1), ID, bytes).err(),
    ]
}

fn only_corrupt(codec: &Codec, bytes: &[u8]) {
    for error in read_as_all(codec, bytes).into_iter().flatten() {
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    }
}

#[track_caller]
fn refused(bytes: &[u8], expected: &str) {
    let error = codec().read_head(ID, bytes, Values::Fetched).unwrap_err();
    assert_eq!(error.to_string(), format!("the head of execution {ID} cannot be read: {expected}"));
}

#[test]
fn the_error_says_what_is_broken_and_where() {
    refused(&[], "it is empty");
    refused(&[9, 1, 2], "it has codec 9, which only a newer version knows");
    refused(&[1, 1, 2], "the packed bytes do not begin as such do");
    refused(&[0, b'{', 0xff], "byte 1 is no text");
    refused(&plain(""), "a map is expected at byte 0");
    refused(&plain(r#"{"v":1}"#), "before this the history is expected at byte 5");
    refused(&plain(r#"{"h":[]}"#), "before this a history with a state is expected at byte 7");
    refused(&plain(r#"{"h":[77,1]}"#), "state 77 is one that only a newer version knows");
    refused(&plain(r#"{"h":[0,1],"v":-1}"#), "a number that fits is expected at byte 15");
    refused(&plain(r#"{"h":[0,1]} {"#), "the end is expected at byte 12");
    refused(&plain(r#"{"h":[0,1],"w":[99,0,null]}"#), "cause 99 is one that only a newer version knows");
    refused(&plain(r#"{"h":[0,1],"t":[0,1]}"#), "a number that fits is expected at byte 16");
}

#[test]
fn what_claims_to_be_huge_is_not_unpacked() {
    let mut bytes = pack(&vec![b'x'; 70_000]);
    assert_eq!(bytes[0], 1);
    // The size stands behind magic number and flags, in four bytes for this one.
    bytes[6..10].copy_from_slice(&u32::MAX.to_le_bytes());
    let why = unpack(&bytes).unwrap_err().to_string();
    assert_eq!(
        why,
        "something that was packed cannot be read: it claims 4294967295 bytes, and 67108864 are the most"
    );
}

#[test]
fn secrets_that_cut_characters_are_refused() {
    for places in ["1,2", "0,1", "2,1", "0,2,1,3", "0,0", "0,99", "0"] {
        let row = format!(r#"{{"h":[0,1],"x":{{"k":{{"$":["text","üb",{places}]}}}}}}"#);
        assert!(codec().read_head(ID, &plain(&row), Values::Fetched).is_err(), "{places}");
    }
}

#[test]
fn values_are_read_and_written_only_so_deep() {
    let nested = |depth: usize| {
        let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        plain(&format!(r#"{{"h":[0,1],"x":{{"k":{lists}}}}}"#))
    };
    let codec = codec();
    let head = codec.read_head(ID, &nested(256), Values::Fetched).unwrap();
    assert_eq!(json(&codec.head(ID, &head).unwrap()), json(&nested(256)));
    for depth in [257, 100_000] {
        let error = codec.read_head(ID, &nested(depth), Values::Fetched).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    }
    let mut deeper = head.clone();
    let value = Value::List(Arc::new(vec![head.variables["k"].clone()]));
    deeper.variables = Arc::new([(Arc::from("k"), value)].into_iter().collect());
    assert!(matches!(codec.head(ID, &deeper), Err(StoreError::Invalid(_))));
}

#[test]
fn what_is_not_known_is_skipped_however_deep() {
    let lists = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let row = format!(r#"{{"h":[0,1],"z9":{{"a":[1,-2.5e3,"]\"",true,null,{lists}]}},"v":7}}"#);
    assert_eq!(codec().read_head(ID, &plain(&row), Values::Fetched).unwrap().version, 7);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_truncation_is_refused(
        head in generators::head(), run in generators::run(), sent in generators::sent()
    ) {
        let codec = codec();
        let blobs = [(ID, codec.head(ID, &head)), (ID, codec.run(ID, &run)), (sent.to, codec.sent(&sent))];
        for (of, blob) in blobs.map(|(of, blob)| (of, blob.unwrap())) {
            let unpacked = plain(&json_of(of, &blob));
            for bytes in [&blob, &unpacked] {
                for length in 0..bytes.len() {
                    for error in read_as_all(&codec, &bytes[..length]) {
                        prop_assert!(matches!(error, Some(StoreError::Corrupt { .. })), "{:?}", error);
                    }
                }
            }
        }
    }

    #[test]
    fn flipped_bits_never_panic(
        birth in generators::birth(),
        head in generators::head(),
        run in generators::run(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8u32), 1..40),
    ) {
        let codec = codec();
        let blobs = [(birth.id, codec.birth(&birth)), (ID, codec.head(ID, &head)), (ID, codec.run(ID, &run))];
        for (of, blob) in blobs.map(|(of, blob)| (of, blob.unwrap())) {
            let unpacked = plain(&json_of(of, &blob));
            for bytes in [blob, unpacked] {
                for (place, bit) in &flips {
                    let mut flipped = bytes.clone();
                    flipped[place.index(bytes.len())] ^= 1 << bit;
                    only_corrupt(&codec, &flipped);
                }
            }
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), text in "[\\[\\]{},:$\"a-z0-9]{0,60}") {
        let codec = codec();
        only_corrupt(&codec, &bytes);
        only_corrupt(&codec, &[&[1], &bytes[..]].concat());
        only_corrupt(&codec, &plain(&text));
    }
}
