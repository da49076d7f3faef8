//! No builtin lets go of a secret: what depends on one is secret, and nothing that is shown holds a part of it.

use kapelle_model::{Map, Text, Value};
use proptest::prelude::*;

use super::grammar::Choices;
use super::odd;
use crate::expression::Template;
use crate::expression::builtin::{Builtin, GROUPS, Kind, Parameters, exposed, testing};
use crate::expression::environment::{Environment, Settings};
use crate::expression::equality::same;
use crate::expression::form;
use crate::expression::output::Output;
use crate::expression::services::NoServices;
use crate::language::Language;

/// Two secrets that differ in everything, and what must not be shown of the first: as it is, backwards, in base64, in hex.
const SECRETS: [&str; 2] = ["S3CR3T-canary-9f", "0ther+thing=of another length"];
const SHOWN: [&str; 5] = ["s3cr3t", "canary", "yranac", "uznduj", "533343"];

/// That a text that is shown tells nothing of the secret.
pub(super) fn assert_hidden(shown: &str, what: &dyn std::fmt::Debug) {
    let lower = shown.to_lowercase();
    assert!(!SHOWN.iter().any(|part| lower.contains(part)), "{shown} tells of the secret; {what:?}");
}

/// The secret as one of the types that it may come in.
fn secret(choices: &mut Choices<'_>, text: &str) -> Value {
    match choices.below(7) {
        0 | 1 => Value::from(text).into_secret(),
        2 => {
            let around = Text::concat(&"a ".into(), &Text::from(text).into_secret());
            Value::Str(Text::concat(&around, &" b".into()))
        }
        3 => Value::List(vec![Value::Int(1), Value::from(text).into_secret()].into()),
        4 => Value::List(vec![Value::Int(1), Value::from(text)].into()).into_secret(),
        5 => Value::Map(std::sync::Arc::new([("k".into(), Value::from(text))].into_iter().collect()))
            .into_secret(),
        _ => Value::Int(text.len() as i64).into_secret(),
    }
}

/// One call with the secret in place of the input or of an argument.
struct Trial {
    builtin: &'static Builtin,
    values: Vec<Value>,
    at: usize,
    kind: Vec<u16>,
}

impl Trial {
    fn new(choices: &mut Choices<'_>, kind: Vec<u16>) -> Self {
        let all: Vec<&Builtin> = GROUPS.iter().flat_map(|group| group.1).collect();
        let builtin = all[choices.below(all.len())];
        let count = match builtin.parameters {
            Parameters::Named(parameters) => choices.below(parameters.len() + 1),
            Parameters::Any => choices.below(3),
        };
        let values: Vec<Value> = (0..=count).map(|_| odd::value(choices)).collect();
        let first = usize::from(builtin.kind == Kind::Function);
        let at = (first + choices.below(count + 1)).min(count);
        Self { builtin, values, at, kind }
    }

    fn result(&self, text: &str) -> crate::expression::Outcome {
        let mut values = self.values.clone();
        if self.at > 0 || self.builtin.kind != Kind::Function {
            values[self.at] = secret(&mut Choices::new(&self.kind), text);
        }
        if self.builtin.kind == Kind::Function {
            values[0] = Value::Null;
        }
        let (input, arguments) = values.split_first().unwrap();
        testing::call_with(&odd::services(), self.builtin.kind, self.builtin.name, input.clone(), arguments)
    }

    fn check(&self) {
        let what = || {
            format!(
                "{} {} of {:?}, secret at {}",
                self.builtin.kind.word(),
                self.builtin.name,
                self.values,
                self.at
            )
        };
        let outcome = self.result(SECRETS[0]);
        match &outcome {
            Err(error) => {
                assert_hidden(&format!("{} {:?} {error:?}", error.text(), error.help), &what());
            }
            Ok(value) => {
                let mut out = Output::new(1 << 24);
                form::print(value, &jiff::tz::TimeZone::UTC, &mut out);
                assert_hidden(&out.into_text().masked(), &what());
                assert_hidden(&format!("{value:?}"), &what());
                assert_hidden(&form::describe(value), &what());
                // An empty text has nothing that could be marked.
                let is_empty = matches!(value, Value::Str(text) if text.expose().is_empty());
                if self.builtin.kind == Kind::Test || value.has_secret() || is_empty {
                    return;
                }
                let other = self.result(SECRETS[1]);
                let is_same = other.is_ok_and(|other| same(&exposed(value), &exposed(&other)));
                // What the same call gives anew each time tells nothing.
                let is_random = !same(value, &self.result(SECRETS[0]).unwrap());
                assert!(is_same || is_random, "{} gives {value:?}, which is not secret", what());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn what_depends_on_a_secret_is_secret(
        decisions in prop::collection::vec(any::<u16>(), 1..40),
        kind in prop::collection::vec(any::<u16>(), 1),
    ) {
        Trial::new(&mut Choices::new(&decisions), kind).check();
    }
}

/// A template that is secret, or a text that is rendered, tells nothing when it fails.
#[test]
fn a_secret_template_is_not_shown() {
    let services = odd::services();
    let settings = Settings::default();
    for inside in [
        "nothing.x + 'S3CR3T'",
        "canary",
        "a.canary",
        "'canary' + {}",
        "'canary' canary",
        "canary(1)",
        "1 | canary",
        "(",
    ] {
        let source = Text::from(format!("S3CR3T-canary {{{{ {inside} }}}}")).into_secret();
        let mut context = Map::new();
        context.insert("a".into(), Value::Map(Map::new().into()));
        context.insert("hidden".into(), Value::Str(source.clone()));
        let environment = Environment { context: &context, services: &services, settings: &settings };
        let mut templates = vec![Template::compile("{{ render(hidden) }}", Language::One).unwrap()];
        templates.push(Template::compile("{{ [render({hidden: hidden})] }}", Language::One).unwrap());
        templates.extend(Template::compile(source, Language::One));
        for template in templates {
            let shown = match template.render(environment) {
                Ok(text) => text.unwrap_or_default().masked(),
                Err(error) => format!("{} {:?} {error:?}", error.text(), error.help),
            };
            assert_hidden(&shown, &inside);
            assert_hidden(&format!("{template:?}"), &inside);
        }
    }
}

/// What a secret picks out or takes away tells what it is.
#[test]
fn what_a_secret_chooses_is_secret() {
    let services = odd::services();
    let settings = Settings::default();
    let mut context = Map::new();
    context.insert("n".into(), Value::Int(1).into_secret());
    context.insert("k".into(), Value::from("1").into_secret());
    for template in [
        "{{ (['a', 'b'])[n] }}",
        "{{ (['a', 'b'])[k] }}",
        "{{ (['a', 'b'])['' ~ k] }}",
        "{{ ({'1': 'b'})[k] }}",
        "{{ ({'1': 'b'})[n] }}",
        "{{ ['1', 'b'] - k }}",
        "{{ ['1', 'b'] - [k] }}",
        "{{ ([k]).hashCode() }}",
        "{{ ({'a': n}).hashCode() }}",
    ] {
        let environment = Environment { context: &context, services: &services, settings: &settings };
        let value = Template::compile(template, Language::One).unwrap().value(environment);
        assert!(value.as_ref().is_ok_and(Value::has_secret) || value.is_err(), "{template}: {value:?}");
    }
}

/// A map that is secret as a whole has secret keys, in a loop too, where each stands alone.
#[test]
fn keys_of_a_secret_map_are_secret_in_a_loop() {
    let map: Map = [("hush".into(), Value::Int(1))].into_iter().collect();
    let map = Value::Map(map.into()).into_secret();
    let context: Map = [("s".into(), map)].into_iter().collect();
    let settings = Settings::default();
    for printed in ["e.key", "e", "e['key']", "e | string", "e.key | upper"] {
        let template = format!("{{% for e in s %}}{{{{ {printed} }}}}{{% endfor %}}");
        let environment = Environment { context: &context, services: &NoServices, settings: &settings };
        let text = Template::compile(template, Language::One).unwrap().render(environment).unwrap().unwrap();
        let shown = text.masked().to_lowercase();
        assert!(text.has_secret() && !shown.contains("hush"), "{printed} shows {shown}");
    }
}

/// Operators, loops and accesses describe what they cannot work with, but not if it is secret.
#[test]
fn errors_of_the_language_itself_tell_nothing_of_secrets() {
    let map: Map = [("hush".into(), Value::from("hush"))].into_iter().collect();
    let date = jiff::civil::date(1942, 4, 24);
    let context: Map = [
        ("n".into(), Value::Int(424_242).into_secret()),
        ("m".into(), Value::Map(map.into()).into_secret()),
        ("d".into(), Value::LocalDate(date).into_secret()),
        ("t".into(), Value::from("hush").into_secret()),
    ]
    .into_iter()
    .collect();
    let settings = Settings::default();
    let environment = Environment { context: &context, services: &NoServices, settings: &settings };
    for template in [
        "{% for x in n %}{% endfor %}",
        "{% for x in t %}{% endfor %}",
        "{% if d %}{% endif %}",
        "{{ not d }}",
        "{{ d ? 1 : 2 }}",
        "{{ d and true }}",
        "{{ n > 'a' }}",
        "{{ 'a' < n }}",
        "{{ t > 1 }}",
        "{{ n contains 1 }}",
        "{{ d contains 1 }}",
        "{{ -d }}",
        "{{ n * 'x' }}",
        "{{ t * 2 }}",
        "{{ n + true }}",
        "{{ n - [1] }}",
        "{{ n..'x' }}",
        "{{ n.foo }}",
        "{{ n[0] }}",
        "{{ n.foo(1) }}",
        "{{ m.hsh }}",
        "{{ m['hsh'] }}",
        "{{ m[1] }}",
        "{{ t.nope }}",
        "{{ [1][n] }}",
        "{{ ([1])[n] }}",
        "{{ ({'a': 1})[t] }}",
        "{{ ({'a': 1})[n] }}",
        "{{ ({'a': 1}).a[n] }}",
        "{{ 'a' | nope }}",
        "{{ t | chunk(2) }}",
        "{{ render(t ~ '{{') }}",
    ] {
        let failure = match Template::compile(template, Language::One) {
            Ok(template) => template.render(environment).err(),
            Err(_) => continue,
        };
        let Some(error) = failure else { panic!("{template} does not fail") };
        let shown = format!("{} {:?} {:?}", error.text(), error.help, error.message);
        assert!(!["424242", "hush", "1942"].iter().any(|part| shown.contains(part)), "{template}: {shown}");
    }
}
