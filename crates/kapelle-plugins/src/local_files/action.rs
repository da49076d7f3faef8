//! What becomes of files that were taken over.

use kapelle_model::Failure;
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::{Broken, Expr, RunContext};

use super::allowed::{Allowed, plain};
use super::moving::{relocate, unused};

/// What becomes of files that were taken over, with what that needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Into this folder.
    Move(String),
    Delete,
    None,
}

impl Action {
    pub(super) fn read(
        cx: &RunContext,
        action: Option<&Expr<ActionWord>>,
        directory: Option<&Expr<String>>,
    ) -> Result<Self, Failure> {
        Ok(match cx.filled(action)?.unwrap_or(ActionWord::None) {
            ActionWord::None => Self::None,
            ActionWord::Delete => Self::Delete,
            ActionWord::Move => {
                let directory = cx.filled(directory)?;
                let directory = directory.ok_or_else(|| {
                    Failure::new("`action: MOVE` needs `moveDirectory`, the folder that files are moved to")
                })?;
                Self::Move(plain(&directory).trim_end_matches('/').to_owned())
            }
        })
    }

    /// Whether a file lies where it would be moved to.
    pub(super) fn is_done_for(&self, path: &str) -> bool {
        let Self::Move(folder) = self else { return false };
        path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Does it to a file. Nothing is overwritten: where a name is taken, the file gets a number.
    pub(super) fn perform(&self, cx: &RunContext, allowed: &Allowed, path: &str) -> Result<(), Broken> {
        let Some(place) = allowed.entry(path)? else { return Ok(()) };
        match self {
            Self::None => Ok(()),
            Self::Delete => Ok(std::fs::remove_file(place)?),
            Self::Move(folder) => {
                let name = path.rsplit('/').next().unwrap_or_default();
                let target = allowed.target(&unused(allowed, folder, name)?)?;
                relocate(cx, &place, &target)
            }
        }
    }
}
