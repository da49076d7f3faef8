//! Random templates over random values: they end within their limits, and nothing panics.

use proptest::prelude::*;

use super::grammar::{Choices, template};
use super::odd;
use super::taint::assert_hidden;
use crate::expression::environment::{Environment, Limits, Settings};
use crate::expression::{Template, form, output::Output};
use crate::language::Language;

/// Everything that can be done with a template.
pub(super) fn use_all(text: &str, decisions: &[u16]) {
    let context = odd::context(&mut Choices::new(decisions));
    let services = odd::services();
    for language in [Language::One, Language::Two] {
        let Ok(template) = Template::compile(text, language) else { continue };
        let limits = Limits { steps: 20_000, memory_bytes: 1 << 20, output_bytes: 1 << 16, iterations: 500 };
        let settings = Settings { language, limits, ..Settings::default() };
        let environment = Environment { context: &context, services: &services, settings: &settings };
        match template.render(environment) {
            Ok(text) => assert_hidden(&text.unwrap_or_default().masked(), &template),
            Err(error) => {
                assert_hidden(&format!("{} {:?} {error:?}", error.text(), error.help), &template);
                let place = error.range.clone().zip(error.template.clone());
                assert!(place.is_none_or(|(range, text)| text.get(range).is_some()), "{error:?}");
            }
        }
        if let Ok(value) = template.value(environment) {
            let mut out = Output::new(1 << 20);
            form::print(&value, &settings.zone, &mut out);
            assert_hidden(&out.into_text().masked(), &template);
            assert_hidden(&format!("{value:?}"), &template);
        }
        let (_, trace) = template.explain(environment, true);
        for traced in trace {
            assert!(text.get(traced.range.clone()).is_some());
            assert_hidden(&format!("{traced:?}"), &template);
        }
        let recursive = Settings { recursive: true, ..settings.clone() };
        drop(template.render(Environment { settings: &recursive, ..environment }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn any_template_ends(
        decisions in prop::collection::vec(any::<u16>(), 0..120),
        values in prop::collection::vec(any::<u16>(), 0..60),
    ) {
        use_all(&template(&mut Choices::new(&decisions)), &values);
    }

    #[test]
    fn any_mixture_is_used(
        parts in prop::collection::vec(prop::sample::select(super::robust::FRAGMENTS), 0..30),
        values in prop::collection::vec(any::<u16>(), 0..60),
    ) {
        use_all(&parts.concat(), &values);
    }
}
