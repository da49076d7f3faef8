//! What the catalogue leaves open about its types: objects inside them, and the forms that Kapelle adds.

use super::flow::OUTPUT;
use super::http;
use super::input::INPUT;
use super::trigger::{DEPENDENCY, ON_MISS, PRECONDITIONS, STATES, TIME_WINDOW, TOOL, WINDOW_2};
use super::webhook;
use super::{
    ANY_MAP, INTEGER, Kind, PLUGIN_ID, Property, Role, Shape, TASK, TASKS, TEXT, TEXTS, TYPE_NAME, Tagged,
    TextRule, Variant,
};
use crate::time::cron::ClockChanges;

/// Properties that replace or extend those of the catalogue, by type. `task`, `trigger` and `runner` stand for the
/// properties that all types of the kind have.
pub(crate) static REFINED: &[(&str, &[Property])] = &[
    (
        "task",
        &[
            ID,
            TYPE,
            Property::new("retry", Kind::Tagged(&RETRY), "What happens when the task fails."),
            Property::new("workerGroup", Kind::Object(&WORKER_GROUP), "Workers that run the task."),
            Property::new(
                "workerSelector",
                Kind::Object(&WORKER_SELECTOR),
                "Tags of the workers that run the task.",
            ),
            Property::new(
                "onWorkerLost",
                Kind::Enum(&["retry", "fail"]),
                "What becomes of the task when its worker is gone while it runs: it begins anew, or it fails and never \
                 begins twice.",
            ),
            Property::new("taskCache", Kind::Object(&TASK_CACHE), "Whether outputs are kept and used again."),
            Property::new("timeout", Kind::Duration, "How long one attempt may take.").dynamic(),
            Property::new("when", TEXT, "Name of `runIf` since 2.0.").dynamic().also("runIf"),
            Property::new("runIf", TEXT, "The task is skipped when this renders to a false text.")
                .dynamic()
                .default("\"true\""),
        ],
    ),
    (
        "trigger",
        &[
            ID,
            TYPE,
            Property::new("minLogLevel", LOG_LEVEL, "Old name of `logLevel`.").alias_of("logLevel"),
            Property::new("labels", Kind::Labels, "Labels that the started execution gets.").dynamic(),
            Property::new("workerGroup", Kind::Object(&WORKER_GROUP), "Workers that evaluate the trigger."),
            Property::new(
                "workerSelector",
                Kind::Object(&WORKER_SELECTOR),
                "Tags of the workers that evaluate the trigger.",
            ),
            Property::new(
                "priority",
                super::INTEGER,
                "Executions of a higher priority leave the queue of a limit first. Not known to Kestra.",
            )
            .default("0"),
        ],
    ),
    (
        "io.kestra.plugin.core.condition.ExecutionLabels",
        &[Property::new("labels", Kind::Labels, "Labels that have to be there.").required()],
    ),
    (
        "io.kestra.plugin.core.condition.MultipleCondition",
        &[Property::new("timeWindow", Kind::Tagged(&TIME_WINDOW), "The window of time.")],
    ),
    (
        "io.kestra.plugin.core.condition.ExecutionNamespace",
        &[Property::new("prefix", Kind::Boolean, "Old form of `comparison: PREFIX`.").dynamic().deprecated()],
    ),
    (
        "io.kestra.plugin.core.execution.Labels",
        &[Property::new("labels", Kind::Labels, "Labels to set.").required().dynamic()],
    ),
    (
        "io.kestra.plugin.core.flow.Dag",
        &[Property::new("tasks", Kind::List(&Kind::Object(&DAG_TASK)), "The tasks and what each waits for.")
            .required()],
    ),
    ("io.kestra.plugin.core.flow.EachParallel", &[EACH_VALUE, EACH_ITEMS]),
    ("io.kestra.plugin.core.flow.EachSequential", &[EACH_VALUE, EACH_ITEMS]),
    (
        "io.kestra.plugin.core.flow.ForEach",
        &[
            Property::new("values", Kind::Any, "The values: a list, or text that renders to a JSON list.")
                .required()
                .dynamic(),
            Property::new("items", Kind::Any, "Another name of `values`.").dynamic().alias_of("values"),
            Property::new(
                "concurrencyLimit",
                Kind::Integer { min: Some(0) },
                "How many values run at the same time; 0 is no limit.",
            )
            .default("1"),
        ],
    ),
    (
        "io.kestra.plugin.core.flow.ForEachItem",
        &[
            Property::new("batch", Kind::Object(&BATCH), "How the file is split."),
            Property::new("labels", Kind::Labels, "Labels of the executions.").dynamic(),
        ],
    ),
    (
        "io.kestra.plugin.core.flow.If",
        &[Property::new("condition", TEXT, "Chooses `then` unless it renders to a false text.")
            .required()
            .dynamic()],
    ),
    (
        "io.kestra.plugin.core.flow.Loop",
        &[
            Property::new("outputs", Kind::List(&Kind::Object(&OUTPUT)), "What each iteration gives back.")
                .dynamic(),
            Property::new("breakWhen", TEXT, "No new iteration starts once this is true.").dynamic(),
        ],
    ),
    (
        "io.kestra.plugin.core.flow.LoopUntil",
        &[
            // Without tasks it only waits for its condition: the form `WaitFor` that the seeds use.
            Property::new(
                "tasks",
                TASKS,
                "Tasks of an iteration; without any it only waits for the condition.",
            ),
            Property::new("checkFrequency", Kind::Object(&CHECK_FREQUENCY), "How often and how long to try."),
            Property::new("interval", Kind::Duration, "Time between two looks at the condition.").dynamic(),
            Property::new("maxIterations", INTEGER, "How many looks at most.").dynamic(),
            Property::new("maxDuration", Kind::Duration, "How long at most.").dynamic(),
        ],
    ),
    (
        "io.kestra.plugin.core.flow.Pause",
        &[
            Property::new("delay", Kind::Duration, "Old name of `pauseDuration`.")
                .dynamic()
                .alias_of("pauseDuration"),
            Property::new("onPause", TASK, "Task that starts with the pause."),
            Property::new(
                "onResume",
                Kind::List(&Kind::Tagged(&INPUT)),
                "What is asked for when the pause is resumed.",
            ),
            Property::new(
                "onTimeout",
                TASKS,
                "Tasks that run when the timeout is over; the flow goes on if they succeed.",
            ),
        ],
    ),
    (
        "io.kestra.plugin.core.flow.Subflow",
        &[
            Property::new("namespace", TEXT, "Namespace of the flow; the caller's own when left out.")
                .dynamic(),
            Property::new("labels", Kind::Labels, "Labels of the execution.").dynamic(),
            Property::new("schedule", Kind::Object(&SUBFLOW_SCHEDULE), "When the execution starts."),
        ],
    ),
    (
        "io.kestra.plugin.core.flow.WorkingDirectory",
        &[
            Property::new("cache", Kind::Object(&CACHE), "Files kept from one execution to the next."),
            Property::new(
                "namespaceFiles",
                Kind::Object(&NAMESPACE_FILES),
                "Namespace files that are copied in.",
            ),
        ],
    ),
    ("io.kestra.plugin.core.http.Request", &[http::METHOD, http::OPTIONS, http::SSL_OPTIONS]),
    ("io.kestra.plugin.core.http.Download", &[http::METHOD, http::OPTIONS, http::SSL_OPTIONS]),
    ("io.kestra.plugin.core.http.SseRequest", &[http::METHOD, http::OPTIONS, http::SSL_OPTIONS]),
    ("io.kestra.plugin.core.http.Trigger", &[http::METHOD, http::OPTIONS, http::SSL_OPTIONS]),
    (
        "io.kestra.plugin.core.kv.Set",
        &[Property::new("value", Kind::Any, "The value; a single expression keeps its type.")
            .required()
            .dynamic()],
    ),
    (
        "io.kestra.plugin.core.metric.Publish",
        &[Property::new("metrics", Kind::List(&Kind::Object(&METRIC)), "The metrics.").dynamic()],
    ),
    (
        "io.kestra.plugin.core.trigger.Flow",
        &[
            Property::new("states", STATES, "States of the upstream execution that count."),
            Property::new(
                "preconditions",
                Kind::Object(&PRECONDITIONS),
                "Executions that have to come together.",
            ),
            Property::new(
                "dependsOn",
                Kind::List(&Kind::Object(&DEPENDENCY)),
                "Executions that have to come together (form of 2.0).",
            ),
            Property::new("window", Kind::Object(&WINDOW_2), "Time within which they have to (form of 2.0)."),
            Property::new("onMiss", Kind::Object(&ON_MISS), "What happens when a window closes unsatisfied."),
        ],
    ),
    ("io.kestra.plugin.core.trigger.McpToolTrigger", TOOL),
    (
        "io.kestra.plugin.core.trigger.Schedule",
        &[
            Property::new(
                "timezone",
                Kind::Text(TextRule::TimeZone),
                "Zone in which the cron expression is meant.",
            ),
            Property::new(
                "dst",
                Kind::Enum(ClockChanges::NAMES),
                "What becomes of times that a clock change skips or repeats: `skip` leaves skipped ones out, `once` fires \
                 them right after the change and repeated ones the first time, `both` fires repeated ones both times. \
                 Schedules of every hour follow elapsed time. Not known to Kestra.",
            )
            .default("\"once\""),
            Property::new(
                "scheduleConditions",
                Kind::List(&Kind::Plugin(Role::Condition)),
                "Old name of `conditions`.",
            )
            .alias_of("conditions"),
        ],
    ),
    ("io.kestra.plugin.core.trigger.Webhook", webhook::PROPERTIES),
    (
        "io.kestra.plugin.ai.agent.AIAgent",
        &[Property::new(
            "provider",
            Kind::Either(&[Kind::Plugin(Role::Other("ModelProvider")), TEXT]),
            "The model's provider, or just the name of a model.",
        )],
    ),
    (
        "io.kestra.plugin.slack.SlackIncomingWebhook",
        &[
            Property::new(
                "url",
                TEXT,
                "Address of the webhook; SLACK_WEBHOOK_URL or SLACK_WEBHOOK when left out.",
            )
            .dynamic(),
            Property::new("message", TEXT, "Text of the message.").dynamic(),
        ],
    ),
    (
        "io.kestra.plugin.googleworkspace.calendar.InsertEvent",
        &[
            Property::new("calendarId", TEXT, "The calendar.").dynamic().default("\"primary\""),
            Property::new("summary", TEXT, "Title; the description or id of the flow when left out.")
                .dynamic(),
            Property::new("startTime", Kind::Any, "Start; the next full hour when left out.").dynamic(),
            Property::new("endTime", Kind::Any, "End; one hour after the start when left out.").dynamic(),
        ],
    ),
];

pub(super) const OPTIONS: Property =
    Property::new("options", Kind::Map(&Kind::Any), "How requests are sent.");
const ID: Property =
    Property::new("id", Kind::Text(TextRule::Pattern(&PLUGIN_ID)), "Name within the flow.").required();
const TYPE: Property = Property::new(
    "type",
    Kind::Text(TextRule::Pattern(&TYPE_NAME)),
    "What it is: the name of a plugin type.",
)
.required();
const LOG_LEVEL: Kind = Kind::Enum(&["ERROR", "WARN", "INFO", "DEBUG", "TRACE"]);
const EACH_VALUE: Property =
    Property::new("value", Kind::Any, "The values: a list, or text that renders to a JSON list.")
        .required()
        .dynamic();
const EACH_ITEMS: Property =
    Property::new("items", Kind::Any, "Another name of `value`.").dynamic().alias_of("value");

const INTERVAL: Property = Property::new("interval", Kind::Duration, "Time between two attempts.").required();
const MAX_INTERVAL: Property =
    Property::new("maxInterval", Kind::Duration, "Longest time between two attempts.").required();

/// What happens when a task fails.
pub(super) static RETRY: Tagged = Tagged {
    name: "retry",
    doc: "How a failed task is tried again.",
    default: None,
    common: &[
        Property::new("type", TEXT, "How the time between attempts grows.").required(),
        Property::new(
            "maxAttempts",
            Kind::Integer { min: Some(1) },
            "How many attempts, the first included.",
        ),
        Property::new("maxAttempt", Kind::Integer { min: Some(1) }, "Old name of `maxAttempts`.")
            .alias_of("maxAttempts"),
        Property::new(
            "maxDuration",
            Kind::Duration,
            "Time after the start of the first attempt in which a new one may start.",
        ),
        Property::new("warningOnRetry", Kind::Boolean, "Whether a success after a retry is a warning.")
            .default("false"),
        Property::new(
            "behavior",
            Kind::Enum(&["RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"]),
            "What is tried again.",
        )
        .default("\"RETRY_FAILED_TASK\""),
    ],
    variants: &[
        Variant { tag: "constant", doc: "Always the same time.", deprecated: false, properties: &[INTERVAL] },
        Variant {
            tag: "exponential",
            doc: "A time that is multiplied with each attempt.",
            deprecated: false,
            properties: &[
                INTERVAL,
                MAX_INTERVAL,
                Property::new("delayFactor", Kind::Number, "Factor from one time to the next.").default("2"),
            ],
        },
        Variant {
            tag: "random",
            doc: "A random time between two bounds.",
            deprecated: false,
            properties: &[
                Property::new("minInterval", Kind::Duration, "Shortest time between two attempts.")
                    .required(),
                MAX_INTERVAL,
            ],
        },
    ],
};

pub(super) static WORKER_GROUP: Shape = Shape {
    name: "worker group",
    doc: "A group of workers.",
    properties: &[
        Property::new("key", Kind::Text(TextRule::Pattern(&PLUGIN_ID)), "Key of the group.")
            .required()
            .dynamic(),
        Property::new(
            "fallback",
            Kind::Enum(&["WAIT", "FAIL", "CANCEL"]),
            "What happens when no worker of the group is there.",
        )
        .default("\"WAIT\""),
    ],
};

pub(super) static WORKER_SELECTOR: Shape = Shape {
    name: "worker selector",
    doc: "Workers by their tags.",
    properties: &[
        Property::new("tags", TEXTS, "Tags that a worker has to have.").dynamic(),
        Property::new("match", Kind::Enum(&["ALL", "ANY"]), "Whether all tags are needed or one is enough."),
        Property::new(
            "fallback",
            Kind::Enum(&["WAIT", "FAIL", "CANCEL", "IGNORE"]),
            "What happens when no such worker is there.",
        ),
    ],
};

static TASK_CACHE: Shape = Shape {
    name: "task cache",
    doc: "Whether outputs of an equal task are used again.",
    properties: &[
        Property::new("enabled", Kind::Boolean, "Whether they are.").required(),
        Property::new("ttl", Kind::Duration, "How long they are good for."),
    ],
};

pub(crate) static DAG_TASK: Shape = Shape {
    name: "task of a Dag",
    doc: "A task and what it waits for.",
    properties: &[
        Property::new("task", TASK, "The task.").required(),
        Property::new("dependsOn", TEXTS, "Ids of the tasks that have to be over first."),
    ],
};

static BATCH: Shape = Shape {
    name: "batch",
    doc: "How a file is split.",
    properties: &[
        Property::new("rows", INTEGER, "Lines of a batch.").dynamic().default("1"),
        Property::new("bytes", TEXT, "Size of a batch, such as 10MB.").dynamic(),
        Property::new("partitions", INTEGER, "Number of batches.").dynamic(),
        Property::new("separator", TEXT, "What separates lines.").dynamic().default("\"\\n\""),
        Property::new("regexPattern", TEXT, "Lines with the same first group go together.").dynamic(),
    ],
};

static CHECK_FREQUENCY: Shape = Shape {
    name: "check frequency",
    doc: "How often and how long a loop tries.",
    properties: &[
        Property::new("maxIterations", INTEGER, "How many iterations at most.").dynamic(),
        Property::new("maxDuration", Kind::Duration, "How long at most.").dynamic(),
        Property::new("interval", Kind::Duration, "Time between two iterations.")
            .dynamic()
            .default("\"PT1M\""),
    ],
};

static SUBFLOW_SCHEDULE: Shape = Shape {
    name: "schedule of a subflow",
    doc: "When the execution starts.",
    properties: &[
        Property::new("at", Kind::Date, "At this moment.").dynamic(),
        Property::new("in", Kind::Duration, "After this time.").dynamic(),
    ],
};

static CACHE: Shape = Shape {
    name: "cache",
    doc: "Files kept from one execution to the next.",
    properties: &[
        Property::new("patterns", TEXTS, "Globs of the files.").required().dynamic(),
        Property::new("ttl", Kind::Duration, "How long they are good for.").dynamic(),
    ],
};

static NAMESPACE_FILES: Shape = Shape {
    name: "namespace files",
    doc: "Which namespace files are copied into the working directory.",
    properties: &[
        Property::new("enabled", Kind::Boolean, "Whether any are.").dynamic().default("true"),
        Property::new("include", TEXTS, "Globs of files to copy.").dynamic(),
        Property::new("exclude", TEXTS, "Globs of files to leave out.").dynamic(),
        Property::new("namespaces", TEXTS, "Namespaces to copy from; later ones win.").dynamic(),
        Property::new(
            "ifExists",
            Kind::Enum(&["OVERWRITE", "FAIL", "WARN", "IGNORE"]),
            "What happens when a file is there already.",
        )
        .dynamic()
        .default("\"OVERWRITE\""),
        Property::new("folderPerNamespace", Kind::Boolean, "Whether each namespace gets its own folder.")
            .dynamic()
            .default("false"),
    ],
};

static METRIC: Shape = Shape {
    name: "metric",
    doc: "A number that is recorded.",
    properties: &[
        Property::new("type", Kind::Enum(&["counter", "timer", "gauge"]), "Kind of metric.").required(),
        Property::new("name", TEXT, "Name of the metric.").required().dynamic(),
        Property::new("value", Kind::Any, "The number, or a duration for a timer.").required().dynamic(),
        Property::new("tags", ANY_MAP, "Tags of the metric.").dynamic(),
        Property::new("description", TEXT, "What it measures.").dynamic(),
    ],
};
