//! Which files a command line means: files by name, folders with everything in them.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::ignore::{IGNORE_FILE, Rules};
use crate::outcome::Stop;

/// A place that a text comes from.
#[derive(Debug)]
pub(crate) enum Place {
    Stdin,
    File {
        /// As people know it: the way from where they are.
        shown: PathBuf,
        /// Without links, so that two ways to one file are seen as one.
        real: PathBuf,
    },
    /// A folder that could not be listed.
    Locked {
        shown: PathBuf,
        error: io::Error,
    },
}

#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) places: Vec<Place>,
    /// What a person should know beside the result.
    pub(crate) notes: Vec<String>,
}

/// The files of a command line, each once, in its order; the files of a folder in the order of their names.
pub(crate) fn find(arguments: &[OsString]) -> Result<Found, Stop> {
    let here = [OsString::from(".")];
    let arguments = if arguments.is_empty() { &here } else { arguments };
    let mut found = Found::default();
    let mut has_stdin = false;
    for argument in arguments {
        let path = Path::new(argument);
        if argument == "-" {
            if !has_stdin {
                found.places.push(Place::Stdin);
            }
            has_stdin = true;
        } else if path.is_dir() {
            folder(path, &mut found)?;
        } else {
            let real = fs::canonicalize(path).map_err(|error| missing(path, &error))?;
            found.places.push(Place::File { shown: path.to_owned(), real });
        }
    }
    let mut seen = HashSet::new();
    found.places.retain(|place| match place {
        Place::File { real, .. } => seen.insert(real.clone()),
        Place::Stdin | Place::Locked { .. } => true,
    });
    Ok(found)
}

fn missing(path: &Path, error: &io::Error) -> Stop {
    let path = path.display();
    Stop::Usage(match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file or folder `{path}`"),
        _ => format!("cannot open `{path}`: {error}"),
    })
}

/// The files of a folder in the order of their names. None is no mistake here.
pub(crate) fn below(path: &Path) -> io::Result<Vec<Place>> {
    walk(path).map(|walk| walk.places)
}

fn walk(path: &Path) -> io::Result<Walk> {
    let root = fs::canonicalize(path)?;
    let mut walk = Walk { root: root.clone(), ..Walk::default() };
    // `check` and `check .` name files as `ls` would.
    let shown = if path == Path::new(".") { PathBuf::new() } else { path.to_owned() };
    walk.folder(&shown, &root, &mut Vec::new());
    walk.add_links();
    walk.places.sort_by(|left, right| shown_path(left).cmp(shown_path(right)));
    Ok(walk)
}

fn folder(path: &Path, found: &mut Found) -> Result<(), Stop> {
    let mut walk = walk(path).map_err(|error| missing(path, &error))?;
    if walk.places.is_empty() {
        let rules = if walk.ignored > 0 { " that `.kestraignore` does not name" } else { "" };
        return Err(Stop::Usage(format!(
            "there are no `.yml` or `.yaml` files{rules} in `{}` or below",
            path.display()
        )));
    }
    if walk.links_out > 0 {
        found.notes.push(format!(
            "note: {} in `{}` not followed: the way leads out of the folder",
            crate::report::plural(walk.links_out, "link"),
            path.display()
        ));
    }
    found.places.append(&mut walk.places);
    Ok(())
}

fn shown_path(place: &Place) -> &Path {
    match place {
        Place::File { shown, .. } | Place::Locked { shown, .. } => shown,
        Place::Stdin => Path::new(""),
    }
}

/// A walk through one folder.
#[derive(Default)]
struct Walk {
    root: PathBuf,
    places: Vec<Place>,
    /// Links to files inside the root. They count only if their file is not found without them.
    links: Vec<Place>,
    links_out: usize,
    ignored: usize,
    /// One for each folder from the root to the current one.
    rules: Vec<Rules>,
}

impl Walk {
    /// `way` are the names from the root to this folder.
    fn folder(&mut self, shown: &Path, real: &Path, way: &mut Vec<String>) {
        let entries = match fs::read_dir(real).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => {
                self.places.push(Place::Locked { shown: shown.to_owned(), error });
                return;
            }
        };
        let ignore_file = fs::read(real.join(IGNORE_FILE)).unwrap_or_default();
        self.rules.push(Rules::parse(&String::from_utf8_lossy(&ignore_file)));
        for entry in entries {
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            if name == ".git" || !(kind.is_dir() || is_yaml(Path::new(&name))) {
                continue;
            }
            way.push(name.to_string_lossy().into_owned());
            let shown = shown.join(&name);
            if Rules::ignore(&self.rules, way, kind.is_dir()) {
                self.ignored += 1;
            } else if kind.is_dir() {
                self.folder(&shown, &entry.path(), way);
            } else if kind.is_symlink() {
                self.link(shown, &entry.path());
            } else if kind.is_file() {
                self.places.push(Place::File { shown, real: entry.path() });
            }
            way.pop();
        }
        self.rules.pop();
    }

    /// Links to folders need no following: a folder inside the root is walked anyway.
    fn link(&mut self, shown: PathBuf, link: &Path) {
        match fs::canonicalize(link) {
            Ok(real) if !real.starts_with(&self.root) => self.links_out += 1,
            Ok(real) if real.is_file() => self.links.push(Place::File { shown, real }),
            Ok(_) => {}
            // Leads nowhere: reading it will say so.
            Err(_) => self.places.push(Place::File { shown, real: link.to_owned() }),
        }
    }

    fn add_links(&mut self) {
        let real = |place: &Place| match place {
            Place::File { real, .. } => Some(real.clone()),
            Place::Stdin | Place::Locked { .. } => None,
        };
        let mut seen: HashSet<PathBuf> = self.places.iter().filter_map(real).collect();
        self.links.sort_by(|left, right| shown_path(left).cmp(shown_path(right)));
        for link in self.links.drain(..) {
            if real(&link).is_some_and(|real| seen.insert(real)) {
                self.places.push(link);
            }
        }
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}
