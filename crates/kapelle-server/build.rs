//! Finds the built web interface, so that the program carries it. Without it the program says how to build it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    find(&dist, &mut files);
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&dist).expect("it was found there").to_string_lossy().replace('\\', "/");
        println!("cargo::rerun-if-changed={}", file.display());
        let packed = |ending: &str| format!("{}.{ending}", file.display());
        if Path::new(&packed("gz")).exists() && Path::new(&packed("br")).exists() {
            let (gzip, brotli) = (packed("gz"), packed("br"));
            writeln!(
                table,
                "Embedded {{ name: {name:?}, gzip: include_bytes!({gzip:?}), brotli: include_bytes!({brotli:?}) }},"
            )
            .expect("a text takes all");
        }
    }
    table.push(']');
    fs::write(Path::new(&out).join("interface.rs"), table).expect("cargo made the folder");
}

/// All files that are not packed forms of others.
fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_packed = path.extension().is_some_and(|ending| ending == "gz" || ending == "br");
        if path.is_dir() {
            find(&path, files);
        } else if !is_packed {
            files.push(path);
        }
    }
}
