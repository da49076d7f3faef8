//! Programs in containers.

use kapelle_model::Node;
use serde_json::{Map, Value, json};

use super::Runner;
use super::fields::Fields;
use super::flow::World;
use super::kept;
use super::pod;
use super::scope::{RESULT, Scope};
use super::text::{Place, Text};
use super::tree::Step;

const COMMANDS: &str = "io.kestra.plugin.scripts.shell.Commands";

/// What a program needs beside itself.
#[derive(Default)]
struct Around {
    /// Before it starts.
    before: Vec<String>,
    /// After it succeeded.
    after: Vec<String>,
    input_files: Map<String, Value>,
    output_files: Vec<String>,
    env: Map<String, Value>,
}

/// The task of a template that runs a container.
pub(super) fn task(
    step: &Step<'_>,
    scope: &Scope<'_, '_>,
    place: Place,
    world: &World<'_>,
) -> Map<String, Value> {
    let template = step.template.fields();
    let is_script = template.take("script").is_some();
    let container = template.map(if is_script { "script" } else { "container" });
    let container = container.unwrap_or_else(|| step.template.fields());
    let what = format!("template `{}`", step.name);
    let text = |source: &str| scope.text(source, container.at(), world.report);
    let texts =
        |key: &str| container.list(key).iter().filter_map(Node::scalar_text).map(|one| text(&one)).collect();
    let (mut command, args): (Vec<Text>, Vec<Text>) = (texts("command"), texts("args"));
    container.ignore(&["name"]);

    let mut around = Around::default();
    environment(&container, scope, place, world, &mut around);
    files(step, &template, scope, place, world, &mut around);
    let keeps_result = world.results.contains(&step.name);
    let image = container.text("image").map(|image| text(&image).template(place));

    let mut task = Map::new();
    let source = container.text("source").map(|source| text(&source).template(place));
    if is_script && let Some(source) = source {
        let language = language(&command);
        if language == "python" && around.is_empty() && !keeps_result && command.len() == 1 {
            task.insert("type".into(), "io.kestra.plugin.scripts.python.Script".into());
            task.insert("script".into(), source.into());
        } else if (language == "sh" || language == "bash") && command.len() <= 1 {
            program(&shell(&language), &source, keeps_result, &mut around, &mut task);
        } else {
            let name = format!("script.{}", if language == "python" { "py" } else { &language });
            around.input_files.insert(name.clone(), source.into());
            arguments(&command, Some(&name), keeps_result, place, &mut around, &mut task);
        }
    } else if command.is_empty() {
        own_program(&args, &what, place, &container, world, &mut task);
        if world.options.runner != Runner::Process {
            pod::of_container(&container, &mut task);
        }
    } else if let Some(script) = shell_script(&command, &args)
        && (is_only_script(&command) || around.is_empty() && !keeps_result)
    {
        let words: Vec<String> = command.iter().map(|word| word.template(place)).collect();
        program(&words, &script.template(place), keeps_result, &mut around, &mut task);
    } else {
        command.extend(args);
        arguments(&command, None, keeps_result, place, &mut around, &mut task);
    }
    let runs_commands =
        task.get("type").and_then(Value::as_str).is_some_and(|name| name.contains(".scripts."));
    let runner = runs_commands
        .then(|| pod::runner(world.options.runner, &container, &template, &world.spec(), world.report));
    finish(&mut task, image, runner.flatten(), around);
    container.rest(world.report, &what);
    task
}

/// Whether the image says itself what its container runs.
pub(super) fn is_left_to_image(template: &Fields<'_>) -> bool {
    let command = template.node().get("container").map(|container| container.get("command"));
    command.is_some_and(|command| command.is_none_or(|command| command.items().is_empty()))
}

impl Around {
    fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// A word of a shell. What expressions give must not be read by it.
    fn word(&mut self, text: &Text, place: Place) -> String {
        match text.as_literal() {
            Some(literal) if !literal.contains("{{") => word(&literal),
            _ => {
                let name = format!("WORD_{}", self.env.len() + 1);
                self.env.insert(name.clone(), text.template(place).into());
                format!("\"${name}\"")
            }
        }
    }
}

fn finish(task: &mut Map<String, Value>, image: Option<String>, runner: Option<Value>, around: Around) {
    if let Some(image) = image {
        task.insert("containerImage".into(), image.into());
    }
    if let Some(mut runner) = runner {
        if task["type"] == COMMANDS {
            pod::stay_in_its_folder(&mut runner);
        }
        task.insert("taskRunner".into(), runner);
    }
    if !around.env.is_empty() {
        task.insert("env".into(), Value::Object(around.env));
    }
    if !around.input_files.is_empty() {
        task.insert("inputFiles".into(), Value::Object(around.input_files));
    }
    if !around.output_files.is_empty() {
        task.insert("outputFiles".into(), json!(around.output_files));
    }
}

fn environment(
    container: &Fields<'_>,
    scope: &Scope<'_, '_>,
    place: Place,
    world: &World<'_>,
    around: &mut Around,
) {
    for (name, variable) in container.named("env") {
        if let Some(value) = variable.text("value") {
            let value = scope.text(&value, variable.at(), world.report).template(place);
            around.env.insert(name, value.into());
            continue;
        }
        let Some(from) = variable.map("valueFrom") else { continue };
        if let Some(value) = kept::value(&from, &name, world.report) {
            around.env.insert(name.clone(), format!("{{{{ {value} }}}}").into());
        }
        from.rest(world.report, &format!("the variable `{name}`"));
    }
}

/// Files that go in, and what comes out.
fn files(
    step: &Step<'_>,
    template: &Fields<'_>,
    scope: &Scope<'_, '_>,
    place: Place,
    world: &World<'_>,
    around: &mut Around,
) {
    let inputs = template.map("inputs").map(|inputs| inputs.named("artifacts")).unwrap_or_default();
    for (name, artifact) in inputs {
        artifact.ignore(&["archive", "from"]);
        let is_optional = artifact.take("optional").and_then(Node::as_bool) == Some(true);
        let raw = artifact.map("raw").and_then(|raw| raw.text("data"));
        let content = match (scope.artifacts.get(&name), raw) {
            (Some(address), _) if is_optional && address.as_literal().is_none() => {
                format!("{{{{ {} ?? '' }}}}", address.expression(place))
            }
            (Some(address), _) => address.template(place),
            (None, Some(data)) => scope.text(&data, artifact.at(), world.report).template(place),
            (None, None) => {
                artifact.ignore(&["path", "mode"]);
                artifact.rest(world.report, &format!("the artifact `{name}`"));
                if !is_optional {
                    let words = format!(
                        "the artifact `{name}` comes from where flows get no files: put it into `inputFiles`"
                    );
                    world.report.loss(artifact.at(), words);
                }
                continue;
            }
        };
        let is_text = scope.artifacts.get(&name).is_none_or(|address| address.as_literal().is_some());
        around.input_files.insert(name.clone(), content.into());
        if let (Some(_), Some(path)) = (artifact.take("path"), scope.paths.get(&name)) {
            let path = around.word(path, place);
            let mut bring = if is_text { copy(&name, &path) } else { bring(&name, &path) };
            if let Some(mode) = artifact.take("mode").and_then(Node::as_int) {
                bring = format!("{bring} && chmod {mode:o} {path}");
            }
            if is_optional {
                bring = format!("[ ! -s {} ] || {{ {bring}; }}", own(&name));
            }
            around.before.push(bring);
        }
        artifact.rest(world.report, &format!("the artifact `{name}`"));
    }
    let Some(outputs) = template.map("outputs") else { return };
    for (name, parameter) in outputs.named("parameters") {
        let Some(from) = parameter.map("valueFrom") else { continue };
        if let (Some(_), Some(path)) = (from.take("path"), scope.paths.get(&name)) {
            let path = around.word(path, place);
            let copy = format!("cp {path} {}", own(&name));
            let usual = from
                .text("default")
                .map(|usual| around.word(&scope.text(&usual, from.at(), world.report), place));
            around.after.push(match usual {
                Some(usual) => {
                    format!("if [ -e {path} ]; then {copy}; else printf %s {usual} > {}; fi", own(&name))
                }
                None => copy,
            });
            around.output_files.push(name.clone());
        }
        parameter.ignore(&["globalName"]);
        from.rest(world.report, &format!("the output `{name}` of `{}`", step.name));
    }
    for (name, artifact) in outputs.named("artifacts") {
        if let (Some(_), Some(path)) = (artifact.take("path"), scope.paths.get(&name)) {
            let path = around.word(path, place);
            let is_optional = artifact.take("optional").and_then(Node::as_bool) == Some(true);
            let keep = keep(&name, &path);
            around.after.push(if is_optional { format!("[ ! -e {path} ] || {{ {keep}; }}") } else { keep });
            around.output_files.push(name.clone());
        }
        artifact.ignore(&["archive", "optional"]);
        artifact.rest(world.report, &format!("the artifact `{name}` of `{}`", step.name));
    }
    outputs.ignore(&["result", "exitCode"]);
    outputs.rest(world.report, &format!("the outputs of `{}`", step.name));
}

/// Puts a file of the task where the program looks for it. What [`keep`] made of a folder becomes one again.
fn bring(name: &str, path: &str) -> String {
    let file = own(name);
    let is_folder = format!("tar -tf - < {file} 2>/dev/null | head -n 1 | grep -qx ./");
    let unpack = format!("mkdir -p {path} && tar -xf - -C {path} < {file}");
    format!("if {is_folder}; then {unpack}; else {}; fi", copy(name, path))
}

fn copy(name: &str, path: &str) -> String {
    format!("mkdir -p \"$(dirname {path})\" && cp {} {path}", own(name))
}

/// Keeps what a program wrote as a file of the task.
fn keep(name: &str, path: &str) -> String {
    let file = own(name);
    format!("if [ -d {path} ]; then tar -cf - -C {path} . > {file}; else cp {path} {file}; fi")
}

/// The program that an image runs by itself.
fn own_program(
    args: &[Text],
    what: &str,
    place: Place,
    container: &Fields<'_>,
    world: &World<'_>,
    task: &mut Map<String, Value>,
) {
    if world.options.runner == Runner::Process {
        world.report.loss(
            container.at(),
            format!("{what} runs what its image does by itself: without containers it needs a `command`"),
        );
    } else if world.options.runner == Runner::Kubernetes {
        world.report.note(container.at(), format!("{what} runs what its image does by itself, in a container of Docker: with a `command` it becomes a pod"));
    }
    task.insert("type".into(), "io.kestra.plugin.docker.cli.Run".into());
    if !args.is_empty() {
        task.insert("commands".into(), args.iter().map(|arg| arg.template(place)).collect());
    }
}

/// What a shell is given to run, if that is all that it is given.
fn shell_script<'t>(command: &[Text], args: &'t [Text]) -> Option<&'t Text> {
    let [shell, .., flag] = command else { return None };
    let shell = shell.as_literal()?;
    let is_shell = ["sh", "bash", "ash", "dash"].contains(&shell.rsplit('/').next()?);
    let [script] = args else { return None };
    (is_shell && flag.as_literal()?.starts_with('-') && flag.as_literal()?.ends_with('c')).then_some(script)
}

/// A shell without flags that what is around the script would take away.
fn is_only_script(command: &[Text]) -> bool {
    command.len() == 2 && command[1].as_literal().is_some_and(|flag| flag == "-c")
}

fn shell(language: &str) -> Vec<String> {
    vec![language.to_owned(), "-c".to_owned()]
}

/// A script of a shell.
fn program(
    shell: &[String],
    script: &str,
    keeps_result: bool,
    around: &mut Around,
    task: &mut Map<String, Value>,
) {
    task.insert("type".into(), COMMANDS.into());
    let is_usual =
        shell.len() == 2 && shell[0].ends_with("sh") && !shell[0].ends_with("bash") && shell[1] == "-c";
    if !is_usual {
        task.insert("interpreter".into(), json!(shell));
    }
    let script = script.trim_end();
    if around.is_empty() && !keeps_result {
        // What stops at the first failure may not be what was meant by several commands.
        if script.contains(['\n', ';']) {
            task.insert("failFast".into(), false.into());
        }
        task.insert("commands".into(), json!([script]));
    } else {
        within(format!("(set +e\n{script}\n)"), keeps_result, around, task);
    }
}

/// A program with its arguments, and the file with the script that it is to run.
fn arguments(
    argv: &[Text],
    script: Option<&str>,
    keeps_result: bool,
    place: Place,
    around: &mut Around,
    task: &mut Map<String, Value>,
) {
    task.insert("type".into(), COMMANDS.into());
    let words = argv
        .iter()
        .enumerate()
        .map(|(number, argument)| match argument.as_literal() {
            Some(literal) if !literal.contains("{{") => word(&literal),
            _ => {
                // What expressions give must not be read by a shell.
                around.env.insert(format!("ARG_{number}"), argument.template(place).into());
                format!("\"$ARG_{number}\"")
            }
        })
        .chain(script.map(own));
    let words: Vec<String> = words.collect();
    within(words.join(" "), keeps_result, around, task);
}

/// The commands of a program with what is done before and after it.
fn within(program: String, keeps_result: bool, around: &mut Around, task: &mut Map<String, Value>) {
    let mut commands = std::mem::take(&mut around.before);
    if keeps_result {
        let result = own(RESULT);
        commands.push(format!("{program} >{result} || {{ code=$?; cat {result}; exit $code; }}"));
        commands.push(format!("cat {result}"));
        around.output_files.push(RESULT.to_owned());
    } else {
        commands.push(program);
    }
    commands.append(&mut around.after);
    task.insert("commands".into(), json!(commands));
}

/// What language a command speaks, by the name of its program.
fn language(command: &[Text]) -> String {
    let program = command.first().and_then(Text::as_literal).unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    match name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "node" => "js".to_owned(),
        "ruby" => "rb".to_owned(),
        "perl" => "pl".to_owned(),
        "" => "sh".to_owned(),
        other => other.to_owned(),
    }
}

/// A file of the task, for a shell that may stand in a folder of the image.
fn own(name: &str) -> String {
    format!("\"$WORKING_DIR\"/{}", word(name))
}

/// A word of a shell.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
