//! Types that only this installation has, beside those of the catalogue.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::{Catalogue, Output, Slot};
use crate::shape::Property;

/// A type that an installation adds. It lives as long as the process, as all types do.
#[derive(Debug)]
pub struct OwnType {
    pub name: &'static str,
    /// `task` or `trigger`.
    pub kind: &'static str,
    pub doc: &'static str,
    pub properties: Vec<Property>,
    pub outputs: Vec<(&'static str, &'static str)>,
}

/// Somebody looked for types already: one that is added now would not be found everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLate;

static OWN: OnceLock<Vec<OwnType>> = OnceLock::new();

impl Catalogue {
    /// Adds the types of this installation: once, and before anybody looks for a type. A name that is taken stays what it
    /// is; whoever adds sees that by [`super::Type::is_own`].
    pub fn add(own: Vec<OwnType>) -> Result<(), TooLate> {
        if Self::is_loaded() {
            return Err(TooLate);
        }
        OWN.set(own).map_err(|_| TooLate)
    }
}

/// The added types whose names nobody has.
pub(super) fn slots(known: &[Slot]) -> Vec<Slot> {
    let mut taken: HashSet<&str> =
        known.iter().flat_map(|slot| slot.aliases.iter().copied().chain([slot.name])).collect();
    let own = OWN.get().map_or(&[][..], Vec::as_slice);
    own.iter().filter(|own| taken.insert(own.name)).map(slot).collect()
}

fn slot(own: &'static OwnType) -> Slot {
    let OwnType { name, kind, .. } = own;
    Slot { name, kind, aliases: Vec::new(), json: "", own: Some(own), decoded: OnceLock::new() }
}

pub(super) fn outputs(own: &OwnType) -> Vec<Output> {
    own.outputs.iter().map(|(name, kind)| Output { name, kind }).collect()
}
