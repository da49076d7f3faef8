//! Types of plugins that are known by name only.

use crate::play::{Row, diagnostics, everything, play, row};

#[test]
fn a_plugin_that_nobody_has_read_does_not_keep_a_flow_from_being_saved() {
    play(UNKNOWN, |found| Some(everything(found)));
}

#[test]
fn a_default_for_a_plugin_that_nobody_has_read_gets_no_advice_of_another_one() {
    let help = |default: &str| {
        let flow = "id: a\nnamespace: b\ntasks: [{id: c, type: io.kestra.plugin.core.log.Log, message: x}]";
        let found = diagnostics(&format!("{flow}\npluginDefaults: [{{type: {default}, values: {{x: y}}}}]"));
        found.into_iter().next().and_then(|found| found.help)
    };
    assert_eq!(help("io.kestra.plugin.todoist"), None);
    assert!(help("io.kestra.plugin.scirpts.shell").is_some());
}

const UNKNOWN: &[Row] = &[
    row(
        "a plugin that nobody here has read is a warning, once for a type, and its outputs may have any name",
        "
tasks:
  - {id: a, type: «io.kestra.plugin.todoist.CreateTask», content: x}
  - {id: b, type: io.kestra.plugin.todoist.CreateTask, content: '{{ outputs.a.task.id }}'}
  - {id: c, type: «io.kestra.plugin.ee.temporal.jobs.Run», tasks: [{id: d, type: P.log.Log, «mesage»: x}]}
  - {id: e, type: io.kestra.plugin.scripts.shell.Commands, commands: [ls], taskRunner: {type: «io.kestra.plugin.scaleway.runner.Container», url: u}}
triggers:
  - {id: t, type: «io.kestra.plugin.trello.Trigger», interval: PT1M, inputs: {x: '{{ trigger.card.name }}'}}
  - {id: u, type: P.trigger.Schedule, cron: '@daily', conditions: [{type: «io.kestra.plugin.trello.Condition», key: x}]}
",
        &[
            "warning plugin-unknown: `io.kestra.plugin.todoist.CreateTask`: the plugin `todoist` is not known here: its properties are not checked, and the task fails when it runs",
            "warning plugin-unknown: `io.kestra.plugin.ee.temporal.jobs.Run`: the plugin `ee.temporal` is not known here: its properties are not checked, and the task fails when it runs",
            "error property-unknown: Unrecognized field \"mesage\": `io.kestra.plugin.core.log.Log` has no such property",
            "warning plugin-unknown: `io.kestra.plugin.scaleway.runner.Container`: the plugin `scaleway` is not known here: its properties are not checked, and its task fails when it runs",
            "warning plugin-unknown: `io.kestra.plugin.trello.Trigger`: the plugin `trello` is not known here: its properties are not checked, and the trigger starts nothing",
            "warning plugin-unknown: `io.kestra.plugin.trello.Condition`: the plugin `trello` is not known here: its properties are not checked, and its trigger starts nothing",
        ],
    ),
    row(
        "any other family, an unknown type of a known one, and what is no name of a plugin are errors",
        "
tasks:
  - {id: h, type: «io.kestra.plugin.acme.jobs.Run»}
  - {id: a, type: «io.kestra.plugin.scirpts.shell.Commands»}
  - {id: b, type: «io.kestra.plugin.cor.log.Log»}
  - {id: c, type: «io.kestra.plugin.ee.asw.Task»}
  - {id: d, type: «io.kestra.plugin.jdbc.acme.Query»}
  - {id: e, type: «io.kestra.plugin.Acme»}
  - {id: f, type: «io.kestra.plugin.acme.run»}
  - {id: g, type: «com.company.Custom»}
",
        &[
            "error type-unknown: Invalid type: io.kestra.plugin.acme.jobs.Run: there is no such task type",
            "error type-unknown: Invalid type: io.kestra.plugin.scirpts.shell.Commands: there is no such task type",
            "error type-unknown: Invalid type: io.kestra.plugin.cor.log.Log: there is no such task type",
            "error type-unknown: Invalid type: io.kestra.plugin.ee.asw.Task: there is no such task type",
            "error type-unknown: Invalid type: io.kestra.plugin.jdbc.acme.Query: there is no such task type",
            "error type-unknown: Invalid type: io.kestra.plugin.Acme: there is no such task type",
            "error type-unknown: Invalid type: io.kestra.plugin.acme.run: there is no such task type",
            "error type-unknown: Invalid type: com.company.Custom: there is no such task type",
        ],
    ),
];
