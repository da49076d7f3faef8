//! What becomes of files that were taken over.

use kapelle_model::Failure;
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::{Broken, Expr, RunContext};

use super::path::{below, name, plain};
use super::place::Place;
use super::putting::{make_folders, unused};

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
                Self::Move(plain(&directory)?)
            }
        })
    }

    /// Whether a file lies where it would be moved to.
    pub(super) fn is_done_for(&self, path: &str) -> bool {
        let Self::Move(folder) = self else { return false };
        path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
            && folder != "/"
    }

    /// Does it to a file. Nothing is overwritten: where a name is taken, the file gets a number.
    pub(super) async fn perform(&self, place: &mut impl Place, path: &str) -> Result<(), Broken> {
        match self {
            Self::None => Ok(()),
            Self::Delete => place.remove(path).await,
            Self::Move(folder) => {
                let target = below(folder, name(path));
                make_folders(place, &target).await?;
                let target = unused(place, folder, name(path)).await?;
                place.rename(path, &target).await
            }
        }
    }
}
