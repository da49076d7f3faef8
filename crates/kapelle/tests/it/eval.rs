//! `kapelle eval`: one expression for a person, many for a program.

mod cases;
mod lines;

use super::Folder;

#[test]
fn a_template_gives_text_or_a_value() {
    let folder = Folder::new(
        "eval",
        &[
            (
                "run.yaml",
                "inputs: {n: 3}\nday: {$localdate: 2026-01-31}\npw: {$secret: hush}\n",
            ),
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
        (
            &["{{ kv('key').a[0] }}", "--services", "services.yaml", "--set", "flow.namespace=demo"],
            "",
            "1\n",
        ),
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
    insta::assert_snapshot!(show(&["Dear\n{{ inputs.nam | upper }}", "--set", "inputs.name=x"]), @"");
    insta::assert_snapshot!(show(&["{{ a + }} {{ b"]), @"");
    insta::assert_snapshot!(show(&["{{ render(x) }}", "--set", "x='{{ 1 / 0 }}'"]), @"");
    insta::assert_snapshot!(show(&["{{ kv('x') }}", "--set", "flow.namespace=demo"]), @"");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--context", "bad.json"]), @"");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--services", "bad.yaml"]), @"");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--context", "none.yaml"]), @"");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--set", "a=[1"]), @"");
    insta::assert_snapshot!(show(&["{{ 1 }}", "--zone", "europe/paris"]), @"");
    insta::assert_snapshot!(show(&[]), @"");
}

#[test]
fn every_part_of_an_expression_is_explained() {
    let folder = Folder::new("eval-explain", &[]);
    let show = |arguments: &[&str]| folder.run(&[&["eval", "--explain"], arguments].concat());
    insta::assert_snapshot!(
        show(&["{{ (inputs.n + 1) * 2 ~ '!' }}", "--set", "inputs.n=3"]), @"");
    insta::assert_snapshot!(
        show(&["{{ inputs.nam | upper | lower }}", "--set", "inputs.name=x"]), @"");
    insta::assert_snapshot!(
        show(&["{% for x in xs %}{{ x * 2 }} {% endfor %}{{ pw }}", "--set", "xs=[1,2,3,4,5]",
            "--set", "pw={$secret: hush}"]), @"");
    insta::assert_snapshot!(
        show(&["{{ render('{{ b }}') }}", "--set", "b='a text that is much too long to stand on one line of \
            the terminal beside the expression'"]), @"");
    insta::assert_snapshot!(show(&["plain {{ 1 }}"]), @"");
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
    assert!(shown.starts_with("exit 1\n--- stderr\nerror[limit]: the expression takes too long\n"), "{shown}");
}
