//! Relaxed names: `basicAuth`, `basic-auth` and `BASIC_AUTH` are one.

use super::keys::{self, Key};

/// One part of a name as it is compared: without hyphens, underscores and case.
pub(super) fn plain(segment: &str) -> String {
    segment.chars().filter(|letter| !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// A whole name as it is compared, with its dots.
pub(super) fn plain_path(path: &str) -> String {
    path.split('.').map(plain).collect::<Vec<_>>().join(".")
}

/// How a name from a file relates to the table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// It is this key.
    Key(&'static Key),
    /// Keys are below it.
    Above,
    Nowhere,
}

pub(super) fn place(path: &str) -> Place {
    let path = plain_path(path);
    let begins = format!("{path}.");
    let mut place = Place::Nowhere;
    for key in keys::all() {
        let name = plain_path(key.name);
        if name == path {
            return Place::Key(key);
        }
        if name.starts_with(&begins) {
            place = Place::Above;
        }
    }
    place
}

/// A key by the name that somebody gave, also by that of its variable.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    match place(name) {
        Place::Key(key) => Some(key),
        Place::Above | Place::Nowhere => {
            of_variable(name).filter(|(_, below)| below.is_none()).map(|(key, _)| key)
        }
    }
}

/// The key that a variable of the environment sets, and the name below it for keys that are maps.
pub(super) fn of_variable(variable: &str) -> Option<(&'static Key, Option<String>)> {
    let squeezed = plain(variable);
    if let Some(key) = keys::all().find(|key| squeeze(key.name) == squeezed) {
        return Some((key, None));
    }
    let ends = variable.match_indices('_').map(|(at, _)| at);
    ends.rev().find_map(|end| {
        let (head, below) = (plain(&variable[..end]), &variable[end + 1..]);
        let key = keys::all().find(|key| key.kind.takes_all_below() && squeeze(key.name) == head)?;
        (!below.is_empty()).then(|| (key, Some(below.to_lowercase())))
    })
}

/// The variable that sets a key.
pub(crate) fn variable(key: &Key) -> String {
    key.name.replace(['.', '-'], "_").to_uppercase()
}

fn squeeze(name: &str) -> String {
    plain(name).replace('.', "")
}
