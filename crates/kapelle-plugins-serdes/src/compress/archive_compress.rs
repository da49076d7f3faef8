//! `io.kestra.plugin.compress.ArchiveCompress`: puts files into an archive.

use std::collections::BTreeMap;

use kapelle_model::{Failure, Text};
use kapelle_plugin::files::{open, relative};
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::algorithm::Algorithm;
use super::archive::{Archive, Form};
use super::packing::packed;
use crate::converted::{Written, create};
use crate::local::Local;

/// # Put files into an archive
///
/// Writes files into a new archive, which may be compressed as a whole.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct ArchiveCompress {
    /// The form of the archive.
    algorithm: Expr<Form>,
    /// How the archive is compressed; it is not if nothing is said. Files in ZIP and JAR are compressed anyway.
    compression: Option<Expr<Algorithm>>,
    /// A map of paths in the archive to addresses of files.
    from: Expr<BTreeMap<String, Text>>,
}

impl Task for ArchiveCompress {
    const TYPE: &'static str = "io.kestra.plugin.compress.ArchiveCompress";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl ArchiveCompress {
    fn work(&self, cx: &RunContext) -> Result<Written, Broken> {
        let form = cx.render(&self.algorithm)?;
        let compression = cx.filled(self.compression.as_ref())?;
        let files = cx.render(&self.from)?;
        if files.is_empty() {
            return Err(Broken::new(
                "`from` has no files: it is a map of paths in the archive to addresses of files",
            ));
        }
        let ending = format!("{}{}", form.ending(), compression.map_or("", Algorithm::ending));
        let mut archive = Archive::begin(form, packed(compression, create(cx, &ending)?)?)?;
        for (path, address) in &files {
            let told = |broken: Broken| {
                if broken.is_killed {
                    broken
                } else {
                    Failure::new(format!("`{path}`: {}", broken.failure)).into()
                }
            };
            add(cx, &mut archive, path, address).map_err(told)?;
        }
        Ok(Written { uri: finish(archive.finish()?.close()?)? })
    }
}

fn add(cx: &RunContext, archive: &mut Archive, path: &str, address: &Text) -> Result<(), Broken> {
    let path = relative(path)?;
    let mut content = open(cx, address)?;
    if let Some(bytes) = cx.host.files().size(address.expose())? {
        return archive.add(cx, &path, bytes, &mut content);
    }
    // The length stands in front of the content.
    let local = Local::of(cx, &mut content)?;
    archive.add(cx, &path, local.bytes, &mut local.file()?)
}
