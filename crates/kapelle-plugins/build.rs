//! Lists the files with definitions, and the types that each of them names, so that a file is read when a type of it is
//! asked for.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const FOLDER: &str = "definitions";

fn main() {
    println!("cargo::rerun-if-changed={FOLDER}");
    println!("cargo::rerun-if-changed=build.rs");
    let entries = fs::read_dir(FOLDER).expect("the definitions stand beside build.rs");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();

    let mut list = String::from("&[\n");
    for path in files {
        let text = fs::read_to_string(&path).expect("a definition is text");
        let names = text.lines().filter_map(|line| line.trim_start().strip_prefix("- io.kestra.plugin."));
        let names: Vec<String> = names.map(|name| format!("io.kestra.plugin.{}", name.trim())).collect();
        let path = path.to_str().expect("names of definitions are text");
        writeln!(list, "    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", {path:?})), &{names:?}),")
            .expect("memory takes text");
    }
    list.push(']');
    let out = env::var_os("OUT_DIR").expect("cargo names the folder for generated files");
    fs::write(Path::new(&out).join("definitions.rs"), list).expect("the folder is writable");
}
