//! The flows of a command line, read and checked.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use kapelle_core::check::Document;
use kapelle_runtime::{Definition, Runtime, Unsaved};

use crate::argo::{self, Options, Runner};
use crate::commands::check::{Level, options};
use crate::local::{self, TENANT};
use crate::outcome::{Outcome, Stop};
use crate::report::{Counts, Format, Report};
use crate::terminal::Stream;
use crate::{files, input};

/// How workflows of Argo run: as pods, as they were written, where somebody named a cluster; else where they can.
pub(super) fn argo(configured: &BTreeMap<String, String>) -> Options<'static> {
    let runner = if local::names_cluster(configured) { Runner::Kubernetes } else { Runner::Auto };
    Options { namespace: "argo", runner }
}

/// Flows by their sources; the one that is to be run comes last.
#[derive(Debug)]
pub(super) struct Flows {
    sources: Vec<String>,
}

/// Reads flows. With mistakes they are told, and nothing runs.
pub(super) fn read(
    path: &Path,
    name: Option<&str>,
    more: Option<&Path>,
    argo: &Options<'_>,
) -> Result<Result<Flows, Outcome>, Stop> {
    let paths: Vec<&Path> = std::iter::once(path).chain(more).collect();
    let mut flows = match all(&paths, argo)? {
        Ok(flows) => flows,
        Err(outcome) => return Ok(Err(outcome)),
    };
    let candidates = flows.iter().filter(|(full, _, is_own)| match name {
        Some(name) => full == name,
        None => *is_own,
    });
    let chosen: Vec<String> = candidates.map(|(full, ..)| full.clone()).collect();
    let chosen = match (chosen.as_slice(), name) {
        ([one], _) => one.clone(),
        ([], Some(name)) => return Err(Stop::Usage(format!("there is no flow `{name}`{}", names(&flows)))),
        ([], None) => return Err(Stop::Usage(format!("there is no flow in {}", path.display()))),
        _ => {
            return Err(Stop::Usage(format!(
                "there are several flows; --flow NAMESPACE.ID says which one to run{}",
                names(&flows)
            )));
        }
    };
    flows.sort_by_key(|(full, ..)| *full == chosen);
    Ok(Ok(Flows { sources: flows.into_iter().map(|(_, text, _)| text).collect() }))
}

/// The full name of a flow, its source, and whether it is of the first place.
pub(crate) type Found = (String, String, bool);

/// All flows of these places. With mistakes they are told, and there is none.
pub(crate) fn all(places: &[&Path], argo: &Options<'_>) -> Result<Result<Vec<Found>, Outcome>, Stop> {
    let paths: Vec<OsString> = places.iter().map(|path| path.as_os_str().to_owned()).collect();
    let found = files::find(&paths)?;
    let own = files::find(&paths[..1])?.places.len();
    let (inputs, sources) = input::read(found.places);
    let is_own = (0..inputs.len()).map(|place| place < own);
    let texts = is_own.zip(inputs).zip(sources).collect();
    let Some(texts) = argo::in_place(texts, argo, super::say) else {
        return Err(Stop::Failed(anyhow!(
            "some of the workflow would be left out: mend it, or make a flow of it with `kapelle import argo` and mend that"
        )));
    };
    let (given, sources): (Vec<_>, Vec<_>) = texts.into_iter().unzip();
    let (is_own, inputs): (Vec<bool>, Vec<_>) = given.into_iter().unzip();
    let checked = input::check(&inputs, sources, options(Level::One, false));
    let counts = Counts::of(&checked);
    if counts.errors > 0 {
        let report = Report { files: &checked, counts, elapsed: Duration::ZERO, errors_only: true };
        Stream::Err.print(report.render(Format::Human, Stream::Err.style()).as_bytes())?;
        return Ok(Err(Outcome::Errors));
    }
    let mut flows = Vec::new();
    for (file, is_own) in checked.iter().zip(is_own) {
        for document in &file.documents {
            if let Some(full) = full_name(document) {
                let (start, end) = (document.span.start as usize, document.span.end as usize);
                let text = file.source.text().get(start..end).unwrap_or_default().to_owned();
                flows.push((full, text, is_own));
            }
        }
    }
    Ok(Ok(flows))
}

fn full_name(document: &Document) -> Option<String> {
    Some(format!("{}.{}", document.namespace.as_ref()?, document.id.as_ref()?))
}

fn names(flows: &[Found]) -> String {
    const SHOWN: usize = 10;
    let names: Vec<&str> = flows.iter().take(SHOWN).map(|(full, ..)| full.as_str()).collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!(": {}{}", names.join(", "), if flows.len() > SHOWN { ", …" } else { "" }),
    }
}

impl Flows {
    /// Saves all of them. The one that is to be run.
    pub(super) fn save(&self, runtime: &Runtime) -> Result<Arc<Definition>, Stop> {
        let tenant = Arc::from(TENANT);
        let mut last = None;
        for source in &self.sources {
            last = Some(runtime.save_flow(&tenant, source).map_err(unsaved)?);
        }
        last.ok_or_else(|| Stop::Usage("there is no flow".to_owned()))
    }
}

/// Why a flow was not saved, for a person.
pub(crate) fn unsaved(unsaved: Unsaved) -> Stop {
    match unsaved {
        Unsaved::Store(error) => super::stopped(error),
        Unsaved::Wrong(found) => {
            let first = found.first().map_or_else(String::new, |found| found.message.clone());
            Stop::Failed(anyhow!("a flow cannot be saved: {first}"))
        }
    }
}
