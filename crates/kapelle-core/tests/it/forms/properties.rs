//! Old names of properties, each beside its current one.

use crate::play::{Row, everything, play, row};

#[test]
fn old_names_of_properties_are_accepted_and_told() {
    play(OLD, |found| Some(everything(found)));
}

const OLD: &[Row] = &[
    row(
        "taskDefaults is pluginDefaults",
        "«taskDefaults»: [{type: P.log.Log, values: {level: WARN}}]",
        &["info property-deprecated: `taskDefaults` is another name of `pluginDefaults`"],
    ),
    row(
        "name of an input is its id",
        "inputs: [{«name»: a, type: STRING}]\ntasks: [{id: t, type: P.log.Log, message: '{{ inputs.a }}'}]",
        &["info property-deprecated: `name` is another name of `id`"],
    ),
    row(
        "options of a MULTISELECT are its values",
        "inputs: [{id: a, type: MULTISELECT, «options»: [x, y]}]",
        &["info property-deprecated: `options` is another name of `values`"],
    ),
    row(
        "delay of a Pause is its pauseDuration",
        "tasks: [{id: a, type: P.flow.Pause, «delay»: PT1H}]",
        &["info property-deprecated: `delay` is another name of `pauseDuration`"],
    ),
    row(
        "maxAttempt of a retry is maxAttempts",
        "retry: {type: constant, interval: PT1S, «maxAttempt»: 2}\n\
         tasks: [{id: a, LOG, retry: {type: random, minInterval: PT1S, maxInterval: PT2S, «maxAttempt»: 2}}]",
        &[
            "info property-deprecated: `maxAttempt` is another name of `maxAttempts`",
            "info property-deprecated: `maxAttempt` is another name of `maxAttempts`",
        ],
    ),
    row(
        "minLogLevel of a trigger is its logLevel",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: '@daily', «minLogLevel»: WARN}]",
        &["info property-deprecated: `minLogLevel` is another name of `logLevel`"],
    ),
    row(
        "scheduleConditions of a Schedule are its conditions",
        "triggers: [{id: t, type: P.trigger.Schedule, cron: '@daily', «scheduleConditions»: [{type: P.condition.Weekend}]}]",
        &["info property-deprecated: `scheduleConditions` is another name of `conditions`"],
    ),
    row(
        "allowFailed and sslOptions of HTTP moved into options",
        "tasks: [{id: a, type: P.http.Request, uri: 'https://x.y', «allowFailed»: true, «sslOptions»: {insecureTrustAllCertificates: true}}]",
        &[
            "info property-deprecated: `allowFailed` is deprecated",
            "info property-deprecated: `sslOptions` is deprecated",
        ],
    ),
    row(
        "options of HTTP have their own old names",
        "tasks: [{id: a, type: P.http.Download, uri: 'https://x.y', options: {«connectTimeout»: PT1S, «readTimeout»: PT2S, \
         «basicAuthUser»: u, followRedirects: true, auth: {type: BEARER, token: '{{ vars.t }}'}}}]\nvariables: {t: u}",
        &[
            "info property-deprecated: `connectTimeout` is deprecated",
            "info property-deprecated: `readTimeout` is deprecated",
            "info property-deprecated: `basicAuthUser` is deprecated",
        ],
    ),
    row(
        "prefix of an ExecutionNamespace is comparison: PREFIX",
        "triggers: [{id: t, type: P.trigger.Flow, conditions: [{type: P.condition.ExecutionNamespace, namespace: x, «prefix»: true}, \
         {type: P.condition.ExecutionNamespace, namespace: x, comparison: PREFIX}]}]",
        &["info property-deprecated: `prefix` is deprecated"],
    ),
    row(
        "window and windowAdvance of a MultipleCondition stand in timeWindow now",
        "triggers: [{id: t, type: P.trigger.Flow, conditions: [{id: m, type: «P.condition.MultipleCondition», «window»: PT1H, \
         «windowAdvance»: PT0S, conditions: {a: {type: P.condition.ExecutionFlow, namespace: x, flowId: y}}}]}]",
        &[
            "info type-deprecated: `io.kestra.plugin.core.condition.MultipleCondition` is deprecated in Kestra; Kapelle keeps it",
            "info property-deprecated: `window` is deprecated",
            "info property-deprecated: `windowAdvance` is deprecated",
        ],
    ),
    row(
        "runner and docker of a script are taskRunner and containerImage",
        "tasks: [{id: a, type: io.kestra.plugin.scripts.shell.Commands, commands: [ls], «runner»: DOCKER, «docker»: {image: alpine}}]",
        &[
            "info property-deprecated: `runner` is deprecated",
            "info property-deprecated: `docker` is deprecated",
        ],
    ),
    row(
        "runIf of a task and condition of a check are when",
        "checks: [{condition: '{{ true }}', message: a}, {when: '{{ true }}', message: b}]\n\
         tasks: [{id: a, LOG, runIf: '{{ true }}'}, {id: b, LOG, when: '{{ true }}'}]",
        &[],
    ),
    row(
        "an old name beside the current one is passed over",
        "retry: {type: constant, interval: PT1S, maxAttempts: 3, «maxAttempt»: 2}",
        &[
            "warning property-conflict: `maxAttempt` and `maxAttempts` are the same property; `maxAttempts` wins",
        ],
    ),
    row(
        "items of a loop are its values",
        "
tasks:
  - {id: a, type: P.flow.ForEach, «items»: [x], tasks: [{id: a1, LOG}]}
  - {id: b, type: «P.flow.EachSequential», «items»: [x], tasks: [{id: b1, LOG}]}
  - {id: c, type: «P.flow.EachParallel», «items»: [x], tasks: [{id: c1, LOG}]}
",
        &[
            "info property-deprecated: `items` is another name of `values`",
            "info type-deprecated: `io.kestra.plugin.core.flow.EachSequential` is deprecated in Kestra; Kapelle keeps it",
            "info property-deprecated: `items` is another name of `value`",
            "info type-deprecated: `io.kestra.plugin.core.flow.EachParallel` is deprecated in Kestra; Kapelle keeps it",
            "info property-deprecated: `items` is another name of `value`",
        ],
    ),
];
