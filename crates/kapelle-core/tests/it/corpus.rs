//! Texts that the fuzzer starts from, and what it once found: all are checked here as well.

use std::fs;

use kapelle_core::check::check;
use kapelle_core::source::Source;
use kapelle_core::yaml::decode;

use crate::play::{folder, options};
use crate::properties::assert_sound;

#[test]
fn the_texts_of_the_fuzzer_are_checked_without_harm() {
    let folder = folder("fuzz/corpus/check");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        count += 1;
        let bytes = fs::read(&path).unwrap();
        if let Ok(text) = decode(&bytes) {
            let name = path.file_name().unwrap().to_string_lossy();
            assert_sound(&check(vec![Source::new(name, text)], &options()));
        }
    }
    assert!(count >= 15, "only {count} texts in {}", folder.display());
}
