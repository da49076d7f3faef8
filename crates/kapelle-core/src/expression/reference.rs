//! Operators and tags for those who look them up; filters, functions and tests are in [`builtin`](super::builtin).

use super::lexer;
use crate::language::Language;

/// An operator between two operands, or before one.
#[derive(Clone, Copy, Debug)]
pub struct Operator {
    pub symbol: &'static str,
    /// How it is written, with names for its operands.
    pub form: &'static str,
    /// Without it the operator binds as a sign does, or as loosely as nothing else.
    binary: Option<lexer::Operator>,
    unbound: u8,
    pub summary: &'static str,
    pub example: (&'static str, &'static str),
}

impl Operator {
    /// How tightly it binds: of two operators the one with the higher level takes its operands first.
    pub fn level(&self, language: Language) -> u8 {
        self.binary.and_then(|operator| operator.level(language)).unwrap_or(self.unbound)
    }
}

/// What stands between `{%` and `%}`.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    pub name: &'static str,
    pub form: &'static str,
    pub summary: &'static str,
    pub example: (&'static str, &'static str),
}

/// The level of signs and `not`.
const SIGN: u8 = 200;

const fn binary(
    symbol: &'static str,
    form: &'static str,
    operator: lexer::Operator,
    summary: &'static str,
    example: (&'static str, &'static str),
) -> Operator {
    Operator { symbol, form, binary: Some(operator), unbound: 0, summary, example }
}

const fn sign(
    symbol: &'static str,
    form: &'static str,
    summary: &'static str,
    example: (&'static str, &'static str),
) -> Operator {
    Operator { symbol, form, binary: None, unbound: SIGN, summary, example }
}

/// All operators, the tightest of language level 1 first.
pub const OPERATORS: &[Operator] = &[
    sign("not", "not a", "The opposite of a boolean.", ("{{ not true }}", "false")),
    sign("- (sign)", "-a", "The negative of a number.", ("{{ -(2 + 3) }}", "-5")),
    sign("+ (sign)", "+a", "A number as it is; a text that is a number becomes one.", ("{{ +2 }}", "2")),
    binary(
        "..",
        "a..b",
        lexer::Operator::Range,
        "A list of all integers or letters from a to b.",
        ("{{ 1..4 }}", "[1,2,3,4]"),
    ),
    binary(
        "??",
        "a ?? b",
        lexer::Operator::Coalesce,
        "a, or b where a is null or does not exist.",
        ("{{ inputs.day ?? 'today' }}", "today"),
    ),
    binary(
        "???",
        "a ??? b",
        lexer::Operator::CoalesceUndefined,
        "a, or b where a does not exist; null stays null.",
        ("{{ inputs.day ??? 'today' }}", "today"),
    ),
    binary(
        "isIn",
        "a isIn b",
        lexer::Operator::IsIn,
        "Whether b has an item with the text of a.",
        ("{{ 'b' isIn ['a', 'b'] }}", "true"),
    ),
    binary("~", "a ~ b", lexer::Operator::Concat, "The texts of both, joined.", ("{{ 'v' ~ 2 }}", "v2")),
    binary(
        "|",
        "a | filter",
        lexer::Operator::Filter,
        "Gives a to a filter.",
        ("{{ [1, 2] | length }}", "2"),
    ),
    binary("*", "a * b", lexer::Operator::Times, "The product of two numbers.", ("{{ 6 * 7 }}", "42")),
    binary(
        "/",
        "a / b",
        lexer::Operator::Divide,
        "The quotient; that of two integers is an integer.",
        ("{{ 7 / 2 }} {{ 7.0 / 2 }}", "3 3.5"),
    ),
    binary(
        "%",
        "a % b",
        lexer::Operator::Remainder,
        "The remainder, with the sign of a.",
        ("{{ 7 % 3 }}", "1"),
    ),
    binary(
        "+",
        "a + b",
        lexer::Operator::Plus,
        "The sum; with a text both texts joined, with a list on the left its items and b.",
        ("{{ 1 + 2 }} {{ 'v' + 2 }} {{ [1] + [2] }}", "3 v2 [1,2]"),
    ),
    binary(
        "-",
        "a - b",
        lexer::Operator::Minus,
        "The difference; of a list what is left without the items of b.",
        ("{{ 5 - 2 }} {{ [1, 2, 1] - [1] }}", "3 [2]"),
    ),
    binary(
        "==",
        "a == b",
        lexer::Operator::Equal,
        "Whether both are equal; also written `equals`.",
        ("{{ 1 == 1.0 }} {{ '1' == 1 }}", "true false"),
    ),
    binary("!=", "a != b", lexer::Operator::NotEqual, "Whether they differ.", ("{{ 1 != 2 }}", "true")),
    binary(
        ">",
        "a > b",
        lexer::Operator::Greater,
        "Whether a is greater; false with null.",
        ("{{ 2 > 1 }}", "true"),
    ),
    binary(
        "<",
        "a < b",
        lexer::Operator::Less,
        "Whether a is less; false with null.",
        ("{{ 2 < 1 }}", "false"),
    ),
    binary(
        ">=",
        "a >= b",
        lexer::Operator::GreaterOrEqual,
        "Whether a is greater or equal; false with null.",
        ("{{ 2 >= 2 }}", "true"),
    ),
    binary(
        "<=",
        "a <= b",
        lexer::Operator::LessOrEqual,
        "Whether a is less or equal; false with null.",
        ("{{ 3 <= 2 }}", "false"),
    ),
    binary("is", "a is test", lexer::Operator::Is, "Whether a passes a test.", ("{{ 2 is even }}", "true")),
    binary(
        "is not",
        "a is not test",
        lexer::Operator::IsNot,
        "Whether a fails a test.",
        ("{{ x is not defined }}", "true"),
    ),
    binary(
        "contains",
        "a contains b",
        lexer::Operator::Contains,
        "Whether a list has an item, a map a key, or a text a part.",
        ("{{ 'abc' contains 'b' }}", "true"),
    ),
    binary(
        "and",
        "a and b",
        lexer::Operator::And,
        "Whether both are true; b is not evaluated if a is false.",
        ("{{ true and false }}", "false"),
    ),
    binary(
        "or",
        "a or b",
        lexer::Operator::Or,
        "Whether one is true; b is not evaluated if a is true.",
        ("{{ true or false }}", "true"),
    ),
    Operator {
        symbol: "?:",
        form: "a ? b : c",
        binary: None,
        unbound: 0,
        summary: "b if a is true, else c.",
        example: ("{{ 2 > 1 ? 'yes' : 'no' }}", "yes"),
    },
];

/// All tags, by name.
pub const TAGS: &[Tag] = &[
    Tag {
        name: "block",
        form: "{% block name %} … {% endblock %}",
        summary: "A part that `block('name')` writes again.",
        example: ("{% block a %}x{% endblock %}{{ block('a') }}", "xx"),
    },
    Tag {
        name: "filter",
        form: "{% filter name | … %} … {% endfilter %}",
        summary: "Gives a part of the text to filters.",
        example: ("{% filter upper %}loud{% endfilter %}", "LOUD"),
    },
    Tag {
        name: "for",
        form: "{% for name in list %} … {% else %} … {% endfor %}",
        summary: "Repeats its body for each item; `else` if there is none. Inside `loop` has index (from 0), length, \
                  first, last and revindex.",
        example: (
            "{% for x in ['a', 'b'] %}{{ loop.index }}{{ x }}{{ loop.last ? '' : ' ' }}{% endfor %}",
            "0a 1b",
        ),
    },
    Tag {
        name: "if",
        form: "{% if a %} … {% elseif b %} … {% else %} … {% endif %}",
        summary: "Writes the first part whose condition is true.",
        example: ("{% if 1 > 2 %}a{% elseif true %}b{% else %}c{% endif %}", "b"),
    },
    Tag {
        name: "macro",
        form: "{% macro name(a, b='x') %} … {% endmacro %}",
        summary: "Defines a function that gives text; it sees only its arguments.",
        example: ("{% macro hi(name) %}hi {{ name }}{% endmacro %}{{ hi('you') }}", "hi you"),
    },
    Tag {
        name: "raw",
        form: "{% raw %} … {% endraw %}",
        summary: "Text that is not evaluated, on one line.",
        example: ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    },
    Tag {
        name: "set",
        form: "{% set name = a %}",
        summary: "Gives a name to a value.",
        example: ("{% set x = 2 %}{{ x * x }}", "4"),
    },
    Tag {
        name: "verbatim",
        form: "{% verbatim %} … {% endverbatim %}",
        summary: "Text that is not evaluated, on any number of lines.",
        example: ("{% verbatim %}{{ x }}{% endverbatim %}", "{{ x }}"),
    },
];

#[cfg(test)]
mod tests {
    use kapelle_model::{Map, Value};

    use super::super::builtin::{GROUPS, Levels};
    use super::super::environment::{Environment, Settings};
    use super::super::memory::MemoryServices;
    use super::super::{Template, form, output::Output};
    use super::*;

    /// What a template gives, or its error, as text.
    fn rendered(template: &str, language: Language) -> String {
        let mut context = Map::new();
        context.insert("inputs".into(), Value::Map(Map::new().into()));
        let services = MemoryServices::from_setup(&Value::Null).unwrap();
        let settings = Settings { language, ..Settings::default() };
        let environment = Environment { context: &context, services: &services, settings: &settings };
        let outcome = match Template::compile(template, language) {
            Ok(template) => template.render(environment),
            Err(problems) => return format!("error: {problems:?}"),
        };
        match outcome {
            Ok(text) => {
                let mut out = Output::new(10_000);
                form::print(&Value::Str(text.unwrap_or_default()), &settings.zone, &mut out);
                out.into_string()
            }
            Err(error) => format!("error: {}", error.text()),
        }
    }

    #[test]
    fn every_example_gives_what_it_says() {
        let mut wrong = Vec::new();
        let mut check = |template: &str, expected: &str, language| {
            let found = rendered(template, language);
            if found != expected {
                wrong.push(format!("{template} ({language:?}) gives {found:?}, not {expected:?}"));
            }
        };
        for language in [Language::One, Language::Two] {
            for (template, expected) in
                OPERATORS.iter().map(|it| it.example).chain(TAGS.iter().map(|it| it.example))
            {
                check(template, expected, language);
            }
            for builtin in GROUPS.iter().flat_map(|(_, builtins)| *builtins) {
                let is_there = builtin.levels == Levels::Both || language == Language::One;
                if let (template, Some(expected)) = builtin.example
                    && is_there
                {
                    check(template, expected, language);
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_tables_are_in_order() {
        let levels: Vec<u8> = OPERATORS.iter().map(|operator| operator.level(Language::One)).collect();
        assert!(levels.is_sorted_by(|a, b| a >= b), "{levels:?}");
        assert!(TAGS.is_sorted_by_key(|tag| tag.name));
        for (group, builtins) in GROUPS {
            assert!(builtins.is_sorted_by_key(|it| (it.name, it.kind.word())), "{group}");
        }
    }
}
