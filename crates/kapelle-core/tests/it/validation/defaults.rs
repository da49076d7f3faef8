//! Plugin defaults and references to them.

use crate::play::{Row, constraint, play, row};

#[test]
fn what_plugin_defaults_break_is_told_in_the_words_of_the_specification() {
    play(DEFAULTS, constraint);
}

const DEFAULTS: &[Row] = &[
    row(
        "a default has a type",
        "pluginDefaults: [{«values»: {level: WARN}}]",
        &["pluginDefaults[0]: Invalid Plugin Default: No 'type' provided"],
    ),
    row(
        "a default has values",
        "pluginDefaults: [{«type»: P.log.Log}, {«type»: P.log.Log, values: {}}]",
        &[
            "pluginDefaults[0]: Invalid Plugin Default: No 'values' provided",
            "pluginDefaults[1]: Invalid Plugin Default: No 'values' provided",
        ],
    ),
    row(
        "each of its values is one",
        "pluginDefaults: [{type: P.log.Log, values: {«level»: null}}]",
        &["pluginDefaults[0]: Invalid Plugin Default: No value provided for key 'level'"],
    ),
    row(
        "each of its properties is one of the plugin",
        "pluginDefaults: [{type: P.log.Log, values: {«levle»: WARN}}]",
        &[
            "pluginDefaults[0]: Invalid Plugin Default: No property 'levle' exists in plugin 'io.kestra.plugin.core.log.Log'",
        ],
    ),
    row(
        "the old name follows the same rules",
        "taskDefaults: [{«type»: P.log.Log}]",
        &["taskDefaults[0]: Invalid Plugin Default: No 'values' provided"],
    ),
    row(
        "its values are of the right kind",
        "pluginDefaults: [{type: P.log.Log, values: {level: «LOUD»}}]",
        &["pluginDefaults[0].values.level: `LOUD` is not one of its values"],
    ),
    row(
        "a default of an unknown type is worth a warning",
        "pluginDefaults: [{type: «io.kestra.plugin.core.lgo», values: {level: WARN}}]",
        &[
            "warning plugin-default-invalid: no known plugin type is called `io.kestra.plugin.core.lgo` or begins so: \
             the values have no effect",
        ],
    ),
    row(
        "what a default gives is not missing",
        "
pluginDefaults:
  - {type: P.log, values: {message: hi}}
  - {type: io.kestra.core.tasks.debugs.Return, values: {format: x}}
  - {type: P.trigger.Schedule, values: {cron: '@daily'}}
tasks: [{id: a, type: P.log.Log}, {id: b, type: P.debug.Return}]
triggers: [{id: t, type: P.trigger.Schedule}]
",
        &[],
    ),
    row(
        "a task with an old type is given what its written type asks for, and nothing else",
        "
pluginDefaults: [{type: P.log, values: {message: hi}}, {type: io.kestra.core.tasks.debugs, values: {format: x}}]
tasks: [{«id»: a, type: T.log.Log}, {id: b, type: T.debugs.Echo}]
",
        &["a.message: must not be null"],
    ),
    row(
        "a default for several types has properties that one of them knows",
        "pluginDefaults: [{type: P.kv, values: {namespace: a, ttl: PT1M, «namspace»: b}}]",
        &[
            "warning plugin-default-invalid: no type that begins with `io.kestra.plugin.core.kv` has a property `namspace`",
        ],
    ),
    row(
        "a default of another type, or one with a name, gives nothing",
        "
pluginDefaults:
  - {type: P.debug, values: {format: hi}}
  - {type: P.log.Log, ref: mine, values: {message: hi}}
tasks: [{«id»: a, type: P.log.Log}, {id: b, type: P.log.Log, pluginDefaultsRef: mine}]
",
        &["a.message: must not be null"],
    ),
    row(
        "a plugin asks for a default that is there, and of its type",
        "
pluginDefaults:
  - {type: P.log.Log, ref: mine, values: {level: WARN}}
tasks:
  - {id: a, LOG, pluginDefaultsRef: mine}
  - {id: b, LOG, pluginDefaultsRef: «other»}
  - {id: c, type: P.debug.Return, format: x, pluginDefaultsRef: «mine»}
",
        &[
            "No plugin-defaults exists for pluginDefaultsRef: 'other'",
            "No plugin-defaults exists for pluginDefaultsRef: 'mine'",
        ],
    ),
    row(
        "whoever asks by name gets nothing from the defaults without one",
        "
pluginDefaults:
  - {type: P.log.Log, values: {message: hi}}
  - {type: P.log.Log, ref: mine, values: {level: WARN}}
  - {type: P.debug.Return, forced: true, values: {format: hi}}
  - {type: P.debug.Return, ref: mine, values: {description: hi}}
tasks: [{«id»: a, type: P.log.Log, pluginDefaultsRef: mine}, {id: b, type: P.debug.Return, pluginDefaultsRef: mine}]
",
        &["a.message: must not be null"],
    ),
];
