//! `io.kestra.plugin.git.PushExecutionFiles`: commits files that an execution made to a repository.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_core::property::text_of;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::files::{Globs, check_address, files_below};
use kapelle_plugin::{Any, Broken, Expr, FromRendered, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::changes::Missing;
use crate::files_to_git::{From, Wanted};
use crate::listed::texts;
use crate::names;
use crate::place::PREFIX;
use crate::properties::{AccessProperties, ServerProperties, needed_url};
use crate::push::{CommitProperties, FilesOutput, push};
use crate::session::Session;

/// Files of an execution that are looked at.
const FILES_MAX: usize = 10_000;

/// How deep outputs are looked through.
const DEPTH_MAX: usize = 64;

/// # Push files of an execution to Git
///
/// Commits files to a branch, which is made if it is not there: files among the outputs of earlier tasks, files of the working
/// directory, or files that are named one by one. What others push at the same time is kept.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PushExecutionFiles {
    /// The address of the repository: `https://…`, `ssh://…`, `git@host:path`.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    access: AccessProperties,
    #[serde(flatten)]
    #[expect(dead_code, reason = "the schema knows it")]
    server: ServerProperties,
    /// Accepted, and not needed: files of an execution are in no submodule.
    #[expect(dead_code, reason = "the schema knows it")]
    clone_submodules: Option<Expr<bool>>,
    #[serde(flatten)]
    commit: CommitProperties,
    /// Whether files of the directory are deleted that a pattern of `files` names and the execution does not have; they are,
    /// unless this says `false`. Files that are named by `filesMap` delete nothing.
    delete: Option<Expr<bool>>,
    /// The branch; `main` if nothing is said.
    branch: Option<Expr<String>>,
    /// The directory of the repository; `_outputs` if nothing is said.
    git_directory: Option<Expr<String>>,
    /// Which files, as one pattern or a list of patterns and addresses: files of the working directory, and files among the
    /// outputs of earlier tasks.
    files: Option<Expr<Any>>,
    /// Files by the path that they get in the directory: a map of paths to addresses.
    files_map: Option<Expr<Any>>,
    /// Whether it is a failure that a pattern fits no file.
    error_on_missing: Option<Expr<bool>>,
}

impl Task for PushExecutionFiles {
    const TYPE: &'static str = "io.kestra.plugin.git.PushExecutionFiles";
    type Output = FilesOutput;

    async fn run(&self, cx: &RunContext) -> Result<FilesOutput, Broken> {
        let url = needed_url(cx, self.url.as_ref())?;
        let access = self.access.read(cx)?;
        let directory = cx.filled(self.git_directory.as_ref())?.unwrap_or_else(|| "_outputs".to_owned());
        let directory = names::directory(&directory)?;
        let branch = names::branch(&cx.filled(self.branch.as_ref())?.unwrap_or_else(|| "main".to_owned()))?;
        let deletes = cx.filled(self.delete.as_ref())?.unwrap_or(true);
        let missing = if deletes { Missing::Delete } else { Missing::Keep };
        let is_dry = self.commit.is_dry(cx)?;
        let execution = cx.place.execution;
        let signed = self.commit.signed(cx, &access, format!("Add files from execution {execution}"))?;
        let listed = texts(cx, self.files.as_ref())?;
        let named = named(cx, self.files_map.as_ref())?;
        if listed.is_empty() && named.is_empty() {
            return Err(Broken::new(
                "nothing says which files are pushed: name them by `files` or `filesMap`",
            ));
        }
        let fails = cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false);
        let wanted = cx.blocking(move |cx| Ok(found(cx, &listed, named, fails)?)).await?;
        let wanted = Wanted { directory, missing, ..wanted };
        let session = Session::open(cx, access, &url).await?;
        push(cx, &session, &branch, (&signed, is_dry), &wanted).await?.files(cx)
    }
}

/// The files that `filesMap` names.
fn named(cx: &RunContext, property: Option<&Expr<Any>>) -> Result<BTreeMap<String, From>, Failure> {
    let Some(Any(value)) = cx.filled(property)? else { return Ok(BTreeMap::new()) };
    let map = Map::from_rendered(value)
        .map_err(|reason| Failure::new(format!("`filesMap` is no map of paths to addresses: {reason}")))?;
    let entries = map.iter().map(|(path, address)| {
        let address = text_of(address).map_err(|error| Failure::new(error.text()))?;
        check_address(cx, &address)?;
        Ok((names::file(path)?, From::Storage(address)))
    });
    entries.collect()
}

/// The files that patterns and addresses name.
fn found(
    cx: &RunContext,
    listed: &[String],
    named: BTreeMap<String, From>,
    fails: bool,
) -> Result<Wanted, Failure> {
    let (addresses, patterns): (Vec<&String>, Vec<&String>) =
        listed.iter().partition(|text| cx.host.files().is_address(text));
    let candidates = if patterns.is_empty() { BTreeMap::new() } else { candidates(cx)? };
    let mut files = BTreeMap::new();
    for pattern in &patterns {
        let globs = Globs::of_directory(&[pattern])?;
        let mut fits_one = false;
        for (name, from) in &candidates {
            if globs.fit(name)? {
                fits_one = true;
                files.insert(name.clone(), from.clone());
            }
        }
        if !fits_one {
            let words = format!(
                "no file fits `{pattern}`, neither of the working directory nor among the outputs of earlier tasks"
            );
            if fails {
                return Err(Failure::new(words));
            }
            cx.log(Level::Warn, words);
        }
    }
    for address in addresses {
        let name = names::file(address.rsplit('/').next().unwrap_or_default())?;
        files.insert(name, From::Storage(Text::from(&**address)));
    }
    files.extend(named);
    let there = files.keys().cloned().collect::<BTreeSet<_>>();
    let patterns = (!patterns.is_empty()).then(|| Globs::of_directory(&patterns)).transpose()?;
    Ok(Wanted { directory: String::new(), files, there, patterns, missing: Missing::Keep })
}

/// Files of the execution, by name. One of the working directory goes before one of the outputs.
fn candidates(cx: &RunContext) -> Result<BTreeMap<String, From>, Failure> {
    let mut files = BTreeMap::new();
    if let Some(outputs) = cx.variables.get("outputs") {
        collect(outputs, "", DEPTH_MAX, &mut files);
    }
    for file in files_below(&cx.host.directory()?)? {
        let is_private = file.path.split('/').any(|part| part.starts_with(PREFIX) || part == ".git");
        if !is_private {
            files.insert(file.path, From::Directory(file.place));
        }
    }
    if files.len() > FILES_MAX {
        return Err(Failure::new(format!("the execution has more than {FILES_MAX} files")));
    }
    Ok(files)
}

/// Addresses in a value, by the name that they have in a map, or by the last part of the address.
fn collect(value: &Value, name: &str, depth: usize, files: &mut BTreeMap<String, From>) {
    if depth == 0 || files.len() > FILES_MAX {
        return;
    }
    match value {
        Value::Str(text) if text.expose().starts_with("kestra://") => {
            let last = text.expose().rsplit('/').next().unwrap_or_default();
            let name = if name.contains('.') { name } else { last };
            if let Ok(name) = names::file(name) {
                files.insert(name, From::Storage(text.clone()));
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, "", depth - 1, files)),
        Value::Map(map) => map.iter().for_each(|(key, item)| collect(item, key, depth - 1, files)),
        _ => {}
    }
}
