//! Where flows go that were made of something else.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use crate::outcome::Stop;
use crate::terminal::Stream;

/// Prints flows, given by id and text, or writes a file for each into a folder; none, if one of them is there already.
pub(super) fn give<'f>(
    flows: impl Iterator<Item = (&'f str, &'f str)>,
    folder: Option<&Path>,
) -> Result<(), Stop> {
    let flows: Vec<_> = flows.collect();
    let Some(folder) = folder else {
        let texts: Vec<_> = flows.iter().map(|(_, text)| *text).collect();
        return Stream::Out.print(texts.join("---\n").as_bytes());
    };
    Ok(write(flows, folder)?)
}

fn write(flows: Vec<(&str, &str)>, folder: &Path) -> anyhow::Result<()> {
    let path = |id: &str| folder.join(format!("{id}.yaml"));
    if let Some(there) = flows.iter().map(|(id, _)| path(id)).find(|path| path.exists()) {
        bail!("`{}` is there already: remove it, or choose another folder with `--out`", there.display());
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder `{}`", folder.display()))?;
    for (id, text) in flows {
        let path = path(id);
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => anyhow!("`{}` came to be meanwhile", path.display()),
            _ => anyhow::Error::new(error).context(format!("cannot write `{}`", path.display())),
        })?;
    }
    Ok(())
}
