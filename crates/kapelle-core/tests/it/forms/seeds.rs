//! Forms that Kestra does not know and people wish for.

use kapelle_core::diagnostic::Code;

use crate::play::{Row, everything, play, row};

#[test]
fn the_forms_that_people_wish_for_are_accepted() {
    play(WISHES, |found| (found.code != Code::TypeNotBuiltIn).then(|| everything(found)));
}

const WISHES: &[Row] = &[
    row(
        "a Retry runs its tasks again as a whole",
        "
tasks:
  - {id: a, type: P.flow.Retry, maxAttempts: 3, delay: PT30M, tasks: [{id: a1, LOG}]}
  - {id: b, type: P.flow.Retry, interval: PT1S, maxDuration: PT1H, backoff: EXPONENTIAL, tasks: [{id: b1, LOG}], errors: [{id: b2, LOG}]}
  - {id: c, type: P.log.Log, message: '{{ outputs.a.attempts }}'}
",
        &[],
    ),
    row(
        "a Retry has tasks and a known backoff",
        "tasks: [{«id»: a, type: P.flow.Retry}, {id: b, type: P.flow.Retry, backoff: «LINEAR», maxAttempts: «0», tasks: [{id: b1, LOG}]}]",
        &[
            "error property-missing: `tasks`: must not be empty: `io.kestra.plugin.core.flow.Retry` needs it",
            "error value-enum: Cannot deserialize value: `LINEAR` is not one of its values",
            "error value-range: 0: must be greater than or equal to 1",
        ],
    ),
    row(
        "a WaitFor without tasks waits for its condition",
        "tasks: [{id: a, type: «P.flow.WaitFor», condition: \"{{ kv('ready') }}\", interval: PT10S, timeout: PT1H, maxIterations: 5, maxDuration: PT1H, failOnMaxReached: true}]",
        &["info type-alias: io.kestra.plugin.core.flow.WaitFor is replaced by io.kestra.plugin.core.flow.LoopUntil"],
    ),
    row(
        "a Pause has tasks for its timeout",
        "tasks: [{id: a, type: P.flow.Pause, timeout: PT2H, onTimeout: [{id: b, LOG}]}, {id: c, type: P.log.Log, message: '{{ outputs.a.timedOut }}'}]",
        &[],
    ),
    row(
        "a Subflow without a namespace, at a time",
        "
tasks:
  - {id: a, type: P.flow.Subflow, flowId: '{{ vars.f }}', schedule: {at: '{{ now() | dateAdd(1, \"DAYS\") }}'}}
  - {id: b, type: P.flow.Subflow, flowId: '{{ vars.f }}', schedule: {in: PT24H}, wait: true}
variables: {f: g}
",
        &[],
    ),
    row(
        "an agent with the name of a model, or without a provider",
        "
tasks:
  - {id: a, type: io.kestra.plugin.ai.agent.AIAgent, provider: gemini-2.5-flash, prompt: hi}
  - {id: b, type: io.kestra.plugin.ai.agent.AIAgent, prompt: hi}
  - {id: c, type: io.kestra.plugin.ai.agent.AIAgent, prompt: hi, provider: {type: io.kestra.plugin.ai.provider.GoogleGemini, modelName: x, apiKey: '{{ vars.k }}'}}
  - {id: d, type: P.log.Log, message: '{{ outputs.a.providers }} {{ outputs.b.best_match }}'}
variables: {k: v}
",
        &[],
    ),
    row(
        "a message for Slack without an address",
        "tasks: [{id: a, type: «io.kestra.plugin.notifications.slack.SlackIncomingWebhook», message: hi}]",
        &[
            "info type-alias: io.kestra.plugin.notifications.slack.SlackIncomingWebhook is replaced by \
             io.kestra.plugin.slack.SlackIncomingWebhook",
        ],
    ),
    row(
        "an event in a calendar",
        "tasks: [{id: a, type: «io.kestra.plugin.gcp.calendar.CreateEvent»}]",
        &[
            "info type-alias: io.kestra.plugin.gcp.calendar.CreateEvent is replaced by \
             io.kestra.plugin.googleworkspace.calendar.InsertEvent",
        ],
    ),
    row(
        "a namespace file as a whole script",
        "tasks: [{id: a, type: io.kestra.plugin.scripts.node.Script, script: \"{{ read('call-provider.js') }}\"}]",
        &[],
    ),
    row(
        "fields of dates, units of time in any form, the message of a failure, variables of the environment",
        "tasks: [{id: a, type: P.log.Log, message: \"{{ now().hour }} {{ now().dayOfWeek }} {{ now() | dateAdd(-1, 'days') }} \
         {{ execution.errorMessage }} {{ envs.SLACK_WEBHOOK }}\"}]",
        &[],
    ),
    row(
        "a file that an expression reads is kept",
        "
tasks:
  - {id: snapshot-databases, type: io.kestra.plugin.scripts.shell.Commands, commands: [pg_dump > /tmp/backup.sql.gz]}
  - {id: b, type: P.log.Log, message: \"{{ «outputs['snapshot-databases'].outputFiles['backup.sql.gz']» }}\"}
",
        &[
            "info output-file-implied: `snapshot-databases` keeps the file `backup.sql.gz`, although it does not declare it in `outputFiles`",
        ],
    ),
    row(
        "pods with resources and selectors, under both names",
        "
tasks:
  - {id: a, type: io.kestra.plugin.scripts.shell.Commands, commands: [ls], taskRunner: {type: io.kestra.plugin.kubernetes.runner.Kubernetes,
     namespace: jobs, resources: {limits: {cpu: 2, nvidia.com/gpu: 1}}, nodeSelector: {gpu: 'true'}}}
  - {id: b, type: io.kestra.plugin.scripts.shell.Commands, commands: [ls], taskRunner: {type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes, namespace: jobs}}
",
        &[],
    ),
    row(
        "logs of Loki and values of Prometheus",
        "
tasks:
  - {id: a, type: io.kestra.plugin.loki.Query, url: 'http://loki', query: '{app=\"x\"}', start: '-1h', limit: 10, direction: BACKWARD, tenantId: t}
  - {id: b, type: io.kestra.plugin.prometheus.Query, url: 'http://p', query: up}
  - {id: c, type: io.kestra.plugin.prometheus.QueryRange, url: 'http://p', query: up, start: a, end: b, step: 1m}
",
        &[],
    ),
    row(
        "a chat with OpenAI",
        "tasks: [{id: a, type: io.kestra.plugin.openai.ChatCompletion, apiKey: '{{ vars.k }}', model: gpt-4o, \
         messages: [{role: user, content: hi}]}, {id: b, type: P.log.Log, message: '{{ outputs.a.choices[0].message.content }}'}]\nvariables: {k: v}",
        &[],
    ),
];
