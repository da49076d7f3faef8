use super::*;

fn secret(text: &str) -> Text {
    Text::from(text).into_secret()
}

#[test]
fn a_value_is_as_small_as_three_words_and_a_tag() {
    assert!(size_of::<Value>() <= 32, "{} bytes", size_of::<Value>());
}

#[test]
fn joining_text_keeps_the_secret_part_secret() {
    let url = Text::concat(&"https://user:".into(), &secret("hunter2"));
    let url = Text::concat(&url, &"@host".into());
    assert_eq!(url.expose(), "https://user:hunter2@host");
    assert_eq!(url.masked(), "https://user:******@host");
    assert_eq!(url.secret_ranges(), vec![13..20; 1]);
}

#[test]
fn secrets_that_touch_are_masked_once() {
    let both = Text::concat(&secret("ab"), &secret("cd"));
    assert_eq!(both.masked(), "******");
    assert_eq!(both.secret_ranges(), vec![0..4; 1]);
}

#[test]
fn a_slice_of_a_secret_is_secret() {
    let text = Text::concat(&"key=".into(), &secret("abcdef"));
    assert_eq!(text.slice(0..6).unwrap().masked(), "key=******");
    assert_eq!(text.slice(6..8).unwrap().masked(), "******");
    assert!(!text.slice(0..4).unwrap().has_secret());
}

#[test]
fn a_slice_inside_a_character_is_refused() {
    assert_eq!(Text::from("é").slice(0..1), None);
}

#[test]
fn an_empty_secret_marks_nothing() {
    assert!(!secret("").has_secret());
}

#[test]
fn numbers_and_collections_are_secret_as_a_whole_and_only_once() {
    let secret = Value::Int(42).into_secret().into_secret();
    assert_eq!(secret, Value::Secret(Arc::new(Value::Int(42))));
    assert!(Value::List(Arc::new(vec![Value::Null, secret])).has_secret());
    assert!(!Value::from("open").has_secret());
}

#[test]
fn debug_output_never_shows_a_secret_text() {
    assert_eq!(format!("{:?}", secret("hunter2")), "\"******\"");
}
