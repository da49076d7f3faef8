use proptest::prelude::*;

use super::*;

#[test]
fn what_java_compiles_passes() {
    let patterns = [
        "",
        "a",
        "a|b",
        "|",
        "(|)",
        "()",
        "(a)+?",
        "a*+b?+c++",
        "a{2}",
        "a{2,}?",
        "a{2,3}+",
        "{2}",
        "a{2}{3}",
        "^*$+",
        "a]b}c",
        "(?:a)(?=b)(?!c)(?<=d)(?<!e)(?>f)",
        "(?=a)*",
        "(?<year>\\d{4})-\\k<year>",
        "\\1(a)\\2",
        "(?i)a(?-i:b)(?im-sx:c)(?:d)",
        "(?)a",
        "[a-z]",
        "[]a]",
        "[^]a]",
        "[a-]",
        "[-a]",
        "[a-z-9]",
        "[\\d-z]",
        "[a&&b]",
        "[a-z&&[^b-d]]",
        "[a&&]",
        "[&&a]",
        "[a&b]",
        "[a&&&&b]",
        "[a[b[c]]d]",
        "[a-[b]]",
        "[^^]",
        "[\\]\\[]",
        "[\\x41-\\x{5A}\\u0041\\0101\\cA\\t]",
        "[(*+?{|]",
        "\\Q(((\\E?",
        "\\Q*",
        "a\\Q\\E+",
        "[\\Q]\\E]",
        "\\\\Q",
        "\\p{Lu}\\pL\\P{IsLatin}\\p{script=Greek}",
        "[\\p{L}&&[^\\p{Lu}]]",
        "\\x41\\x{1F600}\\u0041\\uD83D\\uDE00\\07\\0377\\cZ",
        "\\t\\n\\r\\f\\a\\e",
        "\\A\\b\\B\\G\\Z\\z\\R\\X\\b{g}",
        "\\N{DIGIT ONE}",
        "\\h\\H\\s\\S\\v\\V\\w\\W\\d\\D",
        "\\.\\*\\-\\/\\ \\é\\_",
        "(?x) a * # (comment\n b",
        "(?x)[a #]\n]b",
        "(?x:a # )\n)b#",
        "^[a-zA-Z0-9_!#$%&’*+/=?`{|}~^.-]+@[a-zA-Z0-9.-]+$",
        "^$|^[a-z]+$",
        "😀{2}[😀-😂]",
        "\\uD83D[\\uD83D\\uDE00-\\uD83D\\uDE01]",
        "(?<a>.)(?<b>.)\\k<b>\\k<a>",
        "[\\v-z]",
    ];
    for pattern in patterns {
        assert_eq!(check_java_regex(pattern), Ok(()), "{pattern}");
    }
}

#[test]
fn what_java_refuses_is_found_where_it_is() {
    let patterns = [
        "a\\",
        "(a",
        "a(b(c)",
        "a)",
        "(a))",
        "[a",
        "[",
        "[]",
        "[^]",
        "[a[b]",
        "[a&&",
        "*a",
        "a**",
        "a|*",
        "(+)",
        "(?:?)",
        "(?i)*",
        "a{2,3}+*",
        "a{3,2}",
        "a{,3}",
        "a{",
        "a{2",
        "a{x}",
        "{{ x }}",
        "[z-a]",
        "[a-\\d]",
        "[\\u0042-A]",
        "[&&]",
        "\\y",
        "\\E",
        "[\\b]",
        "[\\1]",
        "\\p{Lu",
        "\\p",
        "\\p{}",
        "\\x4",
        "\\x{110000}",
        "\\x{41",
        "\\u004",
        "\\0",
        "\\08",
        "\\c",
        "\\k",
        "\\k<a>",
        "(?<a>x)(?<a>y)",
        "(?<1>x)",
        "(?<a_b>x)",
        "(?<a",
        "(?P<a>x)",
        "(?z)",
        "(?i",
        "(?",
        "(?'a'x)",
        "\\b{x}",
        "\\N",
        "\\N{x",
        "é(",
        "(?x)(a #)",
    ];
    let told = patterns.map(|pattern| match check_java_regex(pattern) {
        Ok(()) => format!("{pattern}: fine"),
        Err((reason, at)) => format!("{pattern}: [{}] {reason}", &pattern[at..]),
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    a\: [\] nothing follows the backslash; for the character itself write `\\`
    (a: [(a] the group is not closed: `)` is missing; for the character itself write `\(`
    a(b(c): [(b(c)] the group is not closed: `)` is missing; for the character itself write `\(`
    a): [)] `)` closes no group; for the character itself write `\)`
    (a)): [)] `)` closes no group; for the character itself write `\)`
    [a: [[a] the class is not closed: `]` is missing; for the character itself write `\[`
    [: [[] the class is not closed: `]` is missing; for the character itself write `\[`
    []: [[]] the class is not closed: `]` is missing; for the character itself write `\[`
    [^]: [[^]] the class is not closed: `]` is missing; for the character itself write `\[`
    [a[b]: [[a[b]] the class is not closed: `]` is missing; for the character itself write `\[`
    [a&&: [[a&&] the class is not closed: `]` is missing; for the character itself write `\[`
    *a: [*a] there is nothing before `*` to repeat; for the character itself write `\*`
    a**: [*] there is nothing before `*` to repeat; for the character itself write `\*`
    a|*: [*] there is nothing before `*` to repeat; for the character itself write `\*`
    (+): [+)] there is nothing before `+` to repeat; for the character itself write `\+`
    (?:?): [?)] there is nothing before `?` to repeat; for the character itself write `\?`
    (?i)*: [*] there is nothing before `*` to repeat; for the character itself write `\*`
    a{2,3}+*: [*] there is nothing before `*` to repeat; for the character itself write `\*`
    a{3,2}: [{3,2}] the count goes backwards: 3 is more than 2
    a{,3}: [{,3}] a count such as {2}, {2,} or {2,5} is expected; for the character itself write `\{`
    a{: [{] a count such as {2}, {2,} or {2,5} is expected; for the character itself write `\{`
    a{2: [{2] the count is not closed: `}` is missing, or it is not {2}, {2,} or {2,5}
    a{x}: [{x}] a count such as {2}, {2,} or {2,5} is expected; for the character itself write `\{`
    {{ x }}: [{{ x }}] a count such as {2}, {2,} or {2,5} is expected; for the character itself write `\{`
    [z-a]: [z-a]] the range goes backwards
    [a-\d]: [a-\d]] a range ends in one character, not in a class of them
    [\u0042-A]: [\u0042-A]] the range goes backwards
    [&&]: [&&]] one side of `&&` is missing
    \y: [\y] `\y` has no meaning here; for a backslash write `\\`
    \E: [\E] `\E` without `\Q` has no meaning here; for a backslash write `\\`
    [\b]: [\b]] `\b` has no meaning here; for a backslash write `\\`
    [\1]: [\1]] `\1` has no meaning here; for a backslash write `\\`
    \p{Lu: [\p{Lu] the property is not closed: `}` is missing
    \p: [\p] a property is written `\p{Lu}`, or `\pL` if its name is one of C, L, M, N, P, S, Z
    \p{}: [\p{}] the property has no name: write one such as `\p{Lu}`
    \x4: [\x4] two hexadecimal digits are expected after `\x`
    \x{110000}: [\x{110000}] hexadecimal digits up to 10FFFF and `}` are expected after `\x{`
    \x{41: [\x{41] hexadecimal digits up to 10FFFF and `}` are expected after `\x{`
    \u004: [\u004] four hexadecimal digits are expected after `\u`
    \0: [\0] octal digits are missing after `\0`
    \08: [\08] octal digits are missing after `\0`
    \c: [\c] a character is missing after `\c`
    \k: [\k] a reference to a group is written `\k<name>`
    \k<a>: [\k<a>] there is no group of the name `a` before its reference
    (?<a>x)(?<a>y): [(?<a>y)] there are two groups of the name `a`
    (?<1>x): [(?<1>x)] the name of a group starts with a letter from A to Z
    (?<a_b>x): [(?<a_b>x)] `>` is missing after the name `a`, which has letters and digits only
    (?<a: [(?<a] `>` is missing after the name `a`, which has letters and digits only
    (?P<a>x): [(?P<a>x)] a named group is written `(?<name>…)`, without P
    (?z): [(?z)] `z` is no flag of a group; known are i, m, s, x, d, u and U
    (?i: [(?i] the group is not closed: `)` is missing; for the character itself write `\(`
    (?: [(?] the group is not closed: `)` is missing; for the character itself write `\(`
    (?'a'x): [(?'a'x)] `'` is no flag of a group; known are i, m, s, x, d, u and U
    \b{x}: [{x}] a count such as {2}, {2,} or {2,5} is expected; for the character itself write `\{`
    \N: [\N] a character by its name is written `\N{name}`
    \N{x: [\N{x] a character by its name is written `\N{name}`
    é(: [(] the group is not closed: `)` is missing; for the character itself write `\(`
    (?x)(a #): [(a #)] the group is not closed: `)` is missing; for the character itself write `\(`
    "#);
}

#[test]
fn depth_and_length_do_no_harm() {
    for (open, close) in [("(", ")"), ("[a", "]"), ("(?:[", "a])"), ("\\Q(\\E", "")] {
        let pattern = open.repeat(100_000) + &close.repeat(100_000);
        let _checked = check_java_regex(&pattern);
    }
}

proptest! {
    #[test]
    fn any_text_has_an_answer(pattern in "\\PC*") {
        let _checked = check_java_regex(&pattern);
    }

    #[test]
    fn what_resembles_a_pattern_has_an_answer(pattern in r"([\[\]()\\^$.|?*+{},&:=!<>a-eE-QpxkuN0-9 #\n-]|\(\?|\\[QE]|&&|é){0,24}") {
        if let Err((_, at)) = check_java_regex(&pattern) {
            prop_assert!(pattern.is_char_boundary(at) && at < pattern.len());
        }
    }
}
