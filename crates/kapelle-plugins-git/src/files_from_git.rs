//! Files of a repository, brought to a namespace.

use std::collections::BTreeMap;
use std::fs::File;

use kapelle_model::Value;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, NamespaceFile, RunContext};

use crate::changes::{Missing, refuse};
use crate::diff::{Row, SyncState};
use crate::ignored::Ignored;
use crate::names::{below, joined};
use crate::repository::{Blob, Repository};
use crate::staged::name_of_content;

/// Which files are brought, and where to.
pub(crate) struct Wanted {
    /// Of the repository.
    pub(crate) directory: String,
    /// A folder of that directory that is left out.
    pub(crate) except: Option<&'static str>,
    pub(crate) namespace: String,
    /// A folder of the namespace; empty for all of it.
    pub(crate) folder: String,
    pub(crate) missing: Missing,
}

/// What becomes of a file of a namespace.
#[derive(Clone, Debug)]
pub(crate) struct FileChange {
    pub(crate) namespace: String,
    pub(crate) path: String,
    pub(crate) state: SyncState,
    blob: Option<Blob>,
}

/// What becomes of the files of the namespace.
pub(crate) async fn plan(
    cx: &RunContext,
    git: &Repository<'_>,
    files: &[Blob],
    wanted: Wanted,
) -> Result<Vec<FileChange>, Broken> {
    let ignored = Ignored::of(cx, git, files, &wanted.directory).await?;
    let mut found = BTreeMap::new();
    for file in files {
        let Some(path) = below(&wanted.directory, &file.path) else { continue };
        let is_left_out = wanted.except.is_some_and(|folder| below(folder, path).is_some());
        if !is_left_out && !ignored.has(path)? {
            found.insert(joined(&wanted.folder, path), file.clone());
        }
    }
    cx.blocking(move |cx| decided(cx, found, &ignored, &wanted)).await
}

fn decided(
    cx: &RunContext,
    found: BTreeMap<String, Blob>,
    ignored: &Ignored,
    wanted: &Wanted,
) -> Result<Vec<FileChange>, Broken> {
    let namespace = &wanted.namespace;
    let all = cx.host.namespace_files().list(namespace)?;
    let there: BTreeMap<&str, &NamespaceFile> = all
        .iter()
        .filter(|file| below(&wanted.folder, &file.path).is_some())
        .map(|file| (&*file.path, file))
        .collect();
    let mut lacked = Vec::new();
    for path in there.keys().filter(|path| !found.contains_key(**path)) {
        // What Git is told to leave out is nobody's business here.
        if !ignored.has(below(&wanted.folder, path).unwrap_or(path))? {
            lacked.push((*path).to_owned());
        }
    }
    refuse(wanted.missing, &format!("the files of the namespace `{namespace}`"), &lacked)?;
    let change = |path: String, state, blob| FileChange { namespace: namespace.clone(), path, state, blob };
    let mut changes = Vec::with_capacity(found.len());
    for (path, blob) in found {
        let state = match there.get(&*path) {
            None => SyncState::Added,
            Some(file) if has_same(cx, namespace, file, &blob)? => SyncState::Unchanged,
            Some(_) => SyncState::Overwritten,
        };
        changes.push(change(path, state, Some(blob)));
    }
    if wanted.missing == Missing::Delete {
        changes.extend(lacked.into_iter().map(|path| change(path, SyncState::Deleted, None)));
    }
    Ok(changes)
}

/// Whether a file of a namespace has the content that Git has.
fn has_same(cx: &RunContext, namespace: &str, file: &NamespaceFile, blob: &Blob) -> Result<bool, Broken> {
    if file.size != blob.size {
        return Ok(false);
    }
    let Some(mut content) = cx.host.namespace_files().open(namespace, &file.path, None)? else {
        return Ok(false);
    };
    let name = name_of_content(cx, &mut *content, file.size, &blob.id)?;
    Ok(name.as_deref() == Some(&*blob.id))
}

/// Writes and deletes files.
pub(crate) async fn apply(
    cx: &RunContext,
    git: &Repository<'_>,
    changes: &[FileChange],
) -> Result<(), Broken> {
    let place = git.session.place.fresh();
    for change in changes.iter().filter(|change| change.state != SyncState::Unchanged) {
        if let Some(blob) = &change.blob {
            git.write_out(cx, blob, &place).await?;
        }
        let (change, place) = (change.clone(), place.clone());
        cx.blocking(move |cx| {
            let files = cx.host.namespace_files();
            let (namespace, path) = (&change.namespace, &change.path);
            if change.blob.is_some() {
                let file = files.put(namespace, path, &mut File::open(place)?)?;
                cx.log(
                    Level::Info,
                    format!("the file `{path}` of `{namespace}` has version {} now", file.version),
                );
            } else {
                files.delete(namespace, path)?;
                cx.log(Level::Info, format!("the file `{path}` of `{namespace}` was deleted"));
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// The line of a change.
pub(crate) fn row(change: &FileChange) -> Row {
    vec![
        ("gitPath", change.git_path()),
        ("syncState", Value::from(change.state.word())),
        ("kestraPath", Value::from(&*format!("/{}", change.path))),
    ]
}

impl FileChange {
    pub(crate) fn git_path(&self) -> Value {
        self.blob.as_ref().map_or(Value::Null, |blob| Value::from(&*blob.path))
    }
}
