//! A server of one script, and its shepherd, for the tests of both: `shepherd …` is a shepherd, `server SHELL-COMMAND` runs
//! a command under one.

use std::ffi::OsString;

use kapelle_plugin::stage::{Stage, properties_of};

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let code = match arguments.next() {
        Some(word) if word == "shepherd" => kapelle_plugins::runner::shepherd::main(arguments),
        Some(word) if word == "server" => serve(&arguments.next().unwrap_or_default()),
        _ => 2,
    };
    std::process::exit(code);
}

/// Runs a command to its end; the folder of the world stays when somebody kills this.
fn serve(command: &OsString) -> i32 {
    let program = std::env::current_exe().expect("a program knows itself");
    let stage = Stage::new()
        .setting("kapelle.runner.process.shepherd", &program.display().to_string())
        .setting("kapelle.runner.process.grace", "PT0.2S");
    let properties =
        properties_of("{script: '{{ command }}', taskRunner: {type: io.kestra.plugin.core.runner.Process}}");
    let stage = stage.variable("command", &*command.to_string_lossy());
    let registry = kapelle_plugins::registry();
    let shell = registry.find("io.kestra.plugin.scripts.shell.Script").expect("it is built in");
    let task = shell.read(&properties).expect("the properties fit");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("threads can be had");
    let ended = runtime.block_on(task.run(&stage.context()));
    i32::from(ended.is_err())
}
