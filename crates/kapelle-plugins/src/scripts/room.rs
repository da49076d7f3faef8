//! The folder of a run within the directory of its attempt: temporary files, fetched files, commands. It goes away when the
//! run is over, so that nobody takes it for work of the task.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use kapelle_model::{Failure, Text};

pub(crate) struct Room {
    pub(crate) directory: PathBuf,
    own: PathBuf,
    /// The file of a script, which stands in the directory itself: languages look for modules beside it.
    script: PathBuf,
    has_output: bool,
}

impl Room {
    pub(crate) fn open(directory: &Path, run_id: &str, has_output: bool) -> Result<Self, Failure> {
        let own = directory.join(format!(".kapelle-{run_id}"));
        let script = directory.join(format!("script-{run_id}"));
        let room = Self { directory: directory.to_owned(), own, script, has_output };
        for folder in [room.temporary(), room.files()].into_iter().chain(room.output()) {
            let mut builder = DirBuilder::new();
            builder
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .map_err(|error| Failure::new(format!("`{}` cannot be made: {error}", folder.display())))?;
        }
        Ok(room)
    }

    /// What becomes the `/tmp` of the program.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.own.join("tmp")
    }

    /// Where packages are put that are not kept.
    pub(crate) fn packages(&self) -> PathBuf {
        self.own.join("packages")
    }

    /// Where the program puts files that are kept, if the task has such a folder.
    pub(crate) fn output(&self) -> Option<PathBuf> {
        self.has_output.then(|| self.own.join("output"))
    }

    /// A place for a file that is fetched.
    pub(crate) fn file(&self, number: usize, name: &str) -> PathBuf {
        self.files().join(format!("{number}-{name}"))
    }

    fn files(&self) -> PathBuf {
        self.own.join("files")
    }

    /// Writes a text for the program into the folder, seen by nobody else.
    pub(crate) fn write(&self, name: &str, text: &Text) -> Result<PathBuf, Failure> {
        write(self.own.join(name), text)
    }

    /// Writes the source of a script.
    pub(crate) fn write_script(&mut self, ending: &str, text: &Text) -> Result<PathBuf, Failure> {
        self.script =
            self.directory.join(format!("{}{ending}", self.script.file_name().unwrap_or_default().display()));
        write(self.script.clone(), text)
    }
}

fn write(place: PathBuf, text: &Text) -> Result<PathBuf, Failure> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o700)
        .open(&place)
        .and_then(|mut file| file.write_all(text.expose().as_bytes()))
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", place.display())))?;
    Ok(place)
}

impl Drop for Room {
    fn drop(&mut self) {
        // What stays goes away with the directory.
        let _script = fs::remove_file(&self.script);
        let _own = fs::remove_dir_all(&self.own);
    }
}
