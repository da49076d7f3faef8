//! Flows of a repository, brought to the instance: all are looked at before the first one is saved.

use std::collections::BTreeSet;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Broken, FlowSource, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::changes::{FlowChange, FlowFile, FlowName, Missing, by_name, refuse, to_instance};
use crate::diff::{Row, SyncState};
use crate::layout::Layout;
use crate::names::below;
use crate::repository::{Blob, Repository};
use crate::written_flow::{SOURCE_MAX, id_of, in_namespace, is_flow_file, stem};

/// Files with mistakes that a failure names.
const NAMED_MAX: usize = 20;

/// What happens where a file of the repository holds no flow that can be saved.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OnInvalid {
    /// It is left out, and the log says so where it says details.
    Skip,
    /// It is left out with a warning.
    Warn,
    /// The task fails before it changes anything.
    Fail,
}

impl Word for OnInvalid {}

/// Which flows are brought, and how.
pub(crate) struct Wanted {
    pub(crate) directory: String,
    pub(crate) layout: Layout,
    pub(crate) on_invalid: OnInvalid,
    pub(crate) missing: Missing,
}

/// A file that was read, with the namespace that its place says.
struct Read {
    path: String,
    namespace: String,
    source: Result<String, String>,
}

/// A file with mistakes.
struct Mistaken {
    path: String,
    lines: Vec<String>,
    name: FlowName,
}

/// What becomes of the flows of the instance.
pub(crate) async fn plan(
    cx: &RunContext,
    git: &Repository<'_>,
    files: &[Blob],
    wanted: Wanted,
) -> Result<Vec<FlowChange>, Broken> {
    let read = read(cx, git, files, &wanted).await?;
    cx.blocking(move |cx| decided(cx, read, &wanted)).await
}

async fn read(
    cx: &RunContext,
    git: &Repository<'_>,
    files: &[Blob],
    wanted: &Wanted,
) -> Result<Vec<Read>, Broken> {
    let named = files.iter().filter_map(|file| {
        let path = below(&wanted.directory, &file.path).filter(|path| is_flow_file(path))?;
        Some((file, wanted.layout.namespace(path)?))
    });
    let (small, large): (Vec<_>, Vec<_>) = named.partition(|(file, _)| file.size <= SOURCE_MAX);
    let blobs: Vec<&Blob> = small.iter().map(|(file, _)| *file).collect();
    let contents = git.read(cx, &blobs).await?;
    let mut read: Vec<Read> = small
        .into_iter()
        .zip(contents)
        .map(|((file, namespace), bytes)| {
            let source = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned());
            Read { path: file.path.clone(), namespace, source }
        })
        .collect();
    read.extend(large.into_iter().map(|(file, namespace)| {
        let source = Err(format!("it has more than {SOURCE_MAX} bytes"));
        Read { path: file.path.clone(), namespace, source }
    }));
    Ok(read)
}

fn decided(cx: &RunContext, read: Vec<Read>, wanted: &Wanted) -> Result<Vec<FlowChange>, Broken> {
    let (files, mistaken) = judged(cx, read)?;
    if !mistaken.is_empty() && wanted.on_invalid == OnInvalid::Fail {
        return Err(told(&mistaken).into());
    }
    let level = if wanted.on_invalid == OnInvalid::Warn { Level::Warn } else { Level::Debug };
    for file in &mistaken {
        cx.log(level, format!("left out, since it has mistakes: {}", in_lines(file)));
    }
    let mut kept: BTreeSet<FlowName> = mistaken.into_iter().map(|file| file.name).collect();
    let own = (cx.place.namespace.to_string(), cx.place.flow.to_string());
    let git = by_name(files)?;
    let instance = flows(cx, &wanted.layout)?;
    let is_lacked = |flow: &&FlowSource| {
        let name = (flow.namespace.clone(), flow.id.clone());
        !git.contains_key(&name) && !kept.contains(&name)
    };
    let lacked: Vec<&FlowSource> = instance.iter().filter(is_lacked).collect();
    let names: Vec<String> = lacked.iter().map(|flow| format!("{}.{}", flow.namespace, flow.id)).collect();
    refuse(wanted.missing, "the flows", &names)?;
    if wanted.missing == Missing::Delete
        && lacked.iter().any(|flow| flow.namespace == own.0 && flow.id == own.1)
    {
        cx.log(
            Level::Warn,
            format!("the flow `{}.{}` is not in Git, but it runs this task, so it stays", own.0, own.1),
        );
    }
    kept.insert(own);
    Ok(to_instance(git, &instance, wanted.missing, &kept))
}

/// The flows of the instance that are meant.
pub(crate) fn flows(cx: &RunContext, layout: &Layout) -> Result<Vec<FlowSource>, Failure> {
    if !layout.has_children {
        return cx.host.flows().list(&layout.namespace);
    }
    let mut flows = Vec::new();
    for namespace in cx.host.flows().namespaces()?.iter().filter(|name| layout.covers(name)) {
        flows.extend(cx.host.flows().list(namespace)?);
    }
    Ok(flows)
}

/// Flows as they would be saved, and files that hold none.
fn judged(cx: &RunContext, read: Vec<Read>) -> Result<(Vec<FlowFile>, Vec<Mistaken>), Broken> {
    let (mut files, mut mistaken) = (Vec::new(), Vec::new());
    for Read { path, namespace, source } in read {
        cx.go_on()?;
        let source = source.map(|source| in_namespace(&source, &namespace));
        let id = source.as_deref().ok().and_then(id_of);
        let lines = match &source {
            Err(reason) => vec![reason.clone()],
            Ok(_) if id.is_none() => vec!["1:1: it has no `id`, so it is no flow".to_owned()],
            Ok(source) => cx.host.flows().mistakes(source)?,
        };
        match (source, id) {
            (Ok(source), Some(id)) if lines.is_empty() => {
                files.push(FlowFile { path, namespace, id, source });
            }
            (_, id) => {
                let id = id.unwrap_or_else(|| stem(&path).to_owned());
                mistaken.push(Mistaken { path, lines, name: (namespace, id) });
            }
        }
    }
    Ok((files, mistaken))
}

fn in_lines(file: &Mistaken) -> String {
    let lines: Vec<String> = file.lines.iter().map(|line| format!("{}:{line}", file.path)).collect();
    lines.join("\n")
}

fn told(mistaken: &[Mistaken]) -> Failure {
    let shown: Vec<String> = mistaken.iter().take(NAMED_MAX).map(in_lines).collect();
    Failure::new(format!(
        "{} of the files in Git hold no flows that can be saved, so nothing was changed:\n{}",
        mistaken.len(),
        shown.join("\n")
    ))
}

/// Saves and ends flows. The changes, with the revisions that came of them.
pub(crate) async fn apply(cx: &RunContext, changes: Vec<FlowChange>) -> Result<Vec<FlowChange>, Broken> {
    cx.blocking(move |cx| {
        let mut done = Vec::with_capacity(changes.len());
        for mut change in changes {
            cx.go_on()?;
            let shown = format!("the flow `{}.{}`", change.namespace, change.id);
            if let Some(source) = change.source.take() {
                let saved = cx.host.flows().save(&source);
                let saved =
                    saved.map_err(|reason| Failure::new(format!("{shown} cannot be saved: {reason}")))?;
                change.revision = Some(saved.revision);
                cx.log(Level::Info, format!("{shown} is at revision {} now", saved.revision));
            } else if change.state == SyncState::Deleted {
                cx.host.flows().delete(&change.flow())?;
                cx.log(Level::Info, format!("{shown} was deleted"));
            }
            done.push(change);
        }
        Ok(done)
    })
    .await
}

/// The line of a change.
pub(crate) fn row(change: &FlowChange) -> Row {
    vec![
        ("gitPath", change.path.as_deref().map_or(Value::Null, Value::from)),
        ("syncState", Value::from(change.state.word())),
        ("flowId", Value::from(&*change.id)),
        ("namespace", Value::from(&*change.namespace)),
        ("revision", change.revision.map_or(Value::Null, |revision| Value::Int(revision.into()))),
    ]
}
