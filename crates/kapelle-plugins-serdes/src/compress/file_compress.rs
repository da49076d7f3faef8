//! `io.kestra.plugin.compress.FileCompress`: compresses a file.

use kapelle_model::Text;
use kapelle_plugin::files::{copy, open};
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::algorithm::Algorithm;
use super::packing::packed;
use crate::converted::{Written, create};

/// # Compress a file
///
/// Writes a file compressed into a new one.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct FileCompress {
    /// How it is compressed.
    compression: Expr<Algorithm>,
    /// The address of the file.
    from: Expr<Text>,
}

impl Task for FileCompress {
    const TYPE: &'static str = "io.kestra.plugin.compress.FileCompress";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let algorithm = cx.render(&task.compression)?;
            let from = cx.render(&task.from)?;
            let mut content = open(cx, &from)?;
            let mut to = packed(Some(algorithm), create(cx, algorithm.ending())?)?;
            copy(cx, &mut content, &mut to)?;
            Ok(Written { uri: finish(to.close()?)? })
        })
        .await
    }
}
