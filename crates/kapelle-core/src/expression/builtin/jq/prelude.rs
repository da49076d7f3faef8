//! The standard definitions, parsed once.

use std::sync::LazyLock;

use super::parser;
use super::term::Program;

static PRELUDE: LazyLock<Program> = LazyLock::new(|| {
    // That they parse is a test; without them programs find their functions unknown.
    parser::parse_definitions(include_str!("prelude.jq")).unwrap_or_default()
});

pub(super) fn prelude() -> &'static Program {
    &PRELUDE
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_standard_definitions_parse() {
        let parsed = super::parser::parse_definitions(include_str!("prelude.jq"));
        assert_eq!(parsed.err(), None);
    }
}
