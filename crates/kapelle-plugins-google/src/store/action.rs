//! What becomes of objects that were taken over.

use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::action::ActionWord;
use kapelle_plugin::files::name_of;
use kapelle_plugin::{Broken, Expr, RunContext};

use super::Store;
use super::address::Place;
use super::copy::copy;
use super::remove::{Which, remove};

/// What is done, with what it needs.
#[derive(Clone)]
pub(crate) enum Action {
    None,
    Delete,
    /// To this folder; its name is empty or ends with a slash.
    Move(Place),
}

impl Action {
    pub(crate) fn read(
        cx: &RunContext,
        word: Option<&Expr<ActionWord>>,
        folder: Option<&Expr<String>>,
    ) -> Result<Self, Failure> {
        Ok(match cx.filled(word)?.unwrap_or(ActionWord::None) {
            ActionWord::None => Self::None,
            ActionWord::Delete => Self::Delete,
            ActionWord::Move => {
                let folder = cx.filled(folder)?.ok_or_else(|| {
                    Failure::new(
                        "`action: MOVE` needs `moveDirectory`, the folder that objects are moved to, such as \
                         `gs://bucket/done/`",
                    )
                })?;
                let place = Place::read(&folder, "moveDirectory")?;
                let name = place.name.trim_end_matches('/');
                let name = if name.is_empty() { String::new() } else { format!("{name}/") };
                Self::Move(Place { name, ..place })
            }
        })
    }

    pub(crate) const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    pub(crate) const fn is_move(&self) -> bool {
        matches!(self, Self::Move(_))
    }

    /// Whether an object lies where it would be moved to.
    pub(crate) fn is_done_for(&self, bucket: &str, name: &str) -> bool {
        matches!(self, Self::Move(folder)
            if folder.bucket == bucket && name == format!("{}{}", folder.name, name_of(name)))
    }

    /// Does it to an object, if it is still the version that was taken over.
    pub(crate) async fn perform(
        &self,
        cx: &RunContext,
        store: &Store,
        (bucket, name): (&str, &str),
        version: Option<&str>,
    ) -> Result<(), Broken> {
        match self {
            Self::None => return Ok(()),
            Self::Delete => {}
            Self::Move(folder) => {
                let from = Place { bucket: bucket.to_owned(), name: name.to_owned() };
                let to = Place { name: format!("{}{}", folder.name, name_of(name)), ..folder.clone() };
                if !copy(cx, store, (&from, version), &to).await? {
                    cx.log(Level::Warn, format!("`{name}` was changed meanwhile, and stays where it is"));
                    return Ok(());
                }
            }
        }
        let which = version.map_or(Which::Newest, Which::Unchanged);
        remove(cx, store, bucket, name, which).await.map(|_| ())
    }
}
