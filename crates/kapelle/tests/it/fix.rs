use std::os::unix::fs::{PermissionsExt, symlink};

use super::{Folder, REST};

#[test]
fn only_the_bytes_in_question_change() {
    let text = "# kept  \r\nid: a\r\ndescription: {{ flow.id }}\r\nnamespace: 'demo'";
    let folder = Folder::new("fix-bytes", &[("a.yaml", text), ("b.yaml", "id: b\n")]);
    folder.run(&["check", "--fix"]);
    assert_eq!(folder.read("a.yaml"), text.replace("{{ flow.id }}", "\"{{ flow.id }}\""));
    assert_eq!(folder.read("b.yaml"), "id: b\n");
}

#[test]
fn what_one_fix_uncovers_the_next_mends() {
    let text = format!(
        "id: a\ndescription: {{{{ flow.id }}}}\n{REST}variables:\n  v: {{{{ flow.id }}}}\n---\n\
         id: b\nlabels:\n\tteam: data\n{REST}disabled: no\ndisabled: yes\n"
    );
    let folder = Folder::new("fix-rounds", &[("a.yaml", &text)]);
    insta::assert_snapshot!(folder.run(&["check", "--fix"]), @"
    exit 1
    --- stdout
    error[yaml-duplicate-key]: Duplicate field 'disabled'
       a.yaml:20:1
    20 | disabled: yes
       | ^^^^^^^^ keep one of them: the earlier value would be lost without a word

    checked 2 flows in 1 file in TIME: 1 error
    --- stderr
    mended 3 findings in 1 file
    ");
    insta::assert_snapshot!(folder.read("a.yaml"), @r#"
    id: a
    description: "{{ flow.id }}"
    namespace: demo
    tasks:
      - id: t
        type: io.kestra.plugin.core.log.Log
        message: hi
    variables:
      v: "{{ flow.id }}"
    ---
    id: b
    labels:
      team: data
    namespace: demo
    tasks:
      - id: t
        type: io.kestra.plugin.core.log.Log
        message: hi
    disabled: no
    disabled: yes
    "#);
}

#[test]
fn files_keep_their_rights_and_links_stay_links() {
    let folder = Folder::new("fix-rights", &[("real.yaml", "a: {{ x }}\n")]);
    symlink("real.yaml", folder.path("link.yaml")).unwrap();
    let rights = |name| std::fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o777;
    std::fs::set_permissions(folder.path("real.yaml"), std::fs::Permissions::from_mode(0o640)).unwrap();
    folder.run(&["check", "--fix", "link.yaml"]);
    assert_eq!(folder.read("real.yaml"), "a: \"{{ x }}\"\n");
    assert_eq!(rights("real.yaml"), 0o640);
    assert!(std::fs::symlink_metadata(folder.path("link.yaml")).unwrap().is_symlink());
    assert_eq!(std::fs::read_dir(folder.path("")).unwrap().count(), 2, "nothing is left behind");
}

#[test]
fn a_read_only_file_is_left_alone() {
    let folder = Folder::new("fix-read-only", &[("a.yaml", "a: {{ x }}\n")]);
    std::fs::set_permissions(folder.path("a.yaml"), std::fs::Permissions::from_mode(0o444)).unwrap();
    let text = folder.run(&["check", "--fix", "a.yaml"]);
    assert!(text.starts_with("exit 1\n--- stderr\nerror: cannot write `"), "{text}");
    assert!(text.ends_with("a.yaml`: it is marked read-only\n"), "{text}");
    assert_eq!(folder.read("a.yaml"), "a: {{ x }}\n");
}

#[test]
fn standard_input_comes_back_mended() {
    let folder = Folder::new("fix-stdin", &[]);
    let text = format!("id: a\ndescription: {{{{ flow.id }}}}\ndisabled: no\ndisabled: no\n{REST}");
    insta::assert_snapshot!(folder.run_with("kapelle", &["check", "--fix", "-"], &text), @r#"
    exit 1
    --- stdout
    id: a
    description: "{{ flow.id }}"
    disabled: no
    disabled: no
    namespace: demo
    tasks:
      - id: t
        type: io.kestra.plugin.core.log.Log
        message: hi
    --- stderr
    mended 1 finding
    error[yaml-duplicate-key]: Duplicate field 'disabled'
      <stdin>:4:1
    4 | disabled: no
      | ^^^^^^^^ keep one of them: the earlier value would be lost without a word

    checked 1 flow in 1 file in TIME: 1 error
    "#);
}

#[test]
fn what_cannot_be_read_comes_back_as_it_was() {
    let folder = Folder::new("fix-undecoded", &[]);
    let text = "\0i\0d";
    let output = folder.output("kapelle", &["check", "--fix", "-", "--format", "json"], text);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), text.as_bytes()));
    assert!(String::from_utf8(output.stderr).unwrap().contains("source-encoding"));
}
