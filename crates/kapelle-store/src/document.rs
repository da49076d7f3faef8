//! Small things with a name: values of the key-value store, states of triggers, windows, secrets, settings.
//!
//! They all want the same: to be read by name, listed by namespace, changed by one who saw the last version, and found
//! again at a moment. So there is one kind of row for all of them, and what is in it is the business of who writes it.

use std::fmt;
use std::sync::Arc;

use kapelle_model::time::Millis;

/// What a document is. The numbers are kept; they are never given to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A value of the key-value store.
    Value = 1,
    /// Where a trigger stands.
    Trigger = 2,
    /// What has come together for a trigger that waits for several executions.
    Window = 3,
    /// A secret, encrypted.
    Secret = 4,
    /// A setting of the instance, a tenant or a namespace.
    Setting = 5,
    /// The state that tasks keep.
    State = 6,
    /// Occurrences of a trigger that started nothing, with the reason.
    Tick = 7,
    /// A flow with triggers that listen to executions of others.
    Listener = 8,
    /// A change of an execution that such triggers have to look at.
    Change = 9,
    /// Tasks that flows share.
    Template = 10,
}

impl Kind {
    pub const ALL: &'static [Self] = &[
        Self::Value,
        Self::Trigger,
        Self::Window,
        Self::Secret,
        Self::Setting,
        Self::State,
        Self::Tick,
        Self::Listener,
        Self::Change,
        Self::Template,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Trigger => "trigger",
            Self::Window => "window",
            Self::Secret => "secret",
            Self::Setting => "setting",
            Self::State => "state",
            Self::Tick => "tick",
            Self::Listener => "listener",
            Self::Change => "change",
            Self::Template => "template",
        }
    }
}

/// The name of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey {
    pub kind: Kind,
    pub tenant: Arc<str>,
    /// Empty for what belongs to a whole tenant.
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub key: DocumentKey,
    /// Counts its changes, from 1. The store sets it. One that is put again after its removal has a larger version than
    /// all it ever had, so that what took an old one for granted never fits by accident.
    pub version: u64,
    pub created: Millis,
    pub updated: Millis,
    /// The moment at which somebody has to look at it: a trigger fires, a value expires.
    pub due: Option<Millis>,
    pub data: Vec<u8>,
    /// Nobody may read the data where it is kept: a store that outlives the process encrypts it.
    pub is_secret: bool,
}

impl Document {
    /// Something to put: the store gives it its version.
    pub fn new(key: DocumentKey, at: Millis, due: Option<Millis>, data: Vec<u8>) -> Self {
        Self { key, version: 0, created: at, updated: at, due, data, is_secret: false }
    }

    /// The same, to be encrypted if anything in it is secret.
    #[must_use]
    pub fn sealed_if(self, is_secret: bool) -> Self {
        Self { is_secret, ..self }
    }
}

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, namespace, name, .. } = self;
        match &**namespace {
            "" => write!(f, "{} `{name}`", kind.word()),
            namespace => write!(f, "{} `{name}` of namespace `{namespace}`", kind.word()),
        }
    }
}
