//! Documents that are no flows, and texts that are no YAML.

use crate::play::{Row, constraint, play, row};

#[test]
fn what_is_wrong_with_a_document_is_told() {
    play(DOCUMENTS, constraint);
}

const DOCUMENTS: &[Row] = &[
    row(
        "a key stands once",
        "variables:\n  tf: 1\n  «tf»: 2\n",
        &["Illegal flow source: YAML parsing error: Duplicate field 'tf'"],
    ),
    row(
        "a key with dots is one key",
        "tasks: [{id: a, type: P.state.Set, data: {variables.tf: a, «variables.tf»: b}}]",
        &["Illegal flow source: YAML parsing error: Duplicate field 'variables.tf'"],
    ),
];
