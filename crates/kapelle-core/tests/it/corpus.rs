//! Texts that the fuzzer starts from, and what it once found: all are checked here as well.

use std::fs;

use kapelle_core::check::check;
use kapelle_core::expression::Template;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::memory::MemoryServices;
use kapelle_core::language::Language;
use kapelle_core::source::Source;
use kapelle_core::yaml::decode;
use kapelle_model::{Map, Value};

use crate::play::{folder, options};
use crate::properties::assert_sound;

#[test]
fn the_texts_of_the_fuzzer_are_checked_without_harm() {
    let folder = folder("fuzz/corpus/check");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        count += 1;
        let bytes = fs::read(&path).unwrap();
        if let Ok(text) = decode(&bytes) {
            let name = path.file_name().unwrap().to_string_lossy();
            assert_sound(&check(vec![Source::new(name, text)], &options()));
        }
    }
    assert!(count >= 15, "only {count} texts in {}", folder.display());
}

#[test]
fn the_templates_of_the_fuzzer_are_rendered_without_harm() {
    let folder = folder("fuzz/corpus/expression");
    let services = MemoryServices::from_setup(&Value::Null).unwrap();
    let context = Map::from_iter([("hidden".into(), Value::from("S3CR3T-canary").into_secret())]);
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        count += 1;
        for language in [Language::One, Language::Two] {
            let settings = Settings { language, ..Settings::default() };
            let environment = Environment { context: &context, services: &services, settings: &settings };
            let template = Template::compile(text.as_str(), language).unwrap();
            let shown = match template.render(environment) {
                Ok(text) => text.unwrap_or_default().masked(),
                Err(error) => error.text(),
            };
            assert!(!shown.contains("S3CR3T"), "{shown}");
            drop(template.value(environment));
        }
    }
    assert!(count >= 8, "only {count} texts in {}", folder.display());
}
