//! Into a container.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use kapelle_plugin::{Broken, RunContext};
use tar::{Builder, EntryType, Header};

use super::{Mark, Own, Sent};

/// Whose the files are in the container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(in crate::docker) user: u64,
    pub(in crate::docker) group: u64,
}

impl Owner {
    /// A user with a group, if they are numbers; root has to do otherwise.
    pub(in crate::docker) fn of(text: &str) -> Self {
        let (user, group) = text.split_once(':').unwrap_or((text, ""));
        user.parse()
            .map_or_else(|_| Self::default(), |user| Self { user, group: group.parse().unwrap_or(user) })
    }
}

/// Everybody in the container may read and write: it runs as whom its image says, and nobody else is in it.
const FOLDER_MODE: u32 = 0o777;
const FILE_MODE: u32 = 0o666;

/// Files are sent as a little older than now, so that a change in the container shows in their time.
const AGE: u64 = 2;

struct Packing<'p, W: Write> {
    cx: &'p RunContext,
    root: &'p Path,
    base: &'p str,
    own: &'p Own,
    owner: Owner,
    latest: u64,
    archive: Builder<W>,
    sent: Sent,
}

/// Writes a directory as an archive in which it is the folder `base`. What was sent.
pub(crate) fn pack(
    cx: &RunContext,
    root: &Path,
    base: &str,
    own: &Own,
    owner: Owner,
    into: impl Write,
) -> Result<Sent, Broken> {
    let now = u64::try_from(cx.services.now()?.as_second()).unwrap_or_default();
    let mut archive = Builder::new(into);
    archive.follow_symlinks(false);
    let latest = now.saturating_sub(AGE);
    let mut packing = Packing { cx, root, base, own, owner, latest, archive, sent: Sent::new() };
    packing.folder("")?;
    packing.archive.into_inner()?.flush()?;
    Ok(packing.sent)
}

impl<W: Write> Packing<'_, W> {
    fn folder(&mut self, path: &str) -> Result<(), Broken> {
        self.cx.go_on()?;
        let place = self.root.join(path);
        let mut header = self.header(&fs::symlink_metadata(&place)?, EntryType::Directory, FOLDER_MODE);
        self.archive.append_data(&mut header, format!("{}/{path}", self.base), io::empty())?;
        let mut names = Vec::new();
        for entry in fs::read_dir(&place)? {
            // A name that is no text can be named by no flow either.
            names.extend(entry?.file_name().into_string());
        }
        names.sort();
        for name in names {
            let path = if path.is_empty() { name } else { format!("{path}/{name}") };
            if self.own.goes(&path) {
                self.entry(path)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: String) -> Result<(), Broken> {
        let place = self.root.join(&path);
        let data = match fs::symlink_metadata(&place) {
            Ok(data) => data,
            // In a shared directory, others may take away what was there a moment ago.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        if data.is_dir() {
            return self.folder(&path);
        }
        let name = format!("{}/{path}", self.base);
        if data.is_symlink() {
            let mut header = self.header(&data, EntryType::Symlink, FOLDER_MODE);
            self.archive.append_link(&mut header, name, fs::read_link(&place)?)?;
        } else if data.is_file() {
            let runs = data.permissions().mode() & 0o100;
            let mode = FILE_MODE | runs | runs >> 3 | runs >> 6;
            let mut header = self.header(&data, EntryType::Regular, mode);
            header.set_size(data.len());
            // A file that becomes shorter meanwhile is filled up: its size has been told.
            let content = File::open(&place)?.chain(io::repeat(0)).take(data.len());
            self.archive.append_data(&mut header, name, Watched { cx: self.cx, content })?;
            let seconds = header.mtime().unwrap_or_default();
            self.sent.insert(path, Mark { bytes: data.len(), seconds });
        }
        Ok(())
    }

    fn header(&self, data: &Metadata, kind: EntryType, mode: u32) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(0);
        header.set_uid(self.owner.user);
        header.set_gid(self.owner.group);
        header.set_mtime(u64::try_from(data.mtime()).unwrap_or_default().min(self.latest));
        header
    }
}

/// Content that ends when the attempt has to.
struct Watched<'c, R> {
    cx: &'c RunContext,
    content: R,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.cx.is_stopped() {
            return Err(io::Error::other("it was stopped"));
        }
        self.content.read(into)
    }
}
