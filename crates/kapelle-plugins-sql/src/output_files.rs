//! Files that statements write in the directory of the task, and that are kept.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kapelle_plugin::files::{collect_output_files, patterns, plain_names, prepare, with_names};
use kapelle_plugin::{Broken, Expr, RunContext};

/// The files that are wanted.
pub(crate) struct OutputFiles {
    directory: PathBuf,
    patterns: Vec<String>,
}

impl OutputFiles {
    /// Makes the folders in which they will be. With the context in which statements find them as `outputFiles`.
    pub(crate) fn of(
        cx: &RunContext,
        property: Option<&Expr<Vec<String>>>,
    ) -> Result<(Self, RunContext), Broken> {
        let directory = cx.host.directory()?;
        let patterns = patterns(cx, property)?;
        for name in plain_names(&patterns).filter(|name| name.contains('/')) {
            prepare(&directory, name)?;
        }
        let cx = with_names(cx, &directory, &patterns);
        Ok((Self { directory, patterns }, cx))
    }

    /// Keeps those that are there: their names with their addresses.
    pub(crate) fn keep(&self, cx: &RunContext) -> Result<BTreeMap<String, String>, Broken> {
        collect_output_files(cx, &self.directory, &self.patterns)
    }
}
