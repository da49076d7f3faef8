use kapelle_core::yaml;
use kapelle_model::Span;

use super::*;
use crate::defaults::Layers;
use crate::plan::Plan;

fn plan(triggers: &str) -> Plan {
    let source = format!(
        "id: f\nnamespace: a\ntasks: [{{id: t, type: io.kestra.plugin.core.log.Log, message: m}}]\n{triggers}"
    );
    let root = yaml::read(&source, Span::new(0, source.len() as u32)).root.unwrap();
    Plan::compile(&root, 1, Layers::default(), Catalogue::bundled(), Language::One)
}

#[test]
fn the_type_says_who_decides_when_it_fires() {
    let plan = plan(
        "triggers:
  - {id: a, type: io.kestra.core.models.triggers.types.Schedule, cron: '* * * * *'}
  - {id: b, type: io.kestra.plugin.core.trigger.ScheduleOnDates, dates: []}
  - {id: c, type: io.kestra.plugin.core.trigger.Flow}
  - {id: d, type: io.kestra.plugin.core.trigger.Webhook, key: k}
  - {id: e, type: io.kestra.plugin.core.trigger.Flow, disabled: true}
  - {id: f, type: io.kestra.plugin.core.http.Trigger, uri: 'http://localhost'}",
    );
    let kinds: Vec<_> = plan.triggers.iter().map(|trigger| trigger.kind).collect();
    let expected =
        [Kind::Schedule(0), Kind::Schedule(1), Kind::Flow(0), Kind::Webhook, Kind::Flow(1), Kind::Plugin];
    assert_eq!(kinds, expected);
    assert_eq!(plan.flow_triggers.len(), 2);
}

#[test]
fn what_all_have_in_common_is_read_once_and_kept_from_plugins() {
    let plan = plan(
        "triggers:
  - id: look
    type: io.kestra.plugin.core.http.Trigger
    uri: http://localhost
    interval: PT5S
    stopAfter: [FAILED, KILLED]
    allowConcurrent: true
    failOnTriggerError: true
    logLevel: WARN
    labels: {team: blue, system.from: me}",
    );
    let trigger = plan.trigger("look").unwrap();
    assert!(trigger.is_concurrent && trigger.fails_in_the_open && !trigger.logs_to_file);
    assert_eq!(*trigger.stop_after, [State::Failed, State::Killed]);
    assert_eq!(trigger.least_level, Level::Warn);
    let keys =
        |pairs: &[(Arc<str>, Property)]| pairs.iter().map(|(key, _)| key.to_string()).collect::<Vec<_>>();
    assert_eq!(keys(&trigger.labels), ["team"]);
    assert_eq!(keys(&trigger.properties), ["uri"]);
}

#[test]
fn a_trigger_that_says_something_else_has_another_number() {
    let number = |text: &str| {
        let line = format!("triggers: [{{id: a, type: io.kestra.plugin.core.trigger.Schedule, {text}}}]");
        plan(&line).triggers[0].definition
    };
    assert_eq!(number("cron: '1 * * * *'"), number("cron:   1 * * * *"));
    for other in
        ["cron: '2 * * * *'", "cron: '1 * * * *', disabled: true", "cron: '1 * * * *', inputs: {a: 1}"]
    {
        assert_ne!(number("cron: '1 * * * *'"), number(other));
    }
}
