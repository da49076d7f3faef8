//! What may stand at a place: from the way of an outline, or along the tree of a document, to shapes and types.

use crate::catalogue::{Catalogue, Type};
use crate::shape::{FLOW, Kind, Property, Role, TEXT, Tagged, Variant};

use super::outline::{Level, Outline};

/// An object by what is known about its properties.
#[derive(Clone, Copy)]
pub(super) enum Owner {
    Properties(&'static [Property]),
    Tagged(&'static Tagged, Option<&'static Variant>),
    Type(&'static Type),
    /// A plugin whose type is not written yet.
    Untyped(Role),
    /// Keys are names that the person chooses.
    Free(Kind),
}

/// What may stand at the cursor.
pub(super) struct Expected {
    /// The object whose key is being written, or whose property has the value.
    pub(super) owner: Option<Owner>,
    /// What that object is expected to be.
    pub(super) owner_kind: Option<Kind>,
    /// The property whose value is being written.
    pub(super) property: Option<&'static Property>,
    /// The kind of the value; `None` where nothing is known.
    pub(super) kind: Option<Kind>,
    /// The map of the owner in the outline.
    pub(super) map: Option<usize>,
}

impl Owner {
    /// The object that a map is where this kind is expected. `tag` gives its `type`.
    pub(super) fn of(kind: Kind, tag: Option<&str>) -> Option<Self> {
        Some(match kind {
            Kind::Object(shape) => Self::Properties(shape.properties),
            Kind::Tagged(tagged) => {
                let tag = tag.or(tagged.default);
                Self::Tagged(tagged, tag.and_then(|tag| tagged.variant(tag)))
            }
            Kind::Plugin(role) => {
                let found = tag.and_then(|tag| Catalogue::bundled().find(tag));
                found.map_or(Self::Untyped(role), |found| Self::Type(found.entry))
            }
            Kind::Map(value) => Self::Free(*value),
            Kind::Labels => Self::Free(TEXT),
            Kind::Either(kinds) => return kinds.iter().find_map(|kind| Self::of(*kind, tag)),
            _ => return None,
        })
    }

    pub(super) fn property(self, name: &str) -> Option<&'static Property> {
        self.properties().into_iter().find(|property| property.name == name)
    }

    /// All properties; none where the keys are free.
    pub(super) fn properties(self) -> Vec<&'static Property> {
        match self {
            Self::Properties(properties) => properties.iter().collect(),
            Self::Tagged(tagged, variant) => {
                let own = variant.map_or(&[][..], |variant| variant.properties);
                let common = tagged.common.iter();
                let common = common.filter(|common| own.iter().all(|own| own.name != common.name));
                common.chain(own).collect()
            }
            Self::Type(entry) => entry.properties.iter().collect(),
            Self::Untyped(role) => Catalogue::bundled().common_properties(role.kind()).iter().collect(),
            Self::Free(_) => Vec::new(),
        }
    }

    /// The kind of the value of a key.
    pub(super) fn kind_of(self, key: &str) -> Option<Kind> {
        match self {
            Self::Free(kind) => Some(kind),
            _ => self.property(key).map(|property| property.kind),
        }
    }
}

/// The kind of the items of a list.
pub(super) fn item_of(kind: Kind) -> Option<Kind> {
    match kind {
        Kind::List(element) => Some(*element),
        Kind::Either(kinds) => kinds.iter().find_map(|kind| item_of(*kind)),
        _ => None,
    }
}

impl Expected {
    /// Walks from the flow down to the cursor.
    pub(super) fn at(text: &str, outline: &Outline) -> Self {
        let kind = Some(Kind::Object(&FLOW));
        let mut expected = Self { owner: None, owner_kind: kind, property: None, kind, map: None };
        for level in &outline.way {
            match *level {
                Level::Item => {
                    expected.property = None;
                    expected.kind = expected.kind.and_then(item_of);
                }
                Level::Map { map, entry } => {
                    let tag = outline.value_of(text, map, "type");
                    let kind = expected.kind;
                    let owner = kind.and_then(|kind| Owner::of(kind, tag));
                    let key = entry.map(|entry| outline.key(text, map, entry));
                    expected.property = key.and_then(|key| owner?.property(key));
                    expected.kind = key.and_then(|key| owner?.kind_of(key));
                    expected.owner = owner;
                    expected.owner_kind = kind;
                    expected.map = Some(map);
                }
            }
        }
        expected
    }
}
