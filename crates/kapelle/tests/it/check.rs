use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;

use super::{Folder, REST};

/// The rest cannot be read, so this is all there is to say.
const TAB: &str = "id: tab\nnamespace: demo\ntasks:\n\t- id: t\n";

fn good() -> String {
    format!("id: good\n{REST}")
}

#[test]
fn a_finding_shows_its_line_and_the_cure() {
    let two = format!("id: a\nid: b\n{REST}---\nid: c\nlist: [1\n");
    let folder = Folder::new("finding", &[("hello.yaml", TAB), ("two.yml", &two)]);
    insta::assert_snapshot!(folder.run(&["check", "hello.yaml", "two.yml"]), @"
    exit 1
    --- stdout
    error[yaml-tab]: a tab in the indentation; YAML indents with blanks only
      hello.yaml:4:1
    4 |     - id: t
      | ^^^^
      = help: replace each tab by two blanks, and tell the editor to do so for YAML
              files

    error[yaml-duplicate-key]: Duplicate field 'id'
      two.yml:2:1
    2 | id: b
      | ^^ keep one of them: the earlier value would be lost without a word

    error[yaml-syntax]: `[` is opened here, but ']' or a comma is missing in the next line
       two.yml:10:7
    10 | list: [1
       |       ^ close it, or quote the value if the bracket belongs to a text

    checked 3 flows in 2 files in TIME: 3 errors (`--fix` mends 1)
    ");
}

#[test]
fn folders_are_read_in_order_without_what_is_ignored() {
    let files = [
        ("b.yaml", TAB),
        ("a/z.yml", TAB),
        ("a/y.yaml", TAB),
        ("a/readme.md", TAB),
        ("a-b.yml", TAB),
        ("drafts/x.yaml", TAB),
        ("drafts/deep/x.yaml", TAB),
        ("kept/.kestraignore", "!important.yaml\n"),
        ("kept/important.yaml", TAB),
        ("important.yaml", TAB),
        (".git/config.yaml", TAB),
        (".kestraignore", "# not ready\n/drafts/\nimportant.yaml\n"),
    ];
    let folder = Folder::new("folders", &files);
    let names = |arguments: &[&str]| {
        let text = folder.run(arguments);
        let names = text.lines().filter_map(|line| line.split_once("file=")?.1.split(',').next());
        names.collect::<Vec<_>>().join(" ")
    };
    let expected = "a/y.yaml a/z.yml a-b.yml b.yaml kept/important.yaml";
    assert_eq!(names(&["check", "--format", "github"]), expected);
    assert_eq!(names(&["check", ".", "--format", "github"]), expected);
    assert_eq!(names(&["check", "b.yaml", "a", "a/y.yaml", "--format", "github"]), "b.yaml a/y.yaml a/z.yml");
    assert_eq!(names(&["check", "drafts/x.yaml", "--format", "github"]), "drafts/x.yaml", "named is meant");
}

#[test]
fn links_are_followed_only_within_the_folder_and_no_file_is_read_twice() {
    let folder = Folder::new("links", &[("out.yaml", TAB), ("in/a.yaml", TAB), ("in/text.txt", TAB)]);
    symlink("../out.yaml", folder.path("in/leads-out.yaml")).unwrap();
    symlink("a.yaml", folder.path("in/again.yaml")).unwrap();
    symlink("text.txt", folder.path("in/text.yaml")).unwrap();
    symlink("..", folder.path("in/up.yaml")).unwrap();
    symlink(".", folder.path("in/round.yaml")).unwrap();
    symlink("nothing", folder.path("in/nothing.yaml")).unwrap();
    insta::assert_snapshot!(folder.run(&["check", "in", "--format", "github"]), @"
    exit 1
    --- stdout
    ::error file=in/a.yaml,line=4,col=1,endLine=4,endColumn=2,title=yaml-tab::a tab in the indentation; YAML indents with blanks only%0Areplace each tab by two blanks, and tell the editor to do so for YAML files
    ::error file=in/nothing.yaml,line=1,col=1,endLine=1,endColumn=1,title=source-unreadable::cannot be read: no such file or directory%0Athe link leads nowhere, or the file was just removed
    ::error file=in/text.yaml,line=4,col=1,endLine=4,endColumn=2,title=yaml-tab::a tab in the indentation; YAML indents with blanks only%0Areplace each tab by two blanks, and tell the editor to do so for YAML files
    --- stderr
    note: 2 links in `in` not followed: the way leads out of the folder
    ");
}

#[test]
fn files_that_are_no_text_are_findings() {
    let folder = Folder::new("no-text", &[("good.yaml", &good())]);
    folder.write("latin.yaml", b"id: caf\xe9\n");
    folder.write("wide.yaml", b"\xff\xfei\0d\0");
    folder.write("large.yaml", &vec![b'#'; 1024 * 1024 + 1]);
    insta::assert_snapshot!(folder.run(&["check"]), @"
    exit 1
    --- stdout
    error[source-too-large]: the source has 1048577 bytes, more than the limit of 1048576
      large.yaml:1:1
      = help: split the flow into subflows, and move long scripts into namespace
              files

    error[source-encoding]: byte 0xE9 at offset 7 is not UTF-8
      latin.yaml:1:8
    1 | id: caf�
      |        ^
      = help: the file is probably in an older 8-bit encoding: save it as UTF-8, for
              example with `iconv -f ISO-8859-1 -t UTF-8`

    error[source-encoding]: the source is encoded in UTF-16LE; flows are UTF-8
      wide.yaml:1:1
      = help: save the file as UTF-8, for example with `iconv -f UTF-16LE -t UTF-8`

    checked 4 flows in 4 files in TIME: 3 errors
    ");
}

#[test]
fn files_without_the_right_to_read_are_findings() {
    let folder = Folder::new("no-right", &[("a.yaml", &good()), ("b/c.yaml", &good())]);
    let none = std::fs::Permissions::from_mode(0o000);
    std::fs::set_permissions(folder.path("a.yaml"), none.clone()).unwrap();
    std::fs::set_permissions(folder.path("b"), none).unwrap();
    let text = folder.run(&["check"]);
    std::fs::set_permissions(folder.path("b"), std::fs::Permissions::from_mode(0o755)).unwrap();
    // The superuser may read everything.
    if text.starts_with("exit 1") {
        assert!(text.contains("source-unreadable") && text.contains("permission denied"), "{text}");
        assert!(text.contains("  a.yaml:1:1") && text.contains("  b:1:1"), "{text}");
    }
}

#[test]
fn standard_input_is_a_file_named_so() {
    let folder = Folder::new("stdin", &[]);
    insta::assert_snapshot!(folder.run_with("kapelle", &["check", "-"], "a: {{ inputs.x }}\n"), @"
    exit 1
    --- stdout
    error[yaml-expression-unquoted]: a value that starts with an expression needs quotes
      <stdin>:1:4
    1 | a: {{ inputs.x }}
      |    ^^^^^^^^^^^^^^ put it in quotes: YAML reads `{` as the start of a map

    checked 1 flow in 1 file in TIME: 1 error (`--fix` mends 1)
    ");
    insta::assert_snapshot!(folder.run_with("kapelle", &["check", "-", "-q"], &good()), @"exit 0");
}

#[test]
fn what_cannot_be_checked_is_a_usage_error() {
    let folder =
        Folder::new("usage", &[("empty/readme.md", ""), ("all/a.yaml", ""), ("all/.kestraignore", "*\n")]);
    insta::assert_snapshot!(folder.run(&["check", "nope.yaml"]), @"
    exit 2
    --- stderr
    error: there is no file or folder `nope.yaml`
    ");
    insta::assert_snapshot!(folder.run(&["check", "empty"]), @"
    exit 2
    --- stderr
    error: there are no `.yml` or `.yaml` files in `empty` or below
    ");
    insta::assert_snapshot!(folder.run(&["check", "all"]), @"
    exit 2
    --- stderr
    error: there are no `.yml` or `.yaml` files that `.kestraignore` does not name in `all` or below
    ");
    insta::assert_snapshot!(folder.run(&["check", "--format", "xml"]), @"
    exit 2
    --- stderr
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: human, json, github, junit, sarif]

    For more information, try '--help'.
    ");
}

#[test]
fn quiet_is_silent_when_all_is_well() {
    let folder =
        Folder::new("quiet", &[("a.yaml", &format!("id: a\ndescription: *x\n{REST}")), ("b.yaml", TAB)]);
    assert_eq!(folder.run(&["check", "-q", "a.yaml"]), "exit 0\n");
    let text = folder.run(&["check", "--quiet"]);
    assert!(text.contains("yaml-tab") && !text.contains("yaml-alias"), "{text}");
}

#[test]
fn machine_formats_are_alone_on_standard_output() {
    let folder = Folder::new("machine", &[("in/a.yaml", TAB), ("in/b.yaml", &good()), ("out.yaml", &good())]);
    symlink("../out.yaml", folder.path("in/out.yaml")).unwrap();
    for format in ["json", "sarif"] {
        let output = folder.output("kapelle", &["check", "in", "--format", format], "");
        assert_eq!(output.status.code(), Some(1));
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(if format == "json" { value[1]["file"] == "in/b.yaml" } else { value["version"] == "2.1.0" });
        assert!(String::from_utf8(output.stderr).unwrap().starts_with("note: 1 link"));
    }
    insta::assert_snapshot!(folder.run(&["check", "in/a.yaml", "--format", "json"]), @r#"
    exit 1
    --- stdout
    [
    {"file":"in/a.yaml","documents":[{"namespace":null,"id":null,"ok":false,"diagnostics":[{"severity":"error","code":"yaml-tab","message":"a tab in the indentation; YAML indents with blanks only","line":4,"column":1,"endLine":4,"endColumn":2,"path":"","help":"replace each tab by two blanks, and tell the editor to do so for YAML files","fix":{"title":"replace tabs by blanks","edits":[{"line":4,"column":1,"endLine":4,"endColumn":2,"text":"  "}]}}]}]}
    ]
    "#);
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let folder = Folder::new("pipe", &[]);
    for index in 0..2_000 {
        folder.write(&format!("{index}.yaml"), TAB.as_bytes());
    }
    let mut command = folder.command("kapelle");
    let mut child = command.arg("check").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]));
}
