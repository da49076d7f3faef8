//! What becomes of files that were taken over, as flows write it.

use std::collections::BTreeMap;

use kapelle_model::Failure;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::convert::Word;
use crate::files::name_of;

/// What becomes of files that were taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ActionWord {
    Move,
    Delete,
    None,
}

impl Word for ActionWord {}

/// Refuses to move files of one name into one folder: all but one of them would be lost.
pub fn none_is_lost<'n>(paths: impl Iterator<Item = &'n str>) -> Result<(), Failure> {
    let mut known = BTreeMap::new();
    for path in paths {
        if let Some(other) = known.insert(name_of(path), path) {
            return Err(Failure::new(format!(
                "`{other}` and `{path}` would be moved to one place, where only one of them would be left: nothing was done. \
                 Let one task take one folder, or fewer by `regExp`"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_are_not_moved_together() {
        assert!(none_is_lost(["in/a.csv", "in/b.csv", "c"].into_iter()).is_ok());
        let told = none_is_lost(["in/a/x.csv", "y", "in/b/x.csv"].into_iter()).unwrap_err().to_string();
        assert!(told.starts_with("`in/a/x.csv` and `in/b/x.csv` would be moved to one place"), "{told}");
    }
}
