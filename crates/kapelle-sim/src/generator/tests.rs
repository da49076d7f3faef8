use std::collections::BTreeMap;

use jiff::civil::date;
use kapelle_core::check::{Options, check};
use kapelle_core::diagnostic::Severity;
use kapelle_core::language::Language;
use kapelle_core::source::Source;

use super::*;

fn sources(seed: u64) -> Vec<String> {
    let dice = Dice::new(seed);
    let taste = Taste { needs_people: dice.percent(50) };
    flows(&dice, taste).iter().map(yaml).collect()
}

#[test]
fn no_flow_has_a_mistake_that_a_server_would_refuse() {
    let options = Options { language: Language::One, strict: false, today: date(2026, 1, 1) };
    for seed in 0..300 {
        for source in sources(seed) {
            let files = check(vec![Source::new("flow", source.as_str())], &options);
            let found =
                files.iter().flat_map(|file| &file.documents).flat_map(|document| &document.diagnostics);
            let errors: Vec<_> = found.filter(|found| found.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "seed {seed}: {errors:#?}\n{source}");
        }
    }
}

#[test]
fn everything_the_engine_knows_comes_along() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..400 {
        for source in sources(seed) {
            for line in source.lines() {
                if let Some((key, value)) = line.trim_start_matches([' ', '-']).split_once(':') {
                    let key = if key == "type" { value.trim().trim_matches('"') } else { key };
                    *counts
                        .entry(key.trim_start_matches("io.kestra.plugin.core.").to_owned())
                        .or_default() += 1;
                }
            }
        }
    }
    let wanted = [
        "flow.Sequential",
        "flow.Parallel",
        "flow.Dag",
        "flow.AllowFailure",
        "flow.If",
        "flow.Switch",
        "flow.ForEach",
        "flow.EachSequential",
        "flow.EachParallel",
        "flow.LoopUntil",
        "flow.WaitFor",
        "flow.Retry",
        "flow.Pause",
        "flow.WorkingDirectory",
        "flow.Subflow",
        "flow.ForEachItem",
        "flow.Loop",
        "execution.Exit",
        "execution.Labels",
        "execution.SetVariables",
        "execution.UnsetVariables",
        "errors",
        "finally",
        "afterExecution",
        "retry",
        "runIf",
        "disabled",
        "allowFailure",
        "allowWarning",
        "concurrency",
        "onPause",
        "onTimeout",
        "breakWhen",
        "schedule",
    ];
    for name in wanted {
        assert!(counts.get(name).is_some_and(|count| *count >= 10), "{name} is rare: {counts:#?}");
    }
}

#[test]
fn a_seed_gives_the_same_flows_again() {
    assert_eq!(sources(5), sources(5));
    assert_ne!(sources(5), sources(6));
}
