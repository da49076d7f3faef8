//! Documents that are no flows, and texts that are no YAML.

use crate::play::{Row, constraint, diagnostics, everything, play, row};

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
    row(
        "brackets are closed",
        "id: «[»",
        &[
            "Illegal flow source: YAML parsing error: `[` is opened here, but ']' or a comma is missing 2 lines below",
        ],
    ),
    row(
        "quotes are closed",
        "id: «'a»\n",
        &["Illegal flow source: YAML parsing error: the single quote opened here is never closed"],
    ),
    row(
        "lines are indented with blanks",
        "id: a\nnamespace: b\ntasks:\n«\t»- {id: c, LOG}\n",
        &["Illegal flow source: YAML parsing error: a tab in the indentation; YAML indents with blanks only"],
    ),
    row(
        "an expression stands in quotes",
        "tasks:\n  - id: a\n    type: P.debug.Return\n    format: «{{ inputs.x }}»\n",
        &["Illegal flow source: YAML parsing error: a value that starts with an expression needs quotes"],
    ),
    row(
        "control characters have no place in YAML",
        "id: a\nnamespace: b\ndescription: x«\u{1}»y\ntasks: []",
        &["Illegal flow source: YAML parsing error: control character U+0001"],
    ),
    row(
        "aliases are no language of flows",
        "variables: {a: &x 1, b: «*x»}",
        &["warning yaml-alias: aliases are not supported: `*x` is read as the text `x`"],
    ),
];

#[test]
fn what_is_no_flow_is_called_what_it_is() {
    let cases = [
        ("", "error not-a-flow: the document is empty"),
        ("# nothing\n", "error not-a-flow: the document is empty"),
        (
            "text",
            "error not-a-flow: a flow is a map with `id`, `namespace` and `tasks`; this document is not a map",
        ),
        (
            "- a",
            "error not-a-flow: a flow is a map with `id`, `namespace` and `tasks`; this document is not a map",
        ),
        (
            "a: b",
            "error not-a-flow: this document is not a flow: it has neither `id` nor `namespace` nor `tasks`",
        ),
        (
            "apiVersion: argoproj.io/v1\nkind: Workflow",
            "info other-document: this is an Argo Workflow, not a flow; it is left alone",
        ),
        (
            "apiVersion: v1\nkind: Secret",
            "info other-document: this is a Kubernetes object (Secret), not a flow; it is left alone",
        ),
        (
            "id: a\nnamespace: b\nflowId: c\ntestCases: []",
            "info other-document: this is a test suite of Kestra, not a flow; it is left alone",
        ),
        (
            "id: a\nnamespace: b\ntype: io.kestra.plugin.ee.apps.Execution\nflowId: c",
            "info other-document: this is an app of Kestra, not a flow; it is left alone",
        ),
        (
            "services: {a: {image: b}}",
            "info other-document: this is a Docker Compose file, not a flow; it is left alone",
        ),
        (
            "openapi: 3.0.0",
            "info other-document: this is an OpenAPI description, not a flow; it is left alone",
        ),
    ];
    for (text, told) in cases {
        let all: Vec<_> = diagnostics(text).iter().map(everything).collect();
        assert_eq!(all, [told], "{text}");
    }
}
