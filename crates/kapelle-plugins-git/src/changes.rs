//! What has to be done so that two places have the same: pure functions over what both have.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::Failure;
use kapelle_plugin::{FlowRef, FlowSource};

use crate::diff::SyncState;

/// A flow by namespace and id.
pub(crate) type FlowName = (String, String);

/// A flow as it is in Git, in the namespace that its place says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlowFile {
    /// From the root of the repository.
    pub(crate) path: String,
    pub(crate) namespace: String,
    pub(crate) id: String,
    pub(crate) source: String,
}

/// What becomes of a flow of the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlowChange {
    /// Where it is in Git; nothing if it is not.
    pub(crate) path: Option<String>,
    pub(crate) namespace: String,
    pub(crate) id: String,
    pub(crate) state: SyncState,
    /// The revision that is there, or comes; nothing of one that nobody knows yet.
    pub(crate) revision: Option<u32>,
    /// What is saved.
    pub(crate) source: Option<String>,
}

/// What is to happen to what one place has and the other has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Delete,
    Keep,
    Fail,
}

/// Files by the flows in them. Two files with the same flow are a failure that names them.
pub(crate) fn by_name(files: Vec<FlowFile>) -> Result<BTreeMap<FlowName, FlowFile>, Failure> {
    let mut known: BTreeMap<FlowName, FlowFile> = BTreeMap::new();
    for file in files {
        let name = (file.namespace.clone(), file.id.clone());
        if let Some(other) = known.get(&name) {
            return Err(Failure::new(format!(
                "the files `{}` and `{}` of the repository both hold the flow `{}.{}`: delete one of them",
                other.path, file.path, file.namespace, file.id
            )));
        }
        known.insert(name, file);
    }
    Ok(known)
}

/// What becomes of flows of the instance when it is to have what Git has.
///
/// `kept` are flows that stay though Git has them not: the one that runs the task, and those whose files have mistakes.
pub(crate) fn to_instance(
    git: BTreeMap<FlowName, FlowFile>,
    instance: &[FlowSource],
    missing: Missing,
    kept: &BTreeSet<FlowName>,
) -> Vec<FlowChange> {
    let there: BTreeMap<FlowName, &FlowSource> =
        instance.iter().map(|flow| ((flow.namespace.clone(), flow.id.clone()), flow)).collect();
    let gone = there.iter().filter(|(name, _)| missing == Missing::Delete && !git.contains_key(*name));
    let gone: Vec<FlowChange> = gone
        .filter(|(name, _)| !kept.contains(*name))
        .map(|((namespace, id), flow)| FlowChange {
            path: None,
            namespace: namespace.clone(),
            id: id.clone(),
            state: SyncState::Deleted,
            revision: Some(flow.revision),
            source: None,
        })
        .collect();
    let come = git.into_iter().map(|((namespace, id), file)| {
        let known = there.get(&(namespace.clone(), id.clone()));
        let (state, revision) = match known {
            None => (SyncState::Added, None),
            Some(flow) if flow.source == file.source => (SyncState::Unchanged, Some(flow.revision)),
            Some(flow) => (SyncState::Updated, Some(flow.revision + 1)),
        };
        let source = (state != SyncState::Unchanged).then_some(file.source);
        FlowChange { path: Some(file.path), namespace, id, state, revision, source }
    });
    come.chain(gone).collect()
}

impl FlowChange {
    pub(crate) fn flow(&self) -> FlowRef {
        FlowRef { namespace: self.namespace.clone(), flow: self.id.clone() }
    }
}

/// What one place has and the other has not, as a failure that names it, if it is to be one.
pub(crate) fn refuse(missing: Missing, what: &str, names: &[String]) -> Result<(), Failure> {
    const NAMED_MAX: usize = 20;
    if missing != Missing::Fail || names.is_empty() {
        return Ok(());
    }
    let mut named = names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED_MAX {
        named = format!("{named} and {} more", names.len() - NAMED_MAX);
    }
    Err(Failure::new(format!(
        "the source of truth lacks {what} {named}: put them there, or let `whenMissingInSource` be DELETE or KEEP"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, source: &str) -> FlowFile {
        FlowFile {
            path: format!("_flows/{id}.yaml"),
            namespace: "n".to_owned(),
            id: id.to_owned(),
            source: source.to_owned(),
        }
    }

    fn flow(id: &str, source: &str) -> FlowSource {
        FlowSource { namespace: "n".to_owned(), id: id.to_owned(), revision: 3, source: source.to_owned() }
    }

    fn told(missing: Missing, kept: &[&str]) -> Vec<String> {
        let git = by_name(vec![file("new", "1"), file("same", "1"), file("other", "2")]).unwrap();
        let instance = [flow("same", "1"), flow("other", "1"), flow("gone", "1")];
        let kept = kept.iter().map(|id| ("n".to_owned(), (*id).to_owned())).collect();
        let changes = to_instance(git, &instance, missing, &kept);
        changes
            .iter()
            .map(|change| format!("{} {} {:?}", change.id, change.state.word(), change.revision))
            .collect()
    }

    #[test]
    fn the_instance_gets_what_git_has() {
        let come = ["new ADDED None", "other UPDATED Some(4)", "same UNCHANGED Some(3)"];
        assert_eq!(told(Missing::Keep, &[]), come);
        assert_eq!(told(Missing::Delete, &["gone"]), come);
        assert_eq!(told(Missing::Delete, &[])[3..], ["gone DELETED Some(3)"]);
    }

    #[test]
    fn two_files_with_one_flow_are_named() {
        let other = FlowFile { path: "_flows/a.yml".to_owned(), ..file("a", "2") };
        let told = by_name(vec![file("a", "1"), other]).unwrap_err().to_string();
        assert!(
            told.contains("_flows/a.yaml") && told.contains("_flows/a.yml") && told.contains("n.a"),
            "{told}"
        );
    }

    #[test]
    fn what_is_missing_fails_only_if_it_is_to() {
        let names = ["a".to_owned()];
        assert!(refuse(Missing::Delete, "flows", &names).is_ok());
        assert!(refuse(Missing::Fail, "flows", &[]).is_ok());
        assert!(refuse(Missing::Fail, "flows", &names).unwrap_err().to_string().contains("flows a"));
    }
}
