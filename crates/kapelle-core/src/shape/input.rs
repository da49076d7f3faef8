//! Inputs of flows, forms and pauses.

use super::{FIELD_ID, INTEGER, Kind, Property, Shape, TEXT, TEXTS, Tagged, TextRule, Variant};

/// Types that the elements of an ARRAY or a MULTISELECT can have.
static ITEM_TYPES: &[&str] = &[
    "STRING", "EMAIL", "INT", "FLOAT", "BOOL", "BOOLEAN", "DATETIME", "DATE", "TIME", "DURATION", "URI",
    "FILE", "JSON", "YAML",
];

/// An input; its `type` decides about further properties.
pub(super) static INPUT: Tagged = Tagged {
    name: "input",
    doc: "A value that an execution is given when it is created.",
    default: None,
    common: &[
        Property::new(
            "id",
            Kind::Text(TextRule::Pattern(&FIELD_ID)),
            "Name of the input; a dot makes a nested map.",
        )
        .required(),
        Property::new("name", TEXT, "Old name of `id`.").alias_of("id"),
        Property::new("type", TEXT, "Type of the value.").required(),
        Property::new("description", TEXT, "What the value is for."),
        Property::new("displayName", TEXT, "Name for people."),
        Property::new("required", Kind::Boolean, "Whether a value has to be given.").default("true"),
        Property::new("defaults", Kind::Any, "Value that holds when none is given.").dynamic(),
        Property::new("prefill", Kind::Any, "Suggestion in the form, never applied by the server.").dynamic(),
        Property::new(
            "dependsOn",
            Kind::Object(&DEPENDS_ON),
            "Inputs that have to be there before this one is asked for.",
        ),
    ],
    variants: &[
        plain("STRING", "Text.", &[VALIDATOR]),
        plain("EMAIL", "An address for mail.", &[]),
        plain("SECRET", "Text that is kept encrypted and never shown.", &[VALIDATOR]),
        plain("INT", "A whole number of 32 bits.", &[MIN_INTEGER, MAX_INTEGER]),
        plain("FLOAT", "A number with a fraction.", &[MIN_NUMBER, MAX_NUMBER]),
        plain("BOOL", "True or false.", &[]),
        old("BOOLEAN", "Old form of BOOL with a third state.", &[]),
        plain("DATETIME", "A moment with a zone.", &[AFTER, BEFORE]),
        plain("DATE", "A day.", &[AFTER, BEFORE]),
        plain("TIME", "A time of day.", &[AFTER, BEFORE]),
        plain("DURATION", "A length of time.", &[MIN_DURATION, MAX_DURATION]),
        plain("URI", "An address with a scheme.", &[]),
        plain(
            "FILE",
            "A file, uploaded or named by its address.",
            &[
                Property::new(
                    "allowedFileExtensions",
                    TEXTS,
                    "Extensions with a leading dot that are accepted.",
                ),
                Property::new("extension", TEXT, "Without effect.").deprecated(),
            ],
        ),
        plain("JSON", "JSON text or a structure.", &[]),
        plain("YAML", "YAML text or a structure.", &[]),
        plain(
            "SELECT",
            "One of several texts.",
            &[VALUES, EXPRESSION, ALLOW_CUSTOM_VALUE, IS_RADIO, AUTO_SELECT_FIRST],
        ),
        plain(
            "MULTISELECT",
            "Some of several values.",
            &[
                VALUES,
                Property::new("options", Kind::List(&Kind::Any), "Old name of `values`.").alias_of("values"),
                EXPRESSION,
                Property::new("itemType", Kind::Enum(ITEM_TYPES), "Type of the values.")
                    .default("\"STRING\""),
                ALLOW_CUSTOM_VALUE,
                AUTO_SELECT_FIRST,
            ],
        ),
        plain(
            "ARRAY",
            "A list.",
            &[Property::new("itemType", Kind::Enum(ITEM_TYPES), "Type of the elements.").required()],
        ),
        old(
            "ENUM",
            "Old form of SELECT.",
            &[Property::new("values", TEXTS, "The texts to choose from.").required()],
        ),
        plain(
            "FORM",
            "A group of inputs, read as `inputs.<form>.<input>`.",
            &[Property::new("inputs", Kind::List(&Kind::Tagged(&INPUT)), "Inputs of the group.").required()],
        ),
        plain("TABLE", "Rows with columns.", &[Property::new("columns", Kind::Any, "Columns of the table.")]),
        plain("ION", "An Ion value.", &[]),
        plain(
            "OBJECT",
            "A structure.",
            &[Property::new("properties", Kind::Any, "Properties of the structure.")],
        ),
    ],
};

const VALIDATOR: Property = Property::new(
    "validator",
    Kind::Text(TextRule::Regex),
    "Regular expression that the whole text has to match.",
);
const MIN_INTEGER: Property = Property::new("min", INTEGER, "Smallest value.");
const MAX_INTEGER: Property = Property::new("max", INTEGER, "Largest value.");
const MIN_NUMBER: Property = Property::new("min", Kind::Number, "Smallest value.");
const MAX_NUMBER: Property = Property::new("max", Kind::Number, "Largest value.");
const MIN_DURATION: Property = Property::new("min", Kind::Duration, "Shortest value.");
const MAX_DURATION: Property = Property::new("max", Kind::Duration, "Longest value.");
const AFTER: Property = Property::new("after", TEXT, "The value has to be later.");
const BEFORE: Property = Property::new("before", TEXT, "The value has to be earlier.");
const VALUES: Property = Property::new("values", Kind::List(&Kind::Any), "The values to choose from.");
const EXPRESSION: Property =
    Property::new("expression", TEXT, "Expression that gives the values to choose from.").dynamic();
const ALLOW_CUSTOM_VALUE: Property =
    Property::new("allowCustomValue", Kind::Boolean, "Whether other values are accepted.").default("false");
const IS_RADIO: Property =
    Property::new("isRadio", Kind::Boolean, "Whether the form shows radio buttons.").default("false");
const AUTO_SELECT_FIRST: Property =
    Property::new("autoSelectFirst", Kind::Boolean, "Whether the first value is the default.")
        .default("false");

static DEPENDS_ON: Shape = Shape {
    name: "dependency",
    doc: "What has to hold before an input is asked for.",
    properties: &[
        Property::new("inputs", TEXTS, "Ids of the inputs that come first.").required(),
        Property::new("condition", TEXT, "Has to be exactly true.").dynamic(),
    ],
};

const fn plain(tag: &'static str, doc: &'static str, properties: &'static [Property]) -> Variant {
    Variant { tag, doc, deprecated: false, properties }
}

const fn old(tag: &'static str, doc: &'static str, properties: &'static [Property]) -> Variant {
    Variant { tag, doc, deprecated: true, properties }
}
