//! `io.kestra.plugin.core.storage.Split`: cuts a file into several.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::batches::{How, split_file};

/// # Cut a file into several
///
/// Writes the lines of a file into new files: so many lines each, so many bytes each, so many files in all, or one file
/// for each text that a pattern finds.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Split {
    /// The address of the file.
    from: Expr<Text>,
    /// How large each file is at most, such as `10MB`.
    bytes: Option<Expr<String>>,
    /// How many files there are at most; they get the lines in turn.
    partitions: Option<Expr<u64>>,
    /// How many lines each file has at most.
    rows: Option<Expr<u64>>,
    /// A regular expression: lines for which its first group is the same come into the same file, others into none.
    regex_pattern: Option<Expr<String>>,
    /// What separates lines; a line break if nothing is said.
    separator: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The addresses of the new files.
    uris: Vec<String>,
}

impl Task for Split {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.Split";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Split {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = cx.render(&self.from)?;
        let how = How::read(
            cx,
            self.bytes.as_ref(),
            self.partitions.as_ref(),
            self.rows.as_ref(),
            self.regex_pattern.as_ref(),
        )?;
        let how = how.ok_or_else(|| {
            Failure::new("Invalid configuration with no size, count, rows, nor regexPattern")
        })?;
        let separator = cx.optional(self.separator.as_ref())?.unwrap_or_else(|| "\n".to_owned());
        Ok(Output { uris: split_file(cx, &from, &separator, &how)? })
    }
}
