use super::*;

/// Prints outputs in each language, and reads a file beside the script.
const HELLO: [(&str, &str, &str); 4] = [
    ("python", "python3", r#"print('::{"outputs": {"n": %d}}::' % (1 + 1))"#),
    ("node", "node", r"console.log('::' + JSON.stringify({outputs: {n: 1 + 1}}) + '::')"),
    ("perl", "perl", r#"print '::{"outputs": {"n": ', 1 + 1, '}}::', "\n""#),
    ("ruby", "ruby", r#"puts %(::{"outputs": {"n": #{1 + 1}}}::)"#),
];

#[tokio::test]
async fn languages_run_their_sources() {
    for (package, program, source) in HELLO {
        if has(program) {
            let stage = Stage::new().variable("source", source);
            let given = run(&stage, &format!("{package}.Script"), "script: '{{ source }}'").await;
            assert!(given.unwrap().starts_with(r#"{"vars":{"n":2},"exitCode":0,"#), "{package}");
        }
    }
}

#[tokio::test]
async fn python_knows_words_of_json_and_modules_beside_it() {
    if !has("python3") {
        return;
    }
    let stage = Stage::new();
    let properties = r"
inputFiles: {beside.py: 'value = 7'}
beforeCommands: ['echo before']
script: |
  import beside, os
  print(true, false, null, beside.value, os.environ['PYTHONUNBUFFERED'])
";
    run(&stage, "python.Script", properties).await.unwrap();
    assert_eq!(stage.lines(), ["INFO before", "INFO True False None 7 true"]);
}

#[tokio::test]
async fn a_program_that_is_missing_is_named_with_what_to_install() {
    let stage = Stage::new().setting("kapelle.runner.process.path", "/nowhere");
    for (name, properties, words) in [
        (
            "node.Script",
            "script: x",
            "there is no program `node` on this machine, not in any folder of the PATH /nowhere: install Node.js",
        ),
        ("powershell.Commands", "commands: [x]", "there is no program `pwsh` on this machine"),
        (
            "shell.Script",
            "{script: x, interpreter: [/no/sh, -c]}",
            "there is no program `/no/sh` on this machine",
        ),
        (
            "python.Script",
            "{script: x, pythonVersion: 3.99}",
            "`pythonVersion` asks for Python 3.99, and there is no program `python3.99`",
        ),
    ] {
        let (message, outputs) = run(&stage, name, properties).await.unwrap_err();
        assert!(message.starts_with(words), "{message}");
        assert_eq!(outputs, "{}");
    }
}

#[tokio::test]
async fn what_comes_before_may_bring_the_program_along() {
    let stage = Stage::new().setting("kapelle.runner.process.path", "/nowhere");
    let brought = "{beforeCommands: ['PATH=$PWD:$PATH', 'lua() { echo $1; }'], script: x}";
    run(&stage, "lua.Script", brought).await.unwrap();
    let absent = "{beforeCommands: [':'], script: x}";
    let (message, _) = run(&stage, "lua.Script", absent).await.unwrap_err();
    assert_eq!(message, "Command failed with exit code 127");
    assert!(
        stage.lines().last().unwrap().starts_with("ERROR there is no program `lua`"),
        "{:?}",
        stage.lines()
    );
}

#[tokio::test]
async fn an_interpreter_gets_all_as_its_last_argument() {
    if !has("perl") {
        return;
    }
    let stage = Stage::new();
    let properties = "{failFast: false, interpreter: [perl, -e], commands: ['print 1;', 'print 2, qq(\\n)']}";
    run(&stage, "shell.Commands", properties).await.unwrap();
    assert_eq!(stage.lines(), ["INFO 12"]);
}

#[test]
fn all_types_are_there_with_titles_of_their_own() {
    let registry = crate::registry();
    let mut titles: Vec<String> = Vec::new();
    for known in registry.tasks().filter(|known| known.name.starts_with("io.kestra.plugin.scripts.")) {
        let schema = known.properties();
        titles.push(schema.get("title").unwrap().as_str().unwrap().to_owned());
        let package = known.name.split('.').nth(4).unwrap();
        let of_script = known.name.ends_with(".Script");
        for name in [
            "taskRunner",
            "env",
            "targetOS",
            "warningOnStdErr",
            if of_script { "script" } else { "commands" },
        ] {
            assert!(schema.pointer(&format!("/properties/{name}")).is_some(), "{}: {name}", known.name);
        }
        let image = schema.pointer("/properties/containerImage/default").unwrap().as_str().unwrap();
        assert!(!image.is_empty(), "{package}");
        let has_packages = schema.pointer("/properties/dependencies").is_some();
        assert_eq!(has_packages, package == "python", "{}", known.name);
        let has_quiet = schema.pointer("/properties/quiet").is_some();
        assert_eq!(has_quiet, known.name.ends_with("jbang.Script"), "{}", known.name);
        assert!(known.outputs().pointer("/properties/exitCode").is_some());
    }
    assert_eq!(titles.len(), 32);
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), 32);
}

/// The first task of an example, as properties.
fn task_of(example: &str) -> String {
    let tasks = example.split("tasks:\n").nth(1).unwrap();
    let first = tasks.split("\n\n  - id:").next().unwrap();
    let lines = first.lines().skip(2).map(|line| line.get(4..).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn examples_run_where_their_programs_are() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scripts/languages");
    for (program, names) in [
        ("sh", &["shell.Script", "shell.Commands"][..]),
        ("python3", &["python.Script"]),
        ("node", &["node.Script", "node.Commands"]),
        ("perl", &["perl.Script", "perl.Commands"]),
        ("ruby", &["ruby.Script"]),
        ("php", &["php.Script", "php.Commands"]),
    ] {
        for name in names.iter().filter(|_| has(program)) {
            let (package, kind) = name.split_once('.').unwrap();
            let example = folder.join(package).join("examples").join(format!("{kind}.yaml"));
            let example = std::fs::read_to_string(example).unwrap();
            let stage = Stage::new();
            let given = run(&stage, name, &task_of(&example)).await;
            assert!(given.is_ok(), "{name}: {given:?} {:?}", stage.lines());
        }
    }
}
