//! Any bytes: decode, check, and look whether everything that is said points into the text.

#![no_main]

use jiff::civil::date;
use kapelle_core::check::{Language, Options, check};
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::Span;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = yaml::decode(bytes) else { return };
    let options = Options { language: Language::One, strict: false, today: date(2026, 1, 1) };
    let file = check(vec![Source::new("flow.yaml", text)], &options).remove(0);
    let is_inside = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    for document in &file.documents {
        assert!(is_inside(document.span));
        assert!(document.diagnostics.is_sorted_by_key(|found| found.span.start));
        for found in &document.diagnostics {
            assert!(is_inside(found.span), "{found:?}");
            let edits = found.fix.iter().flat_map(|fix| &fix.edits);
            edits.for_each(|edit| assert!(is_inside(edit.span), "{found:?}"));
        }
    }
});
