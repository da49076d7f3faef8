//! What there is to be tested: test documents, the flows around them, files of namespaces.

mod namespace_files;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::check::{Document, File, Options};
use kapelle_core::diagnostic::{Code, Diagnostic, Severity};
use kapelle_core::flow;
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_engine::defaults::Layers;
use kapelle_engine::plan::Plan;
use kapelle_model::flow::Flow;
use kapelle_model::{Node, Span};

pub(super) use self::namespace_files::{FOLDER, NamespaceFile};
use super::document::Suite;
use super::{fit, reading};
use crate::files::{self, Place};
use crate::input::{self, Input};
use crate::outcome::Stop;

/// Everything that belongs to a command line.
#[derive(Default)]
pub(super) struct Folder {
    pub(super) sources: Vec<Source>,
    /// By namespace and id.
    pub(super) flows: BTreeMap<(String, String), KnownFlow>,
    /// Flows that are there and cannot be run.
    broken: BTreeSet<(String, String)>,
    /// Each with the place of its source.
    pub(super) suites: Vec<(usize, Suite)>,
    pub(super) namespace_files: Vec<NamespaceFile>,
    /// In the order of the sources, and of their texts.
    pub(super) wrong: Vec<Wrong>,
    pub(super) notes: Vec<String>,
}

/// A mistake that keeps everything from being run.
pub(super) struct Wrong {
    /// The place of its source.
    pub(super) source: usize,
    pub(super) found: Diagnostic,
    /// Whether the page about its code is about it: the pages are about flows.
    pub(super) has_page: bool,
}

/// A flow of the folder.
pub(super) struct KnownFlow {
    pub(super) source: usize,
    pub(super) text: Arc<str>,
    pub(super) tree: Flow,
    pub(super) plan: Plan,
    id_span: Span,
}

/// Reads everything that the paths mean. A file means its tests; its flows are looked for in the folder it stands in.
pub(super) fn gather(
    paths: &[OsString],
    namespace_files: Option<&OsString>,
    options: Options,
) -> Result<Folder, Stop> {
    if paths.iter().any(|path| path == "-") {
        return Err(Stop::Usage("tests are read from files and folders, not from standard input".to_owned()));
    }
    let roots = roots(paths);
    let mut found = files::find(&roots)?;
    found.places.retain(|place| !is_of_namespace(place));
    let chosen = chosen(paths)?;
    let (inputs, sources) = input::read(found.places);
    let checked = input::check(&inputs, sources, options);
    let mut folder = Folder { notes: found.notes, ..Folder::default() };
    for (input, file) in inputs.iter().zip(checked) {
        let is_chosen = input.path().is_some_and(|path| is_chosen(path, &chosen));
        folder.add(input, file, is_chosen, options);
    }
    folder.namespace_files = namespace_files::find(&roots, namespace_files)?;
    folder.fit_together();
    Ok(folder)
}

/// The folders that are looked through.
fn roots(paths: &[OsString]) -> Vec<OsString> {
    let folder_of = |path: &OsString| {
        let whole = Path::new(path);
        let is_file = whole.is_file();
        match whole.parent().filter(|_| is_file) {
            Some(parent) if parent == Path::new("") => OsString::from("."),
            Some(parent) => parent.as_os_str().to_owned(),
            None => path.clone(),
        }
    };
    if paths.is_empty() { vec![OsString::from(".")] } else { paths.iter().map(folder_of).collect() }
}

fn is_of_namespace(place: &Place) -> bool {
    match place {
        Place::File { real, .. } => real.components().any(|part| part.as_os_str() == FOLDER),
        Place::Stdin | Place::Locked { .. } => false,
    }
}

/// The files and folders whose tests are wanted, without links.
fn chosen(paths: &[OsString]) -> Result<Vec<PathBuf>, Stop> {
    let real = |path: &OsString| {
        let shown = Path::new(path).display();
        fs::canonicalize(path).map_err(|error| Stop::Usage(format!("cannot open `{shown}`: {error}")))
    };
    paths.iter().map(real).collect()
}

fn is_chosen(path: &Path, chosen: &[PathBuf]) -> bool {
    chosen.is_empty() || chosen.iter().any(|root| path.starts_with(root))
}

impl Folder {
    fn add(&mut self, input: &Input, file: File, is_chosen: bool, options: Options) {
        let File { source, documents } = file;
        let place = self.sources.len();
        let is_named = input.path().is_some_and(is_test_name);
        for document in documents {
            let root = yaml::read(source.text(), document.span).root;
            let is_test = is_named || root.as_ref().is_some_and(|root| root.get("testCases").is_some());
            match root {
                _ if is_test && !is_chosen => {}
                Some(root) if is_test => self.add_suite(place, &root, &document),
                Some(root) if root.get("tasks").is_some() => {
                    self.add_flow(place, &source, &root, document, options);
                }
                // A broken test document looks like nothing.
                None if is_test => self.note_wrong(place, document.diagnostics, true),
                _ => {}
            }
        }
        self.sources.push(source);
    }

    fn add_suite(&mut self, place: usize, root: &Node, document: &Document) {
        let of_text = document.diagnostics.iter().filter(|found| is_of_text(found.code)).cloned();
        self.note_wrong(place, of_text, true);
        let (suite, found) = reading::read(root);
        self.note_wrong(place, found, true);
        self.suites.extend(suite.map(|suite| (place, suite)));
    }

    fn add_flow(&mut self, place: usize, source: &Source, root: &Node, document: Document, options: Options) {
        let is_ok = document.is_ok();
        self.note_wrong(place, document.diagnostics, false);
        let (Some(namespace), Some(id)) = (document.namespace, document.id) else { return };
        if !is_ok {
            self.broken.insert((namespace, id));
            return;
        }
        let id_span = root.get("id").map_or(document.span, |id| id.span);
        let layers = Layers::default();
        let known = KnownFlow {
            source: place,
            text: source.slice(document.span).into(),
            tree: flow::read(root, Catalogue::bundled()),
            plan: Plan::compile(root, 1, layers, Catalogue::bundled(), options.language),
            id_span,
        };
        let name = (namespace, id);
        if let Some(first) = self.flows.get(&name) {
            let other = self.sources.get(first.source).unwrap_or(source);
            let line = other.position(first.id_span.start).line;
            let message = format!(
                "the flow `{}.{}` is there twice; the other one is in {}:{line}",
                name.0, name.1, other.name
            );
            let found = Diagnostic::new(Code::FlowDuplicate, id_span, message)
                .help("name the folder of the one that is to be tested");
            return self.note_wrong(place, [found], true);
        }
        self.flows.insert(name, known);
    }

    /// Keeps findings; all of them as errors, or only those that are errors anyway.
    fn note_wrong(&mut self, source: usize, found: impl IntoIterator<Item = Diagnostic>, all: bool) {
        let found = found.into_iter().filter(|found| all || found.severity == Severity::Error);
        let wrong = |found| Wrong {
            source,
            found: Diagnostic { severity: Severity::Error, ..found },
            has_page: true,
        };
        self.wrong.extend(found.map(wrong));
    }

    /// Compares the tests with the flows they are for.
    fn fit_together(&mut self) {
        for (source, suite) in &self.suites {
            if self.broken.contains(&(suite.namespace.clone(), suite.flow.clone())) {
                continue;
            }
            let found = fit::check(suite, &self.flows).into_iter();
            let wrong = |found| Wrong {
                source: *source,
                found: Diagnostic { severity: Severity::Error, ..found },
                has_page: false,
            };
            self.wrong.extend(found.map(wrong));
        }
        self.wrong.sort_by_key(|wrong| (wrong.source, wrong.found.span.start));
    }
}

/// `….test.yaml`, `….test.yml`.
fn is_test_name(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| Path::new(stem).extension().is_some_and(|end| end == "test"))
}

/// Findings about the text itself, whatever the document is.
const fn is_of_text(code: Code) -> bool {
    matches!(
        code,
        Code::SourceTooLarge
            | Code::SourceEncoding
            | Code::SourceUnreadable
            | Code::YamlSyntax
            | Code::YamlTab
            | Code::YamlIndentation
            | Code::YamlExpressionUnquoted
            | Code::YamlControlCharacter
            | Code::YamlDuplicateKey
            | Code::YamlTooDeep
            | Code::YamlTooManyNodes
    )
}
