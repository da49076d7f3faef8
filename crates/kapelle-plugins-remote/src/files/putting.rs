//! Writing and moving files on servers: nobody sees half a file, where the server lets us.

use std::time::Duration;

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::files::open;
use kapelle_plugin::{Broken, Metric, RunContext};

use super::listing::UNFINISHED;
use super::path::{above, below, name};
use super::place::{Kind, Place};

/// Numbers that are tried for a name that is taken.
const NUMBERS_MAX: u32 = 1000;

/// How long the way to take half a file away may take.
const TIDYING: Duration = Duration::from_secs(2);

/// What happens to a file that stands where one is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Replace,
    Refuse,
}

impl Taken {
    pub(super) fn replaces(overwrite: bool) -> Self {
        if overwrite { Self::Replace } else { Self::Refuse }
    }
}

/// Sees to it that a file may be written: the folders above it are there, and no file that has to stay.
pub(super) async fn prepare(place: &mut impl Place, path: &str, taken: Taken) -> Result<(), Broken> {
    match place.look(path).await? {
        Some(entry) if entry.kind == Kind::Folder => Err(Broken::new(format!("`{path}` is a folder"))),
        Some(_) if taken == Taken::Refuse => {
            Err(Broken::new(format!("`{path}` is there already; to replace it say `overwrite: true`")))
        }
        Some(_) => Ok(()),
        None => make_folders(place, path).await,
    }
}

/// Makes the folders above a path that are not there.
pub(super) async fn make_folders(place: &mut impl Place, path: &str) -> Result<(), Broken> {
    let mut missing = Vec::new();
    let mut folder = above(path);
    while folder != "/" && place.look(folder).await?.is_none() {
        missing.push(folder);
        folder = above(folder);
    }
    for folder in missing.into_iter().rev() {
        let made = place.make_folder(folder).await;
        // Somebody else may have made it meanwhile.
        if made.is_err() && place.look(folder).await?.is_none() {
            return made;
        }
    }
    Ok(())
}

/// Writes a file of the internal storage: beside its place first, so that it is there as a whole or not at all. Some servers
/// let nobody rename, or take only names that they know; there it is written where it belongs.
pub(super) async fn put(
    cx: &RunContext,
    place: &mut impl Place,
    from: &Text,
    to: &str,
) -> Result<(), Broken> {
    let part = &cx.place;
    let beside =
        below(above(to), &format!("{UNFINISHED}{}-{}-{}", part.execution, part.run_id, part.attempt));
    let written = match place.write(cx, &beside, &mut open(cx, from)?).await {
        Ok(bytes) => place.rename(&beside, to).await.map(|()| bytes),
        Err(broken) => Err(broken),
    };
    let bytes = match written {
        Ok(bytes) => bytes,
        Err(broken) => {
            tidy(place, &beside).await;
            if broken.is_killed || cx.is_stopped() {
                return Err(Broken::killed());
            }
            cx.log(Level::Debug, format!("`{to}` is written in its place: {}", broken.failure));
            place.write(cx, to, &mut open(cx, from)?).await?
        }
    };
    cx.metric(Metric::count("file.size", bytes));
    Ok(())
}

/// Takes half a file away, if there is one. The first failure is what counts.
async fn tidy(place: &mut impl Place, path: &str) {
    let _usually_absent = tokio::time::timeout(TIDYING, place.remove(path)).await;
}

/// A path in a folder for a file of this name: with a number, if the name is taken.
pub(super) async fn unused(place: &mut impl Place, folder: &str, name: &str) -> Result<String, Broken> {
    let (stem, ending) = match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    let mut path = below(folder, name);
    for number in 1..=NUMBERS_MAX {
        if place.look(&path).await?.is_none() {
            return Ok(path);
        }
        path = below(folder, &format!("{stem}-{number}{ending}"));
    }
    Err(Broken::new(format!("`{folder}` has too many files with the name `{name}`")))
}

/// Where a file goes that is moved or written: what ends in a slash, or is a folder, takes it under this name.
pub(super) async fn destination(
    place: &mut impl Place,
    written: &str,
    plain: String,
    called: &str,
) -> Result<String, Broken> {
    let is_folder = written.trim().ends_with('/')
        || place.look(&plain).await?.is_some_and(|entry| entry.kind == Kind::Folder);
    Ok(if is_folder { below(&plain, name(called)) } else { plain })
}
