//! The flows of the year, and how their executions usually go.

use std::fmt::Write;
use std::sync::Arc;

/// A flow with what is typical of it.
pub(super) struct Typical {
    pub(super) namespace: Arc<str>,
    pub(super) id: Arc<str>,
    pub(super) team: &'static str,
    pub(super) tasks: &'static [&'static str],
    /// Its share of all executions.
    pub(super) weight: u64,
    /// Milliseconds that a task takes.
    pub(super) millis: u64,
    /// How many of a thousand fail, and with which words.
    pub(super) failing: u64,
    pub(super) failure: &'static str,
    cron: &'static str,
}

type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    u64,
    u64,
    u64,
    &'static str,
    &'static str,
);

const KINDS: [Row; 8] = [
    (
        "company.sales",
        "import-orders",
        "sales",
        &["fetch", "check", "load"],
        30,
        9_000,
        15,
        "HTTP 503 of https://shop.example/orders: service unavailable",
        "*/15 * * * *",
    ),
    (
        "company.sales.reports",
        "daily-report",
        "sales",
        &["query", "render", "mail"],
        8,
        45_000,
        40,
        "relation \"orders_eu\" does not exist",
        "0 6 * * *",
    ),
    (
        "company.finance",
        "close-books",
        "finance",
        &["lock", "balance", "post", "unlock"],
        4,
        180_000,
        25,
        "debit and credit differ by 0.01 EUR on account 4711",
        "0 2 1 * *",
    ),
    (
        "company.data",
        "load-events",
        "data",
        &["list", "download", "transform", "load"],
        25,
        20_000,
        30,
        "exit code 137: the process was killed, which may be for lack of memory",
        "0 * * * *",
    ),
    (
        "company.data.ml",
        "train-model",
        "data",
        &["sample", "train", "evaluate", "publish"],
        3,
        900_000,
        90,
        "accuracy 0.81 is below 0.85",
        "30 1 * * 6",
    ),
    (
        "company.ops",
        "backup-database",
        "ops",
        &["dump", "encrypt", "upload"],
        10,
        120_000,
        8,
        "no space left on device",
        "15 3 * * *",
    ),
    (
        "company.ops",
        "rotate-certificates",
        "ops",
        &["look", "renew", "reload"],
        2,
        15_000,
        5,
        "timeout of 30 s while waiting for the challenge",
        "0 4 * * 1",
    ),
    (
        "company.support",
        "sync-tickets",
        "support",
        &["read", "match", "write"],
        18,
        4_000,
        60,
        "429 Too Many Requests: retry after 60 s",
        "*/10 * * * *",
    ),
];

/// Each kind so often.
pub(super) fn all(copies: u32) -> Vec<Typical> {
    let each = |copy: u32| {
        KINDS.iter().map(move |(namespace, id, team, tasks, weight, millis, failing, failure, cron)| {
            Typical {
                namespace: (*namespace).into(),
                id: if copy == 0 { (*id).into() } else { format!("{id}-{}", copy + 1).into() },
                team,
                tasks,
                weight: *weight,
                millis: *millis,
                failing: *failing,
                failure,
                cron,
            }
        })
    };
    (0..copies).flat_map(each).collect()
}

/// A flow that does one thing very often.
pub(super) fn looping() -> Typical {
    Typical {
        namespace: "company.data".into(),
        id: "resize-pictures".into(),
        team: "data",
        tasks: &["each"],
        weight: 0,
        millis: 1_800_000,
        failing: 1_000,
        failure: "the picture is cut off: unexpected end of file",
        cron: "",
    }
}

const LOOPING: &str = "tasks:
- id: each
  type: io.kestra.plugin.core.flow.ForEach
  values: '{{ range(0, 99999) }}'
  concurrencyLimit: 32
  tasks:
  - {id: picture, type: io.kestra.plugin.core.log.Log, message: 'resizing {{ taskrun.value }}'}
";

impl Typical {
    /// The flow as text; later revisions have another task text.
    pub(super) fn source(&self, revision: u32) -> String {
        if self.cron.is_empty() {
            let Self { id, namespace, .. } = self;
            return format!("id: {id}\nnamespace: {namespace}\ndescription: Revision {revision}\n{LOOPING}");
        }
        let mut source = format!(
            "id: {}\nnamespace: {}\ndescription: Runs {} every time its schedule says so.\nlabels:\n  team: {}\n  env: prod\n\
             inputs:\n- {{id: day, type: STRING, defaults: today}}\n- {{id: limit, type: INT, defaults: 100}}\ntasks:\n",
            self.id, self.namespace, self.id, self.team
        );
        for task in self.tasks {
            let message = format!("revision {revision}: {task} of {{{{ inputs.day }}}}");
            // A text takes it.
            let _never = writeln!(
                source,
                "- id: {task}\n  type: io.kestra.plugin.core.log.Log\n  message: '{message}'"
            );
        }
        let _never = writeln!(
            source,
            "triggers:\n- {{id: schedule, type: io.kestra.plugin.core.trigger.Schedule, cron: '{}', disabled: true}}",
            self.cron
        );
        source
    }
}

/// Flows whose executions wait, each for another reason.
pub(super) const WAITING: [&str; 4] = [
    "id: approve-invoice\nnamespace: company.finance\ntasks:\n- {id: approval, type: io.kestra.plugin.core.flow.Pause}\n- {id: pay, type: io.kestra.plugin.core.log.Log, message: paid}\n",
    "id: single-export\nnamespace: company.ops\nconcurrency: {limit: 1, behavior: QUEUE}\ntasks:\n- {id: export, type: io.kestra.plugin.core.flow.Pause}\n",
    "id: call-partner\nnamespace: company.sales\ntasks:\n- {id: call, type: io.kestra.plugin.core.execution.Fail, errorMessage: the partner does not answer, retry: {type: constant, interval: PT6H, maxAttempts: 5}}\n",
    "id: nightly-window\nnamespace: company.data\ntasks:\n- {id: say, type: io.kestra.plugin.core.log.Log, message: it is night}\ntriggers:\n- {id: hourly, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 * * * *'}\n- {id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: '0 3 * * *', timezone: Europe/Berlin}\n",
];
