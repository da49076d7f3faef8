//! `kapelle plugins doc DIR`: a page about each type, written into a folder.

use std::fs;
use std::path::Path;

use anyhow::Context;
use kapelle_core::catalogue::{Catalogue, Type};

use super::usable;

/// What the names of the types of the language itself begin with.
const CORE: &str = "io.kestra.plugin.core.";

/// Which pages are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Only of types of the language itself.
    pub(super) only_core: bool,
    /// The same as JSON beside each page.
    pub(super) with_json: bool,
}

/// What the files say about a type.
pub(super) struct Told<'t> {
    pub(super) page: &'t dyn Fn(&'static Type) -> String,
    pub(super) json: &'t dyn Fn(&'static Type) -> anyhow::Result<String>,
}

/// Writes the pages. What it gives says how many there are.
pub(super) fn write(
    folder: &Path,
    wanted: Wanted,
    told: &Told<'_>,
    catalogue: &'static Catalogue,
) -> anyhow::Result<String> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let is_wanted = |entry: &&&Type| !wanted.only_core || entry.name.starts_with(CORE);
    let types = usable(catalogue);
    let mut count = 0;
    for entry in types.iter().filter(is_wanted) {
        let page = format!("# {}\n\n```text\n{}```\n", entry.name, (told.page)(entry));
        save(&folder.join(format!("{}.md", entry.name)), &page)?;
        if wanted.with_json {
            save(&folder.join(format!("{}.json", entry.name)), &(told.json)(entry)?)?;
        }
        count += 1;
    }
    Ok(format!("{count} pages written to {}\n", folder.display()))
}

fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
