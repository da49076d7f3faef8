//! What may be written at a place.

mod expressions;
mod keys;
mod members;
mod names;
mod ranking;
mod types;
mod values;

use std::cell::OnceCell;

use kapelle_model::Span;

use super::draft::{self, Draft};
use super::material::Material;
use super::outline::{Outline, Slot};
use super::owner::Expected;
use super::template::wanted;
use ranking::ranked;
pub use types::types_by_words;

/// Completions of one answer; who types on is told others.
pub const COMPLETIONS_MAX: usize = 200;

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What a list shows.
    pub label: String,
    pub kind: ItemKind,
    /// Type, signature or namespace: what stands beside the label.
    pub detail: String,
    pub doc: String,
    /// What is replaced, and by what.
    pub span: Span,
    pub insert: String,
    /// The same with places to fill, `${1:like this}`, in the notation of the language server protocol.
    pub snippet: Option<String>,
    pub deprecated: bool,
    /// What it was in the chosen execution, shortened; what is secret is stars.
    pub value: Option<String>,
    /// Less comes first.
    order: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Property,
    Value,
    Type,
    Namespace,
    Flow,
    /// A name that expressions read.
    Name,
    Function,
    Filter,
    Test,
    Tag,
    Key,
    Secret,
}

impl ItemKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Value => "value",
            Self::Type => "type",
            Self::Namespace => "namespace",
            Self::Flow => "flow",
            Self::Name => "name",
            Self::Function => "function",
            Self::Filter => "filter",
            Self::Test => "test",
            Self::Tag => "tag",
            Self::Key => "key",
            Self::Secret => "secret",
        }
    }
}

/// What may be written, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    pub items: Vec<Completion>,
    /// There are more.
    pub is_cut: bool,
}

impl Completion {
    fn new(label: impl Into<String>, kind: ItemKind, span: Span) -> Self {
        let label = label.into();
        Self {
            insert: label.clone(),
            label,
            kind,
            detail: String::new(),
            doc: String::new(),
            span,
            snippet: None,
            deprecated: false,
            value: None,
            order: 0,
        }
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    fn doc(self, doc: impl Into<String>) -> Self {
        Self { doc: doc.into(), ..self }
    }

    fn insert(self, insert: impl Into<String>) -> Self {
        Self { insert: insert.into(), ..self }
    }

    fn order(self, order: u8) -> Self {
        Self { order, ..self }
    }
}

/// A place in a text, with all that is known about it.
pub(super) struct Place<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) document: Span,
    pub(super) outline: Outline,
    pub(super) expected: Expected,
    pub(super) material: &'a dyn Material,
    /// Read when it is first asked for.
    pub(super) draft: OnceCell<Draft>,
}

/// What may be written at the byte `at` of a flow.
pub fn complete(text: &str, at: usize, material: &dyn Material) -> Completions {
    let at = text.floor_char_boundary(at.min(text.len()));
    let document = draft::document(text, at);
    let outline = Outline::of(text, document, at);
    let expected = Expected::at(text, &outline);
    let place = Place { text, at, document, outline, expected, material, draft: OnceCell::new() };
    place.complete()
}

impl Place<'_> {
    fn complete(&self) -> Completions {
        let from = match &self.outline.slot {
            Slot::Value { range, .. } | Slot::Either { range, .. } => Some(range.start),
            Slot::Text { .. } => Some(self.document.start as usize),
            Slot::Key { .. } | Slot::Nothing => None,
        };
        if let Some(wanted) = from.and_then(|from| wanted(self.text, from, self.at)) {
            return self.expression(&wanted);
        }
        match &self.outline.slot {
            Slot::Key { written, range, has_colon } => {
                ranked(written, self.keys(self.expected.owner, range, *has_colon))
            }
            Slot::Value { written, range } => self.values(written, range),
            Slot::Either { written, range } => self.either(written, range),
            Slot::Text { .. } | Slot::Nothing => Completions::default(),
        }
    }

    /// A key that has no colon yet, or a value on a line of its own.
    fn either(&self, written: &str, range: &std::ops::Range<usize>) -> Completions {
        match self.new_owner() {
            Some(owner) => ranked(written, self.keys(Some(owner), range, false)),
            None => self.values(written, range),
        }
    }

    fn draft(&self) -> &Draft {
        self.draft.get_or_init(|| Draft::read(self.text, self.at))
    }

    /// What the document says for a key of its own.
    fn of_flow(&self, key: &str) -> &str {
        if self.outline.maps.is_empty() {
            ""
        } else {
            self.outline.value_of(self.text, 0, key).unwrap_or_default()
        }
    }
}

fn span(range: &std::ops::Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}
