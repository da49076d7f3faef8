//! `kapelle eval --jsonl`, as a program talks to it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;

/// The answers to lines that are sent all at once.
pub(super) fn answers(arguments: &[&str], input: &str) -> Vec<String> {
    let mut child = command(arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kapelle"));
    command.args(["eval", "--jsonl"]).args(arguments).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

#[test]
fn every_line_has_its_answer() {
    let requests = [
        r#"{"id":1,"template":"{{ a }}","context":{"a":123456789012345678901234567890},"typed":true}"#,
        r#"{"id":"é","template":"x\n{{ y","typed":true}"#,
        "nope",
        "",
        r#"{"id":3,"tmplate":"x"}"#,
        r#"{"id":[4],"template":7}"#,
        r#"{"template":"a {{ s }} b","context":{"s":{"$secret":"pw"}},"showSecrets":true}"#,
        r#"{"template":"{{ [s, 1, null] }}","typed":true,"context":{"s":{"$secret":"pw"}}}"#,
        r#"{"template":"{{ {'z': null, 'a': 1.0} }}","typed":true}"#,
        r#"{"template":"{{ 1.0 / 0 }}","typed":true}"#,
        r#"{"template":"\n {{ inputs.nam }}","context":{"inputs":{"name":1}}}"#,
        r#"{"template":"{{ kv('k') }}","context":{"flow":{"namespace":"n"}},"setup":{"kv":{"n":{"k":5}}}}"#,
        r#"{"template":"{{ 1 }}","setup":{"kw":{}}}"#,
        r#"{"template":"{{ 'p-' ~ a ?? 'd' }}","language":2}"#,
        r#"{"template":"{{ x }}","context":{"x":"{{ y }}","y":1},"recursive":true}"#,
    ];
    insta::assert_snapshot!(answers(&[], &(requests.join("\n"))).join("\n"), @r#"
    {"id":1,"ok":true,"value":123456789012345678901234567890}
    {"id":"é","ok":false,"error":{"category":"syntax","message":"`{{` is never closed: `}}` is missing (x\n{{ y:2), column 1","line":2,"column":1,"help":null}}
    {"id":null,"ok":false,"error":{"category":"request","message":"it is no JSON: at line 1, column 1 there is `n`, but a value is expected","line":null,"column":null,"help":null}}
    {"id":null,"ok":false,"error":{"category":"request","message":"there is no JSON in it, only blanks","line":null,"column":null,"help":null}}
    {"id":3,"ok":false,"error":{"category":"request","message":"a request has no `tmplate`; did you mean `template`?","line":null,"column":null,"help":null}}
    {"id":[4],"ok":false,"error":{"category":"request","message":"`template` has to be text, not the integer 7","line":null,"column":null,"help":null}}
    {"id":null,"ok":true,"value":"a pw b","secret":true,"secretRanges":[[2,4]]}
    {"id":null,"ok":true,"value":["******",1,null],"secret":true}
    {"id":null,"ok":true,"value":{"z":null,"a":1.0}}
    {"id":null,"ok":true,"value":"Infinity"}
    {"id":null,"ok":false,"error":{"category":"undefined","message":"Unable to find `nam` used in the expression `\n {{ inputs.nam }}` at line 2, column 12","line":2,"column":12,"help":"did you mean `name`?"}}
    {"id":null,"ok":true,"value":"5"}
    {"id":null,"ok":false,"error":{"category":"request","message":"`setup`: `kw` is unknown; did you mean `kv`?","line":null,"column":null,"help":null}}
    {"id":null,"ok":true,"value":"d"}
    {"id":null,"ok":true,"value":"1"}
    "#);
}

#[test]
fn a_client_that_waits_gets_its_answer() {
    let mut child = command(&[]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for number in 0..3 {
        writeln!(stdin, "{{\"id\":{number},\"template\":\"{{{{ {number} + 1 }}}}\"}}").unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        assert_eq!(answer, format!("{{\"id\":{number},\"ok\":true,\"value\":\"{}\"}}\n", number + 1));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_line_that_is_too_long_is_skipped() {
    let long = "x".repeat((8 << 20) + 1);
    let input = format!("{{\"template\":\"{long}\"}}\n{{\"template\":\"{{{{ 1 }}}}\"}}\n");
    let answers = answers(&[], &input);
    assert!(answers[0].contains("the line has more than 8388608 bytes"), "{}", answers[0]);
    assert_eq!(answers[1], r#"{"id":null,"ok":true,"value":"1"}"#);
    assert_eq!(answers.len(), 2);
}
