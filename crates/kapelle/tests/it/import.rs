//! `kapelle import crontab`.

use super::Folder;

const CRONTAB: &str = r#"
PATH=/usr/local/bin:/usr/bin
MAILTO=ops@example.com

# Nightly backup of the shop.
30 2 * * * /opt/backup.sh --all
CRON_TZ=Europe/Berlin
MAILTO=
SHELL=/bin/bash
*/5 * * * * docker ps --format '{{.Names}}' | wc -l
0 0 * * 0 mail -s "it's" ann%Hi,%all is well: yes
@reboot /opt/warm-up.sh
"#;

#[test]
fn each_line_becomes_a_flow_or_is_told() {
    let folder = Folder::new("import-crontab", &[("jobs", CRONTAB)]);
    insta::assert_snapshot!(folder.run(&["import", "crontab", "jobs", "--namespace", "company.ops"]), @r#"
    exit 1
    --- stdout
    id: backup
    namespace: company.ops
    description: Nightly backup of the shop.
    tasks:
      - id: command
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        failFast: false
        env:
          PATH: "/usr/local/bin:/usr/bin"
        commands:
          - "/opt/backup.sh --all"
    errors:
      - id: mail
        type: io.kestra.plugin.email.MailSend
        host: localhost
        port: 25
        transportStrategy: SMTP
        from: "ops@example.com"
        to: "ops@example.com"
        subject: "{{ flow.id }} failed"
        plainTextContent: "{{ flow.namespace }}.{{ flow.id }} failed in execution {{ execution.id }}:\n{{ errorLogs() }}"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "30 2 * * *"
        recoverMissedSchedules: NONE
    ---
    id: docker-ps
    namespace: company.ops
    tasks:
      - id: command
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        interpreter:
          - "/bin/bash"
          - "-c"
        failFast: false
        env:
          PATH: "/usr/local/bin:/usr/bin"
        commands:
          - "{% verbatim %}docker ps --format '{{.Names}}' | wc -l{% endverbatim %}"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "*/5 * * * *"
        timezone: Europe/Berlin
        recoverMissedSchedules: NONE
    ---
    id: mail
    namespace: company.ops
    tasks:
      - id: command
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        interpreter:
          - "/bin/bash"
          - "-c"
        failFast: false
        env:
          PATH: "/usr/local/bin:/usr/bin"
        commands:
          - "{ mail -s \"it's\" ann\n} <<'INPUT'\nHi,\nall is well: yes\nINPUT"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "0 0 * * 0"
        timezone: Europe/Berlin
        recoverMissedSchedules: NONE
    --- stderr
    line 6: backup
    line 6: note: cron mailed what the command printed, the flow mails when it fails: check the mail server in its task `mail`
    line 10: docker-ps
    line 11: mail
    line 12: not translated: `@reboot` runs when the machine starts, and no trigger does: let a service of the machine start it
    note: commands run as the user of the server, in a folder of their own instead of a home folder
    note: schedules without a zone follow the clock of the server; choose one with `--zone`
    translated 3 lines, 1 not translated
    "#);
}

#[test]
fn what_comes_out_is_what_check_wants() {
    let folder = Folder::new("import-check", &[]);
    let many = "\
* * * * * true\n0 24 * * * no\n@daily kill -0 1\n@weekly pause\n0 0 1 1 * a ${#b} {% raw %} %x\n\
MAILTO=root\nFOO='a: b # c'\ny=no\n1 1 1 1 1 \"a b\" 'c' \\\\ \u{e4}\u{1F600} \t : - ? & *\n";
    folder.write("many", many.as_bytes());
    folder.write("jobs", CRONTAB.as_bytes());
    for (file, expected) in [("many", 5), ("jobs", 3)] {
        let out = format!("out-{file}");
        folder.run(&["import", "crontab", file, "--out", &out]);
        let written = std::fs::read_dir(folder.path(&out)).unwrap().count();
        assert_eq!(written, expected, "{file}");
        let checked = folder.run(&["check", "--strict", &out]);
        assert!(checked.starts_with("exit 0\n"), "{checked}");
    }
}

#[test]
fn system_crontabs_come_from_standard_input_too() {
    let folder = Folder::new("import-system", &[]);
    let text = "17 * * * * root /opt/x.sh\n";
    let arguments = ["import", "crontab", "-", "--format", "system", "--zone", "UTC"];
    insta::assert_snapshot!(folder.run_with("kapelle", &arguments, text), @r#"
    exit 0
    --- stdout
    id: x
    namespace: cron
    tasks:
      - id: command
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner:
          type: io.kestra.plugin.core.runner.Process
        failFast: false
        commands:
          - "/opt/x.sh"
    triggers:
      - id: schedule
        type: io.kestra.plugin.core.trigger.Schedule
        cron: "17 * * * *"
        timezone: UTC
        recoverMissedSchedules: NONE
    --- stderr
    line 1: x (ran as `root`)
    note: commands run as the user of the server, in a folder of their own instead of a home folder
    translated 1 line
    "#);
}

#[test]
fn nothing_is_written_over() {
    let folder = Folder::new("import-over", &[("jobs", "@daily a\n@daily b\n"), ("flows/b.yaml", "mine")]);
    insta::assert_snapshot!(folder.run(&["import", "crontab", "jobs", "--out", "flows"]), @"
    exit 1
    --- stderr
    error: `flows/b.yaml` is there already: remove it, or choose another folder with `--out`
    ");
    assert!(!folder.path("flows/a.yaml").exists());
    assert_eq!(folder.read("flows/b.yaml"), "mine");
    insta::assert_snapshot!(folder.run(&["import", "crontab", "none"]), @"
    exit 1
    --- stderr
    error: cannot read `none`: No such file or directory (os error 2)
    ");
    insta::assert_snapshot!(folder.run(&["import", "crontab", "jobs", "--zone", "Berlin"]), @"
    exit 2
    --- stderr
    error: there is no time zone `Berlin`; did you mean `Europe/Berlin`?
    ");
}
