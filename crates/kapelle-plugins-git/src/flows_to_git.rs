//! Flows of the instance, brought to a repository. A flow that is in Git already stays in its file, whatever that is called.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::Failure;
use kapelle_plugin::files::Globs;
use kapelle_plugin::{Broken, RunContext};

use crate::changes::{FlowName, Missing, refuse};
use crate::diff::SyncState;
use crate::layout::Layout;
use crate::names::{below, joined};
use crate::repository::{Blob, Content, NewBlob, Repository};
use crate::written_flow::{SOURCE_MAX, id_of, is_flow_file, stem};

/// What Git is to have.
pub(crate) struct Wanted {
    pub(crate) directory: String,
    /// Whose namespaces are those that the flows have in Git.
    pub(crate) layout: Layout,
    /// Sources by the names that they have in Git.
    pub(crate) flows: BTreeMap<FlowName, String>,
    /// All flows of the instance by those names: what is none of them is missing.
    pub(crate) there: BTreeSet<FlowName>,
    /// Without patterns all flows are meant.
    pub(crate) patterns: Globs,
    pub(crate) missing: Missing,
}

/// A flow file of Git.
#[derive(Clone, Debug)]
struct Known {
    blob: Blob,
    source: String,
    name: FlowName,
    /// It says its id itself; else only its name does.
    is_flow: bool,
}

/// What becomes of a flow file.
#[derive(Debug)]
pub(crate) struct FlowPush {
    pub(crate) path: String,
    pub(crate) name: FlowName,
    pub(crate) state: SyncState,
    pub(crate) new: Option<NewBlob>,
}

impl Wanted {
    /// What becomes of the files of Git.
    pub(crate) async fn compared(
        &self,
        cx: &RunContext,
        git: &Repository<'_>,
        files: &[Blob],
    ) -> Result<Vec<FlowPush>, Broken> {
        let is_meant = |file: &&Blob| {
            let path = below(&self.directory, &file.path).filter(|path| is_flow_file(path));
            file.size <= SOURCE_MAX && path.is_some_and(|path| self.layout.namespace(path).is_some())
        };
        let meant: Vec<&Blob> = files.iter().filter(is_meant).collect();
        let contents = git.read(cx, &meant).await?;
        let known = meant.into_iter().zip(contents).filter_map(|(blob, bytes)| self.known(blob, bytes));
        let paths: BTreeSet<&str> = files.iter().map(|file| &*file.path).collect();
        Ok(self.decided(known.collect(), &paths)?)
    }

    fn known(&self, blob: &Blob, bytes: Vec<u8>) -> Option<Known> {
        let source = String::from_utf8(bytes).ok()?;
        let namespace = self.layout.namespace(below(&self.directory, &blob.path)?)?;
        let id = id_of(&source);
        let is_flow = id.is_some() && source.contains("tasks");
        let name = (namespace, id.unwrap_or_else(|| stem(&blob.path).to_owned()));
        Some(Known { blob: blob.clone(), source, name, is_flow })
    }

    fn decided(&self, known: Vec<Known>, paths: &BTreeSet<&str>) -> Result<Vec<FlowPush>, Failure> {
        let mut by_name: BTreeMap<FlowName, Known> = BTreeMap::new();
        for file in known {
            if let Some(other) = by_name.get(&file.name).filter(|other| other.is_flow && file.is_flow) {
                return Err(Failure::new(format!(
                    "the files `{}` and `{}` of the repository both hold the flow `{}.{}`: delete one of them",
                    other.blob.path, file.blob.path, file.name.0, file.name.1
                )));
            }
            if file.is_flow || !by_name.contains_key(&file.name) {
                by_name.insert(file.name.clone(), file);
            }
        }
        let mut pushes = Vec::with_capacity(self.flows.len());
        for (name, source) in &self.flows {
            let known = by_name.get(name);
            let (path, state) = match known {
                Some(file) if file.source == *source => (file.blob.path.clone(), SyncState::Unchanged),
                Some(file) => (file.blob.path.clone(), SyncState::Updated),
                None => (self.new_path(name, paths)?, SyncState::Added),
            };
            let new = (state != SyncState::Unchanged).then(|| NewBlob {
                path: path.clone(),
                is_executable: known.is_some_and(|file| file.blob.is_executable),
                content: Content::Bytes(source.as_bytes().to_vec()),
            });
            pushes.push(FlowPush { path, name: name.clone(), state, new });
        }
        let mut lacked = Vec::new();
        for file in by_name.values().filter(|file| file.is_flow && !self.there.contains(&file.name)) {
            if self.fits(&file.name)? {
                lacked.push(file);
            }
        }
        let names: Vec<String> = lacked.iter().map(|file| file.blob.path.clone()).collect();
        refuse(self.missing, "the flows of the files", &names)?;
        if self.missing == Missing::Delete {
            pushes.extend(lacked.into_iter().map(|file| FlowPush {
                path: file.blob.path.clone(),
                name: file.name.clone(),
                state: SyncState::Deleted,
                new: None,
            }));
        }
        Ok(pushes)
    }

    /// Where a flow goes that is not in Git yet. What stands there and is another one is left alone.
    fn new_path(&self, (namespace, id): &FlowName, paths: &BTreeSet<&str>) -> Result<String, Failure> {
        let folder = self.layout.folder(namespace).unwrap_or_default();
        let base = joined(&self.directory, &joined(&folder, id));
        let mut free = ["yaml", "yml"].iter().map(|ending| format!("{base}.{ending}"));
        free.find(|path| !paths.contains(&**path)).ok_or_else(|| {
            Failure::new(format!(
                "there is no room in Git for the flow `{namespace}.{id}`: `{base}.yaml` and `{base}.yml` hold something else"
            ))
        })
    }

    /// Whether a flow is one of those that are meant: by its id, or by its path within the directory, with or without ending.
    pub(crate) fn fits(&self, (namespace, id): &FlowName) -> Result<bool, Failure> {
        fits(&self.patterns, &self.layout, namespace, id)
    }
}

/// Whether a pattern names a flow.
pub(crate) fn fits(patterns: &Globs, layout: &Layout, namespace: &str, id: &str) -> Result<bool, Failure> {
    let Some(folder) = layout.folder(namespace) else { return Ok(false) };
    if patterns.is_empty() {
        return Ok(true);
    }
    for base in [id.to_owned(), joined(&folder, id)] {
        for form in [base.clone(), format!("{base}.yaml"), format!("{base}.yml")] {
            if patterns.fit(&form)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str, source: &str) -> Known {
        let blob = Blob { path: path.to_owned(), id: "1".to_owned(), size: 1, is_executable: false };
        wanted(&[], &[]).known(&blob, source.as_bytes().to_vec()).unwrap()
    }

    fn name(id: &str) -> FlowName {
        ("n".to_owned(), id.to_owned())
    }

    fn wanted(flows: &[(&str, &str)], patterns: &[&str]) -> Wanted {
        Wanted {
            directory: "_flows".to_owned(),
            layout: Layout { namespace: "n".to_owned(), has_children: false },
            flows: flows.iter().map(|(id, source)| (name(id), (*source).to_owned())).collect(),
            there: flows.iter().map(|(id, _)| name(id)).collect(),
            patterns: Globs::of_directory(patterns).unwrap(),
            missing: Missing::Delete,
        }
    }

    fn decided(wanted: &Wanted, files: Vec<Known>) -> Vec<String> {
        let paths: Vec<String> = files.iter().map(|file| file.blob.path.clone()).collect();
        let paths = paths.iter().map(|path| &**path).collect();
        match wanted.decided(files, &paths) {
            Ok(pushes) => pushes.iter().map(|push| format!("{} {}", push.state.word(), push.path)).collect(),
            Err(failure) => vec![failure.to_string()],
        }
    }

    #[test]
    fn a_flow_stays_in_its_file_and_others_are_left_alone() {
        let wanted = wanted(&[("a", "id: a\ntasks: 1"), ("b", "id: b\ntasks: 2"), ("c", "c")], &[]);
        let files = || {
            vec![
                known("_flows/first.yml", "id: a\ntasks: 1"),
                known("_flows/b.yml", "id: b\ntasks: 1"),
                known("_flows/c.yaml", "id: other\ntasks: 1"),
                known("_flows/values.yaml", "x: 1"),
            ]
        };
        assert_eq!(
            decided(&wanted, files()),
            [
                "UNCHANGED _flows/first.yml",
                "UPDATED _flows/b.yml",
                "ADDED _flows/c.yml",
                "DELETED _flows/c.yaml"
            ]
        );
        let keep = Wanted { missing: Missing::Keep, ..wanted };
        assert_eq!(decided(&keep, files()).len(), 3);
    }

    #[test]
    fn only_flows_that_patterns_name_are_deleted() {
        let wanted = wanted(&[], &["x*"]);
        let files =
            vec![known("_flows/x1.yaml", "id: x1\ntasks: 1"), known("_flows/y.yaml", "id: y\ntasks: 1")];
        assert_eq!(decided(&wanted, files), ["DELETED _flows/x1.yaml"]);
    }

    #[test]
    fn a_broken_file_is_mended_in_its_place() {
        let wanted = wanted(&[("a", "id: a\ntasks: 1")], &[]);
        assert_eq!(decided(&wanted, vec![known("_flows/a.yaml", "id: [")]), ["UPDATED _flows/a.yaml"]);
    }

    #[test]
    fn a_flow_in_two_files_is_told() {
        let wanted = wanted(&[("a", "id: a")], &[]);
        let files = vec![known("_flows/a.yaml", "id: a\ntasks: 1"), known("_flows/z.yml", "id: a\ntasks: 1")];
        let told = decided(&wanted, files).concat();
        assert!(told.contains("_flows/a.yaml") && told.contains("_flows/z.yml"), "{told}");
    }
}
