//! Any text: compile it, render it both ways over a fixed context, and look whether everything points into the text and
//! nothing shows the secret.

#![no_main]

use std::sync::LazyLock;

use kapelle_core::expression::Template;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::memory::MemoryServices;
use kapelle_core::expression::print::{parenthesized, print};
use kapelle_core::language::Language;
use kapelle_model::{Map, Value};
use libfuzzer_sys::fuzz_target;

static CONTEXT: LazyLock<Map> = LazyLock::new(|| {
    let list = Value::List(vec![Value::Int(1), Value::from("b"), Value::Null].into());
    let map = Map::from_iter([("k".into(), list.clone()), ("value".into(), Value::Float(1.5))]);
    Map::from_iter([
        ("a".into(), Value::from("{{ b }}")),
        ("b".into(), Value::from("text")),
        ("n".into(), Value::Int(7)),
        ("list".into(), list),
        ("map".into(), Value::Map(map.into())),
        ("hidden".into(), Value::from("S3CR3T-canary").into_secret()),
        ("nothing".into(), Value::Null),
    ])
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(services) = MemoryServices::from_setup(&Value::Null) else { return };
    for language in [Language::One, Language::Two] {
        let template = match Template::compile(text, language) {
            Ok(template) => template,
            Err(problems) => {
                problems.iter().for_each(|problem| assert!(text.get(problem.range.clone()).is_some()));
                continue;
            }
        };
        let settings = Settings { language, ..Settings::default() };
        let environment = Environment { context: &*CONTEXT, services: &services, settings: &settings };
        if !text.contains("S3CR3T") {
            let shown = match template.render(environment) {
                Ok(text) => text.unwrap_or_default().masked(),
                Err(error) => format!("{} {error:?}", error.text()),
            };
            assert!(!shown.contains("S3CR3T"), "{shown}");
        }
        drop(template.value(environment));
        let printed = print(&template, language);
        let again = Template::compile(printed.as_str(), language);
        assert!(again.is_ok_and(|again| parenthesized(&again) == parenthesized(&template)), "{printed}");
    }
});
