//! Hints beside the text.

use jiff::tz::TimeZone;

use super::super::hints::hints;
use super::*;
use crate::source::Source;

fn hinted(text: &str, world: &dyn Material) -> Vec<String> {
    let source = Source::new("flow", text);
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    let found = hints(&source, world, now, &TimeZone::UTC);
    found
        .iter()
        .map(|hint| format!("{} {}: {}", hint.kind.word(), source.slice(hint.span), hint.text))
        .collect()
}

const FLOW: &str = "id: a
namespace: shop
triggers:
- {id: one, type: io.kestra.plugin.core.trigger.Schedule, cron: 0 6 * * 1-5, timezone: Europe/Berlin}
- {id: two, type: io.kestra.plugin.core.trigger.Schedule, cron: 0 0 30 2 *}
tasks:
- id: call
  type: io.kestra.plugin.core.flow.Subflow
  namespace: shop
  flowId: import
  timeout: PT15M
- {id: no, type: io.kestra.plugin.core.flow.Subflow, namespace: shop, flowId: imports}
- {id: dynamic, type: io.kestra.plugin.core.flow.Subflow, namespace: shop, flowId: '{{ inputs.a }}'}
- id: log
  type: io.kestra.plugin.core.log.Log
  message: \"{{ secret('TOKEN') }} {{ secret('NONE') }} {{ secret('A', namespace='b') }}\"
";

#[test]
fn what_is_written_short_is_told_in_words() {
    let all = hinted(FLOW, &World::default());
    assert_eq!(
        all,
        [
            "schedule 0 6 * * 1-5: on weekdays at 06:00 Europe/Berlin, next Mon 2026-11-30 06:00",
            "schedule 0 0 30 2 *: on day 30 of the month in February at 00:00 UTC, never",
            "subflow import: shop.import",
            "duration PT15M: 15 min",
            "subflow-missing imports: there is no flow `imports` in `shop`",
            "secret 'TOKEN': is there",
            "secret-missing 'NONE': there is no secret `NONE`",
        ]
    );
}

#[test]
fn what_is_not_known_is_not_called_missing() {
    let all = hinted(FLOW, &NoMaterial);
    assert!(all.iter().all(|hint| !hint.contains("missing")), "{all:?}");
}
