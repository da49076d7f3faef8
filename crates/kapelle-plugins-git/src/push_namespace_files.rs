//! `io.kestra.plugin.git.PushNamespaceFiles`: commits files of a namespace to a repository.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::files::Globs;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::changes::Missing;
use crate::files_to_git::{From, Wanted};
use crate::listed::texts;
use crate::names;
use crate::properties::{AccessProperties, ServerProperties, needed_url};
use crate::push::{CommitProperties, FilesOutput, push};
use crate::session::Session;

/// # Push files of a namespace to Git
///
/// Commits the files of a namespace to a branch, which is made if it is not there. What others push at the same time is
/// kept.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PushNamespaceFiles {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Accepted, and not needed: files of a namespace are in no submodule.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    #[serde(flatten)]
    commit: CommitProperties,
    /// Whether files of the directory are deleted that `files` names and the namespace does not have; they are, unless this
    /// says `false`.
    delete: Option<Expr<bool>>,
    /// The branch; `main` if nothing is said.
    branch: Option<Expr<String>>,
    /// The namespace; the one of this flow if nothing is said.
    namespace: Option<Expr<String>>,
    /// The directory of the repository; `_files` if nothing is said.
    git_directory: Option<Expr<String>>,
    /// Which files, as one pattern or a list of them; all if nothing is said.
    files: Option<Expr<Any>>,
    /// Whether it is a failure that no file fits.
    error_on_missing: Option<Expr<bool>>,
}

impl Task for PushNamespaceFiles {
    const TYPE: &'static str = "io.kestra.plugin.git.PushNamespaceFiles";
    type Output = FilesOutput;

    async fn run(&self, cx: &RunContext) -> Result<FilesOutput, Broken> {
        let url = needed_url(cx, self.url.as_ref())?;
        let access = self.access.read(cx)?;
        let own = || cx.place.namespace.to_string();
        let namespace = cx.filled(self.namespace.as_ref())?.unwrap_or_else(own);
        let directory = cx.filled(self.git_directory.as_ref())?.unwrap_or_else(|| "_files".to_owned());
        let directory = names::directory(&directory)?;
        let branch = names::branch(&cx.filled(self.branch.as_ref())?.unwrap_or_else(|| "main".to_owned()))?;
        let patterns = texts(cx, self.files.as_ref())?;
        let patterns: Vec<&str> = patterns.iter().map(|pattern| pattern.trim_start_matches('/')).collect();
        let globs = Globs::of_namespace(&patterns)?;
        let deletes = cx.filled(self.delete.as_ref())?.unwrap_or(true);
        let missing = if deletes { Missing::Delete } else { Missing::Keep };
        let is_dry = self.commit.is_dry(cx)?;
        let usual = format!("Add files from `{namespace}` namespace");
        let signed = self.commit.signed(cx, &access, usual)?;
        let name = namespace.clone();
        let wanted =
            cx.blocking(move |cx| Ok(of_namespace(cx, &name, directory, Some(globs), missing)?)).await?;
        if wanted.files.is_empty() {
            let words = format!("no file of the namespace `{namespace}` fits `files`");
            if cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false) {
                return Err(Broken::new(words));
            }
            cx.log(Level::Warn, words);
        }
        let session = Session::open(cx, access, &url).await?;
        push(cx, &session, &branch, (&signed, is_dry), &wanted).await?.files(cx)
    }
}

/// The files of a namespace, as they are to be in a directory of a repository.
pub(crate) fn of_namespace(
    cx: &RunContext,
    namespace: &str,
    directory: String,
    patterns: Option<Globs>,
    missing: Missing,
) -> Result<Wanted, Failure> {
    let (mut files, mut there) = (BTreeMap::new(), BTreeSet::new());
    for file in cx.host.namespace_files().list(namespace)? {
        let name = names::file(&file.path)?;
        let is_meant = match &patterns {
            Some(patterns) => patterns.is_empty() || patterns.fit(&name)?,
            None => true,
        };
        if is_meant {
            files.insert(name.clone(), From::Namespace(namespace.to_owned(), file.path));
        }
        there.insert(name);
    }
    Ok(Wanted { directory, files, there, patterns, missing })
}
