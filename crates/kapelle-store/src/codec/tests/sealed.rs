//! What is marked as secret is encrypted, and nothing else is.

use kapelle_model::execution::Child;
use kapelle_model::{Map, Value};

use super::*;
use crate::document::Kind;
use crate::error::StoreError;
use crate::limits::INLINE_MAX;

const CANARY: &str = "canary-7b1f";

fn child(value: Value) -> Child {
    Child { outputs: Some(Arc::new(Map::from_iter([(Arc::from("k"), value)]))), ..Child::new(ID) }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

fn secret(copies: usize) -> Value {
    Value::from(&*CANARY.repeat(copies)).into_secret()
}

#[test]
fn a_row_with_a_mark_is_sealed_wherever_the_mark_is() {
    let open = child(Value::from(CANARY));
    assert!(contains(&codec().child(ID, &open).unwrap(), CANARY));
    let list = Value::List(Arc::new(vec![Value::Int(1), secret(1)]));
    let part = Value::Str(kapelle_model::Text::concat(&"user:".into(), &CANARY.into()).into_secret());
    for value in [secret(1), secret(40), list.clone(), list.into_secret(), part] {
        let row = child(value);
        let blob = codec().child(ID, &row).unwrap();
        assert_eq!(blob[0], packing::SEALED);
        assert!(!contains(&blob, CANARY) && !contains(&blob, "outputs"));
        assert_eq!(codec().read_child(ID, &blob, Values::Fetched).unwrap(), row);
    }
}

#[test]
fn a_large_value_is_sealed_by_itself_and_keeps_its_name() {
    let blobs = Arc::new(Kept::default());
    let codec = over(Arc::clone(&blobs));
    let row = child(secret(INLINE_MAX / CANARY.len() + 1));
    let blob = codec.child(ID, &row).unwrap();
    assert_eq!(blob[0], packing::PLAIN, "the row only says where it is");
    assert_eq!(codec.child(ID, &row).unwrap(), blob, "nothing is kept twice");
    let kept = blobs.0.lock().unwrap().values().next().unwrap().clone();
    assert!(kept[0] == packing::SEALED && !contains(&kept, CANARY));
    assert_eq!(codec.read_child(ID, &blob, Values::Fetched).unwrap(), row);
}

#[test]
fn rows_from_before_there_were_seals_are_read() {
    let row = format!(r#"{{"i":"{ID}","u":{{"k":{{"$":["text","{CANARY}",0,11]}}}}}}"#);
    assert_eq!(codec().read_child(ID, &plain(&row), Values::Fetched).unwrap(), child(secret(1)));
}

#[test]
fn what_belongs_to_one_opens_for_nobody_else() {
    let blob = codec().child(ID, &child(secret(1))).unwrap();
    let other = ExecutionId(ID.0 + 1);
    let error = codec().read_child(other, &blob, Values::Fetched).unwrap_err();
    assert!(error.to_string().ends_with("its encrypted bytes are not those that were written"), "{error}");
    assert_ne!(codec().child(other, &child(secret(1))).unwrap(), blob);
}

#[test]
fn an_older_key_opens_and_a_missing_one_is_named() {
    let blob = codec().child(ID, &child(secret(1))).unwrap();
    let codec = |seal| Codec::new(Arc::new(Kept::default()), Arc::new(seal));
    let newer = codec(Seal::new(&key(8), &[key(7)]));
    assert_eq!(newer.read_child(ID, &blob, Values::Fetched).unwrap(), child(secret(1)));
    assert_ne!(newer.child(ID, &child(secret(1))).unwrap(), blob);
    let error = codec(Seal::new(&key(8), &[])).read_child(ID, &blob, Values::Fetched).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }));
    let id = key(7).id();
    let words = format!("it is encrypted with the key {id}, which is not here: put the file `{id}.key` back");
    assert!(error.to_string().contains(&words), "{error}");
}

#[test]
fn a_document_is_sealed_if_it_says_so() {
    let key = DocumentKey { kind: Kind::Value, tenant: "t".into(), namespace: "n".into(), name: "k".into() };
    let document = Document::new(key.clone(), kapelle_model::Millis(1), None, CANARY.into());
    let codec = codec();
    assert!(contains(&codec.document(&document), CANARY));
    let sealed = codec.document(&document.clone().sealed_if(true));
    assert!(!contains(&sealed, CANARY));
    assert_eq!(codec.read_document(&key, &sealed).unwrap(), (document.data, true));
    let other = DocumentKey { name: "kn".into(), namespace: "".into(), ..key };
    let error = codec.read_document(&other, &sealed).unwrap_err().to_string();
    assert_eq!(error, "value `kn` cannot be read: its encrypted bytes are not those that were written");
}

#[test]
fn a_key_is_read_from_base64_and_shown_by_its_id_only() {
    let fresh = Key::fresh().unwrap();
    assert_eq!(Key::read(&format!(" {}\n", fresh.to_base64())).unwrap().id(), fresh.id());
    assert_eq!(KeyId::parse(&fresh.id().to_string()), Some(fresh.id()));
    assert_eq!(format!("{fresh:?}"), format!("Key({})", fresh.id()));
    for (text, why) in
        [("", "it has 0 bytes and needs 32"), ("c2hvcnQ=", "it has 5 bytes"), ("!", "no base64")]
    {
        let reason = Key::read(text).unwrap_err();
        assert!(reason.contains(why) && reason.contains("openssl rand"), "{reason}");
    }
    assert!(KeyId::parse("12").is_none() && KeyId::parse("zz00000000000000").is_none());
}
