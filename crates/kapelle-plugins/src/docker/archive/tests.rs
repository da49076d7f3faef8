use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use kapelle_plugin::stage::Stage;
use tar::{Builder, EntryType, Header};

use super::pack::Owner;
use super::*;

fn own() -> Own {
    Own { folder: ".kapelle-r".to_owned(), output: ".kapelle-r/output".to_owned() }
}

fn packed(stage: &Stage, root: &Path) -> (Sent, Vec<u8>) {
    let mut bytes = Vec::new();
    let owner = Owner { user: 7, group: 8 };
    let sent = pack(&stage.context(), root, "base", &own(), owner, &mut bytes).unwrap();
    (sent, bytes)
}

/// A directory with these files.
fn directory(stage: &Stage, files: &[(&str, &str)]) -> std::path::PathBuf {
    let root = stage.context().host.directory().unwrap();
    for (path, content) in files {
        let place = root.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
    }
    root
}

/// An archive of entries by hand: kind, path, target or content.
fn archive(entries: &[(EntryType, &str, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (kind, path, text) in entries {
        let mut header = Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_mode(0o755);
        // By hand, since the library refuses what a stranger may send.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        let is_link = matches!(kind, EntryType::Symlink | EntryType::Link);
        if is_link {
            header.as_gnu_mut().unwrap().linkname[..text.len()].copy_from_slice(text.as_bytes());
        }
        let content = if is_link { "" } else { text };
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn a_directory_goes_and_comes_back_without_what_belongs_to_others() {
    let (from, to) = (Stage::new(), Stage::new());
    let long = format!("{}/x.txt", "long-".repeat(40));
    let files =
        [("a.txt", "a"), (&*long, "deep"), (".kapelle-r/commands", "c"), (".kapelle-r/output/o", "o")];
    let root = directory(&from, &files);
    directory(&from, &[(".kapelle-other/x", "x")]);
    fs::set_permissions(root.join("a.txt"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::create_dir(root.join("empty")).unwrap();
    symlink("a.txt", root.join("link")).unwrap();
    let (sent, bytes) = packed(&from, &root);
    assert_eq!(
        sent.keys().collect::<Vec<_>>(),
        [".kapelle-r/commands", ".kapelle-r/output/o", "a.txt", &*long]
    );
    let first = tar::Archive::new(&*bytes).entries().unwrap().next().unwrap().unwrap().header().clone();
    assert_eq!((first.mode().unwrap(), first.uid().unwrap(), first.gid().unwrap()), (0o777, 7, 8));
    let root = directory(&to, &[]);
    unpack(&to.context(), &root, &own(), &Sent::new(), &*bytes).unwrap();
    assert_eq!(fs::read_to_string(root.join(long)).unwrap(), "deep");
    assert_eq!(fs::read_to_string(root.join("link")).unwrap(), "a");
    assert_eq!(fs::metadata(root.join("a.txt")).unwrap().permissions().mode() & 0o777, 0o777);
    assert!(root.join("empty").is_dir() && root.join(".kapelle-r/output/o").is_file());
    assert!(!root.join(".kapelle-r/commands").exists() && !root.join(".kapelle-other").exists());
}

#[test]
fn what_did_not_change_stays_and_what_is_gone_is_deleted() {
    let stage = Stage::new();
    let root = directory(&stage, &[("same", "1"), ("changed", "1"), ("gone", "1")]);
    let (sent, _) = packed(&stage, &root);
    // Meanwhile somebody else, in the same directory, wrote this.
    fs::write(root.join("same"), "2").unwrap();
    let mut header = Header::new_gnu();
    header.set_mode(0o644);
    header.set_size(1);
    let mut builder = Builder::new(Vec::new());
    header.set_mtime(sent["same"].seconds);
    builder.append_data(&mut header, "base/same", &b"1"[..]).unwrap();
    header.set_mtime(sent["changed"].seconds + 1);
    builder.append_data(&mut header, "base/changed", &b"3"[..]).unwrap();
    unpack(&stage.context(), &root, &own(), &sent, &*builder.into_inner().unwrap()).unwrap();
    assert_eq!(fs::read_to_string(root.join("same")).unwrap(), "2");
    assert_eq!(fs::read_to_string(root.join("changed")).unwrap(), "3");
    assert!(!root.join("gone").exists());
}

#[test]
fn nothing_that_comes_back_leads_out() {
    let stage = Stage::new();
    let root = directory(&stage, &[]);
    let outside = root.parent().unwrap().join("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("kept"), "safe").unwrap();
    let away = outside.display().to_string();
    let hostile = archive(&[
        (EntryType::Regular, "base/../../outside/kept", "x"),
        (EntryType::Symlink, "base/away", &away),
        (EntryType::Symlink, "base/up", "../outside"),
        (EntryType::Symlink, "base/a/up", "../../outside"),
        (EntryType::Link, "base/twin", "base/../outside/kept"),
        (EntryType::Link, "base/twin2", "/outside/kept"),
        (EntryType::Fifo, "base/fifo", ""),
        (EntryType::Regular, "base/up/kept", "mine"),
        (EntryType::Regular, "/base/rooted", "fine"),
        (EntryType::Link, "base/second", "base/rooted"),
    ]);
    unpack(&stage.context(), &root, &own(), &Sent::new(), &*hostile).unwrap();
    assert_eq!(fs::read_to_string(outside.join("kept")).unwrap(), "safe");
    let found: Vec<String> =
        kapelle_plugin::files::files_below(&root).unwrap().into_iter().map(|file| file.path).collect();
    assert_eq!(found, ["rooted", "second", "up/kept"]);
    assert!(!root.join("away").is_symlink() && !root.join("a/up").is_symlink());
}

#[test]
fn an_archive_that_breaks_off_is_a_failure() {
    let stage = Stage::new();
    let root = directory(&stage, &[("a", "content")]);
    let (_, bytes) = packed(&stage, &root);
    let half = &bytes[..bytes.len() - 1024 - 512 - 100];
    assert!(unpack(&stage.context(), &root, &own(), &Sent::new(), half).is_err());
}

#[test]
fn files_belong_to_users_that_are_numbers() {
    for (text, user, group) in
        [("", 0, 0), ("node", 0, 0), ("1000", 1000, 1000), ("5:6", 5, 6), ("5:staff", 5, 5)]
    {
        assert_eq!(Owner::of(text), Owner { user, group }, "{text}");
    }
}
