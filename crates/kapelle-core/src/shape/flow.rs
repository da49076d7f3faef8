//! The flow document itself and the objects that stand directly in it.

use super::input::INPUT;
use super::nested::{RETRY, WORKER_GROUP, WORKER_SELECTOR};
use super::{
    ANY_MAP, CONDITIONS, FIELD_ID, Kind, Pattern, Property, Role, Shape, TASKS, TEXT, Tagged, TextRule,
    Variant, is_name, letter_or_digit,
};

/// Ids that would collide with paths of the API.
pub const RESERVED_FLOW_IDS: &[&str] = &[
    "pause",
    "resume",
    "force-run",
    "change-status",
    "kill",
    "executions",
    "search",
    "source",
    "disable",
    "enable",
];

static FLOW_ID: Pattern = Pattern {
    regex: "^[a-zA-Z0-9][a-zA-Z0-9._-]*",
    length_max: 100,
    matches: |text| is_name(text, letter_or_digit, "._-"),
};

static NAMESPACE: Pattern = Pattern {
    regex: "^[a-z0-9][a-z0-9._-]*",
    length_max: 150,
    matches: |text| {
        is_name(text, letter_or_digit, "._-") && !text.chars().any(|character| character.is_ascii_uppercase())
    },
};

/// Whether a text may be the name of a namespace.
pub fn is_namespace(text: &str) -> bool {
    text.len() <= NAMESPACE.length_max && (NAMESPACE.matches)(text)
}

/// A whole flow.
pub static FLOW: Shape = Shape {
    name: "flow",
    doc: "A flow: tasks that run in order, what starts them, and what they need.",
    properties: &[
        Property::new(
            "id",
            Kind::Text(TextRule::Pattern(&FLOW_ID)),
            "Name of the flow within its namespace; cannot change later.",
        )
        .required(),
        Property::new(
            "namespace",
            Kind::Text(TextRule::Pattern(&NAMESPACE)),
            "Where the flow belongs; dots build a hierarchy. Cannot change later.",
        )
        .required(),
        Property::new("description", TEXT, "What the flow is for, in Markdown."),
        Property::new("labels", Kind::Labels, "Labels that every execution of the flow gets."),
        Property::new(
            "inputs",
            Kind::List(&Kind::Tagged(&INPUT)),
            "What an execution is given when it is created; read as `inputs.<id>`.",
        ),
        Property::new(
            "outputs",
            Kind::List(&Kind::Object(&OUTPUT)),
            "What an execution gives back, rendered when it ends.",
        ),
        Property::new(
            "variables",
            ANY_MAP,
            "Values for expressions, read as `vars.<name>`. Expressions in them stay as they are until `render()`.",
        ),
        Property::new("tasks", TASKS, "What the flow does, in this order.").required(),
        Property::new("errors", TASKS, "Tasks that run when the flow fails."),
        Property::new("finally", TASKS, "Tasks that run before the execution ends, failed or not."),
        Property::new(
            "afterExecution",
            TASKS,
            "Tasks that run after the execution has ended and see its final state.",
        ),
        Property::new(
            "triggers",
            Kind::List(&Kind::Plugin(Role::Trigger)),
            "What starts the flow by itself.",
        ),
        Property::new(
            "pluginDefaults",
            Kind::List(&Kind::Object(&PLUGIN_DEFAULT)),
            "Values for all plugins of a type or of a prefix of types.",
        ),
        Property::new(
            "taskDefaults",
            Kind::List(&Kind::Object(&PLUGIN_DEFAULT)),
            "Old name of `pluginDefaults`.",
        )
        .alias_of("pluginDefaults"),
        Property::new(
            "concurrency",
            Kind::Object(&CONCURRENCY),
            "How many executions of the flow may run at the same time.",
        ),
        Property::new("retry", Kind::Tagged(&RETRY), "Retry for every task that has none of its own."),
        Property::new(
            "sla",
            Kind::List(&Kind::Tagged(&SLA)),
            "Promises about an execution, and what happens when one is broken.",
        ),
        Property::new(
            "checks",
            Kind::List(&Kind::Object(&CHECK)),
            "Conditions that are looked at when a person or the API starts an execution.",
        ),
        Property::new("disabled", Kind::Boolean, "No execution can be created and no trigger fires.")
            .default("false"),
        Property::new("workerGroup", Kind::Object(&WORKER_GROUP), "Workers that run the tasks."),
        Property::new(
            "listeners",
            Kind::List(&Kind::Object(&LISTENER)),
            "Old form of `afterExecution` with conditions.",
        )
        .deprecated(),
        Property::new(
            "quotas",
            Kind::List(&Kind::Object(&QUOTA)),
            "How many executions may be created within a rolling time.",
        ),
        Property::new(
            "workerSelector",
            Kind::Object(&WORKER_SELECTOR),
            "Tags of the workers that run the tasks.",
        ),
        Property::new("policyRefs", Kind::List(&Kind::Any), "Accepted and without effect."),
        Property::new("extend", Kind::Any, "Data about a blueprint; without effect here."),
        Property::new(
            "revision",
            Kind::Integer { min: Some(1) },
            "Set by the server; only read to tell whether the text is outdated.",
        ),
        Property::new("deleted", Kind::Boolean, "Set by the server; without effect here."),
        Property::new("tenantId", TEXT, "Set by the server; without effect here."),
        Property::new("updated", Kind::Any, "Set by the server; without effect here."),
        Property::new("source", Kind::Any, "Set by the server; without effect here."),
    ],
};

static OUTPUT_TYPES: &[&str] = &[
    "STRING",
    "EMAIL",
    "SECRET",
    "INT",
    "FLOAT",
    "BOOL",
    "BOOLEAN",
    "DATETIME",
    "DATE",
    "TIME",
    "DURATION",
    "URI",
    "FILE",
    "JSON",
    "YAML",
    "SELECT",
    "MULTISELECT",
    "ARRAY",
    "ENUM",
    "FORM",
    "TABLE",
    "ION",
    "OBJECT",
];

pub(super) static OUTPUT: Shape = Shape {
    name: "output",
    doc: "A value that an execution gives back.",
    properties: &[
        Property::new("id", Kind::Text(TextRule::Pattern(&FIELD_ID)), "Name of the output.").required(),
        Property::new(
            "type",
            Kind::Enum(OUTPUT_TYPES),
            "Type that the value is converted to and checked against.",
        ),
        Property::new("value", Kind::Any, "The value, nearly always an expression.").required().dynamic(),
        Property::new(
            "required",
            Kind::Boolean,
            "Whether an execution fails when the value cannot be rendered.",
        )
        .default("true"),
        Property::new("description", TEXT, "What the value is."),
        Property::new("displayName", TEXT, "Name for people."),
    ],
};

static PLUGIN_DEFAULT: Shape = Shape {
    name: "plugin default",
    doc: "Values for all plugins of a type or of a prefix of types.",
    properties: &[
        Property::new("type", TEXT, "A plugin type, or the beginning of one."),
        Property::new("forced", Kind::Boolean, "Whether the values win over those of the task.")
            .default("false"),
        Property::new("values", ANY_MAP, "Properties and their values."),
        Property::new("ref", TEXT, "A name by which tasks ask for these values with `pluginDefaultsRef`."),
    ],
};

static CONCURRENCY: Shape = Shape {
    name: "concurrency",
    doc: "A limit for executions that run at the same time.",
    properties: &[
        Property::new("limit", Kind::Integer { min: Some(1) }, "How many may run at the same time.")
            .required(),
        Property::new(
            "behavior",
            Kind::Enum(&["QUEUE", "CANCEL", "FAIL"]),
            "What becomes of an execution beyond the limit.",
        )
        .default("\"QUEUE\""),
        Property::new("key", TEXT, "Executions for which it renders differently do not count together.")
            .dynamic(),
    ],
};

static LISTENER: Shape = Shape {
    name: "listener",
    doc: "Tasks for when an execution has ended and all conditions hold.",
    properties: &[
        Property::new("description", TEXT, "What it is for."),
        Property::new("conditions", CONDITIONS, "Conditions about the ended execution."),
        Property::new("tasks", TASKS, "Tasks that run in order.").required(),
    ],
};

static QUOTA: Shape = Shape {
    name: "quota",
    doc: "A limit for executions created within a rolling time.",
    properties: &[
        Property::new("duration", Kind::Duration, "The rolling time, at least one minute.").required(),
        Property::new("limit", Kind::Integer { min: Some(1) }, "How many executions may be created in it.")
            .required(),
        Property::new(
            "behavior",
            Kind::Enum(&["FAIL", "CANCEL"]),
            "What becomes of an execution beyond the limit.",
        ),
    ],
};

static CHECK: Shape = Shape {
    name: "check",
    doc: "A condition that is looked at before an execution is created.",
    properties: &[
        Property::new("condition", TEXT, "Has to be exactly true.").required().dynamic(),
        Property::new("when", TEXT, "Name of `condition` since 2.0.").dynamic().also("condition"),
        Property::new("message", TEXT, "What the caller is told when it does not hold.").required().dynamic(),
        Property::new(
            "style",
            Kind::Enum(&["ERROR", "SUCCESS", "WARNING", "INFO"]),
            "How the message looks.",
        )
        .default("\"INFO\""),
        Property::new(
            "behavior",
            Kind::Enum(&["BLOCK_EXECUTION", "FAIL_EXECUTION", "CREATE_EXECUTION"]),
            "What happens when it does not hold.",
        )
        .default("\"BLOCK_EXECUTION\""),
    ],
};

static SLA: Tagged = Tagged {
    name: "SLA",
    doc: "A promise about an execution.",
    default: None,
    common: &[
        Property::new("id", TEXT, "Name of the promise.").required(),
        Property::new("type", TEXT, "What is promised.").required(),
        Property::new(
            "behavior",
            Kind::Enum(&["FAIL", "CANCEL", "NONE"]),
            "What becomes of an execution that breaks it.",
        )
        .required(),
        Property::new("labels", Kind::Labels, "Labels that the execution gets when it breaks it."),
    ],
    variants: &[
        Variant {
            tag: "MAX_DURATION",
            doc: "The execution ends within a time.",
            deprecated: false,
            properties: &[
                Property::new("duration", Kind::Duration, "Time from the start of the execution.").required()
            ],
        },
        Variant {
            tag: "EXECUTION_ASSERTION",
            doc: "An expression holds all the time.",
            deprecated: false,
            properties: &[Property::new("assert", TEXT, "Broken as soon as it renders to a false text.")
                .required()
                .dynamic()],
        },
    ],
};
