use crate::expression::lexer::{Kind, Lexer, Piece};

/// The pieces of a text, one after the other; tokens as they are written.
fn cut(text: &str) -> String {
    let mut lexer = Lexer::new(text);
    let mut parts = Vec::new();
    loop {
        parts.push(match lexer.piece() {
            Ok(None) => return parts.join(" "),
            Ok(Some(Piece::Text(text))) => format!("{text:?}"),
            Ok(Some(Piece::Comment)) => "#".to_owned(),
            Ok(Some(Piece::Raw(text))) => format!("raw:{text:?}"),
            Ok(Some(Piece::Verbatim(text))) => format!("verbatim:{text:?}"),
            Ok(Some(Piece::Print)) => format!("<{}>", tokens(&mut lexer, text)),
            Ok(Some(Piece::Tag)) => format!("%{}%", tokens(&mut lexer, text)),
            Err(problem) => format!("!{}", problem.message),
        });
    }
}

fn tokens(lexer: &mut Lexer<'_>, text: &str) -> String {
    let mut parts = Vec::new();
    loop {
        match lexer.token() {
            Ok(token) if token.kind == Kind::End => return parts.join("·"),
            Ok(token) => parts.push(text[token.start..token.end].to_owned()),
            Err(problem) => {
                parts.push(format!("!{}", problem.message));
                lexer.leave();
                return parts.join("·");
            }
        }
    }
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(cut(text), *expected, "{text}");
    }
}

#[test]
fn a_text_is_cut_at_its_delimiters() {
    check(&[
        ("", ""),
        ("a {b} }} %}", r#""a {b} }} %}""#),
        ("a{{ b }}c{% d %}e{# f #}g", r#""a" <b> "c" %d% "e" # "g""#),
        ("{\"a\":{\"b\":\"{{ x }}\"}}", r#""{\"a\":{\"b\":\"" <x> "\"}}""#),
        ("{# a {# b #} c #}", r#"# " c #}""#),
    ]);
}

#[test]
fn the_closing_delimiter_counts_when_all_brackets_are_closed() {
    check(&[
        ("{{ {\"a\": {\"b\": 1}}}}x", r#"<{·"a"·:·{·"b"·:·1·}·}> "x""#),
        ("{{{'a': 1}}}", "<{·'a'·:·1·}>"),
        ("{{ f({'a': [{}]})}}}", "<f·(·{·'a'·:·[·{·}·]·}·)> \"}\""),
        ("{% if (a %b) %}", "%if·(·a·%·b·)%"),
        ("{{ '}}' }}{{ \"}}\" }}", r#"<'}}'> <"}}">"#),
    ]);
}

#[test]
fn dashes_trim_the_text_beside_them() {
    check(&[
        ("a \n {{- b -}} \n c", r#""a" <b> "c""#),
        ("a {{-5 }} {{-x}}", r#""a " <-·5> " " <-·x>"#),
        ("a {%- if -%} {%- x %} b", r#""a" %if% %x% " b""#),
        ("a  {#- c -#}  b {#-c-#} d", r#""a" # "b " # " d""#),
        ("a {{- b }}", r#""a" <b>"#),
        ("  {{- b }}", r#""" <b>"#),
        ("{{ a -}}{{ b }} c", r#"<a> <b> " c""#),
    ]);
}

#[test]
fn raw_and_verbatim_blocks_are_not_cut() {
    check(&[
        ("a {%-  raw%} {{ b }} {%endraw --%} c", r#""a " raw:" {{ b }} " " c""#),
        ("{% raw %}{% if x %}{% endraw %}{% raw %}{% endraw %}", r#"raw:"{% if x %}" raw:"""#),
        ("{% rawly %}", "%rawly%"),
        ("a {%- verbatim -%} {{ x }} {%- endverbatim -%} b", r#""a" verbatim:"{{ x }}" "b""#),
        ("{% verbatim %}  {{ x }}\n{% endverbatim %}|", r#"verbatim:"{{ x }}\n" "|""#),
    ]);
}

#[test]
fn strings_end_at_their_quote() {
    check(&[
        (r"{{ 'it\'s' 'a\\' 'b' }}", r"<'it\'s'·'a\\'·'b'>"),
        (r#"{{ "a#b" "a\"b" "\#{x}" "it's" }}"#, r#"<"a#b"·"a\"b"·"\#{x}"·"it's">"#),
        ("{{ 'a\nb #{c}' }}", "<'a\nb #{c}'>"),
        (r#"{{ "a #{b} c #{{'d': "e"}} f" }}"#, r#"<"a #{·b·} c #{·{·'d'·:·"e"·}·} f">"#),
    ]);
}

#[test]
fn words_and_symbols_are_as_long_as_they_can_be() {
    check(&[
        ("{{ a is not b is  not c is notd isIn e }}", "<a·is not·b·is·not·c·is·notd·isIn·e>"),
        ("{{ a???b??c?d:e..1.5..2.x }}", "<a·???·b·??·c·?·d·:·e·..·1.5·..·2·.·x>"),
        ("{{ a>=b<=c==d!=e=f|g~h }}", "<a·>=·b·<=·c·==·d·!=·e·=·f·|·g·~·h>"),
        ("{{ 10L 10l 1e3 _a9 é1 }}", "<10L·10·l·1·e3·_a9·é1>"),
    ]);
}
