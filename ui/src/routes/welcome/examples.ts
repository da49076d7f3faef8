/** Flows to begin with. None needs a network or a container. */

import type { TextKey } from "../../i18n/text";

export interface Example {
  readonly id: string;
  readonly title: TextKey;
  readonly hint: TextKey;
  readonly source: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    id: "hello",
    title: "welcome.hello",
    hint: "welcome.hello-hint",
    source: `id: hello
namespace: tutorial
description: Says hello to whoever is named.

inputs:
  - id: who
    type: STRING
    defaults: World

tasks:
  - id: greet
    type: io.kestra.plugin.core.log.Log
    message: Hello {{ inputs.who }}

  - id: greeting
    type: io.kestra.plugin.core.debug.Return
    format: Hello {{ inputs.who }}

outputs:
  - id: greeting
    type: STRING
    value: "{{ outputs.greeting.value }}"
`,
  },
  {
    id: "every_morning",
    title: "welcome.schedule",
    hint: "welcome.schedule-hint",
    source: `id: every_morning
namespace: tutorial
description: Runs on weekdays at six, and whenever somebody starts it.

tasks:
  - id: report
    type: io.kestra.plugin.core.log.Log
    message: Good morning. It is {{ now() }}.

triggers:
  - id: weekdays
    type: io.kestra.plugin.core.trigger.Schedule
    cron: 0 6 * * 1-5
`,
  },
  {
    id: "approval",
    title: "welcome.approval",
    hint: "welcome.approval-hint",
    source: `id: approval
namespace: tutorial
description: Waits until a person says yes or no.

tasks:
  - id: ask
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - id: approved
        type: BOOLEAN
        defaults: true
      - id: reason
        type: STRING
        required: false

  - id: decide
    type: io.kestra.plugin.core.flow.If
    condition: "{{ outputs.ask.onResume.approved }}"
    then:
      - id: go_on
        type: io.kestra.plugin.core.log.Log
        message: Approved. Going on.
    else:
      - id: stop
        type: io.kestra.plugin.core.log.Log
        level: WARN
        message: Not approved.
`,
  },
  {
    id: "in_parallel",
    title: "welcome.parallel",
    hint: "welcome.parallel-hint",
    source: `id: in_parallel
namespace: tutorial
description: A hundred small pieces of work, ten at a time.

tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 100) }}"
    concurrencyLimit: 10
    tasks:
      - id: work
        type: io.kestra.plugin.core.flow.Sleep
        duration: PT0.2S
      - id: tell
        type: io.kestra.plugin.core.log.Log
        message: Piece {{ taskrun.value }} is done.
`,
  },
  {
    id: "webhook",
    title: "welcome.webhook",
    hint: "welcome.webhook-hint",
    source: `id: webhook
namespace: tutorial
description: Starts when something calls its address, and reads what was sent.

tasks:
  - id: read
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.body ?? 'started by hand' }}"

triggers:
  - id: called
    type: io.kestra.plugin.core.trigger.Webhook
    key: change-this-key
`,
  },
  {
    id: "handle_failure",
    title: "welcome.failure",
    hint: "welcome.failure-hint",
    source: `id: handle_failure
namespace: tutorial
description: One task fails, and another sees to it.

tasks:
  - id: try
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: Nothing is perfect.

errors:
  - id: see_to_it
    type: io.kestra.plugin.core.log.Log
    level: WARN
    message: The flow failed, and this ran because of it.
`,
  },
];
