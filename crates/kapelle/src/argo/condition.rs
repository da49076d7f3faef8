//! `when`: whether a step runs.

use super::text::{Place, Text, quoted};

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A word or a number, with expressions in it.
    Operand(String),
    /// The same in quotes: a text, whatever is in it.
    Quoted(String),
    /// As an expression of a flow writes it.
    Sign(&'static str),
    /// The same, between two operands.
    Comparison(&'static str),
}

/// Longer ones first.
const SIGNS: [(&str, Token); 12] = [
    ("&&", Token::Sign("and")),
    ("||", Token::Sign("or")),
    ("==", Token::Comparison("==")),
    ("!=", Token::Comparison("!=")),
    ("=~", Token::Comparison("=~")),
    ("<=", Token::Comparison("<=")),
    (">=", Token::Comparison(">=")),
    ("<", Token::Comparison("<")),
    (">", Token::Comparison(">")),
    ("!", Token::Sign("not")),
    ("(", Token::Sign("(")),
    (")", Token::Sign(")")),
];

/// What is read as a number.
const NUMBER: &str = "^-?[0-9]+([.][0-9]+)?$";

/// The condition as an expression, without braces; `None` if it is not understood.
pub(super) fn expression(source: &str, place: Place, mut text: impl FnMut(&str) -> Text) -> Option<String> {
    let tokens = tokens(source)?;
    let mut written = Vec::new();
    let mut rest = tokens.as_slice();
    // Whether an operand comes next, or what stands between two.
    let mut is_open = true;
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        let (fits, opens) = match token {
            Token::Comparison(_) => (false, false),
            Token::Sign("not" | "(") => (is_open, true),
            Token::Sign(")") => (!is_open, false),
            Token::Sign(_) => (!is_open, true),
            Token::Operand(_) | Token::Quoted(_) => (is_open, false),
        };
        if !fits {
            return None;
        }
        is_open = opens;
        match token {
            Token::Comparison(_) => {}
            Token::Sign(sign) => written.push((*sign).to_owned()),
            Token::Operand(source) | Token::Quoted(source) => {
                let left = text(source);
                let [Token::Comparison(sign), second @ (Token::Operand(right) | Token::Quoted(right)), ..] =
                    rest
                else {
                    written.push(format!("{} == 'true'", left.expression(place)));
                    continue;
                };
                rest = &rest[2..];
                let right = text(right);
                let are_plain = [token, second].iter().all(|token| matches!(token, Token::Operand(_)));
                written.push(comparison(&left, sign, &right, are_plain, place));
            }
        }
    }
    (!is_open).then(|| written.join(" ").replace("( ", "(").replace(" )", ")"))
}

fn comparison(left: &Text, sign: &str, right: &Text, are_plain: bool, place: Place) -> String {
    let sides = |write: &dyn Fn(&Text) -> String| format!("{} {sign} {}", write(left), write(right));
    if sign == "=~" {
        return format!("({} | regexMatch({}))", filtered(left, place), right.expression(place));
    }
    if sign.starts_with(['<', '>']) {
        return sides(&|side| number(side, place));
    }
    // Numbers are equal in whatever form they are written.
    let other = match (left.as_literal(), right.as_literal()) {
        (None, Some(literal)) if are_plain && is_odd_number(&literal) => left,
        (Some(literal), None) if are_plain && is_odd_number(&literal) => right,
        _ => return sides(&|side| side.expression(place)),
    };
    let is_number = format!("({} | regexMatch('{NUMBER}'))", filtered(other, place));
    let equal = format!("{is_number} and {} == {}", number(left, place), number(right, place));
    if sign == "==" { format!("({equal})") } else { format!("not ({equal})") }
}

/// A number in another form than programs print it.
fn is_odd_number(literal: &str) -> bool {
    plain_number(literal).is_some_and(|plain| plain != literal)
}

fn number(text: &Text, place: Place) -> String {
    match text.as_literal() {
        Some(literal) => plain_number(&literal).unwrap_or_else(|| quoted(&literal)),
        None => format!("({} | number)", filtered(text, place)),
    }
}

/// An expression before a filter.
fn filtered(text: &Text, place: Place) -> String {
    let written = text.expression(place);
    if written.contains(" ~ ") { format!("({written})") } else { written }
}

/// A number as programs print it.
fn plain_number(literal: &str) -> Option<String> {
    if !literal.ends_with(|last: char| last.is_ascii_digit()) {
        return None;
    }
    let whole = literal.parse::<i64>().map(|number| number.to_string());
    whole.ok().or_else(|| literal.parse::<f64>().ok().map(|number| number.to_string()))
}

fn tokens(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        let used = if first == '\'' || first == '"' {
            let length = rest[1..].find(first)?;
            tokens.push(Token::Quoted(rest[1..=length].to_owned()));
            length + 2
        } else if let Some((sign, token)) = sign {
            tokens.push(token.clone());
            sign.len()
        } else {
            let length = word(rest)?;
            tokens.push(Token::Operand(rest[..length].to_owned()));
            length
        };
        rest = rest[used..].trim_start();
    }
    Some(tokens)
}

/// How long a word is, with expressions in it.
fn word(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if text[at..].starts_with("{{") {
            at += text[at..].find("}}")? + 2;
        } else if next.is_whitespace() || "=!<>&|()".contains(next) {
            break;
        } else {
            at += next.len_utf8();
        }
    }
    (at > 0).then_some(at)
}
