//! Taking files over into the internal storage.

use kapelle_plugin::{Broken, Name, RunContext};

use super::allowed::Allowed;
use super::file::Seen;
use kapelle_plugin::files;

/// A file that was taken over.
pub(super) struct Kept {
    pub(super) uri: String,
    /// As it was when it was read.
    pub(super) seen: Seen,
}

/// Copies a file; `None` if it changed meanwhile.
pub(super) fn keep(cx: &RunContext, allowed: &Allowed, path: &str) -> Result<Option<Kept>, Broken> {
    let mut file = allowed.open(path)?;
    let before = Seen::of(path.to_owned(), &file.metadata()?);
    let mut kept = cx.host.files().create(Name::Ending(ending(path)))?;
    let bytes = files::copy(cx, &mut file, &mut kept)?;
    let after = Seen::of(path.to_owned(), &file.metadata()?);
    if bytes != after.bytes || before.modified != after.modified {
        return Ok(None);
    }
    Ok(Some(Kept { uri: kept.finish()?, seen: after }))
}

/// The ending of a name, with its dot.
fn ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rfind('.').filter(|dot| *dot > 0).map_or("", |dot| &name[dot..]);
    if ending.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric()) { ending } else { "" }
}
