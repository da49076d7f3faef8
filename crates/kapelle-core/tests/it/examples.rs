//! The examples are what a newcomer copies: nothing may be wrong with them.

use kapelle_core::check::check;
use kapelle_core::source::Source;

use crate::play::{files, findings, folder, options};

#[test]
fn the_examples_are_clean() {
    let sources: Vec<_> =
        files(&folder("examples"), "yaml").into_iter().map(|(name, text)| Source::new(name, text)).collect();
    assert!(sources.len() >= 12);
    let checked = check(sources, &options());
    let problems: Vec<_> = checked
        .iter()
        .flat_map(|file| findings(file).into_iter().map(|line| format!("{}:{line}", file.source.name)))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
