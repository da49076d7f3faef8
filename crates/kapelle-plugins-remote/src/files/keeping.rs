//! Taking files over into the internal storage.

use jiff::Timestamp;
use kapelle_plugin::files::ending_of;
use kapelle_plugin::{Broken, Metric, Name, RunContext};

use super::file::Found;
use super::place::{Kind, Place};
use super::protocol::{Open, Protocol};

/// A file that was taken over.
pub(super) struct Kept {
    pub(super) uri: String,
    /// As it was when it was read.
    pub(super) found: Found,
}

/// Copies a file; `None` if it changed meanwhile, or just before this moment.
pub(super) async fn keep<P: Protocol>(
    cx: &RunContext,
    open: &mut Open<P>,
    path: &str,
    quiet_until: Option<Timestamp>,
) -> Result<Option<Kept>, Broken> {
    let before = match open.place.look(path).await? {
        None => return Err(open.address.absent(path)),
        Some(entry) if entry.kind != Kind::File => return Err(Broken::new(format!("`{path}` is no file"))),
        Some(entry) => Found { path: path.to_owned(), entry },
    };
    if quiet_until.is_some_and(|now| before.is_growing(now)) {
        return Ok(None);
    }
    let mut file = cx.host.files().create(Name::Ending(ending_of(path)))?;
    let bytes = open.place.read(cx, path, &mut file).await?;
    let after = open.place.look(path).await?;
    if after.as_ref().map(|after| (after.bytes, after.modified)) != Some((bytes, before.entry.modified)) {
        return Ok(None);
    }
    cx.metric(Metric::count("file.size", bytes));
    Ok(Some(Kept { uri: file.finish()?, found: before }))
}
