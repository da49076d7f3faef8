//! The shapes of the flow language: which properties an object has, and what may stand in each.
//!
//! This is the one truth about the language. The checks, the JSON schema and the reference all read it. Types that
//! plugins bring have the same form and come from the catalogue.

mod added;
mod flow;
mod http;
mod input;
mod nested;
mod trigger;
mod webhook;

pub(crate) use added::{ADDED_OUTPUTS, ADDED_TYPES};
pub use flow::{FLOW, RESERVED_FLOW_IDS, is_namespace};
pub(crate) use nested::{DAG_TASK, REFINED};

/// An object with a fixed set of properties.
#[derive(Debug)]
pub struct Shape {
    /// What it is called in messages and in the reference: "flow", "retry".
    pub name: &'static str,
    pub doc: &'static str,
    pub properties: &'static [Property],
}

/// One property of an object.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks")]
pub struct Property {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// Expressions in it are rendered before the value is converted.
    pub dynamic: bool,
    /// Holds a credential.
    pub secret: bool,
    pub deprecated: bool,
    /// The current name of this property, if this is an old one.
    pub alias_of: Option<&'static str>,
    /// The default as JSON text.
    pub default: Option<&'static str>,
    pub doc: &'static str,
}

/// What may stand in a property.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Any,
    Text(TextRule),
    Integer {
        min: Option<i64>,
    },
    Number,
    Boolean,
    Duration,
    /// A date, or a date and time with or without a zone.
    Date,
    /// A time of day without a zone.
    Time,
    Enum(&'static [&'static str]),
    List(&'static Kind),
    /// Text keys, all values of one kind.
    Map(&'static Kind),
    Object(&'static Shape),
    /// An object whose `type` decides about its other properties.
    Tagged(&'static Tagged),
    /// An object of a plugin type that can play this role.
    Plugin(Role),
    /// Labels: a map, or a list of `{key, value}`.
    Labels,
    Either(&'static [Kind]),
}

/// Rules for text, checked when it holds no expression.
#[derive(Clone, Copy, Debug)]
pub enum TextRule {
    Any,
    /// Must match a pattern and keep a length; see [`Pattern`].
    Pattern(&'static Pattern),
    /// A regular expression of Java.
    Regex,
    /// A time zone that Java knows.
    TimeZone,
}

/// A pattern by its published text, and the same as a function.
#[derive(Debug)]
pub struct Pattern {
    pub regex: &'static str,
    pub length_max: usize,
    pub matches: fn(&str) -> bool,
}

/// An object whose `type` chooses among variants.
#[derive(Debug)]
pub struct Tagged {
    pub name: &'static str,
    pub doc: &'static str,
    /// Properties that every variant has, `type` included.
    pub common: &'static [Property],
    pub variants: &'static [Variant],
    /// The variant that holds when `type` is missing.
    pub default: Option<&'static str>,
}

#[derive(Debug)]
pub struct Variant {
    pub tag: &'static str,
    pub doc: &'static str,
    pub deprecated: bool,
    pub properties: &'static [Property],
}

/// What a plugin type can be used for. The word is the one of the catalogue's interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Task,
    Trigger,
    Condition,
    TaskRunner,
    Other(&'static str),
}

impl Property {
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            required: false,
            dynamic: false,
            secret: false,
            deprecated: false,
            alias_of: None,
            default: None,
            doc,
        }
    }

    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub const fn dynamic(mut self) -> Self {
        self.dynamic = true;
        self
    }

    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    #[must_use]
    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    /// The old name of another property of the same object.
    #[must_use]
    pub const fn alias_of(mut self, current: &'static str) -> Self {
        self.alias_of = Some(current);
        self.deprecated = true;
        self
    }

    /// Another name of a property of the same object, as good as that one.
    #[must_use]
    pub const fn also(mut self, other: &'static str) -> Self {
        self.alias_of = Some(other);
        self
    }

    #[must_use]
    pub const fn default(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self
    }
}

impl Shape {
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

impl Tagged {
    pub fn variant(&self, tag: &str) -> Option<&'static Variant> {
        self.variants.iter().find(|variant| variant.tag == tag)
    }
}

impl Role {
    /// A kind of the catalogue whose common properties a plugin in this role has.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Trigger => "trigger",
            Self::Condition => "condition",
            Self::TaskRunner => "runner",
            Self::Other(_) => "additional",
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Trigger => "trigger",
            Self::Condition => "condition",
            Self::TaskRunner => "task runner",
            Self::Other(name) => name,
        }
    }
}

pub(crate) const TEXT: Kind = Kind::Text(TextRule::Any);
pub(crate) const INTEGER: Kind = Kind::Integer { min: None };
pub(crate) const TEXTS: Kind = Kind::List(&TEXT);
pub(crate) const TASK: Kind = Kind::Plugin(Role::Task);
pub(crate) const TASKS: Kind = Kind::List(&TASK);
pub(crate) const CONDITIONS: Kind = Kind::List(&Kind::Plugin(Role::Condition));
pub(crate) const ANY_MAP: Kind = Kind::Map(&Kind::Any);

/// Whether `text` starts with one of `first` and goes on with letters, digits and `others`.
fn is_name(text: &str, first: fn(char) -> bool, others: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(first)
        && characters.all(|character| character.is_ascii_alphanumeric() || others.contains(character))
}

const fn letter_or_digit(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

/// The id of a task or a trigger.
pub(crate) static PLUGIN_ID: Pattern = Pattern {
    regex: "^[a-zA-Z0-9][a-zA-Z0-9_-]*",
    length_max: 256,
    matches: |text| is_name(text, letter_or_digit, "_-"),
};

/// The id of an input or an output; a dot makes a nested map.
pub(crate) static FIELD_ID: Pattern = Pattern {
    regex: "^[a-zA-Z0-9][.a-zA-Z0-9_-]*",
    length_max: 256,
    matches: |text| is_name(text, letter_or_digit, "._-"),
};

/// The name of a plugin type: a dotted identifier of Java.
pub(crate) static TYPE_NAME: Pattern = Pattern {
    regex: "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*",
    length_max: 256,
    matches: |text| {
        text.split('.')
            .all(|part| is_name(part, |first| first.is_ascii_alphabetic() || "_$".contains(first), "_$"))
    },
};
