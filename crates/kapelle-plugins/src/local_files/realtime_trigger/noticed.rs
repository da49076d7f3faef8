//! Which files were told of since the listening began.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use kapelle_plugin::known::Change;

use super::super::file::Seen;

/// Files that were there when the listening began are told of if they are younger. Names of events are known for a day,
/// so that such a file starts nothing if it was told of before; an hour is for clocks that differ.
const MADE_UP_FOR: SignedDuration = SignedDuration::from_hours(23);

/// Which files were told of, by path, with the moment of their last change and their size. Nothing before the first look.
#[derive(Default)]
pub(super) struct Noticed(Option<BTreeMap<String, Mark>>);

type Mark = (Timestamp, u64);

impl Noticed {
    /// What is new in a look. `whole` are the files of which the machine said that they are written; others wait until
    /// they are quiet.
    pub(super) fn news(
        &mut self,
        present: Vec<Seen>,
        now: Timestamp,
        whole: &BTreeSet<String>,
    ) -> Vec<(Change, Seen)> {
        let is_first = self.0.is_none();
        let before = self.0.take().unwrap_or_default();
        let mut after = BTreeMap::new();
        let mut news = Vec::new();
        for file in present {
            let mark = (file.modified, file.bytes);
            let known = before.get(&file.path);
            if file.is_growing(now) && !whole.contains(&file.path) {
                after.extend(known.map(|known| (file.path.clone(), *known)));
                continue;
            }
            after.insert(file.path.clone(), mark);
            let is_old = is_first && now.duration_since(file.modified.max(file.changed)) > MADE_UP_FOR;
            match known {
                Some(known) if *known == mark => {}
                Some(_) => news.push((Change::Update, file)),
                None if is_old => {}
                None => news.push((Change::Create, file)),
            }
        }
        self.0 = Some(after);
        news
    }
}

#[cfg(test)]
mod tests;
