//! How fast templates are compiled and rendered, each figure next to that of minijinja for the same work in the same run:
//! machines are shared and noisy, ratios are not. Nothing here fails; a person reads it. Run with `make bench`.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::services::NoServices;
use kapelle_core::expression::{Template, render_structure};
use kapelle_core::language::Language;
use kapelle_model::{Map, Value};
use minijinja::Environment as Theirs;

/// Rounds that ours and theirs take in turn; the fastest of each counts.
const ROUNDS: u32 = 15;

/// How long a round takes about.
const ROUND: Duration = Duration::from_millis(8);

const DAY: i64 = 1_767_225_600;

fn main() {
    let large = large();
    let cases: [Case<'_>; 9] = [
        Case { name: "plain text", ours: "Nothing to see here.", theirs: "Nothing to see here.", aim: 1.0 },
        Case { name: "one variable", ours: "{{ name }}", theirs: "{{ name }}", aim: 1.0 },
        Case { name: "nested access", ours: "{{ a.b.c.d }}", theirs: "{{ a.b.c.d }}", aim: 1.3 },
        Case {
            name: "loop over 1,000",
            ours: "{% for x in items %}{{ x }}, {% endfor %}",
            theirs: "{% for x in items %}{{ x }}, {% endfor %}",
            aim: 1.3,
        },
        Case {
            name: "filter chain",
            ours: "{{ name | trim | lower | capitalize | default('nobody') }}",
            theirs: "{{ name | trim | lower | capitalize | default('nobody') }}",
            aim: 1.3,
        },
        Case {
            name: "ternary",
            ours: "{{ count > 3 ? 'many' : 'few' }}",
            theirs: "{{ 'many' if count > 3 else 'few' }}",
            aim: 1.3,
        },
        Case {
            name: "20 entries to JSON",
            ours: "{{ entries | toJson }}",
            theirs: "{{ entries | tojson }}",
            aim: 1.3,
        },
        Case {
            name: "date",
            ours: "{{ day | date('yyyy-MM-dd HH:mm:ss') }}",
            theirs: "{{ day | date('%Y-%m-%d %H:%M:%S') }}",
            aim: 1.3,
        },
        Case { name: "100 KB with few tags", ours: &large, theirs: &large, aim: 1.3 },
    ];
    println!("rendering                       ours      minijinja   ratio   aim");
    for case in &cases {
        case.measure();
    }
    structure();
    compilation();
}

struct Case<'a> {
    name: &'a str,
    ours: &'a str,
    theirs: &'a str,
    /// The most that ours may take of theirs.
    aim: f64,
}

impl Case<'_> {
    fn measure(&self) {
        let (context, settings) = (context(), Settings::default());
        let environment = Environment { context: &context, services: &NoServices, settings: &settings };
        let ours = Template::compile(self.ours, Language::One).unwrap();
        let mut jinja = jinja();
        jinja.add_template("it", self.theirs).unwrap();
        let theirs = jinja.get_template("it").unwrap();
        let their_context = their_context();
        let text = match ours.render(environment) {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => return println!("{:<24} fails: {}", self.name, error.text()),
        };
        let their_text = theirs.render(their_context.clone()).unwrap();
        if !self.name.ends_with("JSON") {
            assert_eq!(text.expose(), their_text, "{}", self.name);
        }
        let (one, other) = compare(
            || drop(black_box(ours.render(black_box(environment)).unwrap())),
            || drop(black_box(theirs.render(black_box(their_context.clone())).unwrap())),
        );
        report(self.name, one, other, self.aim);
    }
}

/// A map of texts, as the properties of a task are.
fn structure() {
    let (context, settings) = (context(), Settings::default());
    let environment = Environment { context: &context, services: &NoServices, settings: &settings };
    let texts: Vec<String> = (0..50).map(|index| format!("value {index} of {{{{ name }}}}")).collect();
    let map =
        texts.iter().enumerate().map(|(index, text)| (format!("key{index}").into(), text.as_str().into()));
    let map = Value::Map(map.collect::<Map>().into());
    let mut jinja = jinja();
    for (index, text) in texts.iter().enumerate() {
        jinja.add_template_owned(format!("key{index}"), text.clone()).unwrap();
    }
    let their_context = their_context();
    let templates: Vec<_> =
        (0..50).map(|index| (index, jinja.get_template(&format!("key{index}")).unwrap())).collect();
    let (one, other) = compare(
        || drop(black_box(render_structure(black_box(&map), environment).unwrap())),
        || {
            let rendered = templates.iter().map(|(index, template)| {
                (format!("key{index}"), template.render(their_context.clone()).unwrap())
            });
            drop(black_box(rendered.collect::<std::collections::BTreeMap<_, _>>()));
        },
    );
    report("a map of 50 texts", one, other, 1.3);
}

fn compilation() {
    let text = "{{ outputs.query.rows[0].id ?? inputs.day | default('none') }}";
    let theirs = "{{ outputs.query.rows[0].id or inputs.day | default('none')  }}";
    let jinja = jinja();
    let (one, other) = compare(
        || drop(black_box(Template::compile(black_box(text), Language::One).unwrap())),
        || drop(black_box(jinja.template_from_str(black_box(theirs)).unwrap())),
    );
    println!("compiling (aim 5 µs)");
    report(&format!("{} characters", text.len()), one, other, 1.3);
}

fn report(name: &str, ours: Duration, theirs: Duration, aim: f64) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    let judgement = if ratio > aim { "missed" } else { "" };
    println!("{name:<24} {ours:>11.1?} {theirs:>14.1?} {ratio:>7.2} {aim:>5.1} {judgement}");
}

/// The shortest times of one call of each.
fn compare(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (Duration, Duration) {
    let (our_calls, their_calls) = (calls(&mut ours), calls(&mut theirs));
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        best.0 = best.0.min(time(our_calls, &mut ours));
        best.1 = best.1.min(time(their_calls, &mut theirs));
    }
    best
}

/// How many calls fill a round.
fn calls(work: &mut impl FnMut()) -> u32 {
    let mut calls = 1;
    loop {
        let once = time(calls, work);
        if once * calls > ROUND / 4 {
            return u32::try_from(ROUND.as_nanos() / once.as_nanos().max(1)).unwrap_or(u32::MAX).max(1);
        }
        calls *= 4;
    }
}

fn time(calls: u32, work: &mut impl FnMut()) -> Duration {
    let started = Instant::now();
    for _ in 0..calls {
        work();
    }
    Duration::from_nanos(u64::try_from((started.elapsed() / calls).as_nanos()).unwrap_or(u64::MAX))
}

fn context() -> Map {
    let text = |text: &str| Value::from(text);
    let mut inner = text("deep");
    for name in ["d", "c", "b"] {
        inner = Value::Map(std::sync::Arc::new([(name.into(), inner)].into_iter().collect()));
    }
    let entries: Map =
        (0..20).map(|index| (format!("entry{index}").into(), text("some text of a line"))).collect();
    let items = (0..1000).map(Value::Int).collect::<Vec<_>>();
    Map::from_iter([
        ("name".into(), text("  World of Flows ")),
        ("a".into(), inner),
        ("items".into(), Value::List(items.into())),
        ("count".into(), Value::Int(5)),
        ("entries".into(), Value::Map(entries.into())),
        ("day".into(), Value::Instant(Timestamp::from_second(DAY).unwrap())),
    ])
}

fn their_context() -> minijinja::Value {
    let entries: serde_json::Map<_, _> =
        (0..20).map(|index| (format!("entry{index}"), "some text of a line".into())).collect();
    serde_json::from_value(serde_json::json!({
        "name": "  World of Flows ",
        "a": {"b": {"c": {"d": "deep"}}},
        "items": (0..1000).collect::<Vec<i64>>(),
        "count": 5,
        "entries": entries,
        "day": DAY,
    }))
    .unwrap()
}

fn jinja() -> Theirs<'static> {
    let mut jinja = Theirs::new();
    jinja.add_filter("date", |second: i64, format: &str| {
        Timestamp::from_second(second).unwrap().strftime(format).to_string()
    });
    jinja
}

/// Mostly text, as a script or a page is.
fn large() -> String {
    let mut text = String::new();
    for line in 0..2_000 {
        writeln!(text, "line {line} of a script that is long and nearly free of tags").unwrap();
        if line % 200 == 0 {
            text.push_str("echo {{ name }}\n");
        }
    }
    // Theirs drops a line break at the end.
    text.push_str("the end");
    text
}
