use kapelle_model::{Data, Node};

use super::*;
use crate::source::Source;

/// The tree in one line, for short expectations; what is wrong, a line each, for the rest.
fn show(text: &str) -> String {
    let source = Source::new("x", text);
    let mut shown = Vec::new();
    for span in split(text) {
        let reading = read(text, span);
        shown.extend(reading.root.as_ref().map(tree));
        shown.extend(reading.diagnostics.iter().map(|found| {
            let at = source.position(found.span.start);
            format!("{}:{} {} {:?}", at.line, at.column, found.code.name(), source.slice(found.span))
        }));
    }
    shown.join("\n")
}

fn tree(node: &Node) -> String {
    match &node.data {
        Data::Null => "null".into(),
        Data::Bool(value) => format!("{value}"),
        Data::Int(value) => format!("{value}"),
        Data::BigInt(digits) => format!("{digits}n"),
        Data::Float(value) => format!("{value:?}"),
        Data::Text(text) => format!("{text:?}"),
        Data::List(items) => format!("[{}]", items.iter().map(tree).collect::<Vec<_>>().join(", ")),
        Data::Map(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|entry| format!("{}: {}", entry.key, tree(&entry.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

#[test]
fn plain_scalars_have_the_types_of_yaml_1_1() {
    let cases = [
        ("yes", "true"),
        ("Off", "false"),
        ("TRUE", "true"),
        ("y", "\"y\""),
        ("n", "\"n\""),
        ("~", "null"),
        ("null", "null"),
        ("", "null"),
        ("12", "12"),
        ("-3", "-3"),
        ("+3", "3"),
        ("0x1F", "31"),
        ("0b11", "3"),
        ("010", "8"),
        ("1_000", "1000"),
        ("09", "\"09\""),
        ("1.10", "1.1"),
        ("1_0.5", "10.5"),
        ("1.0e5", "100000.0"),
        ("1e5", "100000.0"),
        ("1e", "\"1e\""),
        ("-", "[null]"),
        ("1.2.3", "\"1.2.3\""),
        ("12:30", "\"12:30\""),
        ("2024-01-01", "\"2024-01-01\""),
        ("99999999999999999999", "99999999999999999999n"),
        (".inf", "inf"),
        ("-.inf", "-inf"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        (".", "\".\""),
        ("'12'", "\"12\""),
        ("\"yes\"", "\"yes\""),
        ("!!str 12", "\"12\""),
        ("PT30S", "\"PT30S\""),
        ("-9223372036854775808", "-9223372036854775808"),
        ("None", "\"None\""),
        ("nullx", "\"nullx\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(text), if text.is_empty() { "" } else { expected }, "{text:?}");
        if text != "-" {
            assert_eq!(show(&format!("k: {text}\n")), format!("{{k: {expected}}}"), "k: {text:?}");
        }
    }
}

#[test]
fn positions_are_bytes_of_the_file_whatever_stands_before() {
    let text = "\u{feff}# ü\r\nä: 'é'\r\nlist:\r\n  - {k: 1}\r\n---\r\nlast: |\r\n  🚀\r\n\r\n";
    let mut seen = Vec::new();
    for span in split(text) {
        read(text, span).root.unwrap().walk(&mut |node| seen.push(&text[node.span.range()]));
    }
    assert_eq!(
        seen,
        ["ä: 'é'\r\nlist:\r\n  - {k: 1}", "'é'", "- {k: 1}", "{k: 1}", "1", "last: |\r\n  🚀", "|\r\n  🚀"]
    );
}

#[test]
fn documents_are_read_one_by_one() {
    assert_eq!(show("a: 1\n---\nb: [\n---\nc: 3\n"), "{a: 1}\n4:1 yaml-syntax \"\"\n{c: 3}");
    assert_eq!(show("---\n# only\n---\na: 1\n"), "{a: 1}");
    assert_eq!(show("# nothing\n"), "");
    assert_eq!(show("a: x---y\n"), "{a: \"x---y\"}");
    assert_eq!(show("--- {a: 1}\n--- b\n"), "{a: 1}\n\"b\"");
}

#[test]
fn anchors_aliases_and_merge_keys_mean_nothing() {
    assert_eq!(show("a: &x {k: 1}\nb:\n  <<: *x\n"), "{a: {k: 1}, b: {<<: \"x\"}}\n3:7 yaml-alias \"*x\"");
}

#[test]
fn texts_that_the_scanner_of_kestra_accepts_are_accepted() {
    assert_eq!(show("a:\n  b: \"x\ny\"\nc: [\n1\n]\n"), "{a: {b: \"x y\"}, c: [1]}");
    assert_eq!(
        show("a: http://x:80/y\nb: {c:1}\nd: x#y # z\n"),
        "{a: \"http://x:80/y\", b: {c:1: null}, d: \"x#y\"}"
    );
}

#[test]
fn mistakes_are_named_where_they_are() {
    let cases = [
        ("a: 1\na: 2\n", "{a: 1, a: 2}\n2:1 yaml-duplicate-key \"a\""),
        ("a:\n\tb: 1\n", "2:1 yaml-tab \"\\t\""),
        ("a: {{ x }}\n", "1:4 yaml-expression-unquoted \"{{ x }}\""),
        ("a: {{ x }}/y\n", "1:4 yaml-expression-unquoted \"{{ x }}/y\""),
        ("- {{ x }}\n", "1:3 yaml-expression-unquoted \"{{ x }}\""),
        ("a: {% if x %}\n", "1:4 yaml-expression-unquoted \"{% if x %}\""),
        ("cron: */5 * * * *\n", "1:7 yaml-syntax \"*/5 * * * *\""),
        ("cron: * * * * *\n", "1:7 yaml-syntax \"* * * * *\""),
        ("a: @daily\n", "1:4 yaml-syntax \"@daily\""),
        ("a: b: c\n", "1:4 yaml-syntax \"b: c\""),
        ("- echo \"a: {{ x }}\"\n", "1:3 yaml-expression-unquoted \"echo \\\"a: {{ x }}\\\"\""),
        ("a: {{ x }} # why\n", "1:4 yaml-expression-unquoted \"{{ x }}\""),
        ("a: \"x\nb: 1\n", "1:4 yaml-syntax \"\\\"x\""),
        ("a: 'it's'\n", "1:8 yaml-syntax \"s'\""),
        ("a: \"\\d\"\n", "1:5 yaml-syntax \"\\\\d\""),
        ("a: \"\\u12_x\"\n", "1:5 yaml-syntax \"\\\\u\""),
        ("a:\n  b: 1\n c: 2\n", "3:2 yaml-indentation \"c: 2\""),
        ("a:\n  b: 1\n   c: 2\n", "3:4 yaml-indentation \"c: 2\""),
        ("a: 1\nb\nc: 2\n", "2:1 yaml-syntax \"b\""),
        ("a: - b\n", "1:4 yaml-syntax \"-\""),
        ("a: x\u{1}\n", "1:5 yaml-control-character \"\\u{1}\""),
        ("a: [1, 2\nb: 3\n", "1:4 yaml-syntax \"[\""),
        // An expression in the text of a block is no mistake, the line below it is.
        ("a:\n- b: |\n    {{ x }}\n  c: d: e\n", "4:6 yaml-syntax \"d: e\""),
        ("a:\n- b: |\n    {{ x }}\n - c: 1\n", "4:2 yaml-indentation \"- c: 1\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(text), expected, "{text:?}");
    }
}

#[test]
fn of_two_lines_that_could_move_the_usual_form_tells_which() {
    let cases = [
        ("inputs:\n- id: a\n    type: b\n\nc:\n  - d\n", "2:1 yaml-indentation \"- id: a\""),
        ("x:\n    y:\n    z: 1\n      u: 2\n      v: 3\n", "3:5 yaml-indentation \"z: 1\""),
        ("c:\n  - a: 1\n    b: 2\n\ntasks:\n    - id: a\n    type: b\n", "6:5 yaml-indentation \"- id: a\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(text), expected, "{text:?}");
    }
}

#[test]
fn the_help_says_what_to_do() {
    let cases = [
        ("a: 'it's'\n", "put all of the value in quotes; the quotes inside are written twice ('')"),
        ("- \"x\" y\n", "put all of the value in quotes; the quotes inside are written as \\\""),
        ("a: {{ x }}\n", "put it in quotes: YAML reads `{` as the start of a map"),
        ("a:\n  b: 1\n   c: 2\n", "start it after 2 blanks, not after 3"),
        ("a: |x\n  b\n", "start the text on the next line, indented"),
        ("a: \"\\uZZ\"\n", "double the backslash, or use single quotes, which know no escapes"),
    ];
    for (text, expected) in cases {
        let reading = read(text, split(text)[0]);
        assert_eq!(reading.diagnostics[0].help.as_deref(), Some(expected), "{text:?}");
    }
}

#[test]
fn a_merge_conflict_is_reported_at_its_first_marker() {
    let cases = [
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", "2:1 yaml-syntax \"<<<<<<< HEAD\""),
        ("a: \"x\r\n=======\r\nb: {{ x }}\r\n", "2:1 yaml-syntax \"=======\""),
        ("a: 1\n---\nb:\n\tc: 1\n>>>>>>> x\n", "{a: 1}\n5:1 yaml-syntax \">>>>>>> x\""),
        ("a: |\n  <<<<<<< x\nb: 1\n", "{a: \"<<<<<<< x\\n\", b: 1}"),
        ("a: '\n=======\n'\n", "{a: \" ======= \"}"),
    ];
    for (text, expected) in cases {
        assert_eq!(show(text), expected, "{text:?}");
    }
}

#[test]
fn a_quote_that_a_later_one_closes_is_reported_where_it_is_opened() {
    let cases = [
        ("a: \"x\nb: 1\nc: \"y\"\n", "1:4 yaml-syntax \"\\\"x\""),
        ("a: 'x\r\nb: 1\r\nc: 'y'\r\n", "1:4 yaml-syntax \"'x\""),
        ("- \"x\n- \"y\"\n", "1:3 yaml-syntax \"\\\"x\""),
        ("a: \"x\nb: '\\d'\nc: \"y\"\n", "1:4 yaml-syntax \"\\\"x\""),
        ("a: \"x\nb: \"\"\n", "1:4 yaml-syntax \"\\\"x\""),
        ("a: [\"x\", \"y]\nb: [\"z\"]\n", "1:10 yaml-syntax \"\\\"y]\""),
        // A text over several lines is no mistake, what follows it is.
        ("a: \"x\n  y\"\nb: c: d\n", "3:4 yaml-syntax \"c: d\""),
        // Another mistake below does not hide the first.
        ("a: \"x\nb: \"y\"\nc: d: e\n", "1:4 yaml-syntax \"\\\"x\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(text), expected, "{text:?}");
    }
}

#[test]
fn a_blank_missing_after_a_colon_is_reported_where_it_is_missing() {
    let cases = [
        ("id:f\nb: 1\n", "1:1 yaml-syntax \"id:\""),
        ("a:\n  - id:x\n    b: 1\n", "2:5 yaml-syntax \"id:\""),
        ("- id: x\n  type:y.Log\n  b: 1\n", "2:3 yaml-syntax \"type:\""),
        ("a: 1\n\n# why\nb:\"x\"\n", "4:1 yaml-syntax \"b:\""),
        ("a:\n  b:1\n  c:2\n  d: 3\n", "2:3 yaml-syntax \"b:\""),
        ("a: x\nhttp://x\nb: 1\n", "2:1 yaml-syntax \"http://x\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(text), expected, "{text:?}");
    }
}

#[test]
fn a_fix_puts_in_the_character_that_is_missing() {
    let cases = [
        ("a: \"x\nb: \"y\"\n", "{a: \"x\", b: \"y\"}"),
        ("a: 'x\r\nb: 1\r\n", "{a: \"x\", b: 1}"),
        ("a: [\"x]\nb: 1\n", "{a: [\"x\"], b: 1}"),
        ("---\na:\n  ä:1\n  b:1\n  c:2\n  d: 3\n", ""),
        ("---\n# ä\na:\n  b:1\n  c:2\n  d: 3\n", "{a: {b: 1, c: 2, d: 3}}"),
        // Where the text ends is not certain.
        ("a: \"x # y\nb: 1\n", ""),
        ("a: \"x \\\"y\nb: 1\n", ""),
    ];
    for (text, expected) in cases {
        let reading = read(text, split(text)[0]);
        let mut fixed = text.to_owned();
        let edits = reading.diagnostics[0].fix.iter().flat_map(|fix| &fix.edits).rev();
        edits.for_each(|edit| fixed.replace_range(edit.span.range(), &edit.text));
        let expected = if expected.is_empty() { show(text) } else { expected.to_owned() };
        assert_eq!(show(&fixed), expected, "{text:?}");
    }
}

#[test]
fn a_fix_for_an_unquoted_expression_is_readable_again() {
    for text in [
        "a: {{ x }}\n",
        "a: {{ x['k'] }}\n",
        "a: {{ x[\"k\"] }}/y\n",
        "a: {{ 'é' }}\n",
        "a: @x\n",
        "a: b: c\n",
    ] {
        let reading = read(text, split(text)[0]);
        let fix = reading.diagnostics[0].fix.clone().expect(text);
        let mut fixed = text.to_owned();
        fixed.replace_range(fix.edits[0].span.range(), &fix.edits[0].text);
        let value = read(&fixed, split(&fixed)[0]).root.unwrap().get("a").unwrap().clone();
        assert_eq!(value.as_text(), Some(text[3..].trim_end()), "{fixed}");
    }
}

#[test]
fn encodings_other_than_utf8_are_refused_by_name() {
    let code = |bytes: &[u8]| decode(bytes).map_err(|found| (found.code.name(), found.message)).unwrap_err();
    assert!(code(&[0xFF, 0xFE, b'a', 0]).1.contains("UTF-16LE"));
    assert!(code(&[0, b'a', 0, b':']).1.contains("UTF-16BE"));
    assert_eq!(code(b"a: \xE9").0, "source-encoding");
    assert_eq!(decode("\u{feff}a: 1".as_bytes()).unwrap(), "\u{feff}a: 1");
    assert_eq!(code(&vec![b' '; 1024 * 1024 + 1]).0, "source-too-large");
}

#[test]
fn depth_and_size_are_bounded() {
    assert_eq!(show(&"[".repeat(100_000)), "1:65 yaml-too-deep \"[\"");
    assert_eq!(show(&format!("{}1", "a: {".repeat(64))), "1:256 yaml-too-deep \"{\"");
    let wide = format!("[{}]", "1,".repeat(60_000));
    assert_eq!(show(&wide), "1:100000 yaml-too-many-nodes \"1\"");
}

#[test]
fn between_brackets_a_colon_needs_no_blank_before_a_bracket() {
    assert_eq!(show("a: {b:[1], c:{d: 2}, e:}\n"), "{a: {b: [1], c: {d: 2}, e: null}}");
    assert_eq!(show("a: [http://x:80/y?z=1]\n"), "{a: [\"http://x:80/y?z=1\"]}");
}
