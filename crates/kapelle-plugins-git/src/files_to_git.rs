//! Files, brought to a directory of a repository.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use kapelle_model::{Failure, Text};
use kapelle_plugin::files::{Globs, open};
use kapelle_plugin::{Broken, RunContext};

use crate::changes::{Missing, refuse};
use crate::diff::SyncState;
use crate::ignored::Ignored;
use crate::names::{below, joined};
use crate::push::{Plan, files};
use crate::repository::{Blob, Changes, Content, NewBlob, Repository};
use crate::staged::{keep, name_of_content};

/// Where the content of a file is.
#[derive(Clone, Debug)]
pub(crate) enum From {
    /// A file of a namespace.
    Namespace(String, String),
    /// A file of the internal storage, by its address.
    Storage(Text),
    /// A file of the directory of the task.
    Directory(std::path::PathBuf),
}

/// What Git is to have.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) directory: String,
    /// By path within the directory.
    pub(crate) files: BTreeMap<String, From>,
    /// What is there, by path within the directory, whether it is brought or not: it is never missing.
    pub(crate) there: BTreeSet<String>,
    /// Files that fit and are not there are missing; without patterns all are meant.
    pub(crate) patterns: Option<Globs>,
    pub(crate) missing: Missing,
}

/// What becomes of a file.
#[derive(Debug)]
pub(crate) struct FilePush {
    /// From the root of the repository.
    pub(crate) path: String,
    /// Within the directory.
    pub(crate) name: String,
    pub(crate) state: SyncState,
    pub(crate) new: Option<NewBlob>,
}

impl From {
    fn open(&self, cx: &RunContext) -> Result<Box<dyn Read + Send>, Broken> {
        match self {
            Self::Namespace(namespace, path) => {
                let content = cx.host.namespace_files().open(namespace, path, None)?;
                Ok(content.ok_or_else(|| {
                    Failure::new(format!(
                        "the file `{path}` of the namespace `{namespace}` is not there any more"
                    ))
                })?)
            }
            Self::Storage(address) => Ok(open(cx, address)?),
            Self::Directory(path) => Ok(Box::new(std::fs::File::open(path)?)),
        }
    }
}

impl Wanted {
    /// What becomes of the files of Git. The content of what changed is put into the private folder.
    pub(crate) async fn compared(
        &self,
        cx: &RunContext,
        git: &Repository<'_>,
        files: &[Blob],
    ) -> Result<Vec<FilePush>, Broken> {
        let here = files.iter().filter_map(|file| Some((below(&self.directory, &file.path)?, file)));
        let known: BTreeMap<String, Blob> =
            here.map(|(name, file)| (name.to_owned(), file.clone())).collect();
        let ignored = Ignored::of(cx, git, files, &self.directory).await?;
        let mut lacked = Vec::new();
        for name in known.keys().filter(|name| !self.there.contains(*name)) {
            let is_meant = match &self.patterns {
                // It was never brought here, so that it cannot be gone.
                _ if ignored.has(name)? => false,
                Some(patterns) if !patterns.is_empty() => patterns.fit(name)?,
                Some(_) => true,
                None => false,
            };
            if is_meant {
                lacked.push(joined(&self.directory, name));
            }
        }
        refuse(self.missing, "the files", &lacked)?;
        let mut wanted = BTreeMap::new();
        for (name, from) in &self.files {
            if !ignored.has(name)? {
                wanted.insert(name.clone(), from.clone());
            }
        }
        let (folder, directory) = (git.session.place.fresh(), self.directory.clone());
        let mut pushes = cx
            .blocking(move |cx| {
                let mut pushes = Vec::with_capacity(wanted.len());
                for (number, (name, from)) in wanted.iter().enumerate() {
                    let path = joined(&directory, name);
                    let to = folder.join(number.to_string());
                    keep(cx, &mut *from.open(cx)?, &to)?;
                    let blob = known.get(name);
                    let state = match blob {
                        None => SyncState::Added,
                        Some(blob) if is_same(cx, &to, blob)? => SyncState::Unchanged,
                        Some(_) => SyncState::Overwritten,
                    };
                    let new = (state != SyncState::Unchanged).then(|| NewBlob {
                        path: path.clone(),
                        is_executable: blob.is_some_and(|blob| blob.is_executable),
                        content: Content::File(to.clone()),
                    });
                    if new.is_none() {
                        std::fs::remove_file(&to)?;
                    }
                    pushes.push(FilePush { path, name: name.clone(), state, new });
                }
                Ok(pushes)
            })
            .await?;
        if self.missing == Missing::Delete {
            pushes.extend(lacked.into_iter().map(|path| FilePush {
                name: below(&self.directory, &path).unwrap_or(&path).to_owned(),
                path,
                state: SyncState::Deleted,
                new: None,
            }));
        }
        Ok(pushes)
    }
}

impl Plan for Wanted {
    async fn plan(
        &self,
        cx: &RunContext,
        git: &Repository<'_>,
        commit: Option<&str>,
    ) -> Result<Changes, Broken> {
        let files = files(cx, git, commit, &self.directory).await?;
        let mut changes = Changes::default();
        for file in self.compared(cx, git, &files).await? {
            changes.take(file.path, file.state, file.new);
        }
        Ok(changes)
    }
}

fn is_same(cx: &RunContext, place: &std::path::Path, blob: &Blob) -> Result<bool, Broken> {
    let mut file = std::fs::File::open(place)?;
    if file.metadata()?.len() != blob.size {
        return Ok(false);
    }
    let name = name_of_content(cx, &mut file, blob.size, &blob.id)?;
    Ok(name.as_deref() == Some(&*blob.id))
}
