//! The flows of the storm: loops, retries, pauses, subflows, limits, triggers.

/// Ids of the flows that are started, each with its source.
pub(crate) const STARTED: [(&str, &str); 5] =
    [("line", LINE), ("loop", LOOP), ("retry", RETRY), ("call", CALL), ("narrow", NARROW)];

/// Flows that only others start.
pub(crate) const CALLED: [&str; 1] = [CHILD];

/// Flows that start by themselves: each second, and after each end of `line`.
pub(crate) const TRIGGERED: [&str; 2] = [TICK, AFTER];

const TICK: &str = "
id: tick
namespace: storm
triggers:
- {id: second, type: io.kestra.plugin.core.trigger.Schedule, cron: '* * * * * *', withSeconds: true}
tasks:
- {id: log, type: io.kestra.plugin.core.log.Log, message: '{{ trigger.date }}'}
";

const AFTER: &str = "
id: after
namespace: storm
triggers:
- id: end
  type: io.kestra.plugin.core.trigger.Flow
  states: [SUCCESS]
  preconditions: {id: line, flows: [{namespace: storm, flowId: line}]}
tasks:
- {id: log, type: io.kestra.plugin.core.log.Log, message: '{{ trigger.executionId }}'}
";

const LINE: &str = "
id: line
namespace: storm
tasks:
- {id: a, type: io.kestra.plugin.core.log.Log, message: begin}
- {id: b, type: storm.Append}
- {id: wait, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT0.1S}
- {id: c, type: storm.Append}
";

const LOOP: &str = "
id: loop
namespace: storm
tasks:
- id: each
  type: io.kestra.plugin.core.flow.ForEach
  values: [1, 2, 3, 4, 5, 6]
  concurrencyLimit: 3
  tasks:
  - {id: append, type: storm.Append, value: '{{ taskrun.value }}'}
  - {id: log, type: io.kestra.plugin.core.log.Log, message: '{{ taskrun.value }}'}
";

const RETRY: &str = "
id: retry
namespace: storm
tasks:
- id: append
  type: storm.Append
  failsOnce: true
  retry: {type: constant, interval: PT0.05S, maxAttempts: 20}
- {id: after, type: storm.Append}
";

const CALL: &str = "
id: call
namespace: storm
tasks:
- id: each
  type: io.kestra.plugin.core.flow.ForEach
  values: [x, y]
  concurrencyLimit: 0
  tasks:
  - {id: sub, type: io.kestra.plugin.core.flow.Subflow, namespace: storm, flowId: child, inputs: {name: '{{ taskrun.value }}'}}
- {id: end, type: storm.Append}
";

const CHILD: &str = "
id: child
namespace: storm
inputs:
- {id: name, type: STRING}
tasks:
- {id: append, type: storm.Append, value: '{{ inputs.name }}'}
outputs:
- {id: name, type: STRING, value: '{{ inputs.name }}'}
";

const NARROW: &str = "
id: narrow
namespace: storm
concurrency: {limit: 2}
tasks:
- {id: append, type: storm.Append}
- {id: pause, type: io.kestra.plugin.core.flow.Pause, pauseDuration: PT0.02S}
";
