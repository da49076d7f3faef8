//! `io.kestra.plugin.compress.ArchiveDecompress`: takes files out of an archive.

use std::collections::BTreeMap;
use std::io::Read;

use kapelle_model::{Failure, Text};
use kapelle_plugin::files::{copy, open};
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::algorithm::Algorithm;
use super::archive::{Form, each};
use super::unpacking::unpacked;
use crate::converted::{NewBuffer, begin, create};

/// # Take files out of an archive
///
/// Writes each file of an archive into a file of its own. Links are left out, a path that leads out of the archive is
/// refused, and so is an archive that grows without measure.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct ArchiveDecompress {
    /// The form of the archive.
    algorithm: Expr<Form>,
    /// How the archive is compressed; it is not if nothing is said.
    compression: Option<Expr<Algorithm>>,
    /// The address of the archive.
    from: Expr<Text>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The addresses of the files, by their paths as they stand in the archive. Of a path that comes twice the last file counts.
    files: BTreeMap<String, String>,
}

impl Task for ArchiveDecompress {
    const TYPE: &'static str = "io.kestra.plugin.compress.ArchiveDecompress";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl ArchiveDecompress {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let form = cx.render(&self.algorithm)?;
        let from = cx.render(&self.from)?;
        let content = open(cx, &from)?;
        let content: Box<dyn Read> = match cx.filled(self.compression.as_ref())? {
            Some(algorithm) => unpacked(algorithm, content)?,
            None => content,
        };
        let mut files = BTreeMap::new();
        let mut count = 0;
        each(cx, form, content, &mut |path, content| {
            let mut file = kept(cx, count, path.safe)?;
            count += 1;
            copy(cx, content, &mut file)?;
            files.insert(path.own.to_owned(), finish(file)?);
            Ok(())
        })?;
        Ok(Output { files })
    }
}

/// Begins the file of this number. Its address ends with its name in the archive, if files may be called so.
fn kept(cx: &RunContext, number: usize, path: &str) -> Result<NewBuffer, Failure> {
    let name = path.rsplit('/').next().unwrap_or_default().replace(' ', "_");
    begin(cx, Name::Exactly(&format!("{number}/{name}"))).or_else(|_| create(cx, extension(path)))
}

/// What follows the last dot of a name, with the dot.
fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').map_or(".tmp", |dot| &name[dot..])
}
