//! `kapelle eval`: one expression for a person, many for a program.

mod cases;
mod lines;

use super::Folder;

#[test]
fn a_template_gives_text_or_a_value() {
    let folder = Folder::new(
        "eval",
        &[
            ("run.yaml", "inputs: {n: 3}\nday: {$localdate: 2026-01-31}\npw: {$secret: hush}\n"),
            ("run.json", r#"{"big": 123456789012345678901234567890, "z": 1, "a": null}"#),
            ("services.yaml", "now: 2026-01-31T10:00:00Z\nkv: {demo: {key: {a: [1]}}}\n"),
        ],
    );
    let cases: &[(&[&str], &str, &str)] = &[
        (&["n is {{ inputs.n + 1 }}", "--context", "run.yaml"], "", "n is 4\n"),
        (&["{{ inputs.n }}", "--context", "run.yaml", "--set", "inputs.n=\"x\""], "", "x\n"),
        (&["{{ [day, pw] }}", "--context", "run.yaml"], "", "[\"2026-01-31\",******]\n"),
        (&["{{ [day, pw] }}", "--context", "run.yaml", "--typed"], "", "[\"2026-01-31\",\"******\"]\n"),
        (&["{{ pw }}", "--context", "run.yaml", "--show-secrets"], "", "hush\n"),
        (&["{{ big }}", "--context", "run.json", "--typed"], "", "123456789012345678901234567890\n"),
        (&["{{ [n] }}", "--set", "n=1", "--typed"], "", "[1]\n"),
        (&["-", "--set", "n=1", "--typed"], "{{ n }}\n", "1\n"),
        (&["-"], "a\n\n", "a\n"),
        (&["{{ x }}", "--set", "x='{{ y }}'", "--set", "y=1", "--recursive"], "", "1\n"),
        (&["{{ 'p-' ~ a ?? 'd' }}", "--language", "1"], "", "p-d\n"),
        (&["{{ 'p-' ~ a ?? 'd' }}", "--language", "2"], "", "d\n"),
        (&["{{ kv('key').a[0] }}", "--services", "services.yaml", "--set", "flow.namespace=demo"], "", "1\n"),
    ];
    for (arguments, stdin, expected) in cases {
        let shown = folder.run_with("kapelle", &[&["eval"], *arguments].concat(), stdin);
        assert_eq!(shown, format!("exit 0\n--- stdout\n{expected}"), "{arguments:?}");
    }
}

#[test]
fn an_error_shows_where_and_what_to_do() {
    let folder = Folder::new("eval-errors", &[("bad.json", "{\"a\": 1,}"), ("bad.yaml", "kw: {}\n")]);
    let show = |arguments: &[&str]| folder.run(&[&["eval"], arguments].concat());
    insta::assert_snapshot!(show(&["Dear\n{{ inputs.nam | upper }}", "--set", "inputs.name=x"]), @"
    exit 1
    --- stderr
    error[undefined]: Unable to find `nam`
      template:2:11
    2 | {{ inputs.nam | upper }}
      |           ^^^ did you mean `name`?
    ");
    insta::assert_snapshot!(show(&["{{ a + }} {{ b"]), @"
    exit 1
    --- stderr
    error[syntax]: expected a value, found `}}`
      template:1:8
    1 | {{ a + }} {{ b
      |        ^^

    error[syntax]: `{{` is never closed: `}}` is missing
      template:1:11
    1 | {{ a + }} {{ b
      |           ^^
    ");
    insta::assert_snapshot!(show(&["{{ render(x) }}", "--set", "x='{{ 1 / 0 }}'"]), @"
    exit 1
    --- stderr
    error[type]: 1 / 0: division by zero
      rendered text:1:6
    1 | {{ 1 / 0 }}
      |      ^
    ");
    insta::assert_snapshot!(show(&["{{ kv('x') }}", "--set", "flow.namespace=demo"]), @"
    exit 1
    --- stderr
    error[forbidden]: there is no data for `kv()`
      template:1:4
    1 | {{ kv('x') }}
      |    ^^ `--services FILE` gives it (`setup` with `--jsonl`)
    ");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--context", "bad.json"]), @"
    exit 1
    --- stderr
    error: bad.json: it is no JSON: at line 1, column 9 there is `}`, but a key in double quotes is expected
    ");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--services", "bad.yaml"]), @"
    exit 1
    --- stderr
    error: bad.yaml: `kw` is unknown; did you mean `kv`?
    ");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--context", "none.yaml"]), @"
    exit 1
    --- stderr
    error: cannot read none.yaml: no such file or directory
    ");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--set", "a=[1"]), @"
    exit 2
    --- stderr
    error: `--set a`: it is no YAML: at line 1, column 1: `[` is opened here, but ']' or a comma is missing later in this line (close it, or quote the value if the bracket belongs to a text); a text with such signs needs quotes
    ");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--zone", "europe/paris"]), @"
    exit 2
    --- stderr
    error: invalid value 'europe/paris' for '--zone <ZONE>': there is no such zone; did you mean `Europe/Paris`?

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(show(&[]), @"
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      <TEMPLATE>

    Usage: kapelle eval <TEMPLATE>

    For more information, try '--help'.
    ");
}

#[test]
fn every_part_of_an_expression_is_explained() {
    let folder = Folder::new("eval-explain", &[]);
    let show = |arguments: &[&str]| folder.run(&[&["eval", "--explain"], arguments].concat());
    insta::assert_snapshot!(
        show(&["{{ (inputs.n + 1) * 2 ~ '!' }}", "--set", "inputs.n=3"]), @r#"
    exit 1
    --- stdout

    inputs.n                  3
    inputs.n + 1              4
    2 ~ '!'                   "2!"
    (inputs.n + 1) * 2 ~ '!'  error: `*` takes numbers, not the integer 4 and text …

    Read as
      (inputs.n + 1) * (2 ~ '!')
    --- stderr
    error[type]: `*` takes numbers, not the integer 4 and text "2!"
      template:1:19
    1 | {{ (inputs.n + 1) * 2 ~ '!' }}
      |                   ^
    "#);
    insta::assert_snapshot!(
        show(&["{{ inputs.nam | upper | lower }}", "--set", "inputs.name=x"]), @"
    exit 1
    --- stdout

    inputs.nam                  error: undefined: `nam`
    inputs.nam | upper          error: the same
    inputs.nam | upper | lower  error: the same

    Read as
      (inputs.nam | upper) | lower
    --- stderr
    error[undefined]: Unable to find `nam`
      template:1:11
    1 | {{ inputs.nam | upper | lower }}
      |           ^^^ did you mean `name`?
    ");
    insta::assert_snapshot!(
        show(&["{% for x in xs %}{{ x * 2 }} {% endfor %}{{ pw }}", "--set", "xs=[1,2,3,4,5]",
            "--set", "pw={$secret: hush}"]), @r#"
    exit 0
    --- stdout
    2 4 6 8 10 ******

    xs     [1,2,3,4,5]
    x      1
           2
           3
           … and 2 more
    x * 2  2
           4
           6
           … and 2 more
    pw     "******" (secret)
    "#);
    insta::assert_snapshot!(
        show(&["{{ render('{{ b }}') }}", "--set", "b='a text that is much too long to stand on one line of \
            the terminal beside the expression'"]), @r#"
    exit 0
    --- stdout
    a text that is much too long to stand on one line of the terminal beside the expression

    render('{{ b }}')  "a text that is much too long to stand on one line of the te…
    "#);
    insta::assert_snapshot!(show(&["plain {{ 1 }}"]), @"
    exit 0
    --- stdout
    plain 1

    There is nothing to explain: the template has only text and plain values.
    ");
}

#[test]
fn secrets_come_from_the_environment() {
    let folder = Folder::new("eval-secrets", &[]);
    let run = |value: &str| {
        let mut command = folder.command("kapelle");
        command.args(["eval", "{{ secret('db') }}", "--set", "flow.namespace=demo", "--show-secrets"]);
        let output = command.env("SECRET_DB", value).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert_eq!(run("aHVzaA=="), "hush\n");
    assert!(run("?").starts_with("error[invalid_input]: the environment variable `SECRET_DB` is not text"));
}

#[test]
fn an_evaluation_ends_in_time() {
    let folder = Folder::new("eval-time", &[]);
    let template = "{% for a in 1..300 %}{% for b in 1..300 %}{{ a * b + a * b }}{% endfor %}{% endfor %}";
    let shown = folder.run(&["eval", template, "--time-limit", "0"]);
    assert!(
        shown.starts_with("exit 1\n--- stderr\nerror[limit]: the expression takes too long\n"),
        "{shown}"
    );
}
