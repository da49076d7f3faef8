//! Results that were found with the original engine, beside those of the cases: the same at both levels.

use kapelle_model::{Map, Value};

use super::cases::value_of;
use crate::expression::environment::{Environment, Settings};
use crate::expression::memory::MemoryServices;
use crate::expression::{Template, typed};
use crate::language::Language;
use crate::yaml;

/// The variables of all templates.
const CONTEXT: &str = r#"
n: null
l: [1, 2]
m: {a: 1, b: null}
i: 5
e: {}
dec: {$decimal: "1.50"}
thousand: {$decimal: "1E+3"}
big: {$decimal: "100000000000000000000"}
d: {$zoned: "2013-09-08T16:19:05.120+02:00[Europe/Paris]"}
ld: {$localdate: "2024-02-29"}
ldt: {$localdatetime: "2024-02-29T10:00:00"}
du: {$duration: "-PT1H0.5S"}
"#;

/// A template and what it gives; `!undefined` is a failure with its category, and a message is its start.
const RESULTS: &[(&str, &str)] = &[
    // A text that is one expression and nothing else is its value.
    (r##"{{ "#{i}" + 1 }}"##, "6"),
    (r##"{{ "#{l}" }}"##, "[1,2]"),
    (r##"{{ "#{l} " }}"##, "[1, 2] "),
    (r##"{{ "#{n}" is null }}"##, "true"),
    // `default` sees what fails in the body of the tag.
    ("{% filter default('d') %}{{ nope }}{% endfilter %}", "d"),
    ("{% filter upper | default('d') %}a{{ nope.x }}{% endfilter %}", "d"),
    ("{% filter default('d') %}{{ nope + 1 }}{% endfilter %}", "!undefined"),
    ("{{ block('none') is null }}", "false"),
    // What does not exist is said before what is undefined.
    ("{{ (nope | foo) ?? 'd' }}", "!unknown_filter"),
    ("{{ (nope is foo) ?? 'd' }}", "!unknown_test"),
    ("{{ n contains nope }}", "false"),
    ("{{ e.size }}", "!undefined"),
    ("{{ e.isEmpty() }}", "true"),
    // What the message names.
    ("{{ n.x }}", "Unable to find `n`"),
    ("{{ n['x'].y }}", "Unable to find `n`"),
    ("{{ n[nope] }}", "Unable to find `nope`"),
    ("{{ m.b.x }}", "Unable to find `x`"),
    ("{{ m['z' ~ 1] }}", "Unable to find `z1`"),
    // Decimals have the scale of Java.
    ("{{ dec * 7 }} {{ dec * 0 }} {{ -dec }} {{ -thousand }}", "10.50 0.00 -1.50 -1000.00"),
    ("{{ dec / 2 }} {{ dec / 1.5 }} {{ 1 / dec }}", "0.75 1 0.6666666666666666666666666666666667"),
    ("{{ dec % 7 }} {{ dec % 1 }} {{ big % 7 }} {{ big - big }}", "1.5 0.5 2.0 0"),
    (
        "{{ big + 0 }} {{ big / 3 }} {{ big * big }}",
        "100000000000000000000.0 33333333333333333333.33333333333333 10000000000000000000000000000000000000000",
    ),
    ("{{ thousand }} {{ thousand | string }} {{ 'a' ~ thousand }}", "1000 1E+3 a1E+3"),
    ("{{ '0x1F' | number('INT') }} {{ '010' | number('LONG') }} {{ ' 1 ' | number('DOUBLE') }}", "31 8 1.0"),
    ("{{ '08' | number('INT') }}", "!invalid_input"),
    ("{{ 1234567.25 | numberFormat('') }}", "1,234,567.25"),
    ("{{ '%.2f|%8.3f' | format(n, n) }}", "nu|     nul"),
    ("{{ '' is json }} {{ '1:2' is json }}", "true false"),
    ("{{ 'x' | merge(n) }}", "x"),
    ("{{ n | dateAdd(1, 'XX') }}", ""),
    ("{{ '2024-01-01' | dateAdd(1.9, 'DAYS', 'yyyy-MM-dd') }}", "2024-01-02"),
    ("{{ 1704067200123456789 | timestampNano }}", "1704067200456789000"),
    // Dates keep their zone in YAML and Ion, not in JSON.
    ("{{ d | yaml }}", "2013-09-08T16:19:05.12+02:00\n"),
    ("{{ d | toJson }}", "\"2013-09-08T14:19:05.12Z\""),
    ("{{ d | toIon }}", "ZonedDateTime::\"2013-09-08T16:19:05.12+02:00[Europe/Paris]\""),
    ("{{ [ld, ldt, du] | toIon }}", "[2024-02-29,LocalDateTime::\"2024-02-29T10:00:00\",-3600.500000000]"),
    ("{{ fromIon('2024-01-02') }}|{{ fromIon('') }}", "2024-01-02|"),
    ("{{ ['0x1F', '007', ''] | yaml }}", " - 0x1F\n - '007'\n - \"\"\n"),
    ("{{ {'1a': 1, '-x': 2, '0x1F': 3, '.5': 4} | yaml }}", "\"1a\": 1\n\"-x\": 2\n\"0x1F\": 3\n\".5\": 4\n"),
    ("{{ '' | yaml }}", "--- \"\"\n"),
    ("{{ yaml('[.5, 1e5, -1E-2, 1e]') }}", "[0.5,100000.0,-0.01,\"1e\"]"),
];

#[test]
fn templates_give_what_was_found() {
    let reading = yaml::read(CONTEXT, yaml::split(CONTEXT)[0]);
    let Value::Map(context) = typed::untagged(&value_of(reading.root.as_ref().unwrap())).unwrap() else {
        panic!("the context is a map")
    };
    let services = MemoryServices::from_setup(&Value::Map(Map::new().into())).unwrap();
    for language in [Language::One, Language::Two] {
        let settings = Settings { language, ..Settings::default() };
        let environment = Environment { context: &*context, services: &services, settings: &settings };
        for (template, expected) in RESULTS {
            let compiled = Template::compile(*template, language).unwrap();
            let found = match compiled.render(environment) {
                Ok(text) => text.map(|text| text.expose().to_owned()).unwrap_or_default(),
                Err(error) if expected.starts_with('U') => {
                    let text = error.text();
                    text.split(" used").next().unwrap_or_default().to_owned()
                }
                Err(error) => format!("!{}", error.category.word()),
            };
            assert_eq!(found, *expected, "{template} at {language:?}");
        }
    }
}

#[test]
fn a_second_attempt_starts_anew() {
    let services = MemoryServices::from_setup(&Value::Map(Map::new().into())).unwrap();
    let settings = Settings::default();
    let context = Map::new();
    let environment = Environment { context: &context, services: &services, settings: &settings };
    let template = Template::compile("{{ x ?? 0 }}{% set x = 1 %}{{ [2] }}", Language::One).unwrap();
    assert_eq!(template.value(environment).unwrap(), "0[2]".into());
}
