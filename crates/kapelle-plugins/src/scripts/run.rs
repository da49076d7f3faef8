//! One run of a script, from its properties to its outputs.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, State, Text};
use kapelle_plugin::program::Listener;
use kapelle_plugin::{Broken, Expr, RunContext, outputs};

use super::addresses::Fetched;
use super::command::{joined, needs_file, quoted, reading};
use super::environment::{Machine, Surroundings, environment};
use super::folders::with_folders;
use super::implied::{Kept, keep_implied, keep_output};
use super::language::{Facts, Plan, World};
use super::output::{Given, Output};
use super::properties::{Properties, TargetOs};
use super::python;
use super::room::Room;
use super::target::{Target, chosen};
use crate::runner::{Ended, Job, program};
use kapelle_plugin::files::{
    collect_output_files, copy, create, fetch_namespace_files, open, patterns, with_names, write_input_files,
};

/// What a task runs.
pub(crate) enum Source<'s> {
    Script(&'s Expr<Text>),
    Commands(&'s Expr<Vec<Text>>),
}

/// Runs a task.
pub(crate) async fn run(
    cx: &RunContext,
    facts: &Facts,
    properties: &Properties,
    plan: impl FnOnce(&RunContext, &World<'_>) -> Result<Plan, Failure>,
    source: Source<'_>,
) -> Result<Output, Broken> {
    let place = chosen(cx, facts, properties)?;
    let has_output = cx.filled(properties.runner.as_ref())?.is_some()
        || cx.filled(properties.output_directory.as_ref())?.unwrap_or(false);
    let mut room = Room::open(&cx.host.directory()?, &cx.place.run_id, has_output)?;
    let wanted = patterns(&with_folders(cx, &room), properties.output_files.as_ref())?;
    let cx = &with_names(&with_folders(cx, &room), &room.directory, &wanted);
    fetch_namespace_files(cx, &room.directory, properties.namespace_files.as_ref())?;
    write_input_files(cx, &room.directory, properties.input_files.as_ref())?;
    let is_here = matches!(place, Target::Here);
    let mut variables = variables(cx, &room, facts, properties, is_here)?;
    let plan = plan(cx, &World { facts, environment: &variables, is_here })?;
    for (name, value) in &plan.environment {
        variables.entry(name.clone()).or_insert_with(|| value.clone());
    }
    for (path, content) in &plan.files {
        let mut file = create(&room.directory, path)?;
        if cx.host.files().is_address(content.expose()) {
            copy(cx, &mut open(cx, content)?, &mut file)?;
        } else {
            file.write_all(content.expose().as_bytes())?;
        }
    }
    let runner = place.runner(cx, facts, properties, &plan)?;
    let command = command(cx, &mut room, facts, properties, &plan, &source, is_here.then_some(&variables))?;
    cx.host.begin().await;
    if cx.is_stopped() {
        return Err(Broken::killed());
    }
    if let Some(dependencies) = plan.dependencies.as_ref().filter(|_| is_here) {
        python::install(cx, &room, dependencies, &mut variables).await?;
    }
    let job = Job {
        command,
        directory: room.directory.clone(),
        temporary: room.temporary(),
        environment: variables,
    };
    let mut listener = Listener::new(cx).reading(plan.json.clone());
    let ended = runner.run(cx, &job, &mut listener).await?;
    if ended.exit_code == Some(127) && is_here {
        tell_missing(cx, &plan, &job, &source);
    }
    for (path, _) in &plan.files {
        // It may be gone already: the directory is the program's.
        let _gone = fs::remove_file(room.directory.join(path));
    }
    finish(cx, room, listener, ended, (&wanted, &plan.keeps))
}

/// Keeps files, and tells how it ended.
fn finish(
    cx: &RunContext,
    room: Room,
    listener: Listener<'_>,
    ended: Ended,
    wanted: (&[String], &BTreeMap<String, String>),
) -> Result<Output, Broken> {
    if listener.has_warned {
        cx.end_as(State::Warning);
    }
    let files = if ended.is_killed { Ok(Kept::new()) } else { keep(cx, room, wanted) };
    let (files, problem) = match files {
        Ok(files) => (files, None),
        Err(broken) => (Kept::new(), Some(broken)),
    };
    let output = Output::from(Given {
        vars: listener.vars,
        exit_code: ended.exit_code,
        files,
        out_lines: listener.out_lines,
        error_lines: listener.error_lines,
        sandbox: ended.sandbox,
        container_id: ended.container_id,
        pod: ended.pod,
    });
    let broken = match (ended.is_killed, ended.exit_code, problem) {
        (true, ..) => Broken::killed(),
        (false, Some(0), None) => return Ok(output),
        (false, Some(0), Some(problem)) => problem,
        (false, code, _) => Broken::new(format!("Command failed with exit code {}", code.unwrap_or(-1))),
    };
    let given = outputs(&output).map_err(Failure::new)?;
    Err(broken.with_outputs(given))
}

/// Keeps what is wanted. What is the run's own is gone before patterns are looked at.
fn keep(
    cx: &RunContext,
    room: Room,
    (wanted, own): (&[String], &BTreeMap<String, String>),
) -> Result<Kept, Broken> {
    let directory = room.directory.clone();
    let mut kept = keep_output(cx, &room)?;
    let mut implied = Kept::new();
    keep_implied(cx, &room, |name| own.contains_key(name), &mut implied)?;
    drop(room);
    kept.extend(implied);
    kept.extend(collect_output_files(cx, &directory, wanted)?);
    for (name, path) in own {
        let found = collect_output_files(cx, &directory, std::slice::from_ref(path))?.into_values().next();
        kept.extend(found.map(|uri| (name.clone(), uri)));
    }
    Ok(kept)
}

fn variables(
    cx: &RunContext,
    room: &Room,
    facts: &Facts,
    properties: &Properties,
    is_here: bool,
) -> Result<BTreeMap<String, Text>, Failure> {
    let path = cx.host.setting("kapelle.runner.process.path");
    let path = path.as_deref().unwrap_or(kapelle_plugin::program::PATH);
    let output = room.output();
    let around = Surroundings {
        place: &cx.place,
        machine: is_here.then_some(Machine { zone: &cx.settings.zone, path }),
        directory: &room.directory,
        output: output.as_deref(),
    };
    environment(&around, facts, cx.filled(properties.env.as_ref())?.unwrap_or_default())
}

/// The interpreter with everything that it has to do. `here` is the environment if it does so on this machine.
fn command(
    cx: &RunContext,
    room: &mut Room,
    facts: &Facts,
    properties: &Properties,
    plan: &Plan,
    source: &Source<'_>,
    here: Option<&BTreeMap<String, Text>>,
) -> Result<Vec<Text>, Broken> {
    let interpreter = cx.filled(properties.interpreter.as_ref())?;
    let mut command =
        interpreter.unwrap_or_else(|| facts.interpreter.iter().map(|word| Text::from(*word)).collect());
    let mut fetched = Fetched::default();
    let before = cx.filled(properties.before_commands.as_ref())?.unwrap_or_default();
    let mut before = replaced(cx, room, &mut fetched, &[plan.before.as_slice(), &before].concat())?;
    let commands = match source {
        _ if plan.commands.is_some() => {
            replaced(cx, room, &mut fetched, plan.commands.as_deref().unwrap_or_default())?
        }
        Source::Commands(commands) => replaced(cx, room, &mut fetched, &cx.render(*commands)?)?,
        Source::Script(script) => {
            let script = fetched.replace(cx, room, &cx.render(*script)?)?;
            if plan.ending.is_empty() {
                vec![script]
            } else {
                if let Some(variables) = here.filter(|_| before.is_empty()) {
                    check_program(plan, variables, room)?;
                }
                vec![script_command(room, facts, plan, &script)?]
            }
        }
    };
    if let Some(dependencies) = plan.dependencies.as_ref().filter(|_| here.is_none()) {
        before.insert(0, python::installing(dependencies, &room.packages()));
    }
    let is_windows = cx.filled(properties.target_os.as_ref())? == Some(TargetOs::Windows);
    let fails_fast = cx.filled(properties.fail_fast.as_ref())?.unwrap_or(true) && !is_windows;
    let all = joined(fails_fast.then_some(facts.fail_fast), &before, &commands);
    if needs_file(&command, &all) {
        let file = room.write("commands", &all)?;
        command.push(reading(&file.display().to_string()));
    } else {
        command.push(all);
    }
    Ok(command)
}

fn replaced(
    cx: &RunContext,
    room: &Room,
    fetched: &mut Fetched,
    texts: &[Text],
) -> Result<Vec<Text>, Broken> {
    texts.iter().map(|text| fetched.replace(cx, room, text)).collect()
}

/// Writes the file of a script. The command that runs it.
fn script_command(room: &mut Room, facts: &Facts, plan: &Plan, script: &Text) -> Result<Text, Failure> {
    let file = room.write_script(&plan.ending, &(facts.prelude)(script))?;
    let file = file.display().to_string();
    let words = plan.program.iter().map(String::as_str).chain([file.as_str()]);
    Ok(Text::from(words.map(quoted).collect::<Vec<_>>().join(" ")))
}

/// Without commands before it, nothing can bring the program along.
fn check_program(plan: &Plan, variables: &BTreeMap<String, Text>, room: &Room) -> Result<(), Failure> {
    let path = variables.get("PATH").map_or("", |path| path.expose());
    match plan.program.first() {
        Some(name) if program::find(name, path, &room.directory).is_none() => {
            Err(Failure::new(program::missing(name, path)))
        }
        _ => Ok(()),
    }
}

/// What a shell says by 127, with what to do.
fn tell_missing(cx: &RunContext, plan: &Plan, job: &Job, source: &Source<'_>) {
    let path = job.environment.get("PATH").map_or("", |path| path.expose());
    let name = plan.program.first().filter(|_| matches!(source, Source::Script(_)));
    if let Some(name) = name.filter(|name| program::find(name, path, &job.directory).is_none()) {
        cx.log(Level::Error, program::missing(name, path));
    }
}
