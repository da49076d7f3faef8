use super::*;

/// What becomes of a text, a line for each entry.
fn shown(text: &str, format: Format) -> String {
    let entries = read(text, format, None);
    let lines = entries.iter().map(|entry| match entry {
        Entry::Job(job) => {
            let part = |name: &str, text: &Option<String>| {
                text.as_ref().map(|text| format!(" {name}={text:?}")).unwrap_or_default()
            };
            let (zone, shell) = (part("zone", &job.settings.zone), part("shell", &job.settings.shell));
            let (user, input) = (part("user", &job.user), part("input", &job.input));
            let (told, mail) = (part("told", &job.description), part("mail", &job.settings.mail_to));
            let env = job.settings.env.iter().map(|(name, value)| format!(" {name}={value}"));
            let env = env.collect::<Vec<_>>().concat();
            format!(
                "{}: [{}] `{}`{user}{input}{told}{zone}{shell}{mail}{env}",
                job.line, job.cron, job.command
            )
        }
        Entry::Refused { line, reason } => format!("{line}: refused: {reason}"),
        Entry::Remark { line, words } => format!("{line}: remark: {words}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn schedules_are_kept_or_refused_with_a_reason() {
    for (line, expected) in [
        ("0 3 * * * a", "1: [0 3 * * *] `a`"),
        ("  */15\t*  * * 1-5   a  b  ", "1: [*/15 * * * 1-5] `a  b`"),
        ("-0 3 * * * a", "1: [0 3 * * *] `a`"),
        ("0 0 * JAN mon,FRI a", "1: [0 0 * JAN mon,FRI] `a`"),
        ("0 0 * * sun-tue a", "1: [0 0 * * 0-2] `a`"),
        ("0 0 1 * 1 a", "1: [0 0 1 * 1] `a`"),
        ("@daily a b", "1: [@daily] `a b`"),
        ("@Hourly a", "1: [@hourly] `a`"),
        ("@every_minute a", "1: [* * * * *] `a`"),
        (
            "@reboot a",
            "1: refused: `@reboot` runs when the machine starts, and no trigger does: let a service of the machine start it",
        ),
        ("@600 a", "1: refused: `@600` is no schedule of five fields"),
        ("0~59 * * * * a", "1: refused: `~` stands for a number by chance: choose one"),
        (
            "0 0 */2 * 1 a",
            "1: refused: with `*/2` and `1` cron means days that are both, and a flow days that are either: list the days, or add a condition",
        ),
        ("0 0 * * *", "1: refused: it has no command"),
        (
            "hello world",
            "1: refused: it is no setting, and has no five fields of a schedule with a command behind them",
        ),
    ] {
        assert_eq!(shown(line, Format::User), expected, "{line}");
    }
    assert!(shown("0 24 * * * a", Format::User).starts_with("1: refused: `0 24 * * *`: "));
}

#[test]
fn settings_hold_for_the_lines_below() {
    let text = r#"
0 1 * * * a
PATH = /bin:/usr/bin
SHELL="/bin/bash"
0 2 * * * b
CRON_TZ=Europe/Berlin
TZ=UTC
PATH='/opt'
MAILTO=ops@example.com
0 3 * * * c A=1
MAILTO=""
CRON_TZ=
RANDOM_DELAY=30
0 4 * * * d
CRON_TZ=Mars/Base
0 5 * * * e
"#;
    assert_eq!(
        shown(text, Format::User),
        "\
2: [0 1 * * *] `a`
5: [0 2 * * *] `b` shell=\"/bin/bash\" PATH=/bin:/usr/bin
10: [0 3 * * *] `c A=1` zone=\"Europe/Berlin\" shell=\"/bin/bash\" mail=\"ops@example.com\" TZ=UTC PATH=/opt
13: remark: `RANDOM_DELAY` is for cron alone, and was left out
14: [0 4 * * *] `d` shell=\"/bin/bash\" TZ=UTC PATH=/opt
16: refused: there is no time zone `Mars/Base`"
    );
}

#[test]
fn a_percent_sign_begins_the_input() {
    for (line, expected) in [
        ("* * * * * date +\\%F", "1: [* * * * *] `date +%F`"),
        ("* * * * * mail x%Hi,%bye%", "1: [* * * * *] `mail x` input=\"Hi,\\nbye\\n\""),
        ("* * * * * cat%100\\%", "1: [* * * * *] `cat` input=\"100%\""),
        ("* * * * * a \\\\ b", "1: [* * * * *] `a \\\\ b`"),
        ("* * * * * %x", "1: refused: it has no command"),
    ] {
        assert_eq!(shown(line, Format::User), expected, "{line}");
    }
}

#[test]
fn system_crontabs_name_a_user() {
    assert_eq!(
        shown("17 * * * *\troot\tcd / && run", Format::System),
        "1: [17 * * * *] `cd / && run` user=\"root\""
    );
    assert_eq!(
        shown("17 * * * * run", Format::System),
        "1: refused: it has no command behind its user; if it names no user, use `--format user`"
    );
}

#[test]
fn comments_above_a_line_describe_it() {
    let text = "\
# Edit this file to introduce tasks to be run by cron.
# m h  dom mon dow   command
0 1 * * * a

# Not this one.

## Nightly backup.
# -----
# Ask Ann.
#0 2 * * * old
# X=1
0 3 * * * b
0 4 * * * c
";
    assert_eq!(
        shown(text, Format::User),
        "3: [0 1 * * *] `a`\n12: [0 3 * * *] `b` told=\"Nightly backup.\\nAsk Ann.\"\n13: [0 4 * * *] `c`"
    );
}
