//! Where in the source a finding about an expression points to, in every form of text that YAML has.

use crate::play::{Row, message, play, row};

#[test]
fn findings_point_at_the_name_whatever_form_the_text_has() {
    play(PLACES, message);
}

const UNKNOWN: &str = "input-unknown: the flow has no input `nobody`";

const PLACES: &[Row] = &[
    row(
        "plain",
        "tasks:\n  - id: a\n    type: P.log.Log\n    message: hi {{ «inputs.nobody» }} there\n",
        &[UNKNOWN],
    ),
    row("single quotes", "tasks:\n- {id: a, SAY 'it''s {{ «inputs.nobody» }}'}\n", &[UNKNOWN]),
    row("double quotes", "tasks:\n- {id: a, SAY \"\\t\\u00e9 {{ «inputs.nobody» }}\"}\n", &[UNKNOWN]),
    row(
        "a literal block",
        "tasks:\n  - id: a\n    type: P.log.Log\n    message: |\n      one\n        two {{ «inputs.nobody» }}\n      three\n",
        &[UNKNOWN],
    ),
    row(
        "a folded block",
        "tasks:\n  - id: a\n    type: P.log.Log\n    message: >-\n      one\n      two {{ «inputs.nobody» }}\n\n      three\n",
        &[UNKNOWN],
    ),
    row(
        "a plain text over several lines",
        "tasks:\n  - id: a\n    type: P.log.Log\n    message: one\n      two {{ «inputs.nobody» }}\n      three\n",
        &[UNKNOWN],
    ),
    row(
        "the second of two that look the same",
        "tasks:\n- {id: a, SAY '{{ inputs.nobody ?? 1 }} inputs.nobody {{ «inputs.nobody» }}'}\n",
        &[UNKNOWN],
    ),
    row("wide characters in front", "tasks:\n- {id: a, SAY 'ä💥 {{ «inputs.nobody» }}'}\n", &[UNKNOWN]),
    row(
        "a name whose quotes are doubled in the source is the whole text",
        "tasks:\n- {id: a, SAY «'{{ inputs[''nobody''] }}'»}\n",
        &[UNKNOWN],
    ),
    row(
        "a name that is folded is the whole text",
        "tasks:\n  - id: a\n    type: P.log.Log\n    message: «hi {{ inputs\n      .nobody }}»\n",
        &[UNKNOWN],
    ),
    row(
        "lines that end as on Windows",
        "tasks:\r\n  - id: a\r\n    type: P.log.Log\r\n    message: |\r\n      one\r\n      {{ «inputs.nobody» }}\r\n",
        &[UNKNOWN],
    ),
];
