//! A small disk of our own: an ext4 in a file, whose power can be cut. For that one has to be root.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::Scratch;
use crate::tools::{build, run, text};

/// It is gone at the end, whatever happens.
pub struct Disk {
    place: PathBuf,
    device: String,
    is_mounted: bool,
    // The last to go: the disk is in it.
    _scratch: Scratch,
}

impl Disk {
    /// Makes a disk and mounts it, or says why that cannot be done here.
    pub fn make(name: &str, megabytes: u64) -> Result<Self, String> {
        let scratch = Scratch::new(name);
        let (image, place) = (scratch.path().join("image"), scratch.path().join("disk"));
        let made = File::create(&image).and_then(|file| file.set_len(megabytes << 20));
        made.and_then(|()| std::fs::create_dir(&place)).map_err(|error| error.to_string())?;
        run("mkfs.ext4", &["-q", "-F", &text(&image)])?;
        let device = run("losetup", &["--find", "--show", &text(&image)])?;
        let mut disk = Self { place, device, is_mounted: false, _scratch: scratch };
        disk.mount()?;
        Ok(disk)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.place
    }

    pub fn mount(&mut self) -> Result<(), String> {
        run("mount", &["-o", "errors=remount-ro", &self.device, &text(&self.place)])?;
        self.is_mounted = true;
        Ok(())
    }

    pub fn unmount(&mut self) -> Result<(), String> {
        run("umount", &[&text(&self.place)])?;
        self.is_mounted = false;
        Ok(())
    }

    /// From now on every write is refused, as after an error that the file system found.
    pub fn make_read_only(&self) -> Result<(), String> {
        let name = self.device.trim_start_matches("/dev/");
        std::fs::write(format!("/sys/fs/ext4/{name}/trigger_fs_error"), "1")
            .map_err(|error| error.to_string())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            // It may be in use by a child that is about to end: it goes away after that.
            let _lazily = run("umount", &["--lazy", &text(&self.place)]);
        }
        let _detached = run("losetup", &["--detach", &self.device]);
    }
}

/// What cuts the power of a disk.
pub struct Scissors(PathBuf);

impl Scissors {
    pub fn make() -> Result<Self, String> {
        build("cut.c", &[]).map(Self)
    }

    pub fn cut(&self, disk: &Disk) -> Result<(), String> {
        run(&text(&self.0), &[&text(disk.path())]).map(drop)
    }
}

impl Drop for Scissors {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}
