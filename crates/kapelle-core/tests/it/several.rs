//! Many findings, many documents, many files: all are told, in order, and never too many.

use std::fmt::Write as _;

use kapelle_core::check::{File, Options, check};
use kapelle_core::diagnostic::{Code, Severity};
use kapelle_core::limits::DIAGNOSTICS_MAX;
use kapelle_core::source::Source;

use crate::play::{diagnostics, file, findings, options, written_out};

const LOG: &str = "type: io.kestra.plugin.core.log.Log, message: hi";

#[test]
fn all_mistakes_of_a_document_are_told_at_once_in_the_order_of_the_text() {
    let text = written_out(
        "
id: resume
namespace: Company.Team
lables: {a: b}
inputs:
  - {id: a, type: STRNG}
  - {id: b, type: STRING, required: false, defaults: x, dependsOn: {inputs: [c]}}
tasks:
  - {id: one, type: P.log.Lgo, message: x}
  - {id: two, SAY '{{ inputs.nobody }} {{ outputs.three.x }}', timeout: soon}
  - {id: three, type: P.flow.Switch, value: x}
  - {id: two, type: P.flow.Dag, tasks: [{task: {id: d, LOG}, dependsOn: [e]}]}
errors: tasks
triggers:
  - {id: t, type: P.trigger.Schedule, cron: '61 * * * *', timezone: Nowhere}
",
    );
    let lines: Vec<_> =
        findings(&file(&text)).into_iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    1:5 error id-reserved
    2:12 error value-pattern
    3:1 error property-unknown
    5:19 error type-unknown
    6:44 error input-default
    6:78 error input-dependency-unknown
    8:21 error type-unknown
    9:65 warning input-unknown
    9:85 warning output-too-early
    9:99 warning output-unknown
    9:115 error value-duration
    10:10 error switch-empty
    11:10 error id-duplicate
    11:139 error dag-dependency-unknown
    12:9 error value-type
    14:10 warning property-missing
    14:65 error cron-invalid
    14:89 error value-time-zone
    ");
}

#[test]
fn a_mistake_in_one_document_leaves_the_others_alone() {
    let good = |id: &str| format!("id: {id}\nnamespace: a.b\ntasks: [{{id: x, {LOG}}}]\n");
    let text =
        format!("{}---\nid: [\n---\n{}--- \nid: c\n---\n# nothing\n---\n{}", good("a"), good("b"), good("d"));
    let file = file(&text);
    let told: Vec<_> =
        file.documents.iter().map(|document| (document.id.as_deref(), document.is_ok())).collect();
    assert_eq!(
        told,
        [(Some("a"), true), (None, false), (Some("b"), true), (Some("c"), false), (Some("d"), true)]
    );
}

#[test]
fn positions_are_those_of_the_file_in_every_document() {
    let text = "id: a\nnamespace: b\ntasks: []\n---\nid: c\nnamespace: d\ntasks: []\n";
    let told = findings(&file(text));
    assert_eq!(
        told,
        [
            "3:1 error property-empty: `tasks`: must not be empty",
            "7:1 error property-empty: `tasks`: must not be empty"
        ]
    );
}

#[test]
fn at_one_place_errors_come_before_warnings_and_infos() {
    let text = written_out(
        "tasks: [{id: a, type: io.kestra.core.tasks.flows.EachSequential, value: [1], timeout: 1, tasks: [{id: a, LOG}]}]",
    );
    let all = diagnostics(&text);
    assert!(all.len() > 3);
    assert!(all.is_sorted_by_key(|found| (found.span.start, found.severity, found.code)));
}

#[test]
fn strict_makes_errors_of_warnings_and_leaves_infos() {
    let text = written_out("tasks: [{id: a, type: T.log.Log, message: '{{ inputs.nobody }}'}]");
    let told = |strict| -> Vec<_> {
        let files = check(vec![Source::new("flow.yaml", text.as_str())], &Options { strict, ..options() });
        let document = &files[0].documents[0];
        let told = document.diagnostics.iter().map(|found| (found.code, found.severity)).collect();
        assert_eq!(document.is_ok(), !strict);
        told
    };
    assert_eq!(told(false), [(Code::TypeAlias, Severity::Info), (Code::InputUnknown, Severity::Warning)]);
    assert_eq!(told(true), [(Code::TypeAlias, Severity::Info), (Code::InputUnknown, Severity::Error)]);
}

/// What `part` gives for each number, one after the other.
fn repeat(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, index| {
        all.push_str(&part(index));
        all
    })
}

fn together(texts: &[(&str, String)]) -> Vec<File> {
    check(texts.iter().map(|(name, text)| Source::new(*name, text.as_str())).collect(), &options())
}

fn all_findings(files: &[File]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| findings(file).into_iter().map(|line| format!("{}:{line}", file.source.name)))
        .collect()
}

#[test]
fn flows_that_call_each_other_are_found_among_all_files() {
    let call = |id: &str, called: &str| {
        format!(
            "id: {id}\nnamespace: a\ntasks: [{{id: x, type: io.kestra.plugin.core.flow.Subflow, namespace: a, flowId: {called}}}]\n"
        )
    };
    let files = together(&[
        ("1.yaml", format!("{}---\n{}", call("first", "second"), call("third", "fourth"))),
        ("2.yaml", call("second", "third")),
        ("3.yaml", format!("id: fourth\nnamespace: a\ndisabled: true\ntasks: [{{id: x, {LOG}}}]\n")),
        ("4.yaml", call("fifth", "secnd")),
    ]);
    assert_eq!(
        all_findings(&files),
        [
            "1.yaml:7:81 warning subflow-disabled: The subflow 'fourth' in namespace 'a' is disabled (3.yaml:1)",
            "4.yaml:3:81 warning subflow-missing: The subflow 'secnd' was not found in namespace 'a' among the files given"
        ]
    );
    let help = files[3].documents[0].diagnostics[0].help.as_deref();
    assert_eq!(help, Some("did you mean `second`?"));
}

#[test]
fn a_flow_that_is_there_twice_is_told_at_the_second_place() {
    let flow = || format!("id: x\nnamespace: a\ntasks: [{{id: x, {LOG}}}]\n");
    let files = together(&[
        ("1.yaml", flow()),
        ("2.yaml", format!("{}---\n{}", flow().replace("id: x\n", "id: y\n"), flow())),
    ]);
    assert_eq!(all_findings(&files), ["2.yaml:5:5 warning flow-duplicate: the flow a.x is also in 1.yaml:1"]);
}

#[test]
fn more_findings_than_anybody_reads_are_counted() {
    let tasks: String = (0..300).map(|_| "  - text\n").collect();
    let all = diagnostics(&format!("id: a\nnamespace: b\ntasks:\n{tasks}"));
    assert_eq!(all.len(), DIAGNOSTICS_MAX + 1);
    let last = all.last().unwrap();
    assert_eq!(
        (last.code, last.message.as_str()),
        (Code::TooManyDiagnostics, "and at least 100 more findings in this document")
    );
}

#[test]
fn errors_are_kept_before_warnings_when_there_are_too_many() {
    let reads = repeat(300, |index| format!("{{{{ inputs.x{index} }}}}"));
    let text = format!(
        "id: a\nnamespace: b\ntasks:\n  - {{id: x, type: io.kestra.plugin.core.log.Log, message: '{reads}'}}\n  - text\n"
    );
    let all = diagnostics(&text);
    assert_eq!(all.len(), DIAGNOSTICS_MAX + 1);
    assert!(all.iter().any(|found| found.code == Code::ValueType));
}

#[test]
fn an_error_behind_very_many_warnings_is_told() {
    let reads = repeat(300, |index| format!("{{{{ inputs.x{index} }}}}"));
    let text = written_out(&format!(
        "inputs: [{{id: a-b, type: INT}}]\ntasks: [{{id: x, SAY '{reads}'}}, {{id: y, SAY '{{{{ inputs.a-b }}}}'}}]"
    ));
    assert!(diagnostics(&text).iter().any(|found| found.code == Code::ReferenceDash));
}

/// One text, many mistakes: none of these may take longer than a moment, so none of the checks may look at
/// everything for each of its findings.
#[test]
fn documents_with_tens_of_thousands_of_mistakes_are_checked() {
    let flow = |tasks: &str, more: &str| format!("id: a\nnamespace: b\ntasks: [{tasks}]\n{more}\n");
    let log = format!("{{id: l, {LOG}}}");
    let say = |text: &str| {
        flow(&format!("{{id: l, type: io.kestra.plugin.core.log.Log, message: \"{text}\"}}"), "")
    };
    let mut texts = vec![
        ("no tasks", flow(&repeat(40_000, |_| "x,".to_owned()), "")),
        ("unknown properties", repeat(24_000, |index| format!("tas{index}: 1\n"))),
        ("the same property", repeat(24_000, |_| "tasks: []\n".to_owned())),
        (
            "unknown types",
            flow(&repeat(9_000, |index| format!("{{id: a{index}, type: io.kestra.x{index}}},")), ""),
        ),
        ("the same id", flow(&repeat(7_000, |_| format!("{{id: a, {LOG}}},")), "")),
        ("empty tasks", flow(&repeat(40_000, |_| "{},".to_owned()), "")),
        ("unknown inputs", say(&repeat(40_000, |index| format!("{{{{ inputs.x{index} }}}}")))),
        ("the same unknown input", say(&repeat(60_000, |_| "{{inputs.x}}".to_owned()))),
        ("expressions that are none", say(&repeat(60_000, |_| "{{ }}".to_owned()))),
        (
            "names with dashes",
            flow(
                &log.replace("id: l", "id: l-x"),
                &format!(
                    "outputs: [{{id: o, value: '{}'}}]",
                    repeat(40_000, |_| "{{outputs.l-x}}".to_owned())
                ),
            ),
        ),
        (
            "unknown dependencies",
            flow(
                &format!(
                    "{{id: d, type: io.kestra.plugin.core.flow.Dag, tasks: [{{task: {log}, dependsOn: [{}]}}]}}",
                    repeat(40_000, |index| format!("x{index},"))
                ),
                "",
            ),
        ),
        (
            "cyclic inputs",
            flow(
                &log,
                &format!(
                    "inputs: [{}]",
                    repeat(5_000, |index| format!(
                        "{{id: i{index}, type: INT, dependsOn: {{inputs: [i{}]}}}},",
                        (index + 1) % 5_000
                    ))
                ),
            ),
        ),
        (
            "nested inputs",
            flow(
                &log,
                &format!(
                    "inputs: [{{id: a, type: INT}}, {}]",
                    repeat(9_000, |index| format!("{{id: {}a{index}, type: INT}},", "a.".repeat(index % 40)))
                ),
            ),
        ),
        (
            "labels given twice",
            flow(&log, &format!("labels: [{}]", repeat(9_000, |_| "{key: a, value: b},".to_owned()))),
        ),
        (
            "webhooks of one key",
            flow(
                &log,
                &format!(
                    "triggers: [{}]",
                    repeat(6_000, |index| format!(
                        "{{id: t{index}, type: io.kestra.plugin.core.trigger.Webhook, key: k}},"
                    ))
                ),
            ),
        ),
        (
            "defaults of nothing",
            flow(
                &log,
                &format!(
                    "pluginDefaults: [{}]",
                    repeat(9_000, |index| format!("{{type: io.kestra.x{index}, values: {{a: 1}}}},"))
                ),
            ),
        ),
        (
            "references to defaults",
            flow(
                &repeat(5_000, |index| format!("{{id: a{index}, {LOG}, pluginDefaultsRef: x{index}}},")),
                "",
            ),
        ),
    ];
    let many = repeat(9_000, |index| format!("v{index}: 1, "));
    let reads = repeat(40_000, |index| format!("{{{{vars.v{}}}}}", index % 9_001));
    texts.push((
        "reads among many variables",
        flow(
            &format!("{{id: l, type: io.kestra.plugin.core.log.Log, message: '{reads}'}}"),
            &format!("variables: {{{many}}}"),
        ),
    ));
    let many = repeat(4_000, |index| format!("{{id: t{index}, {LOG}}},"));
    let reads = repeat(30_000, |index| format!("{{{{outputs.t{}.x}}}}", index % 4_001));
    texts.push((
        "reads among many tasks",
        flow(&format!("{many}{{id: l, type: io.kestra.plugin.core.log.Log, message: '{reads}'}}"), ""),
    ));
    let mut deep = String::new();
    for depth in 0..28 {
        let _ = write!(deep, "{{id: d{depth}, type: io.kestra.plugin.core.flow.Sequential, tasks: [");
    }
    texts.push(("reads from the depth", flow(&format!("{deep}{}{}", repeat(3_000, |index| format!("{{id: r{index}, type: io.kestra.plugin.core.log.Log, message: '{{{{ outputs.r{}.x }}}}'}},", index + 1)), "]}".repeat(28)), "")));
    let check = |texts: &[(&str, String)]| {
        for (what, text) in texts {
            let all = diagnostics(text);
            assert!(!all.is_empty(), "{what}");
            assert!(all.len() <= DIAGNOSTICS_MAX + 1, "{what}");
        }
    };
    let (some, others) = texts.split_at(texts.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| check(some));
        check(others);
    });
}

#[test]
fn infos_do_not_keep_warnings_from_being_found() {
    let mut text = "id: a\nnamespace: b\ntasks:\n".to_owned();
    for index in 0..300 {
        writeln!(text, "- {{id: t{index}, type: io.kestra.core.tasks.log.Log, message: hi}}").unwrap();
    }
    text.push_str("- {id: last, type: io.kestra.plugin.core.log.Log, message: '{{ inputs.nope }}'}\n");
    let codes: Vec<_> = diagnostics(&text).iter().map(|found| found.code.name()).collect();
    assert!(codes.contains(&"input-unknown"), "{codes:?}");
}
