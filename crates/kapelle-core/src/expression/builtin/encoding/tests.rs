use std::sync::Arc;

use kapelle_model::{Map, Text, Value};

use super::super::Kind;
use super::super::testing::{call, call_with, filter};
use crate::expression::Category;
use crate::expression::error::Outcome;
use crate::expression::services::Services;

const KEY: &str = "I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK";

/// Gives 0, 1, 2 … instead of random bytes.
struct Counting;

impl Services for Counting {
    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = index as u8;
        }
        Ok(())
    }
}

#[test]
fn texts_are_encoded() {
    let cases = [
        ("base64encode", "test", "dGVzdA=="),
        ("base64encode", "é", "w6k="),
        ("base64encode", "", ""),
        ("base64decode", "dGVzdA==", "test"),
        ("base64decode", "dGVzdA", "test"),
        ("base64decode", "w6k=", "é"),
        ("base64decode", "", ""),
        ("md5", "hello", "5d41402abc4b2a76b9719d911017c592"),
        ("md5", "", "d41d8cd98f00b204e9800998ecf8427e"),
        ("sha1", "hello", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
        ("sha256", "é", "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"),
        ("urlencode", "größe & co@x-y", "gr%C3%B6%C3%9Fe+%26+co%40x-y"),
        ("urlencode", "a/b?c=d&e+f", "a%2Fb%3Fc%3Dd%26e%2Bf"),
        ("urlencode", "-_.*~", "-_.*%7E"),
        ("urldecode", "gr%C3%B6%C3%9Fe+%26+co%40x-y", "größe & co@x-y"),
        ("urldecode", "a%20b", "a b"),
        ("urldecode", "%ff", "\u{fffd}"),
    ];
    for (name, input, expected) in cases {
        assert_eq!(filter(name, input, &[]), Ok(expected.into()), "{input} | {name}");
        assert_eq!(filter(name, Value::Null, &[]), Ok(Value::Null));
    }
}

#[test]
fn base64_encodes_the_java_text_of_anything() {
    let map = Map::from_iter([("a".into(), Value::Int(1))]);
    assert_eq!(filter("base64encode", Value::Map(Arc::new(map)), &[]), Ok("e2E9MX0=".into()));
    assert_eq!(filter("base64encode", Value::Int(12), &[]), Ok("MTI=".into()));
}

#[test]
fn malformed_texts_are_refused() {
    let cases = [
        ("base64decode", "not base64!"),
        ("base64decode", "dGVzd"),
        ("base64decode", "dGVzdA="),
        ("base64decode", "dGVz=A=="),
        ("base64decode", "dGVz===="),
        ("base64decode", "dG Vz"),
        ("base64decode", "-_-_"),
        ("urldecode", "%zz"),
        ("urldecode", "%"),
        ("urldecode", "%4é"),
        ("urldecode", "%4"),
    ];
    for (name, input) in cases {
        assert_eq!(
            filter(name, input, &[]).unwrap_err().category,
            Category::InvalidInput,
            "{input} | {name}"
        );
    }
    for name in ["base64decode", "md5", "sha1", "sha256", "sha512", "urlencode", "urldecode"] {
        assert_eq!(filter(name, Value::Int(1), &[]).unwrap_err().category, Category::Type, "{name}");
    }
}

#[test]
fn what_was_encrypted_is_decrypted() {
    let encrypt = |key: &str, text: Value| {
        call_with(&Counting, Kind::Function, "encrypt", Value::Null, &[key.into(), text])
    };
    let decrypt = |key: &str, text: Value| call(Kind::Function, "decrypt", Value::Null, &[key.into(), text]);
    let sealed = encrypt(KEY, "toto".into()).unwrap();
    assert_eq!(sealed, "AAECAwQFBgcICQoLpyH29DGBDZmnfW/ETmyu2lact3o=".into());
    assert_eq!(decrypt(KEY, sealed.clone()), Ok("toto".into()));
    for key in ["AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        let sealed = encrypt(key, "é".into()).unwrap();
        assert_eq!(decrypt(key, sealed), Ok("é".into()));
    }
    for nothing in [Value::Null, "".into()] {
        assert_eq!(encrypt(KEY, nothing.clone()), Ok(nothing.clone()));
        assert_eq!(decrypt(KEY, nothing.clone()), Ok(nothing));
    }
    let bad = [
        (KEY, "!!!".into()),
        (KEY, "AAAA".into()),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", sealed.clone()),
        ("AAAA", sealed.clone()),
        ("no key", sealed),
    ];
    for (key, text) in bad {
        assert_eq!(decrypt(key, text).unwrap_err().category, Category::InvalidInput);
    }
}

#[test]
fn encrypting_needs_both_arguments() {
    for name in ["encrypt", "decrypt"] {
        for arguments in [vec![], vec!["toto".into()], vec![KEY.into(), Value::Int(1)]] {
            let error = call(Kind::Function, name, Value::Null, &arguments).unwrap_err();
            assert_eq!(error.category, Category::Argument, "{name} {arguments:?}");
        }
    }
}

#[test]
fn what_comes_of_a_secret_is_secret() {
    let secret = Value::Str(Text::from("hunter2").into_secret());
    for name in ["base64encode", "sha256", "urlencode"] {
        assert!(filter(name, secret.clone(), &[]).unwrap().has_secret(), "{name}");
    }
    let error = filter("base64decode", Value::Str(Text::from("n@pe").into_secret()), &[]).unwrap_err();
    assert!(!error.message.contains("n@pe"), "{}", error.message);
}
