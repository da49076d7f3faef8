//! Which defaults apply to a plugin, and in which order.

use kapelle_core::catalogue::{Catalogue, Type, default_applies};
use kapelle_model::flow::PluginDefault;
use kapelle_model::{Entry, Node};

use super::Given;
use super::budget::Budget;
use super::merge::entries;

/// All defaults that there are, by how near they are.
pub(super) struct Applicable<'a> {
    /// The nearest first: of the flow, of its namespaces, of the installation; in the order of each list.
    all: Vec<Candidate<'a>>,
    catalogue: &'static Catalogue,
}

struct Candidate<'a> {
    default: &'a PluginDefault,
    /// The current name of its type, if that is known.
    canonical: Option<&'static str>,
    /// The place of its list: 0 is the flow.
    layer: usize,
}

impl Candidate<'_> {
    fn matches(&self, written: &str) -> bool {
        default_applies(&self.default.type_name, self.canonical, written)
    }

    fn reference(&self) -> Option<&str> {
        self.default.reference.as_ref().map(|reference| reference.value.as_str())
    }
}

impl<'a> Applicable<'a> {
    pub(super) fn new(
        lists: impl Iterator<Item = &'a [PluginDefault]>,
        catalogue: &'static Catalogue,
    ) -> Self {
        let of_list = |(layer, list): (usize, &'a [PluginDefault])| {
            list.iter().map(move |default| Candidate {
                default,
                canonical: catalogue.find(&default.type_name).map(|found| found.entry.name),
                layer,
            })
        };
        Self { all: lists.enumerate().flat_map(of_list).collect(), catalogue }
    }

    /// What a plugin of this type gets. The error is for a reference that leads nowhere.
    pub(super) fn find(
        &self,
        written: &str,
        reference: Option<&str>,
        budget: &mut Budget,
    ) -> Result<Given, String> {
        let entry = self.catalogue.find(written).map(|found| found.entry);
        let matching = || self.all.iter().filter(|candidate| candidate.matches(written));
        let typed = |forced: bool| {
            let is_typed = move |candidate: &&Candidate| {
                candidate.default.forced == forced && candidate.default.reference.is_none()
            };
            matching().filter(is_typed)
        };
        let mut given = Given::default();
        let mut add = |entries_so_far: &mut Vec<Entry>, candidate: &Candidate| {
            let values = known(&candidate.default.values, entry);
            if budget.affords(&values) {
                *entries_so_far = entries(entries_so_far, &values);
            }
        };
        if let Some(name) = reference {
            let chosen = chosen(|| matching().filter(|candidate| candidate.reference() == Some(name)))
                .ok_or_else(|| format!("No plugin-defaults exists for pluginDefaultsRef: '{name}'"))?;
            add(if chosen.default.forced { &mut given.force } else { &mut given.fill }, chosen);
        } else {
            // The nearest wins, so it comes last.
            let unforced: Vec<_> = typed(false).collect();
            unforced.into_iter().rev().for_each(|candidate| add(&mut given.fill, candidate));
        }
        // What is forced wins over what is nearer, and in its own list over what comes before it.
        typed(true).for_each(|candidate| add(&mut given.force, candidate));
        Ok(given)
    }
}

/// Of several with one name: the forced one from farthest away, else the nearest.
fn chosen<'c, 'a: 'c, I>(named: impl Fn() -> I) -> Option<&'c Candidate<'a>>
where
    I: Iterator<Item = &'c Candidate<'a>>,
{
    let forced = named().filter(|candidate| candidate.default.forced);
    forced.max_by_key(|candidate| candidate.layer).or_else(|| named().next())
}

/// The values that a type knows. Of a type that is not known, or not wholly, all are kept.
fn known(values: &[Entry], entry: Option<&Type>) -> Vec<Entry> {
    let is_known = |name: &str| entry.is_none_or(|entry| entry.partial || entry.property(name).is_some());
    let is_given = |node: &Node| !node.is_null();
    values.iter().filter(|value| is_given(&value.value) && is_known(&value.key)).cloned().collect()
}
