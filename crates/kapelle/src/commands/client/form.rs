//! Content in several parts (`multipart/form-data`). Files are read while they are sent.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use kapelle_http::{Payload, Piece};

use crate::outcome::Stop;

/// The parts so far.
pub(crate) struct Form {
    boundary: String,
    pieces: Vec<Piece>,
}

impl Form {
    pub(crate) fn begin() -> Result<Self, Stop> {
        // What is in a file cannot know it.
        let random =
            getrandom::u64().map_err(|error| anyhow!("the system has no random numbers: {error}"))?;
        Ok(Self { boundary: format!("kapelle-{random:016x}"), pieces: Vec::new() })
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        let head = format!("Content-Disposition: form-data; name=\"{}\"\r\n", quoted(name));
        self.part(&head);
        self.pieces.push(Piece::Bytes(format!("{value}\r\n").into()));
    }

    pub(crate) fn file(&mut self, name: &str, path: &Path) -> Result<(), Stop> {
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        self.file_as(name, path, &file_name)
    }

    /// A file under another name than its own.
    pub(crate) fn file_as(&mut self, name: &str, path: &Path, file_name: &str) -> Result<(), Stop> {
        let size = File::open(path).and_then(|file| file.metadata());
        let size = size.with_context(|| format!("cannot read `{}`", path.display()))?.len();
        let head = format!(
            "Content-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: application/octet-stream\r\n",
            quoted(name),
            quoted(file_name)
        );
        self.part(&head);
        let path = PathBuf::from(path);
        self.pieces.push(Piece::File { open: Arc::new(move || Ok(Box::new(File::open(&path)?))), size });
        self.pieces.push(Piece::Bytes("\r\n".into()));
        Ok(())
    }

    fn part(&mut self, head: &str) {
        self.pieces.push(Piece::Bytes(format!("--{}\r\n{head}\r\n", self.boundary).into()));
    }

    /// Media type and content.
    pub(super) fn finish(mut self) -> (String, Payload) {
        self.pieces.push(Piece::Bytes(format!("--{}--\r\n", self.boundary).into()));
        (format!("multipart/form-data; boundary={}", self.boundary), Payload::of(self.pieces))
    }
}

/// As browsers write names that could end the line.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
