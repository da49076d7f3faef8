use proptest::prelude::*;

use super::*;

const LIMITS: Limits<'_> = Limits { bytes: 1 << 20, is_late: &|| false };

fn found(pattern: &str, text: &str) -> Option<String> {
    let compiled = Pattern::compile(pattern).unwrap_or_else(|failure| panic!("{pattern}: {failure}"));
    let spans = compiled.first_match(text).unwrap_or_else(|failure| panic!("{pattern}: {failure}"))?;
    Some(text[spans[0].clone().unwrap()].to_owned())
}

fn replaced(pattern: &str, text: &str, replacement: &str) -> String {
    let compiled = Pattern::compile(pattern).unwrap_or_else(|failure| panic!("{pattern}: {failure}"));
    match compiled.replace_all(text, replacement, LIMITS) {
        Ok(result) => result.unwrap_or_else(|| text.to_owned()),
        Err(failure) => failure.to_string(),
    }
}

fn split(pattern: &str, text: &str, limit: i64) -> Vec<String> {
    let parts = Pattern::compile(pattern).unwrap().split(text, limit, LIMITS).unwrap();
    parts.into_iter().map(|part| text[part].to_owned()).collect()
}

#[test]
fn patterns_match_what_they_match_in_java() {
    let cases: &[(&str, &str, Option<&str>)] = &[
        ("", "abc", Some("")),
        (r"\d+", "x١12", Some("12")),
        (r"(?U)\d+", "x١12", Some("١12")),
        (r"\w+", "éab", Some("ab")),
        (r"(?U)\w+", "-éab", Some("éab")),
        (r"\s", "a\u{a0}", None),
        (r"\h", "a\u{a0}", Some("\u{a0}")),
        (r"\v", "a\u{2028}", Some("\u{2028}")),
        (r"[\v-\r]", "\n\u{c}", Some("\u{c}")),
        (r"\H\V", "ab", Some("ab")),
        ("a.b", "a\rb", None),
        ("a.b", "a\u{85}b", None),
        ("(?d)a.b", "a\rb", Some("a\rb")),
        ("(?s)a.b", "a\nb", Some("a\nb")),
        ("a$", "a", Some("a")),
        ("a$", "a\n", Some("a")),
        ("a$", "a\r\n", Some("a")),
        ("a$", "a\n\n", None),
        ("a\r$", "a\r\n", None),
        (r"a\Z", "a\n", Some("a")),
        (r"a\z", "a\n", None),
        ("(?m)^b$", "a\nb\nc", Some("b")),
        ("(?m)^b$", "a\r\nb\r\nc", Some("b")),
        ("(?m)^$", "a\n", None),
        ("(?m)^", "", None),
        ("^", "", Some("")),
        ("(?md)^b$", "a\rb", None),
        (r"\bfoo\b", "a foo b", Some("foo")),
        (r"\bfoo\b", "éfoo", Some("foo")),
        (r"\Bo", "o foo", Some("o")),
        (r"(?U)\bfoo", "éfoo", None),
        (r"\R", "a\r\nb", Some("\r\n")),
        (r"\X", "👨‍👩‍👧a", Some("👨‍👩‍👧")),
        (r"^\X$", "e\u{301}", Some("e\u{301}")),
        (r"\Qa.b\E+", "a.bb", Some("a.bb")),
        (r"[a-z&&[^bc]]+", "bcad", Some("ad")),
        ("[a-z&&[def]]+", "abcdeg", Some("de")),
        ("[^a&&[ab]]+", "abc", Some("bc")),
        ("[a[0-9]]+", "xa1", Some("a1")),
        ("[]a]+", "x]a", Some("]a")),
        ("[^]a]+", "]ax", Some("x")),
        ("[a&b]+", "xa&b", Some("a&b")),
        ("[a&&]", "a", Some("a")),
        (r"[~~\-\-&|]+", "a~-&", Some("~-&")),
        (r"[\d\-x]+", "a1-x", Some("1-x")),
        (r"[\[\]^]+", "a[]^", Some("[]^")),
        ("(?i)straße", "STRAßE", Some("STRAßE")),
        ("(?i)é", "É", None),
        ("(?iu)é", "É", Some("É")),
        ("(?i)[a-c]+", "xABC", Some("ABC")),
        ("(?i)[^a]", "Ab", Some("b")),
        ("(?iu)[é]", "É", Some("É")),
        ("(?i)k", "\u{212a}", None),
        ("a(?i)b|c", "C", Some("C")),
        ("(?i:a)b", "AB", None),
        ("(?i:a)b", "Ab", Some("Ab")),
        (r"\p{Lower}+", "éab", Some("ab")),
        (r"(?i)\p{Lower}+", "AB", Some("AB")),
        (r"\p{Lu}", "aÉ", Some("É")),
        (r"\pL+", "1é", Some("é")),
        (r"\P{L}+", "é12", Some("12")),
        (r"\p{IsGreek}+", "aαβ", Some("αβ")),
        (r"\p{script=Greek}", "aα", Some("α")),
        (r"\p{InCombiningDiacriticalMarks}", "e\u{301}", Some("\u{301}")),
        (r"\p{IsAlphabetic}+", "1é", Some("é")),
        (r"\p{javaLetterOrDigit}+", "-é1", Some("é1")),
        (r"\p{Punct}+", "a!?", Some("!?")),
        (r"[\p{L}&&[^\p{Lu}]]+", "Ab", Some("b")),
        (r"\x41\u0042\0103\x{44}\t\e\cA", "ABCD\t\u{1b}\u{1}", Some("ABCD\t\u{1b}\u{1}")),
        (r"\uD83D\uDE00", "😀", Some("😀")),
        (r"\uD83D", "😀", None),
        (r"[^\uD83D]", "😀", Some("😀")),
        ("(?x) a b # c\n d", "abd", Some("abd")),
        ("a{2}{3}", "aaaaaa", Some("aa")),
        ("{2}a", "aa", Some("a")),
        ("a{2,3}?", "aaa", Some("aa")),
        ("a*+a", "aaa", None),
        ("a{1,3}+b", "aaab", Some("aaab")),
        ("(?:ab)++c", "ababc", Some("ababc")),
        ("(?>a|ab)c", "abc", None),
        ("a(?=b)", "aab", Some("a")),
        ("a(?!b).", "abac", Some("ac")),
        ("(?<=a)b", "bab", Some("b")),
        ("(?<=a{1,3})b", "aab", Some("b")),
        ("(?<!a)b", "abb", Some("b")),
        ("(?=a)*b", "b", Some("b")),
        ("(?=a)+a", "ba", Some("a")),
        ("^*b", "ab", Some("b")),
        (r"(a)\1", "aa", Some("aa")),
        (r"(?i)(a)\1", "aA", Some("aA")),
        (r"(a)\11", "aa1", Some("aa1")),
        (r"(?<x>.)\k<x>", "abb", Some("bb")),
        (r"\1(a)", "aa", None),
        (r"(a)|\2", "b", None),
        (r"(?s)\G.", "ab", Some("a")),
        (r"^\w+(?=\.csv$)", "report.csv", Some("report")),
        ("]}", "]}", Some("]}")),
        ("a-b_c#d e@f/g", "a-b_c#d e@f/g", Some("a-b_c#d e@f/g")),
        (r"(?=[-&~^\[\]])[-&~^\[\]]+", "x-&~^[]", Some("-&~^[]")),
        (r"(?=.)\.\*\+\?\(\)\{\}\|\\", r".*+?(){}|\", Some(r".*+?(){}|\")),
        (r"(?=[\s\S])[^\s]+$", " ab\n", Some("ab")),
    ];
    let mut wrong = Vec::new();
    for (pattern, text, expected) in cases {
        let found = found(pattern, text);
        if found.as_deref() != *expected {
            wrong.push(format!("{pattern} in {text:?}: {found:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_whole_match_takes_everything() {
    for (pattern, text, expected) in [
        ("a|ab", "ab", true),
        ("a", "ab", false),
        ("a$", "a\n", false),
        (".*", "a\n", false),
        ("(?s).*", "a\n", true),
        ("(?=a)ab", "ab", true),
    ] {
        let compiled = Pattern::compile(pattern).unwrap();
        assert_eq!(compiled.matches_whole(text), Ok(expected), "{pattern} {text:?}");
    }
}

#[test]
fn replacements_are_those_of_java() {
    for (pattern, text, replacement, expected) in [
        (r"(\w+) (\w+)", "john doe", "$2 $1", "doe john"),
        ("x*", "axb", "-", "-a--b-"),
        ("", "é😀", "-", "-é-😀-"),
        ("(?<n>a)", "ba", "<${n}>", "b<a>"),
        ("(a)", "a", "$12", "a2"),
        ("a", "a", r"\$\\", r"$\"),
        ("a|(b)", "ab", "[$1]", "[][b]"),
        ("(?<=a)b", "abb", "c", "acb"),
        ("a", "a", "$1", "the replacement is wrong: No group 1"),
        ("a", "a", "${x}", "the replacement is wrong: No group with name {x}"),
        ("a", "a", "${x", "the replacement is wrong: named capturing group is missing trailing '}'"),
        ("a", "a", "\\", "the replacement is wrong: character to be escaped is missing"),
        ("a", "a", "$", "the replacement is wrong: Illegal group reference: group index is missing"),
        ("a", "a", "$x", "the replacement is wrong: Illegal group reference: `$x`"),
        ("a", "b", "$x", "b"),
    ] {
        assert_eq!(replaced(pattern, text, replacement), expected, "{pattern} {replacement}");
    }
    let first = Pattern::compile("a").unwrap().replace_first("baa", "c", LIMITS);
    assert_eq!(first, Ok(Some("bca".into())));
}

#[test]
fn texts_are_split_as_in_java() {
    for (pattern, text, limit, expected) in [
        (",", "a,b,,", 0, &["a", "b"][..]),
        (",", "a,b,,", -1, &["a", "b", "", ""]),
        (",", "a,b,c", 2, &["a", "b,c"]),
        (",", "a,b,c", 1, &["a,b,c"]),
        (",", ",a", 0, &["", "a"]),
        (",", ",", 0, &[]),
        (",", "", 0, &[""]),
        ("", "abc", 0, &["a", "b", "c"]),
        ("", "abc", -1, &["a", "b", "c", ""]),
        ("", "abc", 2, &["a", "bc"]),
        ("", "", 0, &[""]),
        (".", "a.b", 0, &[]),
        ("(?=b)", "abab", 0, &["a", "ba", "b"]),
        ("(?<=,)", "a,b", 0, &["a,", "b"]),
        ("b*", "abc", 0, &["a", "", "c"]),
        ("\\R", "a\r\nb\nc", 0, &["a", "b", "c"]),
    ] {
        assert_eq!(split(pattern, text, limit), expected, "{pattern} {text:?} {limit}");
    }
}

#[test]
fn what_cannot_be_done_is_told() {
    let told = |pattern: &str| Pattern::compile(pattern).unwrap_err();
    assert!(matches!(told("("), Failure::Pattern { at: 0, .. }));
    assert!(matches!(told("ab\\p{Foo}"), Failure::Pattern { at: 2, .. }));
    assert!(matches!(told("\\N{DIGIT ONE}"), Failure::Pattern { .. }));
    assert_eq!(told("(?:a{1000}){1000}"), Failure::PatternTooLarge);
    assert_eq!(told(&"a".repeat(100_000)), Failure::PatternTooLarge);
    let evil = Pattern::compile(r"^(?:(a)|a)*\1x").unwrap();
    assert_eq!(evil.is_match(&("a".repeat(40) + "c")), Err(Failure::Backtracking));
    let small = Limits { bytes: 10, is_late: &|| false };
    assert_eq!(
        Pattern::compile("a").unwrap().replace_all("aaaa", "xxxx", small),
        Err(Failure::ResultTooLarge)
    );
    assert_eq!(
        Pattern::compile("").unwrap().split("aaaaaaaaaaaaaaaaaaaaaaaa", 0, small),
        Err(Failure::ResultTooLarge)
    );
    let late = Limits { bytes: 1 << 30, is_late: &|| true };
    let text = "a".repeat(1 << 16);
    assert_eq!(Pattern::compile("a").unwrap().replace_all(&text, "b", late), Err(Failure::Late));
}

#[test]
fn depth_and_counts_do_no_harm() {
    for pattern in [
        "(".repeat(5_000) + &")".repeat(5_000),
        "(?=".repeat(5_000) + &")".repeat(5_000),
        "[a".repeat(5_000) + &"]".repeat(5_000),
        "(){1000000000}".to_owned(),
        "(?:()){1000}{1000}".to_owned(),
        "((((((a{9}){9}){9}){9}){9}){9}){9}".to_owned(),
        "(?:(?=a)b{1000000000}){1000000000}".to_owned(),
        "(?U)\\w".repeat(4_000),
        "(?iu)[\\x{0}-\\x{10FFFF}]".repeat(1_000),
        "a++".repeat(8_000),
        "(?=\\p{L}{1,100}){100}".to_owned(),
    ] {
        let _compiled = Pattern::compile(&pattern);
    }
}

const RESEMBLES: &str = r"([\[\]()\\^$.|?*+{},&:=!<>a-eE-QpxkuN0-9 #\n-]|\(\?|\\[QEdDwWsSbBRXGZzAhv1]|&&|\(\?[<!=>imsdux:-]|\\p\{(L|Lower|IsGreek|InGreek|javaLetter)\}|é){0,24}";

proptest! {
    #[test]
    fn any_pattern_works_on_any_text(pattern in RESEMBLES, text in "([a-e0-9 #\n\r\u{2028}éÉ😀-]){0,20}", replacement in r"([a-c$\\{}0-2]){0,6}", limit in -1_i64..4) {
        match Pattern::compile(&pattern) {
            Ok(compiled) => {
                prop_assert!(check_java_regex(&pattern).is_ok());
                let whole = compiled.matches_whole(&text);
                let some = compiled.is_match(&text);
                if let (Ok(true), Ok(some)) = (whole, some) {
                    prop_assert!(some);
                }
                let _replaced = compiled.replace_all(&text, &replacement, LIMITS);
                if let Ok(parts) = compiled.split(&text, limit, LIMITS) {
                    prop_assert!(parts.iter().all(|part| text.get(part.clone()).is_some()));
                    prop_assert!(limit < 1 || i64::try_from(parts.len()).unwrap() <= limit);
                }
            }
            Err(Failure::Pattern { at, .. }) => {
                prop_assert!(pattern.is_char_boundary(at) && at <= pattern.len());
            }
            Err(_) => {}
        }
    }

    #[test]
    fn the_two_forms_of_a_pattern_agree(pattern in r"[ab\n.^$*?|]{1,8}", text in "[ab\n\r]{0,8}") {
        let source = format!("(?m){pattern}");
        for source in [&pattern, &source] {
            if let Ok(compiled) = Pattern::compile(source) {
                // A lookahead that always holds moves the pattern to the other engine.
                if let Ok(other) = Pattern::compile(&format!("(?=|){source}")) {
                    let (one, two) = (compiled.first_match(&text), other.first_match(&text));
                    if !source.contains('|') {
                        prop_assert_eq!(one, two, "{} {:?}", source, text);
                    }
                }
            }
        }
    }
}
