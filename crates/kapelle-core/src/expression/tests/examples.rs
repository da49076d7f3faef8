//! The examples of filters, functions and tests give what they say.

use kapelle_model::Map;

use crate::expression::Template;
use crate::expression::builtin::GROUPS;
use crate::expression::environment::{Environment, Settings};
use crate::expression::services::NoServices;

#[test]
fn examples_give_what_they_say() {
    let (context, settings) = (Map::new(), Settings::default());
    let environment = Environment { context: &context, services: &NoServices, settings: &settings };
    let mut wrong = Vec::new();
    for builtin in GROUPS.iter().flat_map(|(_, builtins)| builtins.iter()) {
        let (source, Some(expected)) = builtin.example else { continue };
        let given = match Template::compile(source, settings.language) {
            Ok(template) => template.render(environment).map_err(|error| error.text()),
            Err(problems) => Err(format!("{problems:?}")),
        };
        let given = given.map(|text| text.map(|text| text.expose().to_owned()).unwrap_or_default());
        if given.as_deref() != Ok(expected) {
            wrong.push(format!("{}: {source} gives {given:?}, not {expected:?}", builtin.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
