//! Folders of flows: read at the start, and followed from then on.
//!
//! What a folder says holds: a file that changes saves its flows again, and a flow that no file has any more is ended.
//! Mistakes are told with file, line and column, and what was saved before stays; the server goes on.

mod difference;
mod news;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use kapelle_core::check::{Document, File};
use kapelle_core::diagnostic::Severity;
use kapelle_runtime::{Runtime, Unsaved};

use self::difference::{Difference, FlowName, Seen, Stamp, difference};
use self::news::News;
use crate::commands::check::{Level, options};
use crate::files::Place;
use crate::report::{Counts, Format, Report, plural};
use crate::terminal::{Stream, note};
use crate::{files, input};

/// How often the folders are looked at when nobody tells of changes: not all file systems do.
const LOOK: Duration = Duration::from_secs(10);

/// How long nothing may happen before what happened is read: programs write several files, one after the other.
const REST: Duration = Duration::from_millis(150);

/// The folders that flows come from.
pub(super) struct Watching {
    folders: Vec<PathBuf>,
    tenant: Arc<str>,
    level: Level,
    /// What is known of each file, by its way without links.
    seen: BTreeMap<PathBuf, Seen>,
    /// Why the folders could not be read the last time.
    told: Option<String>,
}

/// What one look came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) saved: usize,
    pub(super) ended: usize,
}

impl Counted {
    pub(super) fn tell(&self) {
        if self.saved > 0 {
            note(&format!("flows: {} saved", plural(self.saved, "flow")));
        }
        if self.ended > 0 {
            note(&format!("flows: {} ended, as no file has them any more", plural(self.ended, "flow")));
        }
    }
}

impl Watching {
    pub(super) fn new(folders: Vec<PathBuf>, tenant: &str, level: Level) -> Self {
        Self { folders, tenant: tenant.into(), level, seen: BTreeMap::new(), told: None }
    }

    pub(super) const fn is_wanted(&self) -> bool {
        !self.folders.is_empty()
    }

    /// Looks at the folders, and saves what is new in them.
    pub(super) fn look(&mut self, runtime: &Runtime) -> Counted {
        let Some(places) = self.places() else { return Counted::default() };
        let stamps = stamps(&places);
        if stamps.len() == self.seen.len() && stamps.iter().all(|(path, stamp)| self.is_known(path, stamp)) {
            return Counted::default();
        }
        let (inputs, sources) = input::read(places);
        let paths: Vec<PathBuf> =
            inputs.iter().map(|input| input.path().map(Path::to_owned).unwrap_or_default()).collect();
        let checked = input::check(&inputs, sources, options(self.level, false));
        let mut now = BTreeMap::new();
        for (path, file) in paths.iter().zip(&checked) {
            let stamp = stamps.get(path).cloned().unwrap_or_default();
            let flows = file.documents.iter().filter_map(name).collect();
            let is_whole = file.documents.iter().all(is_good);
            now.insert(path.clone(), Seen { stamp, flows, is_whole });
        }
        let found = difference(&self.seen, &now);
        let mut changed = Vec::new();
        for (path, file) in paths.iter().zip(checked) {
            if found.changed.contains(path) {
                changed.push(file);
            }
        }
        let counted = Counted { saved: self.save(runtime, &changed), ended: self.end(runtime, &found) };
        self.seen = found.seen;
        counted
    }

    fn is_known(&self, path: &Path, stamp: &Stamp) -> bool {
        self.seen.get(path).is_some_and(|seen| seen.stamp == *stamp)
    }

    /// The files of all folders. A folder that cannot be read says nothing about its flows, so nothing is done then.
    fn places(&mut self) -> Option<Vec<Place>> {
        let found: Result<Vec<Vec<Place>>, String> =
            self.folders.iter().map(|folder| places(folder)).collect();
        match found {
            Ok(found) => {
                self.told = None;
                Some(found.into_iter().flatten().collect())
            }
            Err(problem) => {
                if self.told.as_ref() != Some(&problem) {
                    note(&format!(
                        "warning: {problem}; its flows stay as they are, and it is looked at again"
                    ));
                }
                self.told = Some(problem);
                None
            }
        }
    }

    /// Saves what has no mistakes, and tells those of the rest.
    fn save(&self, runtime: &Runtime, files: &[File]) -> usize {
        let counts = Counts::of(files);
        if counts.errors > 0 {
            let report = Report { files, counts, elapsed: Duration::ZERO, errors_only: true };
            // Without anybody to tell, there is nobody to tell that.
            Stream::Err.print(report.render(Format::Human, Stream::Err.style()).as_bytes()).ok();
        }
        let mut saved = 0;
        for file in files {
            for document in file.documents.iter().filter(|document| is_good(document)) {
                if let Some(name) = name(document) {
                    saved += usize::from(self.save_one(runtime, file, document, &name));
                }
            }
        }
        saved
    }

    fn save_one(&self, runtime: &Runtime, file: &File, document: &Document, name: &FlowName) -> bool {
        let (start, end) = (document.span.start as usize, document.span.end as usize);
        let source = file.source.text().get(start..end).unwrap_or_default();
        let why = match runtime.save_flow(&self.tenant, source) {
            Ok(_) => return true,
            Err(Unsaved::Wrong(found)) => {
                found.first().map_or_else(String::new, |found| found.message.clone())
            }
            Err(Unsaved::Store(error)) => error.to_string(),
        };
        note(&format!("error: {}: `{name}` is not saved: {why}", file.source.name));
        false
    }

    fn end(&self, runtime: &Runtime, found: &Difference) -> usize {
        let ended = found.gone.iter().filter(|FlowName { namespace, id }| {
            match runtime.delete_flow(&self.tenant, namespace, id) {
                Ok(was_there) => was_there,
                Err(error) => {
                    note(&format!("error: `{namespace}.{id}` is in no file any more, but stays: {error}"));
                    false
                }
            }
        });
        ended.count()
    }

    /// Follows the folders until the runtime is gone.
    pub(super) async fn follow(mut self, runtime: Weak<Runtime>) {
        let mut news = News::new();
        loop {
            news.follow(&self.folders);
            // The first look after a folder is watched finds what came before.
            let looked = tokio::task::spawn_blocking({
                let runtime = Weak::clone(&runtime);
                move || {
                    let counted = runtime.upgrade().map(|runtime| self.look(&runtime));
                    (self, counted)
                }
            });
            let Ok((watching, Some(counted))) = looked.await else { return };
            self = watching;
            counted.tell();
            if tokio::time::timeout(LOOK, news.come()).await.is_ok() {
                while tokio::time::timeout(REST, news.come()).await.is_ok() {}
            }
        }
    }
}

fn places(folder: &Path) -> Result<Vec<Place>, String> {
    let unreadable =
        |error: &io::Error| format!("`{}` cannot be read: {}", folder.display(), input::reason(error));
    // A folder that may not be listed is no empty one.
    std::fs::read_dir(folder).map_err(|error| unreadable(&error))?;
    files::below(folder).map_err(|error| unreadable(&error))
}

fn stamps(places: &[Place]) -> BTreeMap<PathBuf, Stamp> {
    let stamp = |place: &Place| match place {
        Place::File { real, .. } => Some((real.clone(), Stamp::of(real))),
        // It is told each time its own stamp changes, which is when somebody repairs it.
        Place::Locked { shown, .. } => Some((shown.clone(), Stamp::of(shown))),
        Place::Stdin => None,
    };
    places.iter().filter_map(stamp).collect()
}

fn name(document: &Document) -> Option<FlowName> {
    Some(FlowName { namespace: document.namespace.clone()?, id: document.id.clone()? })
}

fn is_good(document: &Document) -> bool {
    document.diagnostics.iter().all(|found| found.severity != Severity::Error)
}

/// Folders that are named twice are followed once.
pub(super) fn folders(of_options: Option<&Path>, of_settings: &[PathBuf]) -> Vec<PathBuf> {
    let all: BTreeSet<PathBuf> =
        of_options.map(Path::to_owned).into_iter().chain(of_settings.iter().cloned()).collect();
    all.into_iter().collect()
}
