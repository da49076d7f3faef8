//! What no catalogue of Kestra lists: types, more names for types, and outputs.

use super::input::INPUT;
use super::nested::OPTIONS;
use super::{ANY_MAP, INTEGER, Kind, Property, TASKS, TEXT, TextRule};

/// A type that no catalogue of Kestra lists, or one more name for a type that it does.
pub(crate) struct AddedType {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// Kind in the catalogue's words; `None` when only aliases are added to a type of the catalogue.
    pub(crate) kind: Option<&'static str>,
    pub(crate) doc: &'static str,
    /// None when nothing is known about them: then any are accepted.
    pub(crate) properties: &'static [Property],
}

pub(crate) static ADDED_TYPES: &[AddedType] = &[
    AddedType {
        name: "io.kestra.plugin.core.flow.Retry",
        aliases: &[],
        kind: Some("flowable"),
        doc: "Runs its tasks again as a whole until they succeed.",
        properties: &[
            Property::new("tasks", TASKS, "Tasks that run in order.").required(),
            Property::new("errors", TASKS, "Tasks that run when all attempts are used up."),
            Property::new("finally", TASKS, "Tasks that run at the end."),
            Property::new(
                "maxAttempts",
                Kind::Integer { min: Some(1) },
                "How many runs at most, the first included.",
            )
            .dynamic(),
            Property::new("delay", Kind::Duration, "Time between two runs.").dynamic(),
            Property::new("interval", Kind::Duration, "Another name of `delay`.").dynamic().also("delay"),
            Property::new(
                "maxDuration",
                Kind::Duration,
                "How long at most, from the start of the first run.",
            )
            .dynamic(),
            Property::new(
                "backoff",
                Kind::Enum(&["CONSTANT", "EXPONENTIAL", "RANDOM"]),
                "How the delay grows.",
            )
            .default("\"CONSTANT\""),
        ],
    },
    AddedType {
        name: "io.kestra.plugin.core.flow.Approval",
        aliases: &[],
        kind: Some("flowable"),
        doc: "Waits until a person approves or denies.",
        properties: &[
            Property::new("inputs", Kind::List(&Kind::Tagged(&INPUT)), "What the person is asked for."),
            Property::new("decisions", ANY_MAP, "Texts of the two decisions."),
            Property::new(
                "commentRequired",
                Kind::Enum(&["NEVER", "ALWAYS", "ON_DENY", "ON_APPROVE"]),
                "When a comment has to be given.",
            )
            .default("\"NEVER\""),
            Property::new("autoApprove", Kind::Boolean, "Approves at once.").dynamic().default("false"),
            Property::new("approveBehavior", Kind::Enum(DECISION_BEHAVIORS), "What follows an approval.")
                .dynamic()
                .default("\"CONTINUE\""),
            Property::new("denyBehavior", Kind::Enum(DECISION_BEHAVIORS), "What follows a denial.")
                .dynamic()
                .default("\"CANCEL\""),
            Property::new(
                "expireBehavior",
                Kind::Enum(DECISION_BEHAVIORS),
                "What follows when nobody decides.",
            )
            .dynamic()
            .default("\"CANCEL\""),
            Property::new("onWait", TASKS, "Tasks that run before the wait."),
            Property::new("onApprove", TASKS, "Tasks that run after an approval."),
            Property::new("onDeny", TASKS, "Tasks that run after a denial."),
            Property::new("errors", TASKS, "Tasks that run when one fails."),
            Property::new("finally", TASKS, "Tasks that run at the end."),
        ],
    },
    AddedType {
        name: "io.kestra.plugin.core.execution.Kill",
        aliases: &[],
        kind: Some("task"),
        doc: "Kills executions.",
        properties: &[
            Property::new("executionId", TEXT, "The execution.").dynamic(),
            Property::new("namespace", TEXT, "Namespace of its flow.").dynamic(),
            Property::new("flowId", TEXT, "Id of its flow.").dynamic(),
        ],
    },
    AddedType {
        name: "io.kestra.plugin.core.flow.PurgeFlows",
        aliases: &[],
        kind: Some("task"),
        doc: "Deletes old revisions of flows.",
        properties: &[],
    },
    AddedType {
        name: "io.kestra.plugin.fs.local.RealtimeTrigger",
        aliases: &[],
        kind: Some("realtime"),
        doc: "Starts an execution for each new or changed file of a folder, as soon as it is whole.",
        properties: &[
            Property::new("from", TEXT, "The folder.").required().dynamic(),
            Property::new(
                "regExp",
                Kind::Text(TextRule::Regex),
                "Pattern for the names of files, or for their whole paths.",
            )
            .dynamic(),
            Property::new("recursive", Kind::Boolean, "Whether folders within the folder count.")
                .dynamic()
                .default("false"),
        ],
    },
    AddedType {
        name: "io.kestra.plugin.loki.Query",
        aliases: &[],
        kind: Some("task"),
        doc: "Reads log lines from Loki.",
        properties: &[
            Property::new("url", TEXT, "Address of the server.").required().dynamic(),
            Property::new("query", TEXT, "LogQL query.").required().dynamic(),
            Property::new("start", TEXT, "Start of the time range.").dynamic(),
            Property::new("end", TEXT, "End of the time range.").dynamic(),
            Property::new("limit", INTEGER, "How many lines at most.").dynamic(),
            Property::new("direction", Kind::Enum(&["FORWARD", "BACKWARD"]), "Order of the lines.").dynamic(),
            USERNAME,
            PASSWORD,
            Property::new("token", TEXT, "Bearer token.").dynamic(),
            Property::new("tenantId", TEXT, "Tenant on the server.").dynamic(),
        ],
    },
    AddedType {
        name: "io.kestra.plugin.prometheus.Query",
        aliases: &[],
        kind: Some("task"),
        doc: "Asks Prometheus for the value of an expression at one moment.",
        properties: &[
            PROMETHEUS_URL,
            PROMETHEUS_QUERY,
            MOMENT,
            Property::new("headers", Kind::Map(&TEXT), "Headers of the request.").dynamic(),
        ],
    },
    AddedType {
        name: "io.kestra.plugin.prometheus.QueryRange",
        aliases: &[],
        kind: Some("task"),
        doc: "Asks Prometheus for the values of an expression over a time.",
        properties: &[
            PROMETHEUS_URL,
            PROMETHEUS_QUERY,
            Property::new("start", TEXT, "Start of the time range.").required().dynamic(),
            Property::new("end", TEXT, "End of the time range.").required().dynamic(),
            Property::new("step", TEXT, "Time between two values.").required().dynamic(),
            Property::new("headers", Kind::Map(&TEXT), "Headers of the request.").dynamic(),
        ],
    },
    AddedType {
        name: "io.kestra.plugin.prometheus.Push",
        aliases: &[],
        kind: Some("task"),
        doc: "Pushes metrics to a Pushgateway of Prometheus.",
        properties: &[
            Property::new("url", TEXT, "Address of the Pushgateway.")
                .default("\"http://localhost:9091\"")
                .dynamic(),
            Property::new("job", TEXT, "Name of the job.").required().dynamic(),
            Property::new("instance", TEXT, "Label `instance` of the metrics.").dynamic(),
            Property::new(
                "metrics",
                Kind::List(&Kind::Map(&Kind::Any)),
                "Metrics with name, value and labels.",
            )
            .required()
            .dynamic(),
            USERNAME,
            PASSWORD,
            HEADERS,
            OPTIONS,
        ],
    },
    AddedType {
        name: "io.kestra.plugin.prometheus.Trigger",
        aliases: &["io.kestra.plugin.prometheus.QueryTrigger"],
        kind: Some("trigger"),
        doc: "Starts an execution while a query of Prometheus gives values.",
        properties: &[
            PROMETHEUS_URL,
            PROMETHEUS_QUERY,
            MOMENT,
            Property::new("fetchType", Kind::Enum(FETCH_TYPES), "What becomes of the values.")
                .default("\"FETCH\"")
                .dynamic(),
            USERNAME,
            PASSWORD,
            HEADERS,
            OPTIONS,
            LOOKS,
        ],
    },
    AddedType {
        name: "io.kestra.plugin.grafana.loki.Query",
        aliases: &[],
        kind: Some("task"),
        doc: "Asks Loki for what a query gives at one moment.",
        properties: &[
            LOKI_URL,
            LOKI_TOKEN,
            LOKI_TENANT,
            LOKI_QUERY,
            LOKI_LIMIT,
            LOKI_DIRECTION,
            LOKI_CONNECT,
            LOKI_READ,
            MOMENT,
        ],
    },
    AddedType {
        name: "io.kestra.plugin.grafana.loki.QueryRange",
        aliases: &[],
        kind: Some("task"),
        doc: "Asks Loki for lines or values within a time.",
        properties: &[
            LOKI_URL,
            LOKI_TOKEN,
            LOKI_TENANT,
            LOKI_QUERY,
            LOKI_LIMIT,
            LOKI_DIRECTION,
            LOKI_CONNECT,
            LOKI_READ,
            Property::new("start", TEXT, "Start of the time range.").dynamic(),
            Property::new("end", TEXT, "End of the time range.").dynamic(),
            Property::new("since", TEXT, "How far back the time range begins, such as `1h`.").dynamic(),
            Property::new("step", TEXT, "Time between two values.").dynamic(),
            Property::new("interval", TEXT, "Least time between two lines of a stream.").dynamic(),
        ],
    },
    AddedType {
        name: "io.kestra.plugin.grafana.loki.Trigger",
        aliases: &[],
        kind: Some("trigger"),
        doc: "Starts an execution when Loki has new lines.",
        properties: &[
            LOKI_URL,
            LOKI_TOKEN,
            LOKI_TENANT,
            LOKI_QUERY,
            LOKI_CONNECT,
            LOKI_READ,
            Property::new("since", TEXT, "How far back it looks, such as `10m`.")
                .default("\"10m\"")
                .dynamic(),
            Property::new("maxRecords", INTEGER, "How many lines at most.").default("100").dynamic(),
            Property::new("stateKey", TEXT, "Name of what it remembers.").dynamic(),
            Property::new("stateTtl", Kind::Duration, "How long it remembers where it was.").dynamic(),
            LOOKS,
        ],
    },
    AddedType {
        name: "io.kestra.plugin.grafana.loki.QueryResultTrigger",
        aliases: &[],
        kind: Some("trigger"),
        doc: "Starts an execution while a query of Loki gives something.",
        properties: &[
            LOKI_URL,
            LOKI_TOKEN,
            LOKI_TENANT,
            LOKI_QUERY,
            LOKI_LIMIT,
            LOKI_DIRECTION,
            LOKI_CONNECT,
            LOKI_READ,
            LOOKS,
        ],
    },
    alias(
        "io.kestra.plugin.googleworkspace.calendar.InsertEvent",
        &["io.kestra.plugin.gcp.calendar.CreateEvent"],
    ),
    alias("io.kestra.plugin.core.flow.LoopUntil", &["io.kestra.core.tasks.flows.WaitFor"]),
    alias("io.kestra.plugin.core.flow.ForEach", &["io.kestra.core.tasks.flows.ForEach"]),
    alias("io.kestra.plugin.core.output.OutputValues", &["io.kestra.core.tasks.outputs.OutputValues"]),
    alias(
        "io.kestra.plugin.core.execution.PurgeExecutions",
        &["io.kestra.plugin.core.storage.PurgeExecutions"],
    ),
    alias(
        "io.kestra.plugin.core.runner.Process",
        &["io.kestra.core.models.tasks.runners.types.ProcessTaskRunner"],
    ),
    alias(
        "io.kestra.plugin.scripts.runner.docker.Docker",
        &["io.kestra.plugin.scripts.runner.docker.DockerTaskRunner"],
    ),
];

const fn alias(name: &'static str, aliases: &'static [&'static str]) -> AddedType {
    AddedType { name, aliases, kind: None, doc: "", properties: &[] }
}

const FETCH_TYPES: &[&str] = &["STORE", "FETCH", "FETCH_ONE", "NONE"];
const HEADERS: Property = Property::new("headers", Kind::Map(&TEXT), "Headers of the request.").dynamic();
const LOOKS: Property =
    Property::new("interval", Kind::Duration, "Time between two looks.").default("\"PT1M\"");
const LOKI_URL: Property = Property::new("url", TEXT, "Address of the server.").required().dynamic();
const LOKI_TOKEN: Property = Property::new("authToken", TEXT, "Bearer token.").dynamic();
const LOKI_TENANT: Property = Property::new("tenantId", TEXT, "Tenant on the server.").dynamic();
const LOKI_QUERY: Property = Property::new("query", TEXT, "LogQL query.").required().dynamic();
const LOKI_LIMIT: Property =
    Property::new("limit", INTEGER, "How many lines at most.").default("100").dynamic();
const LOKI_DIRECTION: Property =
    Property::new("direction", Kind::Enum(&["FORWARD", "BACKWARD"]), "Order of the lines.")
        .default("\"BACKWARD\"")
        .dynamic();
const LOKI_CONNECT: Property =
    Property::new("connectTimeout", INTEGER, "Seconds within which the server has to be reached.")
        .default("30")
        .dynamic();
const LOKI_READ: Property =
    Property::new("readTimeout", INTEGER, "Seconds within which the server has to answer.")
        .default("60")
        .dynamic();
const USERNAME: Property = Property::new("username", TEXT, "User for basic authentication.").dynamic();
const PASSWORD: Property = Property::new("password", TEXT, "Password for basic authentication.").dynamic();
const MOMENT: Property = Property::new("time", TEXT, "The moment; now when left out.").dynamic();
const PROMETHEUS_URL: Property = Property::new("url", TEXT, "Address of the server.").required().dynamic();
const PROMETHEUS_QUERY: Property = Property::new("query", TEXT, "PromQL expression.").required().dynamic();
const DECISION_BEHAVIORS: &[&str] = &["CONTINUE", "WARN", "FAIL", "SUCCEED", "CANCEL", "KILL"];

/// Outputs with their types that Kapelle gives beside those of the catalogue. A star in a name stands for any text.
pub(crate) static ADDED_OUTPUTS: &[(&str, &[(&str, &str)])] = &[
    ("io.kestra.plugin.core.flow.Pause", &[("timedOut", "boolean")]),
    ("io.kestra.plugin.docker.cli.Compose", SCRIPT_COUNTS),
    ("io.kestra.plugin.scripts.*.Script", SCRIPT_COUNTS),
    ("io.kestra.plugin.scripts.*.Commands", SCRIPT_COUNTS),
];

const SCRIPT_COUNTS: &[(&str, &str)] = &[("stdOutLineCount", "integer"), ("stdErrLineCount", "integer")];
