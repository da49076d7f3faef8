//! Compared with a scanner of the family, which is good enough as a judge though not for use: it panics on some texts.

use std::panic::catch_unwind;

use libyaml_safer as judge;
use proptest::prelude::*;

use super::{Event, Kind, Parser, Style};

#[derive(Debug, Clone, PartialEq)]
enum Found {
    Scalar(String, Style, Option<String>),
    Alias(String),
    ListStart,
    ListEnd,
    MapStart,
    MapEnd,
}

fn ours(text: &str) -> Result<Vec<Found>, Kind> {
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    loop {
        let (event, span) = parser.next().map_err(|error| error.kind)?;
        assert!(text.get(span.range()).is_some(), "{span:?} of {text:?}");
        found.push(match event {
            Event::Scalar { value, style, tag } => {
                Found::Scalar(value.into_owned(), style, tag.map(Into::into))
            }
            Event::Alias { name } => Found::Alias(name.to_owned()),
            Event::ListStart => Found::ListStart,
            Event::ListEnd => Found::ListEnd,
            Event::MapStart => Found::MapStart,
            Event::MapEnd => Found::MapEnd,
            Event::End => return Ok(found),
        });
    }
}

fn theirs(text: &str) -> Result<Vec<Found>, String> {
    use judge::{EventData, ScalarStyle};
    let mut parser = judge::Parser::new();
    let mut input = text.as_bytes();
    parser.set_input(&mut input);
    let mut found = Vec::new();
    let mut documents = 0;
    loop {
        found.push(match parser.parse().map_err(|error| error.to_string())?.data {
            EventData::Scalar { value, style, tag, .. } => {
                let style = match style {
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                    _ => Style::Plain,
                };
                Found::Scalar(value, style, tag)
            }
            EventData::Alias { anchor } => Found::Alias(anchor),
            EventData::SequenceStart { .. } => Found::ListStart,
            EventData::SequenceEnd => Found::ListEnd,
            EventData::MappingStart { .. } => Found::MapStart,
            EventData::MappingEnd => Found::MapEnd,
            EventData::DocumentStart { .. } if documents == 1 => return Err("a second document".into()),
            EventData::DocumentStart { .. } => {
                documents = 1;
                continue;
            }
            EventData::StreamEnd => return Ok(found),
            _ => continue,
        });
    }
}

/// The judge loses a token after a `?` without a key between brackets, and refuses a colon right before a bracket or
/// a comma, which Kestra's reader accepts.
fn misjudged(text: &str) -> bool {
    let colon_before = |next: &str| text.contains(&format!(":{next}"));
    if text.contains(['[', '{']) && [",", "[", "]", "{", "}", "?"].into_iter().any(colon_before) {
        return true;
    }
    let dense: String = text.lines().flat_map(|line| line.split('#').take(1)).collect();
    let dense = dense.replace([' ', '\t', '\r', '\u{85}', '\u{2028}', '\u{2029}'], "");
    text.contains('[') && ["?:", "?,", "?]"].iter().any(|bug| dense.contains(bug))
}

/// Both find the same or both refuse, and a missing line break at the end matters to block scalars only.
fn compare(text: &str) {
    let text_with_break = format!("{text}\n");
    let without = ours(text);
    let with = ours(&text_with_break);
    match (&with, &without) {
        (Ok(with), Ok(without)) => {
            assert!(
                with == without || without_last_break(with) == *without,
                "{text:?}: {with:?} {without:?}"
            );
        }
        _ => assert_eq!(with.is_ok(), without.is_ok(), "{text:?}: {with:?} {without:?}"),
    }
    if let Ok(theirs) = catch_unwind(|| theirs(&text_with_break))
        && !misjudged(text)
    {
        assert_eq!(with.ok(), theirs.ok(), "{text:?}");
    }
}

fn without_last_break(found: &[Found]) -> Vec<Found> {
    let mut found = found.to_vec();
    for found in found.iter_mut().rev() {
        if let Found::Scalar(value, Style::Literal | Style::Folded, _) = found {
            value.truncate(value.strip_suffix('\n').unwrap_or(value).len());
            break;
        }
    }
    found
}

const FRAGMENTS: &[&str] = &[
    "'",
    "\"",
    "''",
    "|",
    "|-",
    "|+",
    "|2",
    ">",
    ">-",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ",",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "?",
    "#",
    " #",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "&a ",
    "&a",
    "*a ",
    "*a",
    "!",
    "! ",
    "!!str ",
    "!a!b ",
    "!<x> ",
    "%",
    "%YAML 1.1\n",
    "%TAG !a! x\n",
    "@",
    "`",
    "\\",
    "\\\n",
    "\\x41",
    "\\ud800",
    "\\q",
    "é",
    "🚀",
    "a",
    "word",
    "key: ",
    "1",
    "0",
    " ",
    "  ",
    "    ",
    "\n ",
    "\n  ",
    "\n- ",
    "\n  - ",
    "---",
    "--- ",
    "---\n",
    "...",
    "...\n",
    "{{ x }}",
    "|\n  a\n",
    ">\n  a\n  b\n",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn any_text_is_judged_alike(parts in proptest::collection::vec(proptest::sample::select(FRAGMENTS), 0..16)) {
        compare(&parts.concat());
    }

    #[test]
    fn any_text_is_read_and_explained(parts in proptest::collection::vec(proptest::sample::select(FRAGMENTS), 0..16)) {
        let text = parts.concat();
        for span in crate::yaml::split(&text) {
            for found in crate::yaml::read(&text, span).diagnostics {
                prop_assert!(text.get(found.span.range()).is_some(), "{found:?}");
            }
        }
    }
}

#[test]
fn nasty_texts_are_judged_alike() {
    let long = |length: usize| format!("{}: b", "a".repeat(length));
    let texts = [
        "a: |\n\n   \n  x\n   y\n\n z",
        "a: |\n    \n  x\n",
        "a: >\n  x\n  y\n\n  z\n   w\n  v\n\n\n  u",
        "a: >-\r\n  x\r\n  y\r\n\r\nb: 1",
        "a: |2\n    x\n   y",
        "a: |0\n x",
        "a: |10\n x",
        "a: | x\n y",
        "a: |\n\tx",
        "a: |\n  x\n\t",
        "- |\n x\n- >+\n\n y\n\n",
        "--- |\nx\n--- y",
        "a: \"x\ny\"\nb: 'x\n\n  y'",
        "a: \"x \\\n   y\\n\\\n\\ z\"",
        "\"a\n---\nb\"",
        "\"\\u00e9\\U0001F680\\x41\\/\\'\"",
        "\"\\ud83d\\ude80\"",
        "\"\\x+1\"",
        "'it''s'",
        "'a' 'b'",
        "\"a\"b: c",
        "\"a\":b",
        "{\"a\":b, 'c':[d]}",
        "{a:b, c: , d, : e}",
        "{a, b: c, ? d : e, ? f}",
        "[a: b, c: , ? d : e, {f}]",
        "[a, , b]",
        "[a,]",
        "{,}",
        "[a:,b]",
        "{a:?, b:c}",
        "[\n1\n]",
        "a: [\n1,\n2\n]\nb: {\n}",
        "[a]: b\n? [c]\n: d",
        "{a: b}: c",
        "? a\n? b\n: c\n? |\n  d\n: - e",
        "? a\n  b\n: c",
        "a\n: b",
        ": b",
        "a: b: c",
        "a: - b",
        "- - a\n  - b\n- c",
        "a:\n- b\n- c\nd: e",
        "a:\n  - b\n - c",
        "a:\n  b: 1\n c: 2",
        "a: b\n  c\n   d\ne: f",
        "a: b # c\n  d",
        "a: b#c",
        "a\n#b\nc: d",
        "a:\tb\n\tc: d",
        "\ta: b",
        "-\ta",
        "- \ta: b",
        "a: b\n\tc",
        "a:\n\t- b",
        "[\ta,\n\tb]",
        "&a b: &c d\ne: *a\n*a : f",
        "&a &b c",
        "&a *b",
        "&é b",
        "*a: b",
        "!!str a: !x b",
        "! a",
        "!a!b c",
        "%TAG !a! tag:x,1:\n---\n!a!b%41 c",
        "%YAML 1.1\n---\na",
        "%YAML 1.3\n---\na",
        "%YAML 1.1\na",
        "%YAML 1.1\n\t\n--- a",
        "%FOO\n---\na",
        "!<tag:x> a",
        "!<> a",
        "!!str, a",
        "---\n...\n",
        "...\na",
        "a\n...\n",
        "a\n... # b\n...",
        "a\n...\nb",
        "a\n--- b",
        "--- a: b",
        "---a",
        "é: ü\n  🚀: 1",
        "é: 1\nü: 2\n 🚀: 3",
        "a: b\u{85}c: d\u{2028}e: f",
        "'a\u{2028}b\u{2028}\n c\u{85}d'",
        "a\u{2028}b\u{85}\u{85}c",
        "|\n a\u{2028}\u{2029}\u{85} b\r c",
        ">\n a\u{2028} b\u{85} c",
        "@a",
        "`a",
        "a: %b",
        "%",
        "-",
        "?",
        ":",
        "",
        "#",
        "]",
        "a]: b",
        "[a}",
        "{a]",
        "[[[",
        "\"",
        "'",
        "\"\\",
        "a: 'b",
        "<<: *a",
    ];
    for text in texts {
        compare(text);
    }
    for length in [1022, 1023, 1024, 1025, 1026] {
        compare(&long(length));
        compare(&format!("{{{}}}", long(length)));
        compare(&format!("- {}", long(length)));
    }
}

#[test]
fn texts_without_a_judge_are_read() {
    let scalar = |value: &str, style| Found::Scalar(value.into(), style, None);
    assert_eq!(ours("|\n x"), Ok(vec![scalar("x", Style::Literal)]));
    assert_eq!(ours("|+\n x"), Ok(vec![scalar("x", Style::Literal)]));
    assert_eq!(ours("|"), Ok(vec![scalar("", Style::Literal)]));
    let empty = || scalar("", Style::Plain);
    let text = Found::Scalar(String::new(), Style::Plain, Some("tag:yaml.org,2002:str".into()));
    assert_eq!(
        ours("[!!str, a]"),
        Ok(vec![Found::ListStart, text, scalar("a", Style::Plain), Found::ListEnd])
    );
    assert_eq!(
        ours("[?]"),
        Ok(vec![Found::ListStart, Found::MapStart, empty(), empty(), Found::MapEnd, Found::ListEnd])
    );
}

/// The judge counts bytes there, the rest of the family characters.
#[test]
fn long_keys_are_measured_in_characters() {
    assert!(ours(&format!("{}: b", "é".repeat(1024))).is_ok());
    assert!(ours(&format!("{}: b", "é".repeat(1025))).is_err());
}

#[test]
fn scalars_are_borrowed_where_they_stand() {
    use std::borrow::Cow;
    let mut parser = Parser::new("a b: 'c d'\n\"e\": |\n  f\n");
    loop {
        match parser.next().unwrap() {
            (Event::Scalar { value, .. }, _) => assert!(matches!(value, Cow::Borrowed(_)), "{value:?}"),
            (Event::End, _) => break,
            _ => {}
        }
    }
}

#[test]
fn mistakes_have_kinds() {
    let cases = [
        ("a:\n  - b\n\t- c", Kind::Tab),
        ("a: 'b", Kind::UnclosedQuote { opened: 3 }),
        ("a: [b\nc: d", Kind::UnclosedBracket { opened: 3, closing: ']' }),
        ("\"\\q\"", Kind::BadEscape),
        ("\"\\uD800\"", Kind::BadCodePoint),
        ("a: b: c", Kind::ColonInValue),
        ("a:\n  b: 1\n c: 2", Kind::KeyExpected),
        ("- a\nb: c", Kind::ItemExpected),
        ("a: 1\nb\nc: 2", Kind::MissingColon),
        ("a: - b", Kind::ItemNotAllowed),
        ("a: ? b", Kind::KeyNotAllowed),
        ("@a", Kind::NoToken('@')),
        ("{: a}", Kind::ValueExpected),
        ("* a", Kind::BadName),
        ("!a{", Kind::BadTag),
        ("!a!b c", Kind::UnknownTagHandle),
        ("|0", Kind::BadBlockHeader),
        ("%a", Kind::BadDirective),
        ("%YAML 2.0", Kind::OtherVersion),
        ("%YAML 1.1", Kind::DocumentExpected),
        ("a\n--- b", Kind::SecondDocument),
        ("  a: b\nc: d", Kind::NothingExpected),
    ];
    for (text, kind) in cases {
        assert_eq!(ours(text), Err(kind), "{text:?}");
    }
}

/// Would take minutes if the scanner looked at the same bytes again and again.
#[test]
fn deep_and_long_texts_take_linear_time() {
    let parts = [
        "[", "{", "]", "a: ", "- ", "\"", "'", "? ", "x", "{a: ", "[a, ", "a:\n", "|\n", "&a ", "!!str ",
        "*a ", "[\n", "\\", "#", "\n", " ", "\t", "é", "\u{2028}", "%", ",", "\"\" ", "a\n", "a: |\n", "[[]",
        "[a: ",
    ];
    for part in parts {
        drop(ours(&part.repeat((1 << 18) / part.len())));
    }
}
