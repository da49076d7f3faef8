//! Random templates from a grammar: what they are made of is decided by a list of numbers, so that failures shrink.

use std::fmt::Write;

use crate::expression::builtin::{Builtin, GROUPS, Kind, Parameters};

/// Decisions, taken one after the other; when they run out, the first choice is taken everywhere.
pub(in crate::expression) struct Choices<'a> {
    left: &'a [u16],
}

impl<'a> Choices<'a> {
    pub(in crate::expression) fn new(left: &'a [u16]) -> Self {
        Self { left }
    }

    pub(in crate::expression) fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.left.split_first() else { return 0 };
        self.left = rest;
        usize::from(*first) % count
    }

    pub(in crate::expression) fn of<'b, T: ?Sized>(&mut self, items: &[&'b T]) -> &'b T {
        items[self.below(items.len())]
    }

    fn builtin(&mut self, kind: Kind) -> &'static Builtin {
        let all: Vec<_> = GROUPS.iter().flat_map(|group| group.1).filter(|it| it.kind == kind).collect();
        all[self.below(all.len())]
    }
}

/// Variables that templates use, beside those they define themselves.
pub(in crate::expression) const NAMES: [&str; 12] =
    ["a", "text", "number", "list", "map", "date", "secret", "nothing", "missing", "odd", "deep", "bytes"];

const LITERALS: &[&str] = &[
    "1",
    "0",
    "'x'",
    "\"y\"",
    "true",
    "null",
    "1.5",
    "NULL",
    "none",
    "2L",
    "9223372036854775807",
    "'it\\'s'",
    "''",
    "'yyyy-MM-dd'",
    "'é🚀'",
    "\"\\\"\"",
    "'\\d+'",
    "'a,b'",
    "'{\"a\": 1}'",
    "'%s'",
    "'UTC'",
    "100000",
    "1000000.0",
];

const BINARY: &[&str] = &[
    "+", "-", "*", "/", "%", "~", "..", "??", "???", "isIn", "==", "!=", "<", ">", "<=", ">=", "and", "or",
    "contains", "equals",
];

/// A template with prints and tags.
pub(in crate::expression) fn template(choices: &mut Choices<'_>) -> String {
    let mut out = String::new();
    statements(choices, 3, &mut out);
    out
}

fn statements(choices: &mut Choices<'_>, depth: usize, out: &mut String) {
    let count = 1 + choices.below(3);
    for _ in 0..count {
        statement(choices, depth, out);
    }
}

fn statement(choices: &mut Choices<'_>, depth: usize, out: &mut String) {
    let kind = choices.below(if depth == 0 { 3 } else { 11 });
    let mut value = || expression(choices, depth);
    match kind {
        0 => write!(out, "{{{{ {} }}}}", value()).unwrap(),
        1 => *out += choices.of(&["text", "é { } ", "\n", "{% verbatim %}{{ no }}{% endverbatim %}", "{"]),
        2 => write!(out, "{{% set a = {} %}}", value()).unwrap(),
        3 | 4 => {
            write!(out, "{{% if {} %}}", value()).unwrap();
            statements(choices, depth - 1, out);
            if choices.below(2) == 1 {
                write!(out, "{{% elseif {} %}}x{{% else %}}y", expression(choices, depth)).unwrap();
            }
            *out += "{% endif %}";
        }
        5 | 6 => {
            write!(out, "{{% for item in {} %}}{{{{ item }}}}{{{{ loop.index }}}}", value()).unwrap();
            statements(choices, depth - 1, out);
            *out += choices.of(&["{% endfor %}", "{% else %}none{% endfor %}"]);
        }
        7 => {
            write!(out, "{{% filter {} %}}", call(choices, Kind::Filter, depth)).unwrap();
            statements(choices, depth - 1, out);
            *out += "{% endfilter %}";
        }
        8 => {
            *out += "{% block b %}";
            statements(choices, depth - 1, out);
            *out += "{% endblock %}";
        }
        9 => *out += "{% raw %}{{ raw }}{% endraw %}",
        _ => *out += "{# comment #}",
    }
}

/// An expression of any kind.
pub(in crate::expression) fn expression(choices: &mut Choices<'_>, depth: usize) -> String {
    if depth == 0 {
        return operand(choices);
    }
    let mut inner = || expression(choices, depth - 1);
    let (left, right) = (inner(), inner());
    match choices.below(16) {
        0 => operand(choices),
        1..=4 => format!("{left} {} {right}", choices.of(BINARY)),
        5 => format!("({left}) {} ({right})", choices.of(BINARY)),
        6 => format!("({left})"),
        7 => format!("{}{left}", choices.of(&["not ", "- ", "+ ", "-", "not not "])),
        8 => format!("{left} | {}", call(choices, Kind::Filter, depth - 1)),
        9 => format!("({left}) | {}", call(choices, Kind::Filter, depth - 1)),
        10 => format!("{left} {} {}", choices.of(&["is", "is not"]), call(choices, Kind::Test, depth - 1)),
        11 => format!("{left} ? {right} : {}", expression(choices, depth - 1)),
        12 => {
            choices.of(&["[{}, {}]", "{'k': {}, 'l': {}}"]).replacen("{}", &left, 1).replacen("{}", &right, 1)
        }
        13 => format!("({left}){}", access(choices, &right)),
        14 => format!("\"a #{{{left}}} b #{{{right}}}\""),
        _ => call(choices, Kind::Function, depth - 1),
    }
}

fn access(choices: &mut Choices<'_>, key: &str) -> String {
    match choices.below(8) {
        0 => ".a".to_owned(),
        1 => "[0]".to_owned(),
        2 => "['k']".to_owned(),
        3 => format!("[{key}]"),
        4 => format!("[({key})]"),
        5 => format!(".{}()", choices.of(&["size", "length", "trim", "keySet", "getYear", "toString"])),
        6 => format!(
            ".{}({key})",
            choices.of(&["get", "indexOf", "plusDays", "startsWith", "split", "repeat"])
        ),
        _ => format!(".size{}", access(choices, key)),
    }
}

fn operand(choices: &mut Choices<'_>) -> String {
    match choices.below(4) {
        0 | 1 => choices.of(&NAMES).to_owned(),
        2 => choices.of(LITERALS).to_owned(),
        _ => format!("{}{}", choices.of(&NAMES), access(choices, "text")),
    }
}

/// A filter, function or test with its arguments.
fn call(choices: &mut Choices<'_>, kind: Kind, depth: usize) -> String {
    let builtin = choices.builtin(kind);
    let mut arguments = Vec::new();
    match builtin.parameters {
        Parameters::Any => (0..choices.below(3)).for_each(|_| arguments.push(expression(choices, depth))),
        Parameters::Named(parameters) => {
            let count = choices.below(parameters.len() + 1);
            let is_named = choices.below(3) == 1;
            for parameter in &parameters[..count] {
                let value = expression(choices, depth);
                arguments.push(if is_named { format!("{}={value}", parameter.name) } else { value });
            }
        }
    }
    if arguments.is_empty() && kind != Kind::Function {
        return builtin.name.to_owned();
    }
    format!("{}({})", builtin.name, arguments.join(", "))
}
