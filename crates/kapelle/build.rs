//! Puts the pages of `docs/errors` into the binary, for `kapelle explain`. The folder is the only list of them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

const PAGES: &str = "../../docs/errors";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
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
