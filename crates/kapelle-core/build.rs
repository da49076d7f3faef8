//! Packs the catalogue: one line for each type, found by name without parsing the others, deflated as a whole.
//!
//! Layout after inflating: the number of types; for each type a line `name TAB kind TAB alias,alias…`; for each type
//! a line of JSON, in the same order; a last line of JSON with the common properties and the interfaces.

use std::fmt::Write as _;
use std::{env, fs, path::Path};

use serde_json::{Value, json};

const CATALOGUE: &str = "catalogue/kestra.json";

fn main() {
    println!("cargo::rerun-if-changed={CATALOGUE}");
    println!("cargo::rerun-if-changed=build.rs");
    let text = fs::read_to_string(CATALOGUE).expect("the catalogue stands beside build.rs");
    let catalogue: Value = serde_json::from_str(&text).expect("the catalogue is JSON");
    let types = catalogue["types"].as_array().expect("the catalogue lists its types");

    let mut packed = format!("{}\n", types.len());
    for entry in types {
        let aliases: Vec<&str> =
            entry["aliases"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        writeln!(packed, "{}\t{}\t{}", word(entry, "type"), word(entry, "kind"), aliases.join(","))
            .expect("memory takes text");
    }
    for entry in types {
        let mut entry = entry.clone();
        let fields = entry.as_object_mut().expect("a type is an object");
        // Told by the index, or only of interest to whoever maintains the catalogue.
        for field in ["type", "kind", "aliases", "repo", "basis"] {
            fields.remove(field);
        }
        writeln!(packed, "{entry}").expect("memory takes text");
    }
    let rest = json!({"common": catalogue["common"], "interfaces": catalogue["interfaces"]});
    writeln!(packed, "{rest}").expect("memory takes text");

    let deflated = miniz_oxide::deflate::compress_to_vec(packed.as_bytes(), 10);
    let out = env::var_os("OUT_DIR").expect("cargo names the folder for generated files");
    fs::write(Path::new(&out).join("catalogue.deflate"), deflated).expect("the folder is writable");
}

fn word<'a>(entry: &'a Value, field: &str) -> &'a str {
    entry[field].as_str().expect("a type has a name and a kind")
}
