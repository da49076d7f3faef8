//! Secrets on their way into logs and sources, and waits that outlast what is around them.

use crate::play::{Row, message, play, row};

#[test]
fn secrets_are_not_shown() {
    play(SECRETS, message);
}

#[test]
fn retries_end_before_their_timeout() {
    play(RETRIES, message);
}

#[test]
fn called_flows_are_there_and_enabled() {
    play(SUBFLOWS, message);
}

const SECRETS: &[Row] = &[
    row(
        "a secret is not logged, nor returned",
        "
tasks:
  - {id: a, SAY \"{{ «secret»('KEY') }}\"}
  - {id: b, type: P.debug.Return, format: \"x {{ «secret»('KEY') | upper }}\"}
  - {id: c, type: P.http.Request, uri: \"https://x.y?{{ secret('KEY') }}\"}
",
        &[
            "secret-logged: `a` shows a secret to everybody who can read the execution",
            "secret-logged: `b` shows a secret to everybody who can read the execution",
        ],
    ),
    row(
        "an input of type SECRET is not logged",
        "inputs: [{id: s, type: SECRET}, {id: p, type: STRING}]\ntasks: [{id: a, SAY '{{ inputs.p }} {{ «inputs.s» }}'}]",
        &["secret-logged: `a` shows an input of type SECRET to everybody who can read the execution"],
    ),
    row(
        "a password does not stand in the source",
        "inputs: [{id: f, type: FILE}]\n\
         tasks: [{id: a, type: io.kestra.plugin.compress.FileEncrypt, from: '{{ inputs.f }}', password: «hunter2»}, \
         {id: b, type: io.kestra.plugin.compress.FileEncrypt, from: '{{ inputs.f }}', password: \"{{ secret('P') }}\"}]",
        &["secret-plain: `password` holds a credential as plain text"],
    ),
];

const RETRIES: &[Row] = &[
    row(
        "a timeout holds for each attempt, not for all",
        "tasks: [{id: a, LOG, timeout: PT1M, retry: {type: constant, interval: PT1S, maxDuration: «PT1H»}}, \
         {id: b, LOG, timeout: PT1M, retry: {type: constant, interval: «PT5M»}}]",
        &[
            "retry-over-timeout: the retry goes on for longer than the timeout: `maxDuration` is PT1H, `timeout` is PT1M",
            "retry-over-timeout: the retry goes on for longer than the timeout: `interval` is PT5M, `timeout` is PT1M",
        ],
    ),
    row(
        "a retry within the timeout, or one of which nothing is known, is fine",
        "tasks: [{id: a, LOG, timeout: PT1H, retry: {type: constant, interval: PT1S, maxDuration: PT1H}}, \
         {id: b, LOG, timeout: '{{ vars.t }}', retry: {type: constant, interval: PT5M}}, {id: c, LOG, retry: {type: constant, interval: P1D}}]\n\
         variables: {t: PT1S}",
        &[],
    ),
];

const SUBFLOWS: &[Row] = &[
    row(
        "a flow that is called is among the files",
        "tasks: [{id: a, type: P.flow.Subflow, namespace: x, flowId: «y»}]",
        &["subflow-missing: The subflow 'y' was not found in namespace 'x' among the files given"],
    ),
    row(
        "a flow of a computed name may be there",
        "tasks: [{id: a, type: P.flow.Subflow, namespace: '{{ vars.n }}', flowId: y}, {id: b, type: P.flow.Subflow, namespace: x, flowId: '{{ vars.n }}'}]\nvariables: {n: x}",
        &[],
    ),
];
