//! `io.kestra.plugin.core.namespace.UploadFiles`: puts files into a namespace.

use std::fs::File;
use std::io::Read;

use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chosen::Addresses;
use kapelle_plugin::files::{Globs, check_address, files_below, open, relative};

/// # Put files into a namespace
///
/// Keeps files of the working directory, or files that other tasks gave, as files of a namespace. One that is there
/// already gets a new version.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UploadFiles {
    /// The namespace.
    namespace: Expr<String>,
    /// Patterns of files in the working directory, or addresses of files.
    files: Option<Expr<Vec<Text>>>,
    /// A map of paths to addresses of files, or a text that is one in JSON.
    files_map: Option<Expr<Map>>,
    /// The folder into which the files are put; `/` if nothing is said.
    destination: Option<Expr<String>>,
    /// What happens to a file that is there already; it is replaced if nothing is said.
    conflict: Option<Expr<Conflict>>,
}

/// What happens to a file that is there already.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Conflict {
    /// It gets a new version.
    Overwrite,
    /// The task fails.
    Error,
    /// It stays as it is.
    Skip,
}

impl Word for Conflict {}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The addresses of the files by their paths.
    files: Addresses,
}

impl Task for UploadFiles {
    const TYPE: &'static str = "io.kestra.plugin.core.namespace.UploadFiles";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl UploadFiles {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        if self.files.is_none() && self.files_map.is_none() {
            return Err(Failure::new("files or filesMap is required").into());
        }
        let mut upload = Upload {
            cx,
            namespace: cx.render(&self.namespace)?,
            destination: cx.optional(self.destination.as_ref())?.unwrap_or_default(),
            conflict: cx.filled(self.conflict.as_ref())?.unwrap_or(Conflict::Overwrite),
            files: Addresses::new(),
        };
        upload.listed(&cx.filled(self.files.as_ref())?.unwrap_or_default())?;
        upload.mapped(&cx.filled(self.files_map.as_ref())?.unwrap_or_default())?;
        Ok(Output { files: upload.files })
    }
}

/// An upload that is under way.
struct Upload<'c> {
    cx: &'c RunContext,
    namespace: String,
    destination: String,
    conflict: Conflict,
    files: Addresses,
}

impl Upload<'_> {
    /// Files that addresses name, and those of the directory that a pattern fits.
    fn listed(&mut self, listed: &[Text]) -> Result<(), Broken> {
        let (addresses, patterns): (Vec<_>, Vec<_>) =
            listed.iter().partition(|text| self.cx.host.files().is_address(text.expose()));
        for uri in addresses {
            let name = uri.expose().rsplit('/').next().unwrap_or_default();
            self.put(name, &mut open(self.cx, uri)?)?;
        }
        let patterns: Vec<&str> = patterns.iter().map(|text| text.expose()).collect();
        let globs = Globs::of_directory(&patterns)?;
        if globs.is_empty() {
            return Ok(());
        }
        for file in files_below(&self.cx.host.directory()?)? {
            if globs.fit(&file.path)? {
                self.put(&file.path, &mut File::open(&file.place)?)?;
            }
        }
        Ok(())
    }

    fn mapped(&mut self, files: &Map) -> Result<(), Broken> {
        for (path, uri) in files.iter().filter(|(_, uri)| **uri != Value::Null) {
            let uri = text_of(uri)?;
            check_address(self.cx, &uri)?;
            self.put(path, &mut open(self.cx, &uri)?)?;
        }
        Ok(())
    }

    fn put(&mut self, path: &str, content: &mut dyn Read) -> Result<(), Broken> {
        self.cx.go_on()?;
        let path = relative(&format!("{}/{path}", self.destination))?;
        let files = self.cx.host.namespace_files();
        if self.conflict != Conflict::Overwrite && files.open(&self.namespace, &path, None)?.is_some() {
            if self.conflict == Conflict::Skip {
                return Ok(());
            }
            return Err(Failure::new(format!(
                "the file `{path}` is in the namespace `{}` already: delete it, or choose another `conflict`",
                self.namespace
            ))
            .into());
        }
        let kept = files.put(&self.namespace, &path, content)?;
        self.files.insert(format!("/{path}"), kept.uri(&self.namespace));
        Ok(())
    }
}
