//! What stands in triggers: preconditions, windows, dependencies; names and behaviour of tools.

use kapelle_model::state::State;

use super::{Kind, Pattern, Property, Shape, TEXT, TEXTS, Tagged, TextRule, Variant};

pub(super) const STATES: Kind = Kind::List(&Kind::Enum(State::NAMES));

pub(super) static PRECONDITIONS: Shape = Shape {
    name: "preconditions",
    doc: "Executions of other flows that have to come together within a window of time.",
    properties: &[
        Property::new("id", TEXT, "Name of the preconditions, unique in the flow.").required(),
        Property::new("description", TEXT, "What they are for."),
        Property::new("timeWindow", Kind::Tagged(&TIME_WINDOW), "The window of time."),
        Property::new("resetOnSuccess", Kind::Boolean, "Whether the window starts anew once all hold.")
            .default("true"),
        Property::new(
            "flows",
            Kind::List(&Kind::Object(&UPSTREAM_FLOW)),
            "Flows whose executions are waited for.",
        ),
        Property::new("where", Kind::List(&Kind::Object(&PRECONDITION)), "Conditions by field."),
    ],
};

static UPSTREAM_FLOW: Shape = Shape {
    name: "upstream flow",
    doc: "An execution that is waited for; every field given has to match.",
    properties: &[
        Property::new("namespace", TEXT, "Namespace of the flow.").required(),
        Property::new("flowId", TEXT, "Id of the flow."),
        Property::new("states", STATES, "States that count."),
        Property::new("labels", Kind::Labels, "Labels that have to be there."),
    ],
};

static PRECONDITION: Shape = Shape {
    name: "precondition",
    doc: "A condition over filters.",
    properties: &[
        Property::new("id", TEXT, "Name of the condition.").required(),
        Property::new("operand", Kind::Enum(&["AND", "OR"]), "How the filters combine.").default("\"AND\""),
        Property::new("filters", Kind::List(&Kind::Object(&FILTER)), "The filters.").required(),
    ],
};

static FILTER: Shape = Shape {
    name: "filter",
    doc: "A comparison of one field of the upstream execution.",
    properties: &[
        Property::new(
            "field",
            Kind::Enum(&["FLOW_ID", "NAMESPACE", "STATE", "EXPRESSION"]),
            "What is compared.",
        )
        .required(),
        Property::new("type", Kind::Enum(FILTER_TYPES), "How it is compared.").required(),
        Property::new("value", TEXT, "The value to compare with.").dynamic(),
        Property::new("values", TEXTS, "The values for IN and NOT_IN."),
    ],
};

static FILTER_TYPES: &[&str] = &[
    "EQUAL_TO",
    "NOT_EQUAL_TO",
    "IN",
    "NOT_IN",
    "IS_TRUE",
    "IS_FALSE",
    "IS_NULL",
    "IS_NOT_NULL",
    "STARTS_WITH",
    "ENDS_WITH",
    "REGEX",
    "CONTAINS",
];

const DEADLINE: Property = Property::new("deadline", Kind::Time, "Time of day until which all have to hold.");
const START_TIME: Property = Property::new("startTime", Kind::Time, "Time of day at which the window opens.");
const END_TIME: Property = Property::new("endTime", Kind::Time, "Time of day at which the window closes.");
const WINDOW: Property = Property::new("window", Kind::Duration, "Length of the window.");
const WINDOW_ADVANCE: Property =
    Property::new("windowAdvance", Kind::Duration, "How far its start is moved.");

/// All fields stand in `common`, so that one that belongs to another type is named as such and not as unknown.
pub(super) static TIME_WINDOW: Tagged = Tagged {
    name: "time window",
    doc: "A window of time.",
    default: Some("DURATION_WINDOW"),
    common: &[
        Property::new("type", TEXT, "Kind of window.").default("\"DURATION_WINDOW\""),
        DEADLINE,
        START_TIME,
        END_TIME,
        WINDOW,
        WINDOW_ADVANCE,
    ],
    variants: &[
        Variant {
            tag: "DAILY_TIME_DEADLINE",
            doc: "From midnight to a deadline.",
            deprecated: false,
            properties: &[DEADLINE.required()],
        },
        Variant {
            tag: "DAILY_TIME_WINDOW",
            doc: "Between two times of a day.",
            deprecated: false,
            properties: &[START_TIME.required(), END_TIME.required()],
        },
        Variant {
            tag: "DURATION_WINDOW",
            doc: "A length of time, aligned to the clock.",
            deprecated: false,
            properties: &[WINDOW, WINDOW_ADVANCE],
        },
        Variant {
            tag: "SLIDING_WINDOW",
            doc: "A length of time that starts with the first event.",
            deprecated: false,
            properties: &[WINDOW],
        },
    ],
};

pub(super) static DEPENDENCY: Shape = Shape {
    name: "dependency",
    doc: "Executions of another flow that the trigger waits for.",
    properties: &[
        Property::new("id", TEXT, "Name of the dependency."),
        Property::new("namespace", TEXT, "Namespace of the flow."),
        Property::new("flowId", TEXT, "Id of the flow."),
        Property::new("states", STATES, "States that count."),
        Property::new("labels", Kind::Labels, "Labels that have to be there."),
        Property::new("when", TEXT, "Condition about the execution.").dynamic(),
    ],
};

pub(super) static ON_MISS: Shape = Shape {
    name: "miss of a window",
    doc: "What happens when a window closes before all dependencies have come together.",
    properties: &[
        Property::new("behavior", TEXT, "With FAIL an execution is created that fails."),
        Property::new("labels", Kind::Labels, "Labels that it gets."),
    ],
};

pub(super) static WINDOW_2: Shape = Shape {
    name: "window",
    doc: "The time within which all dependencies have to come together.",
    properties: &[
        Property::new("deadline", TEXT, "Time of day until which all have to hold."),
        Property::new("from", TEXT, "Time of day at which the window opens."),
        Property::new("to", TEXT, "Time of day at which the window closes."),
        Property::new("every", Kind::Duration, "Length of windows that follow each other."),
        Property::new("offset", Kind::Duration, "How far their start is moved."),
        Property::new("lookback", Kind::Duration, "How far back executions count."),
        Property::new("fireOnce", Kind::Boolean, "Whether the trigger fires once in a window.")
            .default("false"),
        Property::new("onMiss", Kind::Object(&ON_MISS), "What happens when a window closes unsatisfied."),
    ],
};

/// The name of a tool, as clients of a server of tools call it.
static TOOL_NAME: Pattern = Pattern {
    regex: "^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$",
    length_max: 64,
    matches: |text| {
        let ends_well = |character: Option<char>| character.is_some_and(|end| end.is_ascii_alphanumeric());
        let is_inner = |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
        ends_well(text.chars().next()) && ends_well(text.chars().last()) && text.chars().all(is_inner)
    },
};

static TOOL_ANNOTATIONS: Shape = Shape {
    name: "annotations of a tool",
    doc: "What a model may assume about a call of the tool.",
    properties: &[
        Property::new("readOnly", Kind::Boolean, "It changes nothing.").default("false"),
        Property::new("openWorld", Kind::Boolean, "It deals with what lies outside.").default("true"),
        Property::new("destructive", Kind::Boolean, "It may destroy something.").default("true"),
        Property::new("idempotent", Kind::Boolean, "To call it again changes nothing more.").default("false"),
        Property::new("returnDirect", Kind::Boolean, "What it gives goes to the person as it is.")
            .default("false"),
    ],
};

pub(super) static TOOL: &[Property] = &[
    Property::new(
        "toolName",
        Kind::Text(TextRule::Pattern(&TOOL_NAME)),
        "Name under which the flow is called.",
    )
    .required(),
    Property::new("annotations", Kind::Object(&TOOL_ANNOTATIONS), "What a model may assume about a call."),
];
