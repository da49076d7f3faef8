//! Opens files that lie below a folder, whatever somebody does to it meanwhile.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::Errno;

/// Opens a file for reading. Links are not followed, and nothing leads out of `root`.
pub(super) fn open(root: &Path, path: &str) -> io::Result<File> {
    let folder = openat(CWD, root, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    // Without waiting, or a pipe that somebody put there would hold us forever.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    match openat2(&folder, path, flags, Mode::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS) {
        Ok(file) => Ok(File::from(file)),
        // Kernels before 5.6, and sandboxes that do not know the call.
        Err(Errno::NOSYS | Errno::PERM) => step_by_step(folder.into(), path, flags),
        Err(error) => Err(error.into()),
    }
}

/// The same, one name after the other.
fn step_by_step(mut folder: File, path: &str, flags: OFlags) -> io::Result<File> {
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    for name in above.split('/').filter(|name| !name.is_empty()) {
        let way = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        folder = openat(&folder, name, way, Mode::empty())?.into();
    }
    Ok(openat(&folder, name, flags | OFlags::NOFOLLOW, Mode::empty())?.into())
}
