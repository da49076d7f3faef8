//! `io.kestra.plugin.compress.FileDecompress`: decompresses a file.

use kapelle_model::Text;
use kapelle_plugin::files::{copy, open};
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::algorithm::Algorithm;
use super::unpacking::unpacked;
use crate::converted::{Written, create};

/// # Decompress a file
///
/// Writes the content of a compressed file into a new one. A file that grows without measure is refused.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct FileDecompress {
    /// How it is compressed.
    compression: Expr<Algorithm>,
    /// The address of the file.
    from: Expr<Text>,
}

impl Task for FileDecompress {
    const TYPE: &'static str = "io.kestra.plugin.compress.FileDecompress";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let algorithm = cx.render(&task.compression)?;
            let from = cx.render(&task.from)?;
            let mut content = unpacked(algorithm, open(cx, &from)?)?;
            let mut to = create(cx, ending(from.expose(), algorithm))?;
            copy(cx, &mut content, &mut to)?;
            Ok(Written { uri: finish(to)? })
        })
        .await
    }
}

/// How the name of the content ends: `data.csv.gz` has a content that ends with `.csv`.
fn ending(uri: &str, algorithm: Algorithm) -> &str {
    let name = uri.rsplit('/').next().unwrap_or_default();
    let inner =
        name.strip_suffix(algorithm.ending()).and_then(|name| name.rfind('.').map(|dot| &name[dot..]));
    inner.unwrap_or(".tmp")
}
