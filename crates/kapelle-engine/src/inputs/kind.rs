//! The types that values of inputs and outputs can have.

use kapelle_model::Node;

/// A type by its name in the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Email,
    Secret,
    Integer,
    Float,
    Boolean,
    DateTime,
    Date,
    Time,
    Duration,
    Uri,
    File,
    Json,
    Yaml,
    Select,
    Multiselect,
    List,
    /// A group of inputs, without a value of its own.
    Form,
    /// Of language level 2: rows or an object, in JSON if it is text.
    Structure,
    /// Everything is accepted as it is.
    Any,
}

/// The type of a value, with that of its elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    pub(super) kind: Kind,
    pub(super) item: Kind,
}

impl Kind {
    fn named(name: &str) -> Self {
        match name {
            "STRING" => Self::Text,
            "EMAIL" => Self::Email,
            "SECRET" => Self::Secret,
            "INT" => Self::Integer,
            "FLOAT" => Self::Float,
            "BOOL" | "BOOLEAN" => Self::Boolean,
            "DATETIME" => Self::DateTime,
            "DATE" => Self::Date,
            "TIME" => Self::Time,
            "DURATION" => Self::Duration,
            "URI" => Self::Uri,
            "FILE" => Self::File,
            "JSON" => Self::Json,
            "YAML" => Self::Yaml,
            "SELECT" | "ENUM" => Self::Select,
            "MULTISELECT" => Self::Multiselect,
            "ARRAY" => Self::List,
            "FORM" => Self::Form,
            "TABLE" | "OBJECT" => Self::Structure,
            _ => Self::Any,
        }
    }

    /// The name in the language; where there are two, the current one.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "STRING",
            Self::Email => "EMAIL",
            Self::Secret => "SECRET",
            Self::Integer => "INT",
            Self::Float => "FLOAT",
            Self::Boolean => "BOOL",
            Self::DateTime => "DATETIME",
            Self::Date => "DATE",
            Self::Time => "TIME",
            Self::Duration => "DURATION",
            Self::Uri => "URI",
            Self::File => "FILE",
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Select => "SELECT",
            Self::Multiselect => "MULTISELECT",
            Self::List => "ARRAY",
            Self::Form => "FORM",
            Self::Structure => "OBJECT",
            Self::Any => "ION",
        }
    }
}

impl Type {
    /// The type that an input or an output declares. Outputs may have none.
    pub(crate) fn of(node: &Node) -> Self {
        let named = |key| node.get(key).and_then(Node::scalar_text).map(|name| Kind::named(&name));
        let kind = named("type").unwrap_or(Kind::Any);
        let unsaid = if kind == Kind::Multiselect { Kind::Text } else { Kind::Any };
        Self { kind, item: named("itemType").unwrap_or(unsaid) }
    }

    pub(crate) fn is_secret(self) -> bool {
        self.kind == Kind::Secret
    }
}
