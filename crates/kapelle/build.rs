//! Puts the pages of `docs/errors` into the binary, for `kapelle explain`. The folder is the only list of them.
//! Has the addresses in the binary packed where the machine can read them so.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const PAGES: &str = "../../docs/errors";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    put_pages();
    pack_addresses();
}

/// A list of all addresses that depend on where the binary is loaded takes 2.7 MB, and is read at every start; packed it takes
/// a hundredth. glibc reads that from 2.36 on: who builds for an older one builds on a machine that has an older one.
fn pack_addresses() {
    let is_here = env::var_os("TARGET") == env::var_os("HOST");
    let has_glibc = env::var_os("CARGO_CFG_TARGET_ENV").is_some_and(|name| name == "gnu");
    if is_here && has_glibc && glibc() >= Some((2, 36)) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of this machine's.
fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn put_pages() {
    println!("cargo::rerun-if-changed={PAGES}");
    let mut pages: Vec<PathBuf> = match fs::read_dir(PAGES) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        // Without the folder the command says that it has no pages.
        Err(_) => Vec::new(),
    };
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();

    let mut table =
        String::from("/// Codes and their pages, sorted by code.\nstatic PAGES: &[(&str, &str)] = &[\n");
    for page in pages {
        let code = page.file_stem().and_then(|stem| stem.to_str()).expect("a page is named after a code");
        let path = fs::canonicalize(&page).expect("the page was listed just now");
        let path = path.to_str().expect("a path that Rust code can name is text");
        writeln!(table, "    ({code:?}, include_str!({path:?})),").expect("text can always be extended");
    }
    table.push_str("];\n");
    let out = env::var_os("OUT_DIR").expect("cargo names the folder for generated files");
    fs::write(Path::new(&out).join("error_pages.rs"), table).expect("the folder is writable");
}
