//! The folder of a store: who has it, and whether it is a place where data is safe.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use kapelle_store::StoreError;
use kapelle_store::error::Result;

/// File systems whose locks and syncs are promises of another machine.
const NETWORK: &[&str] = &[
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "lustre",
    "gpfs",
    "beegfs",
    "glusterfs",
    "fuse.sshfs",
    "fuse.s3fs",
    "fuse.rclone",
    "fuse.glusterfs",
    "fuse.ceph",
    "fuse.gcsfuse",
    "fuse.goofys",
];

/// A folder that nobody else has.
pub(crate) struct Folder {
    root: PathBuf,
    /// Locked as long as it is open.
    _lock: File,
}

impl Folder {
    /// Takes a folder, and makes it if it is not there.
    pub(crate) fn take(root: &Path) -> Result<Self> {
        let unusable = |error: &io::Error| {
            StoreError::Unavailable(format!("the folder `{}` cannot be used: {error}", root.display()))
        };
        let is_new = !root.exists();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(root).map_err(|error| unusable(&error))?;
        let root = root.canonicalize().map_err(|error| unusable(&error))?;
        if is_new {
            // Its name, and those above it, have to outlive a power cut as well. What may not be read was there before.
            for above in root.ancestors().skip(1).filter_map(|above| File::open(above).ok()) {
                above.sync_all().map_err(|error| unusable(&error))?;
            }
        }
        refuse_network(&root)?;
        let lock = lock(&root)?;
        Ok(Self { root, _lock: lock })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("kapelle.db")
    }

    /// Where the last commit is remembered, beside the database that has it.
    pub(crate) fn memory(&self) -> PathBuf {
        self.root.join("last-commit")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Where the keys are for what is secret.
    pub(crate) fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// What is kept as files.
    pub(crate) fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// Where values are that are too large for rows.
    pub(crate) fn values(&self) -> PathBuf {
        self.files().join("values")
    }
}

fn lock(root: &Path) -> Result<File> {
    let path = root.join("lock");
    let failed = |error: &io::Error| {
        StoreError::Unavailable(format!("the file `{}` cannot be locked: {error}", path.display()))
    };
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let other = fs::read_to_string(&path).unwrap_or_default();
            return Err(StoreError::Unavailable(format!(
                "the folder `{}` is in use by process {}: stop that one first, or take another folder",
                root.display(),
                other.trim()
            )));
        }
        Err(TryLockError::Error(error)) => return Err(failed(&error)),
    }
    // For the person who is told that somebody has it.
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(|error| failed(&error))?;
    Ok(file)
}

fn refuse_network(root: &Path) -> Result<()> {
    let Ok(mounts) = fs::read_to_string("/proc/self/mountinfo") else { return Ok(()) };
    match file_system(&mounts, root).filter(|kind| NETWORK.contains(kind)) {
        Some(kind) => Err(StoreError::Invalid(format!(
            "the folder `{}` is on a network file system ({kind}), where nothing is safe for sure: take a folder on a \
             disk of this machine",
            root.display()
        ))),
        None => Ok(()),
    }
}

/// The kind of file system that a folder is on, by the table of mounts of the kernel.
fn file_system<'m>(mounts: &'m str, folder: &Path) -> Option<&'m str> {
    let places = mounts.lines().filter_map(|line| {
        let (mount, file_system) = line.split_once(" - ")?;
        let place = mount.split(' ').nth(4)?.replace("\\040", " ");
        folder.starts_with(&place).then_some((place.len(), file_system.split(' ').next()?))
    });
    // The last one of those with the same place lies above the others.
    places.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 21 0:40 / /mnt/share rw,relatime shared:2 - nfs4 server:/share rw
41 40 8:2 / /mnt/share/local\\040disk rw,relatime - xfs /dev/sdb1 rw
42 21 0:41 / /home rw - fuse.sshfs me@there: rw
";

    #[test]
    fn the_kind_of_a_folder_is_that_of_the_nearest_mount() {
        for (folder, kind) in [
            ("/var/lib/kapelle", "ext4"),
            ("/mnt/share", "nfs4"),
            ("/mnt/share/data", "nfs4"),
            ("/mnt/shared", "ext4"),
            ("/mnt/share/local disk/data", "xfs"),
            ("/home/me", "fuse.sshfs"),
        ] {
            assert_eq!(file_system(MOUNTS, Path::new(folder)), Some(kind), "{folder}");
        }
    }

    #[test]
    fn who_comes_second_is_told_who_has_it() {
        let root = crate::tests::scratch("second");
        let first = Folder::take(&root).unwrap();
        let second = Folder::take(&root).err().unwrap().to_string();
        assert!(second.contains(&format!("in use by process {}", std::process::id())), "{second}");
        drop(first);
        assert!(Folder::take(&root).is_ok());
    }
}
