use std::sync::Arc;

use kapelle_model::Map;
use proptest::prelude::*;

use super::*;

fn masks(secrets: &[&str]) -> Masks {
    let masks = Masks::default();
    for secret in secrets {
        masks.add(secret);
    }
    masks
}

/// The stream in chunks of these sizes, over and over.
fn streamed(masks: &Masks, bytes: &[u8], sizes: &[usize]) -> Vec<u8> {
    let (mut masker, mut out, mut rest) = (masks.stream(), Vec::new(), bytes);
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at((*size).clamp(1, rest.len()));
        masker.push(chunk, &mut out);
        rest = after;
    }
    masker.finish(&mut out);
    out
}

/// A value with everything in it that somebody has to escape.
const CANARY: &str = "c4n4ry/+'\"<&> $x`\\é!";

#[test]
fn a_secret_is_hidden_in_every_form() {
    let masks = masks(&[CANARY]);
    for form in [
        CANARY,
        "YzRuNHJ5LysnIjwmPiAkeGBcw6kh",
        "YzRuNHJ5LysnIjwmPiAkeGBcw6kh",
        "63346e3472792f2b27223c263e202478605cc3a921",
        "63346E3472792F2B27223C263E202478605CC3A921",
        "c4n4ry%2F%2B%27%22%3C%26%3E%20%24x%60%5C%C3%A9%21",
        "c4n4ry%2f%2b%27%22%3c%26%3e%20%24x%60%5c%c3%a9%21",
        "c4n4ry%2F%2B'%22%3C%26%3E%20%24x%60%5C%C3%A9!",
        "c4n4ry%2F%2B%27%22%3C%26%3E+%24x%60%5C%C3%A9%21",
        r#"c4n4ry/+'\"<&> $x`\\é!"#,
        r#"c4n4ry\/+'\"<&> $x`\\é!"#,
        r#"c4n4ry/+'\"<&> $x`\\\u00e9!"#,
        r#"c4n4ry/+'\"<&> $x`\\\u00E9!"#,
        r#"c4n4ry/+\u0027\"\u003c\u0026\u003e $x`\\\u00e9!"#,
        r#"c4n4ry/+'\\\"<&> $x`\\\\é!"#,
        r#"c4n4ry/+'\''"<&> $x`\é!"#,
        r#"c4n4ry/+'"'"'"<&> $x`\é!"#,
        r#"c4n4ry/+'\"<&> \$x\`\\é!"#,
        r#"c4n4ry/+\'\"\<\&\>\ \$x\`\\é\!"#,
        r#"c4n4ry/+\'"<&> $x`\\é!"#,
        "c4n4ry/+'\"&lt;&amp;&gt; $x`\\é!",
        "c4n4ry/+&apos;&quot;&lt;&amp;&gt; $x`\\é!",
        "c4n4ry/+&#39;&#34;&lt;&amp;&gt; $x`\\é!",
    ] {
        assert_eq!(masks.mask(&format!("a {form} b")), "a ****** b", "{form}");
        let streamed = streamed(&masks, format!("a {form} b").as_bytes(), &[1]);
        assert_eq!(String::from_utf8(streamed).unwrap(), "a ****** b", "{form}");
    }
}

#[test]
fn base64_is_found_wherever_the_secret_begins() {
    let secret = "correct horse battery";
    let masks = masks(&[secret]);
    for before in ["", "u", "us", "use", "user:"] {
        for after in ["", "x", "xy", "xyz"] {
            let encoded =
                kapelle_core::expression::plain::to_base64(format!("{before}{secret}{after}").as_bytes());
            let shown = masks.mask(&encoded).into_owned();
            let left = shown.replace(MASK, "");
            let around = 4 * (before.len() + after.len()) / 3 + 6;
            assert!(shown.contains(MASK) && left.len() <= around, "{before}|{after}: {encoded} -> {shown}");
        }
    }
}

const MASK: &str = kapelle_model::MASK;

#[test]
fn lines_of_eight_characters_are_hidden_by_themselves() {
    let masks = masks(&["-----BEGIN KEY-----\nMIIEvQIBADANBg\r\nshort\n  indented line \n"]);
    for (text, shown) in [
        ("x MIIEvQIBADANBg y", "x ****** y"),
        ("indented line", "******"),
        ("short", "short"),
        ("TUlJRXZRSUJBREFOQmc=", "******"),
    ] {
        assert_eq!(masks.mask(text), shown, "{text}");
    }
}

#[test]
fn short_secrets_are_hidden_as_they_are_only() {
    let masks = masks(&["pw"]);
    assert_eq!(masks.mask("pw=pw cHc= 7077"), "******=****** cHc= 7077");
    let blank = self::masks(&["", " ", "\n"]);
    assert_eq!(blank.mask("a b\n"), "a b\n");
}

#[test]
fn secrets_that_overlap_are_hidden_together() {
    let masks = masks(&["abcd", "cdef", "bc"]);
    assert_eq!(masks.mask("xabcdefx"), "x******x");
    assert_eq!(masks.mask("abcdabcd"), "************");
    assert_eq!(masks.mask("xbcx"), "x******x");
}

#[test]
fn marked_parts_of_values_are_learned() {
    let masks = Masks::default();
    let text = Text::concat(&Text::from("user:"), &Text::from("canary1").into_secret());
    let list = Value::List(Arc::new(vec![Value::from("plain"), Value::from("canary2").into_secret()]));
    let inner = Map::from_iter([("a".into(), Value::from("canary3")), ("n".into(), Value::Int(471_147))]);
    let map = Map::from_iter([
        ("text".into(), Value::Str(text)),
        ("list".into(), list),
        ("map".into(), Value::Map(Arc::new(inner)).into_secret()),
        ("bool".into(), Value::Bool(true).into_secret()),
    ]);
    masks.add_value(&Value::Map(Arc::new(map)));
    assert_eq!(
        masks.mask("user: plain true canary1 canary2 canary3 471147"),
        "user: plain true ****** ****** ****** ******"
    );
    let marked = Text::concat(&Text::from("canary1 "), &Text::from("other").into_secret());
    assert_eq!(masks.text(&marked), "****** ******");
}

#[test]
fn what_cannot_be_a_secret_does_not_wait() {
    let masks = masks(&["canary-value"]);
    let (mut masker, mut out) = (masks.stream(), Vec::new());
    masker.push(b"line\nca", &mut out);
    assert_eq!((String::from_utf8_lossy(&out).as_ref(), masker.is_waiting()), ("line\n", true));
    masker.push(b"t\n", &mut out);
    assert_eq!((String::from_utf8_lossy(&out).as_ref(), masker.is_waiting()), ("line\ncat\n", false));
}

#[test]
fn a_stream_of_one_long_secret_stays_small() {
    let masks = masks(&["aaaaaaaa"]);
    let shown = streamed(&masks, &[b'a'; 10_000], &[7, 64]);
    assert_eq!(shown, MASK.as_bytes());
}

#[test]
fn a_secret_that_is_learned_later_counts_from_then_on() {
    let masks = Masks::default();
    let (mut masker, mut out) = (masks.stream(), Vec::new());
    masker.push(b"canary ", &mut out);
    masks.add("canary");
    masker.push(b"canary ", &mut out);
    masker.finish(&mut out);
    assert_eq!(String::from_utf8(out).unwrap(), "canary ****** ");
}

proptest! {
    // Each case makes an automaton, which takes its time in a build for tests.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_stream_is_masked_the_same_however_it_is_cut(
        secrets in prop::collection::vec("[ab]{1,6}|[ab\u{e9}\"]{4,9}", 1..4),
        text in "[ab\u{e9}\"\\\\x]{0,60}",
        sizes in prop::collection::vec(1usize..9, 1..5),
    ) {
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let masks = masks(&secrets);
        let whole = masks.mask(&text).into_owned();
        prop_assert_eq!(String::from_utf8(streamed(&masks, text.as_bytes(), &sizes)).unwrap(), whole);
    }

    #[test]
    fn nothing_of_a_secret_is_left(secret in "[a-zA-Z0-9+/\"' é]{4,20}", before in "[x=]{0,4}", after in "[x=]{0,4}") {
        prop_assume!(secret.trim() == secret);
        let masks = masks(&[&secret]);
        let shown = masks.mask(&format!("{before}{secret}{after}")).into_owned();
        prop_assert!(!shown.contains(&secret));
        let json = serde_json::to_string(&format!("{before}{secret}{after}")).unwrap();
        prop_assert_eq!(masks.mask(&json).into_owned(), format!("\"{before}******{after}\""));
    }
}
