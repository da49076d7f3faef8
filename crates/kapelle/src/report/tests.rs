//! Formats against findings of every shape. What the binary prints of real flows is tested with the binary.

use kapelle_core::diagnostic::Code;

use super::*;

const TEXT: &str = "id: hello\nnamespace: demo\ntasks:\n  - id: first\n    type: io.kestra.plugin.core.log.Lgo\n\
                    \x20   message: |\n      one\n      two\n";

/// A file with one finding of each shape: short help, long help, no help but a fix, several lines, an info.
fn file(name: &str) -> File {
    let at = |part: &str| {
        let start = TEXT.find(part).unwrap() as u32;
        Span::new(start, start + part.len() as u32)
    };
    let long = "the name of a type is made of the name of its plugin and its own name, both of which you find with \
                `kapelle plugins search`";
    let end = Span::new(TEXT.len() as u32, TEXT.len() as u32);
    let diagnostics = vec![
        Diagnostic::new(Code::IdReserved, at("hello"), "Flow id is a reserved keyword: hello").path("id"),
        Diagnostic::new(
            Code::TypeUnknown,
            at("io.kestra.plugin.core.log.Lgo"),
            "there is no task type `…Lgo`",
        )
        .path("tasks[0].type")
        .help("did you mean `…Log`?")
        .fix("write `…Log`", Span::new(at("Lgo").start, at("Lgo").end), "Log"),
        Diagnostic::new(Code::PropertyIgnored, at("id: first"), "warned\nof <&\">").help(long),
        Diagnostic::new(Code::ValueLength, at("|\n      one\n      two"), "several lines"),
        Diagnostic::new(Code::TypeAlias, at("type"), "`old` is replaced by `new`").help("write `new`"),
        Diagnostic::new(Code::TypeAlias, at("demo"), "an info").help(long),
        Diagnostic::new(Code::PropertyEmpty, end, "at the end").fix("add it", end, "x: 1\n"),
    ];
    let good = Document::new(Span::default(), Vec::new());
    let mut bad = Document::new(Span::new(0, TEXT.len() as u32), diagnostics);
    bad.namespace = Some("demo".into());
    bad.id = Some("hello".into());
    File { source: Source::new(name, TEXT), documents: vec![bad, good] }
}

fn render(format: Format, errors_only: bool) -> String {
    let files = [file("a, b/100%:ü.yaml")];
    let counts = Counts::of(&files);
    let report = Report { files: &files, counts, elapsed: Duration::from_millis(1_234), errors_only };
    report.render(format, Style { colour: false, width: 80 })
}

#[test]
fn people_see_the_line_and_what_to_do() {
    insta::assert_snapshot!(render(Format::Human, false), @r#"
    error[id-reserved]: Flow id is a reserved keyword: hello
      a, b/100%:ü.yaml:1:5
    1 | id: hello
      |     ^^^^^

    error[type-unknown]: there is no task type `…Lgo`
      a, b/100%:ü.yaml:5:11
    5 |     type: io.kestra.plugin.core.log.Lgo
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `…Log`?

    warning[property-ignored]: warned of <&">
      a, b/100%:ü.yaml:4:5
    4 |   - id: first
      |     ^^^^^^^^^
      = help: the name of a type is made of the name of its plugin and its own name,
              both of which you find with `kapelle plugins search`

    error[value-length]: several lines
      a, b/100%:ü.yaml:6:14
    6 |     message: |
      |              ^

    info[type-alias]: `old` is replaced by `new` (a, b/100%:ü.yaml:5:5): write `new`
    info[type-alias]: an info (a, b/100%:ü.yaml:2:12)

    error[property-empty]: at the end
      a, b/100%:ü.yaml:9:1
      = help: add it

    checked 2 flows in 1 file in 1.2 s: 4 errors, 1 warning, 2 infos (`--fix` mends 2)
    "#);
}

#[test]
fn quiet_is_errors_only_in_every_format() {
    for format in [Format::Human, Format::Github, Format::Json, Format::Junit, Format::Sarif] {
        let text = render(format, true);
        assert!(text.contains("type-unknown"), "{text}");
        assert!(!text.contains("type-alias") && !text.contains("property-ignored"), "{text}");
    }
}

#[test]
fn colours_surround_what_they_emphasise() {
    let mut file = file("x.yaml");
    file.documents[0].diagnostics.truncate(2);
    let files = [file];
    let counts = Counts::of(&files);
    let report = Report { files: &files, counts, elapsed: Duration::ZERO, errors_only: false };
    let text = report.render(Format::Human, Style { colour: true, width: 80 });
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"), @"
    ESC[1;31merror[id-reserved]ESC[0mESC[1m: Flow id is a reserved keyword: helloESC[0m
      x.yaml:1:5
    ESC[34m1ESC[0m ESC[34m|ESC[0m id: hello
      ESC[34m|ESC[0m     ESC[1;31m^^^^^ESC[0m

    ESC[1;31merror[type-unknown]ESC[0mESC[1m: there is no task type `…Lgo`ESC[0m
      x.yaml:5:11
    ESC[34m5ESC[0m ESC[34m|ESC[0m     type: io.kestra.plugin.core.log.Lgo
      ESC[34m|ESC[0m           ESC[1;31m^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ESC[0m ESC[1;31mdid you mean `…Log`?ESC[0m

    checked 2 flows in 1 file in 1 ms: 2 errors (`--fix` mends 1)
    ");
}

#[test]
fn github_annotations_escape_what_would_end_them() {
    insta::assert_snapshot!(render(Format::Github, false), @r#"
    ::error file=a%2C b/100%25%3Aü.yaml,line=1,col=5,endLine=1,endColumn=10,title=id-reserved::Flow id is a reserved keyword: hello
    ::error file=a%2C b/100%25%3Aü.yaml,line=5,col=11,endLine=5,endColumn=40,title=type-unknown::there is no task type `…Lgo`%0Adid you mean `…Log`?
    ::warning file=a%2C b/100%25%3Aü.yaml,line=4,col=5,endLine=4,endColumn=14,title=property-ignored::warned%0Aof <&">%0Athe name of a type is made of the name of its plugin and its own name, both of which you find with `kapelle plugins search`
    ::error file=a%2C b/100%25%3Aü.yaml,line=6,endLine=8,title=value-length::several lines
    ::notice file=a%2C b/100%25%3Aü.yaml,line=5,col=5,endLine=5,endColumn=9,title=type-alias::`old` is replaced by `new`%0Awrite `new`
    ::notice file=a%2C b/100%25%3Aü.yaml,line=2,col=12,endLine=2,endColumn=16,title=type-alias::an info%0Athe name of a type is made of the name of its plugin and its own name, both of which you find with `kapelle plugins search`
    ::error file=a%2C b/100%25%3Aü.yaml,line=9,col=1,endLine=9,endColumn=1,title=property-empty::at the end
    "#);
}

#[test]
fn github_logs_show_control_characters_as_pictures() {
    let found =
        Diagnostic::new(Code::IdReserved, Span::default(), "a\u{1b}[31m\0\r\nb\u{202e}").help("\u{7}c");
    let mut document = Document::new(Span::default(), Vec::new());
    document.diagnostics = vec![found];
    let files = [File { source: Source::new("x\u{1b}.yaml", TEXT), documents: vec![document] }];
    let report =
        Report { files: &files, counts: Counts::of(&files), elapsed: Duration::ZERO, errors_only: false };
    let text = report.render(Format::Github, Style { colour: false, width: 80 });
    assert!(text.starts_with("::error file=x␛.yaml,"), "{text}");
    assert!(text.ends_with("::a␛[31m␀%0D%0Ab\u{fffd}%0A␇c\n"), "{text}");
}

#[test]
fn programs_get_every_field() {
    insta::assert_snapshot!(render(Format::Json, false).replace("},{", "},\n{"), @r#"
    [
    {"file":"a, b/100%:ü.yaml","documents":[{"namespace":"demo","id":"hello","ok":false,"diagnostics":[{"severity":"error","code":"id-reserved","message":"Flow id is a reserved keyword: hello","line":1,"column":5,"endLine":1,"endColumn":10,"path":"id","help":null},
    {"severity":"error","code":"type-unknown","message":"there is no task type `…Lgo`","line":5,"column":11,"endLine":5,"endColumn":40,"path":"tasks[0].type","help":"did you mean `…Log`?","fix":{"title":"write `…Log`","edits":[{"line":5,"column":37,"endLine":5,"endColumn":40,"text":"Log"}]}},
    {"severity":"warning","code":"property-ignored","message":"warned\nof <&\">","line":4,"column":5,"endLine":4,"endColumn":14,"path":"","help":"the name of a type is made of the name of its plugin and its own name, both of which you find with `kapelle plugins search`"},
    {"severity":"error","code":"value-length","message":"several lines","line":6,"column":14,"endLine":8,"endColumn":10,"path":"","help":null},
    {"severity":"info","code":"type-alias","message":"`old` is replaced by `new`","line":5,"column":5,"endLine":5,"endColumn":9,"path":"","help":"write `new`"},
    {"severity":"info","code":"type-alias","message":"an info","line":2,"column":12,"endLine":2,"endColumn":16,"path":"","help":"the name of a type is made of the name of its plugin and its own name, both of which you find with `kapelle plugins search`"},
    {"severity":"error","code":"property-empty","message":"at the end","line":9,"column":1,"endLine":9,"endColumn":1,"path":"","help":null,"fix":{"title":"add it","edits":[{"line":9,"column":1,"endLine":9,"endColumn":1,"text":"x: 1\n"}]}}]},
    {"namespace":null,"id":null,"ok":true,"diagnostics":[]}]}
    ]
    "#);
}

#[test]
fn a_document_is_a_test_case() {
    insta::assert_snapshot!(render(Format::Junit, false), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="kapelle check" tests="2" failures="1" errors="0" time="1.234">
      <testsuite name="a, b/100%:ü.yaml" tests="2" failures="1" errors="0">
        <testcase name="demo.hello" classname="a, b/100%:ü.yaml">
          <failure type="id-reserved" message="4 errors">a, b/100%:ü.yaml:1:5: error[id-reserved]: Flow id is a reserved keyword: hello
    a, b/100%:ü.yaml:5:11: error[type-unknown]: there is no task type `…Lgo`
      help: did you mean `…Log`?
    a, b/100%:ü.yaml:6:14: error[value-length]: several lines
    a, b/100%:ü.yaml:9:1: error[property-empty]: at the end</failure>
          <system-out>a, b/100%:ü.yaml:4:5: warning[property-ignored]: warned
    of &lt;&amp;&quot;&gt;
      help: the name of a type is made of the name of its plugin and its own name, both of which you find with `kapelle plugins search`
    a, b/100%:ü.yaml:5:5: info[type-alias]: `old` is replaced by `new`
      help: write `new`
    a, b/100%:ü.yaml:2:12: info[type-alias]: an info
      help: the name of a type is made of the name of its plugin and its own name, both of which you find with `kapelle plugins search`</system-out>
        </testcase>
        <testcase name="document 2" classname="a, b/100%:ü.yaml"/>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn code_scanning_gets_rules_results_and_fixes() {
    let mut files = [file("a b/ü.yaml")];
    files[0].documents[0].diagnostics.drain(2..);
    let counts = Counts::of(&files);
    let report = Report { files: &files, counts, elapsed: Duration::ZERO, errors_only: false };
    let text = report.render(Format::Sarif, Style { colour: false, width: 80 });
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"), @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "kapelle",
              "version": "VERSION",
              "rules": [
                {
                  "id": "id-reserved",
                  "defaultConfiguration": {
                    "level": "error"
                  }
                },
                {
                  "id": "type-unknown",
                  "defaultConfiguration": {
                    "level": "error"
                  }
                }
              ]
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "id-reserved",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "Flow id is a reserved keyword: hello"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "a%20b/%C3%BC.yaml"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 5,
                      "endLine": 1,
                      "endColumn": 10
                    }
                  },
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "id"
                    }
                  ]
                }
              ]
            },
            {
              "ruleId": "type-unknown",
              "ruleIndex": 1,
              "level": "error",
              "message": {
                "text": "there is no task type `…Lgo`\ndid you mean `…Log`?"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "a%20b/%C3%BC.yaml"
                    },
                    "region": {
                      "startLine": 5,
                      "startColumn": 11,
                      "endLine": 5,
                      "endColumn": 40
                    }
                  },
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "tasks[0].type"
                    }
                  ]
                }
              ],
              "fixes": [
                {
                  "description": {
                    "text": "write `…Log`"
                  },
                  "artifactChanges": [
                    {
                      "artifactLocation": {
                        "uri": "a%20b/%C3%BC.yaml"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 5,
                            "startColumn": 37,
                            "endLine": 5,
                            "endColumn": 40
                          },
                          "insertedContent": {
                            "text": "Log"
                          }
                        }
                      ]
                    }
                  ]
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn what_steers_a_terminal_is_shown_not_sent() {
    assert_eq!(printable("a\u{1b}[31m\nb\tc\u{202e}d"), "a␛[31m␊b c\u{fffd}d");
}
